//! Instances that die without notice, at any moment: nothing that they did halfway can be seen.

use std::time::{Duration, Instant};

use super::deployment::{Deployment, PATIENCE, Plan, QUICK};
use super::dice::Dice;
use super::shop_load::{Fate, ShopLoad};
use super::verdict::verdict;
use crate::broker::{self, Watcher, needs_kafka, until, wait_for};

const KILLS: u64 = 30;

#[test]
fn thirty_kills_leave_no_trace() {
    needs_kafka!();
    let plan = Plan {
        app: "kills",
        policy: QUICK,
        static_membership: true,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let mut dice = Dice::of("kills", 30);
    let load = ShopLoad::open(&deployment, dice.split(), 600, true);
    let sealed = deployment.client().peek(&[&deployment.ledger()]);
    for kill in 1..=KILLS {
        let instance = deployment.start("one");
        // A third die somewhere in their start, a third while they work, and a third while a unit
        // is on its way to be committed: its entry is there, and its commit follows.
        let when = ["start", "work", "commit"][(kill % 3) as usize];
        let after = match when {
            "start" => dice.roll(2_000),
            "work" => dice.roll(400),
            _ => dice.roll(4),
        };
        if when != "start" {
            wait_for_units(&deployment, &watcher, 1 + dice.roll(5) as usize);
        }
        if when == "commit" {
            sealed.wait_for_one_more(PATIENCE);
        }
        println!("kill {kill}: {after} ms after a {when}");
        wait_for(Instant::now() + Duration::from_millis(after));
        instance.kill();
    }
    let last = deployment.start("one");
    let sent = load.close();
    // The one before it may have caught up already, and a signal that comes before it is waited for
    // ends a process.
    until("the last one has its lanes", PATIENCE, || {
        last.log().contains("lane restored").then_some(())
    });
    deployment.wait_until_caught_up();
    assert!(last.terminate().success());

    let evidence = verdict(&deployment, &sent, watcher);
    let erased = sent.iter().filter(|it| it.is_erasure()).count();
    let suppressed = sent.iter().filter(|it| it.fate == Fate::Suppressed).count();
    println!("{erased} customers erased, {suppressed} late events of theirs");
    assert!(erased > 3 && suppressed > 3, "too few were erased");
    assert!(
        evidence.aborted > 0 && evidence.aborted_units > 0,
        "no kill came within a transaction, or none within a commit"
    );
}

/// Waits until so many units more are committed.
#[track_caller]
fn wait_for_units(deployment: &Deployment, watcher: &Watcher, more: usize) {
    let ledger = deployment.ledger();
    let count = |seen: &[broker::Seen]| seen.iter().filter(|it| it.record.topic == ledger).count();
    let before = watcher.wait("units are counted", PATIENCE, |seen| Some(count(seen)));
    let what = format!("{more} units after the {before} before");
    watcher.wait(&what, PATIENCE, |seen| {
        (count(seen) >= before + more).then_some(())
    });
}
