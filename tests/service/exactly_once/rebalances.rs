//! Two instances of one group: lanes move between them as they join, leave and fall silent.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::deployment::{Deployment, Instance, PATIENCE, Plan, QUICK};
use super::dice::Dice;
use super::shop_load::ShopLoad;
use super::verdict::verdict;
use crate::broker::{self, Seen, Watcher, needs_kafka, wait_for};

const ROUNDS: usize = 5;

#[test]
fn lanes_move_to_and_fro() {
    needs_kafka!();
    let plan = Plan {
        app: "moves",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let mut dice = Dice::of("moves", 5);
    let load = ShopLoad::open(&deployment, dice.split(), 600, true);
    let names = ["one", "two"];
    let (mut staying, mut its_name) = (deployment.start(names[0]), 0);
    wait_for_lanes(&deployment, &watcher, names[0], deployment.lanes());
    for round in 1..=ROUNDS {
        let other = 1 - its_name;
        let joined = deployment.start(names[other]);
        wait_for_lanes(&deployment, &watcher, names[other], 2);
        wait_for(Instant::now() + Duration::from_millis(dice.roll(500)));
        // In turns the newcomer leaves, and the one who was there before.
        let leaving = if round % 2 == 0 {
            its_name = other;
            std::mem::replace(&mut staying, joined)
        } else {
            joined
        };
        leaves_in_order(leaving);
        wait_for_lanes(&deployment, &watcher, names[its_name], deployment.lanes());
        println!("round {round}: {} has all lanes again", names[its_name]);
    }
    let sent = load.close();
    deployment.wait_until_caught_up();
    leaves_in_order(staying);

    verdict(&deployment, &sent, watcher);
}

#[test]
fn an_instance_that_was_paused_finds_its_lanes_gone() {
    needs_kafka!();
    let plan = Plan {
        app: "pauses",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let mut dice = Dice::of("pauses", 3);
    let load = ShopLoad::open(&deployment, dice.split(), 400, false);
    let quick = ["kafka.session_timeout=2s"];
    let mut one = deployment.start_with("one", &quick);
    let mut two = deployment.start_with("two", &quick);
    for pause in 1..=3 {
        for name in ["one", "two"] {
            wait_for_lanes(&deployment, &watcher, name, 2);
        }
        wait_for(Instant::now() + Duration::from_millis(dice.roll(100)));
        one.signal("STOP");
        wait_for_lanes(&deployment, &watcher, "two", deployment.lanes());
        one.signal("CONT");
        println!("pause {pause}: two had all lanes");
    }
    for name in ["one", "two"] {
        wait_for_lanes(&deployment, &watcher, name, 2);
    }
    let sent = load.close();
    deployment.wait_until_caught_up();
    one.assert_runs();
    two.assert_runs();
    assert!(
        one.log().contains("begins anew"),
        "it never noticed:\n{}",
        one.log()
    );
    assert!(one.terminate().success() && two.terminate().success());

    verdict(&deployment, &sent, watcher);
}

/// SIGTERM ends it with success, and it never had to begin anew.
#[track_caller]
fn leaves_in_order(instance: Instance) {
    let log = instance.log();
    let status = instance.terminate();
    assert!(status.success(), "{status}\n{log}");
    assert!(!log.contains("begins anew"), "{log}");
}

/// Waits until an instance has committed units of so many lanes, from now on.
#[track_caller]
fn wait_for_lanes(deployment: &Deployment, watcher: &Watcher, instance: &str, lanes: i32) {
    let owner = format!(r#""owner":"{}""#, deployment.owner(instance));
    let ledger = deployment.ledger();
    let before = watcher.wait("all seen is counted", PATIENCE, |seen| Some(seen.len()));
    let what = format!("{instance} commits units of {lanes} lanes");
    watcher.wait(&what, PATIENCE, |seen| {
        let its = |it: &&Seen| it.record.topic == ledger && it.record.value_text().contains(&owner);
        let new = seen[before..].iter().filter(its);
        let found: BTreeSet<i32> = new.map(|it| it.record.partition).collect();
        (found.len() as i32 >= lanes).then_some(())
    });
}
