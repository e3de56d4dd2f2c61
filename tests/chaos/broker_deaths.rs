//! The broker itself dies in the middle of a transaction, alone or together with the instance.

use super::nemesis::MOMENTS;
use super::proxy::Let;
use super::stage::{SOON, Stage, rounds};
use super::sweep::goes_on;
use crate::broker::needs_kafka;

#[test]
fn a_broker_dies_in_the_middle_of_a_transaction() {
    needs_kafka!();
    let mut stage = Stage::crowded("deaths", 47, 150);
    let owner = stage.deployment.owner("one");
    let mut instance = stage.start("one");
    stage.wait_for_transactions(&owner, 3);
    for round in 1..=rounds(3) {
        let (api, at) = MOMENTS[stage.dice.roll(MOMENTS.len() as u64) as usize];
        let trap = stage.proxy.trap(&owner, api, 1, at);
        assert!(trap.wait(SOON).is_some(), "no {api:?}:\n{}", stage.log());
        let both = stage.dice.one_in(2);
        if both {
            instance.signal("KILL");
        }
        // It goes on its way before the broker dies, or is lost with it.
        let first = stage.dice.one_in(2);
        if first {
            stage.proxy.spring(&trap, Let::Pass);
        }
        stage.broker.kill();
        stage.proxy.spring(&trap, Let::Cut);
        stage.broker.restart();
        if both {
            instance = stage.start("one");
        }
        instance = goes_on(&stage, instance, &owner);
        println!("round {round}: {api:?} {at:?}, the instance too: {both}, passed on: {first}");
    }
    stage.disperse(vec![instance]);
}
