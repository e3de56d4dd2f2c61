//! All that is counted: one set for each worker, added up for the page.

use std::time::Duration;

use crate::model::change::{CAUSES, Cause, DIRECTIONS, Direction};
use crate::model::refusal::REFUSALS;
use crate::model::time::Timestamp;
use crate::model::warning::{NOTICES, Notice};

use super::labels::Labels;
use super::latency::Latencies;
use super::names::{Ending, Kept, Outcome, Rebalance, Renewal, Restart, Saved};

/// Dead letters by reason, in the order of `REFUSALS`.
pub type Refusals = [u64; REFUSALS.len()];

/// What one committed transaction came to.
#[derive(Clone, Copy, Debug)]
pub struct UnitFigures<'a> {
    /// Ledger entries in it: one for each lane that took part.
    pub units: u64,
    /// Records consumed, by input topic in the order of the settings.
    pub consumed: &'a [u64],
    /// Events that count.
    pub applied: u64,
    /// Copies of events that counted.
    pub duplicates: u64,
    /// Events from before their customer was erased.
    pub suppressed: u64,
    /// Records that could not be applied.
    pub dead_letters: &'a Refusals,
    /// Records sent on to another lane, and customers taken in from one.
    pub transfers: u64,
    /// Fields cleaned, by rule as [enrolled](super::Enrolled).
    pub cleaned: &'a [u64],
    /// Changes published.
    pub moves: &'a [Move],
    /// Warnings published, each with its ladder.
    pub warnings: &'a [(usize, Notice)],
    /// From its begin to the acknowledgement of its commit.
    pub took: Duration,
    /// How long the next unit, which took no more, stood still for it, if it did.
    pub stood: Option<Duration>,
    /// Wall time of the acknowledgement.
    pub acknowledged: Timestamp,
}

/// One change published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The ladder or map, as [enrolled](super::Enrolled).
    pub scale: usize,
    /// What made it come about.
    pub cause: Cause,
    /// Which way it goes.
    pub direction: Direction,
    /// Since when it was owed: the broker's time of the event that caused it, or for
    /// [`Cause::Clock`] the instant at which it became true. Nothing where that says nothing
    /// about us: while a past is caught up with, or a move was held.
    pub owed: Option<Timestamp>,
}

/// Changes on one ladder or map, by cause and direction in the order of `CAUSES` and `DIRECTIONS`.
type Changes = [[u64; DIRECTIONS.len()]; CAUSES.len()];

/// The counts of one worker, or of all of them.
#[derive(Clone, Debug)]
pub struct Figures {
    pub(super) consumed: Vec<u64>,
    pub(super) outcomes: [u64; Outcome::ALL.len()],
    pub(super) dead_letters: Refusals,
    pub(super) cleaned: Vec<u64>,
    pub(super) changes: Vec<Changes>,
    /// By ladder or map, in the order of `NOTICES`.
    pub(super) warnings: Vec<[u64; NOTICES.len()]>,
    pub(super) units: u64,
    pub(super) endings: [u64; Ending::ALL.len()],
    pub(super) rebalances: [u64; Rebalance::ALL.len()],
    pub(super) restarts: [u64; Restart::ALL.len()],
    pub(super) renewals: [u64; Renewal::ALL.len()],
    pub(super) saved: [[u64; Saved::ALL.len()]; Kept::ALL.len()],
    pub(super) replayed: u64,
    pub(super) mismatches: u64,
    pub(super) adopted: u64,
    pub(super) transaction: Latencies,
    pub(super) commit_wait: Latencies,
    pub(super) event_to_change: Latencies,
    pub(super) demotion_lag: Latencies,
}

impl Figures {
    /// Nothing has happened to any of them.
    pub(super) fn of(labels: &Labels) -> Self {
        Self {
            consumed: vec![0; labels.topics.len()],
            outcomes: [0; Outcome::ALL.len()],
            dead_letters: [0; REFUSALS.len()],
            cleaned: vec![0; labels.cleaning.len()],
            changes: vec![Changes::default(); labels.scales.len()],
            warnings: vec![[0; NOTICES.len()]; labels.scales.len()],
            units: 0,
            endings: [0; Ending::ALL.len()],
            rebalances: [0; Rebalance::ALL.len()],
            restarts: [0; Restart::ALL.len()],
            renewals: [0; Renewal::ALL.len()],
            saved: [[0; Saved::ALL.len()]; Kept::ALL.len()],
            replayed: 0,
            mismatches: 0,
            adopted: 0,
            transaction: Latencies::new(),
            commit_wait: Latencies::new(),
            event_to_change: Latencies::new(),
            demotion_lag: Latencies::new(),
        }
    }

    /// A transaction was committed.
    pub(super) fn committed(&mut self, unit: &UnitFigures<'_>) {
        sum(&mut self.consumed, unit.consumed);
        sum(&mut self.dead_letters, unit.dead_letters);
        grown(&mut self.cleaned, unit.cleaned.len());
        sum(&mut self.cleaned, unit.cleaned);
        self.outcomes[Outcome::Applied as usize] += unit.applied;
        self.outcomes[Outcome::Duplicate as usize] += unit.duplicates;
        self.outcomes[Outcome::Suppressed as usize] += unit.suppressed;
        self.outcomes[Outcome::DeadLetter as usize] += unit.dead_letters.iter().sum::<u64>();
        self.outcomes[Outcome::Transfer as usize] += unit.transfers;
        self.units += unit.units;
        self.endings[Ending::Committed as usize] += 1;
        self.transaction.record(unit.took);
        if let Some(stood) = unit.stood {
            self.commit_wait.record(stood);
        }
        for (ladder, notice) in unit.warnings {
            grown(&mut self.warnings, ladder + 1);
            self.warnings[*ladder][notice.index()] += 1;
        }
        for change in unit.moves {
            let (cause, direction) = (change.cause as usize, change.direction as usize);
            grown(&mut self.changes, change.scale + 1);
            self.changes[change.scale][cause][direction] += 1;
            let Some(owed) = change.owed else { continue };
            let owed = (unit.acknowledged - owed).0;
            let lag = Duration::from_millis(u64::try_from(owed).unwrap_or(0));
            match change.cause {
                Cause::Event | Cause::Correction | Cause::Command => {
                    self.event_to_change.record(lag)
                }
                Cause::Clock => self.demotion_lag.record(lag),
                Cause::Policy => {}
            }
        }
    }

    /// A transaction was aborted.
    pub(super) fn aborted(&mut self) {
        self.endings[Ending::Aborted as usize] += 1;
    }

    /// A worker's lanes were given or taken.
    pub(super) fn rebalanced(&mut self, kind: Rebalance) {
        self.rebalances[kind as usize] += 1;
    }

    /// A worker began anew.
    pub(super) fn restarted(&mut self, reason: Restart) {
        self.restarts[reason as usize] += 1;
    }

    /// A worker took another producer.
    pub(super) fn renewed(&mut self, reason: Renewal) {
        self.renewals[reason as usize] += 1;
    }

    /// A snapshot was written, or read, or was not.
    pub(super) fn saved(&mut self, shelf: &str, how: Saved) {
        let shelves = Kept::ALL.iter().zip(&mut self.saved);
        for (_, counts) in shelves.filter(|(kept, _)| kept.name() == shelf) {
            counts[how as usize] += 1;
        }
    }

    /// Records were read again to restore a lane.
    pub(super) fn replayed(&mut self, records: u64) {
        self.replayed += records;
    }

    /// The replay of a unit differs from the ledger.
    pub(super) fn mismatched(&mut self) {
        self.mismatches += 1;
    }

    /// A lane adopted another policy.
    pub(super) fn adopted(&mut self) {
        self.adopted += 1;
    }

    /// All of another's.
    pub(super) fn add(&mut self, other: &Self) {
        sum(&mut self.consumed, &other.consumed);
        sum(&mut self.outcomes, &other.outcomes);
        sum(&mut self.dead_letters, &other.dead_letters);
        grown(&mut self.cleaned, other.cleaned.len());
        grown(&mut self.changes, other.changes.len());
        sum(&mut self.cleaned, &other.cleaned);
        for (mine, theirs) in self
            .changes
            .iter_mut()
            .flatten()
            .zip(other.changes.iter().flatten())
        {
            sum(mine, theirs);
        }
        grown(&mut self.warnings, other.warnings.len());
        for (mine, theirs) in self.warnings.iter_mut().zip(&other.warnings) {
            sum(mine, theirs);
        }
        sum(&mut self.endings, &other.endings);
        sum(&mut self.rebalances, &other.rebalances);
        sum(&mut self.restarts, &other.restarts);
        sum(&mut self.renewals, &other.renewals);
        for (counts, others) in self.saved.iter_mut().zip(&other.saved) {
            sum(counts, others);
        }
        self.units += other.units;
        self.replayed += other.replayed;
        self.mismatches += other.mismatches;
        self.adopted += other.adopted;
        self.transaction.add(&other.transaction);
        self.commit_wait.add(&other.commit_wait);
        self.event_to_change.add(&other.event_to_change);
        self.demotion_lag.add(&other.demotion_lag);
    }
}

/// Room for so many, of which some have only come with another policy.
fn grown<T: Clone + Default>(counts: &mut Vec<T>, len: usize) {
    if counts.len() < len {
        counts.resize(len, T::default());
    }
}

fn sum(mine: &mut [u64], theirs: &[u64]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        *mine += theirs;
    }
}
