//! A broker that goes away, in order or without notice, while instances work and the shop sends.

use std::fs;
use std::time::{Duration, Instant};

use super::deployment::{Deployment, PATIENCE, Plan, QUICK};
use super::dice::Dice;
use super::shop_load::ShopLoad;
use super::verdict::verdict;
use crate::broker::{Broker, needs_kafka, until};

/// Longer than a worker waits for the end of a commit.
const STANDSTILL: Duration = Duration::from_secs(15);

#[test]
fn a_broker_may_stop_and_die_under_load() {
    needs_kafka!();
    let mut broker = Broker::start();
    let plan = Plan {
        app: "outages",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(&broker, &plan);
    let watcher = deployment.watch();
    let mut dice = Dice::of("outages", 6);
    let load = ShopLoad::open(&deployment, dice.split(), 400, true);
    let mut instance = deployment.start("one");
    for outage in ["kill", "stop", "kill"] {
        load.wait_for_more(600);
        deployment.wait_until_caught_up();
        load.wait_for_more(dice.roll(200) as usize);
        println!("{outage}");
        if outage == "kill" {
            broker.kill();
        }
        broker.restart();
        instance.assert_runs();
    }
    load.wait_for_more(600);
    let sent = load.close();
    deployment.wait_until_caught_up();
    let log = instance.log();
    let noticed = ["producer given up", "begins anew"].map(|line| log.contains(line));
    assert!(noticed.contains(&true), "it noticed nothing:\n{log}");
    assert!(instance.terminate().success());

    verdict(&deployment, &sent, watcher);
}

/// Whether its commit has arrived it cannot know, but its lanes are its own all the time: it takes
/// another producer, publishes the unit again if it is not there, and rebuilds nothing.
#[test]
fn a_broker_may_stand_still_under_load() {
    needs_kafka!();
    // Otherwise the controller, which stands still with it, would take it for dead.
    let mut broker = Broker::with("broker.session.timeout.ms=60000");
    let plan = Plan {
        app: "standstill",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(&broker, &plan);
    let settings = fs::read_to_string(deployment.settings()).expect("it was written");
    let settings = settings.replace(r#""6s""#, r#""60s""#);
    fs::write(deployment.settings(), settings).expect("it can be written");
    let watcher = deployment.watch();
    let load = ShopLoad::open(&deployment, Dice::of("standstill", 7), 400, true);
    let instance = deployment.start("one");
    load.wait_for_more(600);
    deployment.wait_until_caught_up();
    let count = |line: &str| instance.log().matches(line).count();
    for round in 1..=2 {
        // Where no commit is on its way, nothing is in doubt.
        until("it doubts a commit", PATIENCE, || {
            load.wait_for_more(100);
            broker.pause();
            let enough = Instant::now() + STANDSTILL;
            let doubts = until("it doubts, or has no reason to", PATIENCE, || {
                let doubts = count("producer given up") == round;
                (doubts || Instant::now() > enough).then_some(doubts)
            });
            broker.resume();
            doubts.then_some(())
        });
        until("it has another producer", PATIENCE, || {
            (count("producer renewed") == round).then_some(())
        });
        load.wait_for_more(200);
        deployment.wait_until_caught_up();
    }
    let sent = load.close();
    deployment.wait_until_caught_up();
    let log = instance.log();
    assert!(!log.contains("begins anew"), "it lost its lanes:\n{log}");
    assert_eq!(log.matches("lane restored").count(), 4, "{log}");
    assert!(instance.terminate().success());

    verdict(&deployment, &sent, watcher);
}
