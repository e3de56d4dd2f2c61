//! Watching the customers of a ladder: who is about to lose a tier, and who is near the next.

use crate::model::standing::ScaleIx;
use crate::model::time::{Span, Timestamp};
use crate::model::warning::{Loss, Notice};

use super::declared::Ladder;
use super::marks::NO;
use super::truths::{Check, Truths};

/// The mark that counts the warnings given that the tier will be lost.
const TOLD: usize = 0;
/// Marks that every such ladder has.
const ALWAYS: usize = 1;

/// A ladder of which at least one tier warns.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) ladder: ScaleIx,
    /// By rank: how long before a loss it is told, the longest first.
    steps: Vec<Vec<Span>>,
    /// From the lowest to the highest.
    nears: Vec<Near>,
    /// Its marks begin there among all.
    first: usize,
}

/// A tier that tells who is near it.
#[derive(Clone, Debug)]
struct Near {
    rank: u8,
    near: Check,
    enter: Check,
    /// The mark from which on the customer is near.
    since: usize,
}

/// A customer's way on a ladder in one judging.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) from: u8,
    pub(super) to: u8,
    pub(super) at: Timestamp,
}

/// Where a customer is shown on a ladder of a policy that has taken the place of another.
#[derive(Clone, Copy, Debug)]
pub struct Inherited<'a> {
    /// On which tier.
    pub rank: u8,
    /// Its rank under the policy before, if it is the one that they were shown there.
    pub was: Option<u8>,
    /// The ladder under the policy before.
    pub before: ScaleIx,
    /// The ranks of the same tiers there, by rank.
    pub tiers: &'a [Option<u8>],
}

/// What is to be told of a customer on one ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The ladder.
    pub ladder: ScaleIx,
    /// What is told.
    pub notice: Notice,
}

impl Watch {
    /// Of a ladder; nothing if no tier of it warns. Its marks follow `marks`, which is moved behind
    /// them.
    pub(super) fn of(ix: ScaleIx, ladder: &Ladder, marks: &mut usize) -> Option<Self> {
        let first = *marks;
        let mut end = first + ALWAYS;
        let mut nears = Vec::new();
        for (rank, tier) in (0..).zip(&ladder.tiers) {
            if let (Some(near), Some(enter)) = (&tier.warnings.near, &tier.enter) {
                nears.push(Near {
                    rank,
                    near: Check::new(near),
                    enter: Check::new(enter),
                    since: end,
                });
                end += 1;
            }
        }
        let tiers = ladder.tiers.iter();
        let steps: Vec<_> = tiers.map(|tier| tier.warnings.steps.clone()).collect();
        if nears.is_empty() && steps.iter().all(Vec::is_empty) {
            return None;
        }
        *marks = end;
        Some(Self {
            ladder: ix,
            steps,
            nears,
            first,
        })
    }

    /// What is remembered of a customer without events.
    pub(super) fn first(&self) -> impl Iterator<Item = Timestamp> {
        let nears = self.nears.iter().map(|_| NO);
        [Timestamp(0); ALWAYS].into_iter().chain(nears)
    }

    /// Whether losses from a tier are told.
    pub(super) fn warns(&self, rank: u8) -> bool {
        !self.steps[usize::from(rank)].is_empty()
    }

    /// Tells what has to be told of a customer who has just been judged, with the loss that is
    /// foreseen of the tier that they stand on. Gives the instant at which the next warning is due
    /// while nothing changes, if there is one.
    pub(super) fn look(
        &self,
        way: Way,
        loss: Option<Loss>,
        truths: &Truths,
        marks: &mut [Timestamp],
        told: &mut Vec<Told>,
    ) -> Option<Timestamp> {
        if way.from != way.to {
            marks[self.first + TOLD] = Timestamp(0);
        }
        let steps = &self.steps[usize::from(way.to)];
        let is_due = |step: &Span| loss.is_some_and(|loss| loss.at - *step <= way.at);
        let due = steps.partition_point(is_due);
        let next = loss.zip(steps.get(due)).map(|(loss, step)| loss.at - *step);
        let before = std::mem::replace(&mut marks[self.first + TOLD], Timestamp(due as i64)).0;
        match loss {
            Some(loss) if due as i64 > before => {
                let step = steps[due - 1];
                told.push(self.tell(Notice::AtRisk { loss, step }));
            }
            _ if due == 0 && before > 0 => told.push(self.tell(Notice::Safe)),
            _ => {}
        }
        for near in &self.nears {
            if near.look(way, truths, marks) && way.to >= way.from {
                told.push(self.tell(Notice::Near(near.rank)));
            }
        }
        next
    }

    /// Whether a look at a customer who stays there would remember something else of who is near.
    pub(super) fn stirs(&self, rank: u8, truths: &Truths, marks: &[Timestamp]) -> bool {
        self.nears
            .iter()
            .any(|near| near.is_near(rank, truths, marks) != (marks[near.since] != NO))
    }

    /// What is remembered of a customer who comes from another policy, whose ladder of that name
    /// remembers that, if it warns, too.
    pub(super) fn inherit(
        &self,
        way: &Inherited<'_>,
        other: Option<(&Self, &[Timestamp])>,
    ) -> Vec<Timestamp> {
        let mut marks: Vec<_> = self.first().collect();
        let Some((other, theirs)) = other else {
            return marks;
        };
        let told = usize::try_from(theirs[other.first + TOLD].0).unwrap_or(0);
        let steps = way.was.map(|was| &other.steps[usize::from(was)]);
        if let Some(shortest) = steps.and_then(|steps| steps[..told].last()) {
            let steps = &self.steps[usize::from(way.rank)];
            let told = steps.partition_point(|step| step >= shortest);
            marks[TOLD] = Timestamp(told as i64);
        }
        for near in self.nears.iter().filter(|near| near.rank > way.rank) {
            let there = way.tiers[usize::from(near.rank)];
            let mut nears = other.nears.iter();
            if let Some(there) = nears.find(|other| Some(other.rank) == there) {
                marks[near.since - self.first] = theirs[there.since];
            }
        }
        marks
    }

    fn tell(&self, notice: Notice) -> Told {
        let ladder = self.ladder;
        Told { ladder, notice }
    }
}

impl Near {
    /// Whether a customer of that rank counts as near: an approach begins below the tier, and lasts
    /// while the rule holds.
    fn is_near(&self, rank: u8, truths: &Truths, marks: &[Timestamp]) -> bool {
        let begun = marks[self.since] != NO;
        rank < self.rank && self.near.holds(truths) && (begun || !self.enter.holds(truths))
    }

    /// Brings the mark up to date; tells whether an approach has just begun.
    fn look(&self, way: Way, truths: &Truths, marks: &mut [Timestamp]) -> bool {
        let is_near = self.is_near(way.to, truths, marks);
        let begun = is_near && marks[self.since] == NO;
        marks[self.since] = match is_near {
            true => marks[self.since].min(way.at),
            false => NO,
        };
        begun
    }
}
