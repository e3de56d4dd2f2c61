//! What the open transaction has come to, in numbers, until it is committed.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::effect::Judged;
use crate::engine::input::Outcome;
use crate::lane::fate::Fate;
use crate::model::change::Cause;
use crate::model::detail::Cleaned;
use crate::model::ids::TopicIx;
use crate::model::refusal::REFUSALS;
use crate::model::time::Timestamp;
use crate::model::warning::Notice;
use crate::policy::declared::Policy;
use crate::telemetry::{Enrolled, Move, Refusals, Telemetry, UnitFigures, WorkerShard};

/// Numbers of the open transaction.
pub(super) struct Tally {
    consumed: Vec<u64>,
    applied: u64,
    duplicates: u64,
    suppressed: u64,
    dead_letters: Refusals,
    transfers: u64,
    cleaned: Vec<u64>,
    moves: Vec<Move>,
    warnings: Vec<(usize, Notice)>,
    telemetry: Telemetry,
    enrolled: Vec<(Arc<Policy>, Enrolled)>,
}

impl Tally {
    /// Of nothing, with so many input topics.
    pub(super) fn new(topics: usize, telemetry: &Telemetry) -> Self {
        Self {
            consumed: vec![0; topics],
            applied: 0,
            duplicates: 0,
            suppressed: 0,
            dead_letters: [0; REFUSALS.len()],
            transfers: 0,
            cleaned: Vec::new(),
            moves: Vec::new(),
            warnings: Vec::new(),
            telemetry: telemetry.clone(),
            enrolled: Vec::new(),
        }
    }

    /// One record was taken, and cleaned by the rules of a policy.
    pub(super) fn record(
        &mut self,
        policy: &Arc<Policy>,
        topic: TopicIx,
        fate: &Fate,
        cleaned: Cleaned,
    ) {
        self.consumed[topic.0] += 1;
        let Fate::Became(outcome) = fate else {
            self.transfers += 1;
            return;
        };
        match outcome {
            Outcome::Applied => {
                self.applied += 1;
                cleaned.rules().for_each(|rule| self.clean(policy, rule));
            }
            Outcome::Duplicate => self.duplicates += 1,
            Outcome::Suppressed => self.suppressed += 1,
            Outcome::Refused(refused) => self.dead_letters[refused.refusal as usize] += 1,
        }
    }

    fn clean(&mut self, policy: &Arc<Policy>, rule: usize) {
        let rule = self.enrolled(policy).cleaning[rule];
        if self.cleaned.len() <= rule {
            self.cleaned.resize(rule + 1, 0);
        }
        self.cleaned[rule] += 1;
    }

    /// Under which numbers a policy is counted.
    fn enrolled(&mut self, policy: &Arc<Policy>) -> &Enrolled {
        let known = |(known, _): &(Arc<Policy>, Enrolled)| Arc::ptr_eq(known, policy);
        let ix = self.enrolled.iter().position(known).unwrap_or_else(|| {
            let enrolled = self.telemetry.enrol(policy);
            self.enrolled.push((policy.clone(), enrolled));
            self.enrolled.len() - 1
        });
        &self.enrolled[ix].1
    }

    /// A customer was moved or warned, by a record written at `stamped_at`, or by time alone;
    /// `live` if time alone moves customers on time.
    pub(super) fn judged(
        &mut self,
        policy: &Arc<Policy>,
        judged: &Judged,
        stamped_at: Option<Timestamp>,
        live: bool,
    ) {
        if judged.changes.is_empty() && judged.warnings.is_empty() {
            return;
        }
        let scales = self.enrolled(policy).scales.clone();
        self.moves.extend(judged.changes.iter().map(|change| Move {
            scale: scales[change.scale.0],
            cause: change.cause,
            direction: policy.direction(change),
            owed: match change.cause {
                Cause::Event | Cause::Correction | Cause::Command => stamped_at,
                Cause::Clock => live.then_some(change.effective_at),
                Cause::Policy => None,
            },
        }));
        let warnings = judged.warnings.iter();
        self.warnings
            .extend(warnings.map(|warning| (scales[warning.ladder.0], warning.notice)));
    }

    /// The transaction is committed: hands the numbers on and begins anew.
    pub(super) fn committed(
        &mut self,
        shard: &WorkerShard,
        units: u64,
        (began, acknowledged): (Timestamp, Timestamp),
    ) {
        shard.unit_committed(&UnitFigures {
            units,
            consumed: &self.consumed,
            applied: self.applied,
            duplicates: self.duplicates,
            suppressed: self.suppressed,
            dead_letters: &self.dead_letters,
            transfers: self.transfers,
            cleaned: &self.cleaned,
            moves: &self.moves,
            warnings: &self.warnings,
            took: Duration::from_millis(u64::try_from((acknowledged - began).0).unwrap_or(0)),
            acknowledged,
        });
        self.consumed.fill(0);
        self.applied = 0;
        self.duplicates = 0;
        self.suppressed = 0;
        self.dead_letters.fill(0);
        self.transfers = 0;
        self.cleaned.fill(0);
        self.moves.clear();
        self.warnings.clear();
    }
}
