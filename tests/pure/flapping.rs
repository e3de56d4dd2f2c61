//! What settling and a minimum stay promise together: nobody moves to and fro, and who really moves
//! does so no later than declared.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemark::engine::effect::Judged;
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::{Span, Timestamp};
use tidemark::model::until::Until;
use tidemark::policy::declared::Policy;
use tidemark::policy::patience::Patience;

use crate::histories::campaign::Campaign;
use crate::histories::staging::Stage;
use crate::histories::{History, Input, plans};
use crate::laws::{Run, orderly};

const HISTORIES: u64 = 600;
const SETTLE: Span = Span(1_800_000);
const STAY: Span = Span(3_600_000);

/// The ranks of a customer on a ladder and the instants from which on they had them.
type Line = Vec<(Timestamp, u8)>;

/// The policy with tiers that wait so, are kept by their entry rules and ask for nothing else.
fn with(policy: &Policy, patience: Patience) -> Policy {
    let mut policy = policy.clone();
    for ladder in &mut policy.ladders {
        for tier in ladder.tiers.iter_mut().skip(1) {
            tier.keep = None;
            tier.requires = None;
            tier.lifetime = None;
            tier.patience = patience;
        }
    }
    policy
}

/// What became of all customers on all ladders.
fn lines(stage: &Stage, patience: Patience) -> BTreeMap<(String, ScaleIx), Line> {
    let mut history = orderly(stage);
    let lives = |input: &Input| !matches!(input, Input::Event(event) if event.command.is_some());
    history.inputs.retain(lives);
    let policy = Arc::new(with(&history.policy, patience));
    let ladders = policy.ladders.len();
    let run = Run::of(&History { policy, ..history });
    let mut lines = BTreeMap::new();
    for Judged {
        customer, changes, ..
    } in run.judged
    {
        for change in changes.iter().filter(|change| change.scale.0 < ladders) {
            let line: &mut Line = lines
                .entry((customer.to_string(), change.scale))
                .or_insert_with(|| vec![(Timestamp::MIN, 0)]);
            line.push((change.effective_at, change.to));
        }
    }
    lines
}

/// Ups that are taken back sooner than that.
fn flaps(line: &Line, within: Span) -> usize {
    let steps = line.windows(3);
    let flaps = steps.filter(|step| {
        let [(_, before), (up, on), (down, after)] = step else {
            return false;
        };
        on > before && after < on && *down < *up + within
    });
    flaps.count()
}

fn rank_at(line: &Line, at: Timestamp) -> u8 {
    let known = line.iter().rev().find(|(since, _)| *since <= at);
    known.expect("a line begins before all time").1
}

#[test]
fn who_waits_does_not_flap_and_is_not_late() {
    let counts: Vec<(usize, usize)> =
        Campaign::new("flapping", HISTORIES, 10).run(plans, |stage| {
            let patience = Patience {
                settle: SETTLE,
                stay: Some(Until::Span(STAY)),
                ..Patience::NONE
            };
            let plain = lines(stage, Patience::NONE);
            let patient = lines(stage, patience);
            let standing = vec![(Timestamp::MIN, 0)];
            let mut settled = 0;
            for (who, line) in &plain {
                let other = patient.get(who).unwrap_or(&standing);
                if flaps(other, STAY) > 0 {
                    return Err(format!("{who:?} moves to and fro: {other:?}"));
                }
                let ends = line.iter().skip(1).map(|(at, _)| *at);
                let ends = ends.chain([Timestamp::MAX]);
                for ((since, rank), end) in line.iter().zip(ends).skip(1) {
                    let by = *since + SETTLE.max(STAY);
                    for at in [by, end - Span(1)].into_iter().filter(|_| by < end) {
                        settled += 1;
                        if rank_at(other, at) != *rank {
                            return Err(format!("{who:?} at {at:?}: {line:?} but {other:?}"));
                        }
                    }
                }
            }
            let flaps = plain.values().map(|line| flaps(line, STAY)).sum();
            Ok((flaps, settled))
        });
    let flaps: usize = counts.iter().map(|(flaps, _)| flaps).sum();
    let settled: usize = counts.iter().map(|(_, settled)| settled).sum();
    let enough = flaps > 20 && settled > 200;
    assert!(
        enough || (counts.len() as u64) < HISTORIES,
        "{flaps} flaps, {settled} settled"
    );
}
