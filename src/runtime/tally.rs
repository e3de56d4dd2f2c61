//! What the open transaction has come to, in numbers, until it is committed.

use std::time::Duration;

use crate::engine::effect::Judged;
use crate::engine::input::Outcome;
use crate::model::change::Cause;
use crate::model::detail::Cleaned;
use crate::model::ids::TopicIx;
use crate::model::refusal::REFUSALS;
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::model::warning::Notice;
use crate::policy::cleaning::Cleaning;
use crate::policy::declared::Policy;
use crate::telemetry::{Move, Refusals, UnitFigures, WorkerShard};

/// Numbers of the open transaction.
pub(super) struct Tally {
    consumed: Vec<u64>,
    applied: u64,
    duplicates: u64,
    suppressed: u64,
    dead_letters: Refusals,
    cleaned: Vec<u64>,
    moves: Vec<Move>,
    warnings: Vec<(ScaleIx, Notice)>,
}

impl Tally {
    pub(super) fn new(topics: usize, cleaning: &Cleaning) -> Self {
        Self {
            consumed: vec![0; topics],
            applied: 0,
            duplicates: 0,
            suppressed: 0,
            dead_letters: [0; REFUSALS.len()],
            cleaned: vec![0; cleaning.rules.len()],
            moves: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// One record was taken.
    pub(super) fn record(&mut self, topic: TopicIx, outcome: &Outcome, cleaned: Cleaned) {
        self.consumed[topic.0] += 1;
        match outcome {
            Outcome::Applied => {
                self.applied += 1;
                cleaned.rules().for_each(|rule| self.cleaned[rule] += 1);
            }
            Outcome::Duplicate => self.duplicates += 1,
            Outcome::Suppressed => self.suppressed += 1,
            Outcome::Refused(refused) => self.dead_letters[refused.refusal as usize] += 1,
        }
    }

    /// A customer was moved or warned, by a record written at `stamped_at`, or by time alone;
    /// `live` if time alone moves customers on time.
    pub(super) fn judged(
        &mut self,
        policy: &Policy,
        judged: &Judged,
        stamped_at: Option<Timestamp>,
        live: bool,
    ) {
        self.moves.extend(judged.changes.iter().map(|change| Move {
            scale: change.scale,
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
            .extend(warnings.map(|warning| (warning.ladder, warning.notice)));
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
        self.cleaned.fill(0);
        self.moves.clear();
        self.warnings.clear();
    }
}
