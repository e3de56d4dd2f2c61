//! A history through the engine: the clock driven by the events, and at the end let go to an
//! instant.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::effect::Judged;
use crate::engine::input::{Outcome, Tick};
use crate::model::detail::Cleaned;
use crate::model::refusal::Refusal;
use crate::model::time::{Span, Timestamp};
use crate::policy::declared::Policy;
use crate::wire::event::Decoder;
use crate::wire::scratch::Scratch;
use crate::wire::{change, receipt, warning};

use super::history::History;

/// What came of a history.
pub(crate) struct Backtest {
    /// The customers, as of the end.
    pub engine: Engine,
    /// The end.
    pub until: Timestamp,
    /// All changes and warnings.
    pub changes: ChangeLog,
    /// What became of the events.
    pub counts: Counts,
}

/// What became of events.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// They count.
    pub applied: u64,
    /// Copies.
    pub duplicates: u64,
    /// From before their customer was erased.
    pub suppressed: u64,
    /// Dated after the end.
    pub later: u64,
    /// Refused, by reason.
    pub refused: BTreeMap<Refusal, u64>,
    /// Fields cleaned in those that count, by rule in the order of the policy.
    pub cleaned: Vec<u64>,
}

impl Counts {
    fn record(&mut self, outcome: Outcome, cleaned: Cleaned) {
        match outcome {
            Outcome::Applied => {
                self.applied += 1;
                cleaned.rules().for_each(|rule| self.cleaned[rule] += 1);
            }
            Outcome::Duplicate => self.duplicates += 1,
            Outcome::Suppressed => self.suppressed += 1,
            Outcome::Refused(refused) => *self.refused.entry(refused.refusal).or_default() += 1,
        }
    }
}

/// The bodies of changes, warnings and receipts, in the order in which they came about.
#[derive(Default)]
pub(crate) struct ChangeLog {
    bodies: Vec<u8>,
    entries: Vec<(Timestamp, usize)>,
    warnings: u64,
}

impl ChangeLog {
    /// Adds the changes and warnings of a judging, or the receipt for a customer who has ended.
    pub(crate) fn add(&mut self, policy: &Policy, judged: &Judged) {
        for one in &judged.changes {
            self.entries.push((one.effective_at, self.bodies.len()));
            change::encode_body(policy, &judged.customer, one, &mut self.bodies);
        }
        for one in &judged.warnings {
            self.entries.push((one.effective_at, self.bodies.len()));
            self.warnings += 1;
            warning::encode_body(policy, &judged.customer, one, &mut self.bodies);
        }
        if let Some(ended) = &judged.ended {
            self.entries.push((judged.at, self.bodies.len()));
            let who = &judged.customer;
            receipt::encode_body(policy, who, judged.at, ended, &mut self.bodies);
        }
    }

    /// How many changes there are.
    #[must_use]
    pub(crate) fn changes(&self) -> usize {
        self.entries.len() - self.warnings as usize
    }

    /// How many warnings there are.
    #[must_use]
    pub(crate) fn warnings(&self) -> u64 {
        self.warnings
    }

    /// Their bodies, by the instant they took effect; equal instants as they came about. So each
    /// customer's are in order.
    #[must_use]
    pub(crate) fn by_instant(&self) -> Vec<&[u8]> {
        let ends = self.entries.iter().skip(1).map(|(_, start)| *start);
        let mut all: Vec<(Timestamp, &[u8])> = self
            .entries
            .iter()
            .zip(ends.chain([self.bodies.len()]))
            .map(|((at, start), end)| (*at, &self.bodies[*start..end]))
            .collect();
        all.sort_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, body)| body).collect()
    }
}

/// Moves a history through a fresh engine, up to `until` or its last event. `progress` is told the
/// number of events behind it.
#[must_use]
pub(crate) fn backtest(
    policy: &Arc<Policy>,
    history: &History,
    until: Option<Timestamp>,
    mut progress: impl FnMut(u64),
) -> Backtest {
    let decoder = Decoder::of_policy(policy, usize::MAX);
    let mut scratch = Scratch::default();
    let mut engine = Engine::new(policy.clone());
    let mut effects = Vec::new();
    let mut changes = ChangeLog::default();
    let mut counts = Counts {
        cleaned: vec![0; policy.cleaning.rules.len()],
        ..Counts::default()
    };
    let until = until.or(history.last()).unwrap_or(Timestamp(0));
    engine.tick(
        Tick {
            ceiling: Timestamp::MAX,
            coast: None,
            firings: None,
        },
        &mut effects,
    );
    for (number, (at, text)) in history.events().enumerate() {
        progress(number as u64);
        if at > until {
            counts.later += 1;
            continue;
        }
        scratch.clear();
        let (outcome, cleaned) = match decoder.decode(text, &scratch) {
            Ok(event) => (engine.apply(&event, &mut effects), event.details.cleaned),
            Err(refused) => (Outcome::Refused(refused), Cleaned::default()),
        };
        counts.record(outcome, cleaned);
        for judged in effects.drain(..) {
            changes.add(policy, &judged);
        }
    }
    // A deadline fires once the clock is past it: one millisecond further, and those at the end
    // itself have fired.
    let past = until + Span(1);
    loop {
        engine.tick(
            Tick {
                ceiling: Timestamp::MAX,
                coast: Some(past),
                firings: None,
            },
            &mut effects,
        );
        for judged in effects.drain(..) {
            changes.add(policy, &judged);
        }
        if engine.next_due().is_none_or(|due| due >= past) {
            break;
        }
    }
    Backtest {
        engine,
        until,
        changes,
        counts,
    }
}
