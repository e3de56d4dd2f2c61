//! A clean stop and a new start: the lanes are rebuilt from their ledgers, and go on.

use std::collections::BTreeSet;

use super::deployment::{Deployment, Plan, QUICK};
use super::dice::Dice;
use super::shop_load::ShopLoad;
use super::verdict::verdict;
use crate::broker::{self, Isolation, needs_kafka};

#[test]
fn a_new_start_goes_on_where_the_last_one_stopped() {
    needs_kafka!();
    let plan = Plan {
        app: "restarts",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let load = ShopLoad::open(&deployment, Dice::of("restarts", 8), 400, true);
    let first = deployment.start("one");
    load.wait_for_more(2_000);
    deployment.wait_until_caught_up();
    assert!(first.terminate().success());
    let changes = deployment
        .client()
        .read_all(&deployment.changes(), Isolation::Committed);
    let before: BTreeSet<_> = changes.iter().map(|it| (it.partition, it.offset)).collect();
    let second = deployment.start("one");
    load.wait_for_more(2_000);
    let sent = load.close();
    deployment.wait_until_caught_up();
    let log = second.log();
    assert!(second.terminate().success());

    let restored: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("lane restored"))
        .collect();
    assert_eq!(restored.len() as i32, deployment.lanes(), "{log}");
    for line in restored {
        assert!(
            !line.contains("customers=0 ") && !line.contains("units=0 "),
            "{line}"
        );
    }
    let evidence = verdict(&deployment, &sent, watcher);
    // The verdict found no gap in anybody's versions; and both starts moved the same people.
    let (first, second): (Vec<_>, Vec<_>) = evidence
        .changes
        .iter()
        .partition(|it| before.contains(&(it.partition, it.offset)));
    let whom = |changes: &[&broker::Record]| -> BTreeSet<Option<Vec<u8>>> {
        changes.iter().map(|it| it.key.clone()).collect()
    };
    assert!(
        !whom(&first).is_disjoint(&whom(&second)),
        "nobody moved before and after"
    );
}
