//! What units have come to, in numbers, until they are committed.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::effect::Judged;
use crate::engine::input::Outcome;
use crate::lane::fate::Fate;
use crate::model::change::Cause;
use crate::model::detail::Cleaned;
use crate::model::ids::TopicIx;
use crate::model::time::Timestamp;
use crate::model::warning::Notice;
use crate::policy::declared::Policy;
use crate::telemetry::{Enrolled, Move, Refusals, Telemetry, UnitFigures, WorkerShard};

/// Numbers of the unit that is filled, and of the one before while it is on its way.
pub(super) struct Tally {
    open: Sums,
    sealed: Sums,
    telemetry: Telemetry,
    enrolled: Vec<(Arc<Policy>, Enrolled)>,
}

/// Numbers of one unit.
#[derive(Default)]
struct Sums {
    consumed: Vec<u64>,
    applied: u64,
    duplicates: u64,
    suppressed: u64,
    dead_letters: Refusals,
    transfers: u64,
    cleaned: Vec<u64>,
    moves: Vec<Move>,
    warnings: Vec<(usize, Notice)>,
}

impl Sums {
    /// Of nothing, with so many input topics.
    fn new(topics: usize) -> Self {
        Self {
            consumed: vec![0; topics],
            ..Self::default()
        }
    }

    fn clear(&mut self) {
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

impl Tally {
    /// Of nothing, with so many input topics.
    pub(super) fn new(topics: usize, telemetry: &Telemetry) -> Self {
        Self {
            open: Sums::new(topics),
            sealed: Sums::new(topics),
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
        self.open.consumed[topic.0] += 1;
        let Fate::Became(outcome) = fate else {
            self.open.transfers += 1;
            return;
        };
        match outcome {
            Outcome::Applied => {
                self.open.applied += 1;
                cleaned.rules().for_each(|rule| self.clean(policy, rule));
            }
            Outcome::Duplicate => self.open.duplicates += 1,
            Outcome::Suppressed => self.open.suppressed += 1,
            Outcome::Refused(refused) => self.open.dead_letters[refused.refusal as usize] += 1,
        }
    }

    fn clean(&mut self, policy: &Arc<Policy>, rule: usize) {
        let rule = self.enrolled(policy).cleaning[rule];
        if self.open.cleaned.len() <= rule {
            self.open.cleaned.resize(rule + 1, 0);
        }
        self.open.cleaned[rule] += 1;
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
        self.open
            .moves
            .extend(judged.changes.iter().map(|change| Move {
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
        self.open
            .warnings
            .extend(warnings.map(|warning| (scales[warning.ladder.0], warning.notice)));
    }

    /// The unit that was filled is on its way; the next begins anew.
    pub(super) fn seal(&mut self) {
        std::mem::swap(&mut self.open, &mut self.sealed);
    }

    /// The unit on its way is committed: hands its numbers on. The next one stood still so long for
    /// it, if it did.
    pub(super) fn committed(
        &mut self,
        shard: &WorkerShard,
        units: u64,
        (began, acknowledged): (Timestamp, Timestamp),
        stood: Option<Duration>,
    ) {
        let sums = &self.sealed;
        shard.unit_committed(&UnitFigures {
            units,
            consumed: &sums.consumed,
            applied: sums.applied,
            duplicates: sums.duplicates,
            suppressed: sums.suppressed,
            dead_letters: &sums.dead_letters,
            transfers: sums.transfers,
            cleaned: &sums.cleaned,
            moves: &sums.moves,
            warnings: &sums.warnings,
            took: Duration::from_millis(u64::try_from((acknowledged - began).0).unwrap_or(0)),
            stood,
            acknowledged,
        });
        self.sealed.clear();
    }
}
