//! A policy's chart takes a customer to where its rules do, from any rank and at any levels.

use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Timestamp;
use tidemark::policy::chart::{Chart, Spots};
use tidemark::policy::climb::Now;
use tidemark::policy::declared::Policy;
use tidemark::policy::judge::{Footing, Judge, Stood};
use tidemark::policy::overrides::NONE;
use tidemark::policy::truths::Truths;
use tidemark::wire::policy;

use crate::dice::Dice;
use crate::histories::campaign::Campaign;
use crate::histories::plans;
use crate::laws::equal;

const SHIPPED: &str = include_str!("../../config/policy.toml");
/// Policies drawn in the ordinary test run, and customers judged under each.
const POLICIES: u64 = 120;
const CUSTOMERS: u64 = 60;
/// Levels that change, of each customer.
const FLIPS: u64 = 6;

/// Customers of any ranks and levels, judged by the rules and by the chart.
fn agree(policy: &Policy, judge: &Judge, chart: &Chart, dice: &mut Dice) -> Result<(), String> {
    let now = Now {
        zone: &policy.zone,
        at: Timestamp(0),
    };
    let (mut truths, mut footing, mut spots) = <(Truths, Footing, Spots)>::default();
    let level = |feature: usize, dice: &mut Dice| {
        let levels = u64::from(judge.cuts().never(feature)) + 1;
        dice.roll(levels) as u32
    };
    for _ in 0..CUSTOMERS {
        let features = 0..policy.features.len();
        let levels: Vec<u32> = features.map(|feature| level(feature, dice)).collect();
        let scales = (0..policy.scales()).map(ScaleIx);
        let ranks = scales.clone().map(|scale| policy.rank_names(scale).len());
        let from: Vec<u8> = ranks.map(|all| dice.roll(all as u64) as u8).collect();
        let stood = Stood {
            ranks: &from,
            marks: &[],
            overrides: &NONE,
            spared: None,
        };
        judge.judge(&levels, now, stood, &mut truths, &mut footing);
        let mut charted = from.clone();
        chart.judge(&levels, &mut spots, &mut charted);
        equal(&format!("{levels:?} {from:?}"), &footing.ranks, &charted)?;
        for _ in 0..FLIPS {
            let feature = dice.roll(levels.len() as u64) as usize;
            let to = level(feature, dice);
            judge.flip(feature, to, &mut truths);
            chart.flip(feature, to, &mut spots);
            let stirs = scales.clone().any(|scale| {
                let known = (&footing, &NONE);
                judge.stirs(scale, now, known, &truths, &mut Vec::new())
            });
            let charted = chart.stirs(&spots, &charted);
            equal(&format!("{feature} to {to}"), &stirs, &charted)?;
        }
    }
    Ok(())
}

#[test]
fn the_shipped_policy_is_judged_by_a_chart() {
    let policy = policy::parse("policy.toml", SHIPPED).expect("the shipped policy is valid");
    let judge = Judge::new(&policy);
    let chart = judge.chart().expect("it remembers nothing");
    let agreed = agree(&policy, &judge, chart, &mut Dice::of("charts", 36));
    agreed.unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn a_chart_judges_as_the_rules_do() {
    let mut dice = Dice::of("charts", 37);
    let dice = std::sync::Mutex::new(dice.split());
    let charted: Vec<u64> = Campaign::new("charts", POLICIES, 10).run(plans, |stage| {
        let policy = &stage.history.policy;
        let judge = Judge::new(policy);
        let Some(chart) = judge.chart() else {
            return Ok(0);
        };
        let mut dice = dice.lock().expect("nobody else holds them");
        agree(policy, &judge, chart, &mut dice)?;
        Ok(1)
    });
    let policies = charted.len() as u64;
    let charted = charted.iter().sum::<u64>();
    assert!(
        charted * 5 > policies,
        "{charted} of {policies} have a chart"
    );
}
