//! Bad records among good ones: each goes to the dead letters as it came, and nothing else changes.

use std::collections::BTreeMap;

use tidemark::model::refusal::REFUSALS;

use super::deployment::{Deployment, Plan, QUICK};
use super::dice::Dice;
use super::shop_load::{Fate, ShopLoad};
use super::verdict::verdict;
use crate::broker::{self, needs_kafka};

#[test]
fn bad_records_neither_stop_nor_change_the_others() {
    needs_kafka!();
    let plan = Plan {
        app: "poisoned",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let load = ShopLoad::open(&deployment, Dice::of("poisoned", 4), 800, true);
    let instance = deployment.start("one");
    load.wait_for_more(6_000);
    let sent = load.close();
    deployment.wait_until_caught_up();
    assert!(instance.terminate().success());

    verdict(&deployment, &sent, watcher);
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &sent {
        if let Fate::Refused(expected) = one.fate {
            *refused.entry(expected.refusal.code()).or_default() += 1;
        }
    }
    println!("{refused:?}");
    assert_eq!(refused.len(), REFUSALS.len(), "not every refusal was tried");
}
