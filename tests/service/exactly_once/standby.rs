//! Lanes that are kept up by another instance: a takeover needs only their tail.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::deployment::{Deployment, Instance, PATIENCE, Plan, QUICK};
use super::dice::Dice;
use super::shelf::start;
use super::shop_load::{ShopLoad, now};
use super::takeover::{
    crowd, customers, goes_on, one_of_each_lane, second_purchases, written_down,
};
use super::verdict::verdict;
use crate::broker::{self, needs_kafka, until};

/// For as many customers as there may be.
const LONG: Duration = Duration::from_secs(600);

fn compacted(deployment: &Deployment) {
    let compacted = [("cleanup.policy", "compact")];
    let (topic, lanes) = (deployment.snapshots_topic(), deployment.lanes());
    deployment.client().create_topic(&topic, lanes, &compacted);
}

/// What a line of the log says of a field.
fn field(line: &str, name: &str) -> Option<u64> {
    let value = line.split(&format!(" {name}=")).nth(1)?;
    value.split(' ').next()?.parse().ok()
}

/// Waits until an instance has restored its two lanes, and keeps up the others.
fn wait_until_it_stands_by(instance: &Instance) {
    until("two lanes are kept up", LONG, || {
        let log = instance.log();
        let lanes = |what: &str| -> BTreeSet<u64> {
            let lines = log.lines().filter(|line| line.contains(what));
            lines.filter_map(|line| field(line, "lane")).collect()
        };
        let own = lanes("lane restored");
        let kept_up = lanes("lane kept up for a takeover");
        (own.len() >= 2 && own.union(&kept_up).count() == 4).then_some(())
    });
}

/// The lanes that an instance had kept up when it took them over: how many records each replayed.
fn taken_over(instance: &Instance) -> Vec<u64> {
    let log = instance.log();
    let lines = log
        .lines()
        .filter(|line| line.contains("lane restored") && line.contains("kept_up=true"));
    lines
        .map(|line| field(line, "records").expect("how many"))
        .collect()
}

#[test]
fn lanes_that_were_kept_up_are_taken_over_with_their_tail_alone() {
    needs_kafka!();
    let plan = Plan {
        app: "standby",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    compacted(&deployment);
    let watcher = deployment.watch();
    let load = ShopLoad::open(&deployment, Dice::of("standby", 8), 400, true);
    let standby = ["app.standby=true"];
    let one = start(&deployment, "one", &standby);
    load.wait_for_more(2_000);
    let two = start(&deployment, "two", &standby);
    wait_until_it_stands_by(&two);
    load.wait_for_more(500);
    // It may have been given lanes that it had kept up already.
    let before = taken_over(&two).len();
    one.kill();
    until("both lanes are taken over", PATIENCE, || {
        (taken_over(&two).len() >= before + 2).then_some(())
    });
    // Whoever is back keeps up what it had, and takes it over as it leaves in order.
    let one = start(&deployment, "one-again", &standby);
    wait_until_it_stands_by(&one);
    load.wait_for_more(500);
    let before = taken_over(&one).len();
    let mut replayed = taken_over(&two);
    assert!(two.terminate().success());
    until("both lanes are taken over, again", PATIENCE, || {
        (taken_over(&one).len() >= before + 2).then_some(())
    });
    replayed.extend(taken_over(&one));
    assert!(
        replayed.iter().all(|records| *records < 3_000),
        "{replayed:?}"
    );
    let sent = load.close();
    deployment.wait_until_caught_up();
    assert!(one.terminate().success());
    verdict(&deployment, &sent, watcher);
}

/// As many as `TIDEMARK_CUSTOMERS` says.
#[test]
fn customers_stand_still_for_as_long_as_a_tail_takes() {
    needs_kafka!();
    let customers = customers();
    let plan = Plan {
        app: "tail",
        policy: include_str!("../../../config/policy.toml"),
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    compacted(&deployment);
    crowd(&deployment, customers);
    let one = written_down(&deployment, customers);
    let two = start(&deployment, "two", &["app.standby=true"]);
    wait_until_it_stands_by(&two);
    deployment.wait_until_caught_up();

    let before = taken_over(&two).len();
    let watcher = deployment.client().watch_new(&[&deployment.changes()]);
    one.kill();
    let killed = Instant::now();
    let probes = one_of_each_lane(&deployment);
    deployment.client().produce(
        &deployment.inputs()[0],
        &second_purchases(&probes, customers, now()),
    );
    let all = goes_on(&watcher, probes.len(), killed);
    assert!(taken_over(&two).len() >= before + 2, "{}", two.log());
    eprintln!(
        "{customers} customers, session.timeout 6 s: after {all:.1?} one of each lane goes on"
    );
    let log = two.log();
    let told = ["lane restored", "kept up", "lanes "];
    for line in log
        .lines()
        .filter(|line| told.iter().any(|it| line.contains(it)))
    {
        eprintln!("{line}");
    }
    assert!(two.terminate().success());
}
