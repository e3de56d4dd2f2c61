//! A broker that goes away, in order or without notice, while instances work and the shop sends.

use super::deployment::{Deployment, Plan, QUICK};
use super::dice::Dice;
use super::shop_load::ShopLoad;
use super::verdict::verdict;
use crate::broker::{Broker, needs_kafka};

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
    assert!(log.contains("begins anew"), "it noticed nothing:\n{log}");
    assert!(instance.terminate().success());

    verdict(&deployment, &sent, watcher);
}
