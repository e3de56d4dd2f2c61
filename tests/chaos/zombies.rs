//! Instances that stand still for longer than their session and their transaction last, and go on
//! when others have their lanes: nothing that they had under way counts.

use std::collections::{BTreeMap, BTreeSet};

use super::proxy::{Api, At, Let};
use super::stage::{SOON, Stage, rounds};
use crate::broker::{Broker, needs_kafka, until};
use crate::exactly_once::deployment::Instance;

/// Their transaction lasts for ten seconds then, their session for less.
const QUICKLY: [&str; 1] = ["kafka.session_timeout=2s"];
/// Where they stand still.
const MOMENTS: [(Api, At); 4] = [
    (Api::Produce, At::Request),
    (Api::TxnOffsetCommit, At::Request),
    (Api::EndTxn, At::Request),
    (Api::EndTxn, At::Reply),
];

#[test]
fn whoever_comes_back_too_late_is_not_heard() {
    needs_kafka!();
    let mut stage = Stage::crowded("zombies", 46, 150);
    let names = ["one", "two"];
    let mut instances = names.map(|name| stage.start_with(name, &QUICKLY));
    for name in names {
        stage.wait_for_transactions(&stage.deployment.owner(name), 2);
    }
    for round in 1..=rounds(2) {
        let which = stage.dice.roll(2) as usize;
        let (api, at) = MOMENTS[stage.dice.roll(4) as usize];
        let [zombie, other] = [which, 1 - which].map(|ix| stage.deployment.owner(names[ix]));
        let trap = stage.proxy.trap(&zombie, api, 1, at);
        assert!(trap.wait(SOON).is_some(), "no {api:?}:\n{}", stage.log());
        instances[which].signal("STOP");
        wait_for_lanes(&stage, &other);
        // It had its last word on the way all the time.
        stage.proxy.spring(&trap, Let::Pass);
        instances[which].signal("CONT");
        println!("round {round}: {zombie} stood still at {api:?} {at:?}");
        for (instance, name) in instances.iter_mut().zip(names) {
            runs_again(&stage, instance, name);
        }
    }
    let topics = stage.deployment.outputs();
    let broker = stage.disperse(Vec::from(instances)).broker;
    let batches = topics
        .iter()
        .map(|topic| no_epoch_goes_back(&broker, topic));
    let batches: usize = batches.sum();
    println!("{batches} batches, none of an epoch that was over");
}

/// Waits until an instance has committed units of all lanes, from now on.
#[track_caller]
fn wait_for_lanes(stage: &Stage, owner: &str) {
    let watcher = stage.broker.watch_new(&[&stage.deployment.ledger()]);
    let owner = format!(r#""owner":"{owner}""#);
    let what = format!("{owner} has all lanes");
    watcher.wait(&what, SOON, |seen| {
        let its = seen
            .iter()
            .filter(|it| it.record.value_text().contains(&owner));
        let lanes: BTreeSet<i32> = its.map(|it| it.record.partition).collect();
        (lanes.len() as i32 == stage.deployment.lanes()).then_some(())
    });
}

/// Waits until an instance commits, if need be the next of its name.
#[track_caller]
fn runs_again(stage: &Stage, instance: &mut Instance, name: &str) {
    let owner = stage.deployment.owner(name);
    let before = stage.proxy.witness().ended(&owner);
    until(&format!("{name} commits again"), SOON, || {
        if let Some(status) = instance.ended() {
            assert!(matches!(status.code(), Some(69 | 75)), "{}", instance.log());
            *instance = stage.start_with(name, &QUICKLY);
        }
        (stage.proxy.witness().ended(&owner) > before).then_some(())
    });
}

/// In each partition, no producer has written under an epoch after one that came later, be it
/// records or the end of a transaction; how many batches there are.
#[track_caller]
fn no_epoch_goes_back(broker: &Broker, topic: &str) -> usize {
    let mut last: BTreeMap<(i32, i64), i64> = BTreeMap::new();
    let batches = broker.batches(topic);
    for batch in &batches {
        let epoch = last.entry((batch.partition, batch.producer)).or_default();
        assert!(
            batch.epoch >= *epoch,
            "{topic}: {batch:?} after epoch {epoch}"
        );
        *epoch = batch.epoch;
    }
    batches.len()
}
