//! Where a ladder that waits takes a customer: a function of what holds now, of where the customer
//! stood and of a few instants that are remembered.

use crate::model::change::{Wait, Waited};
use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::declared::Ladder;
use super::patience::{Demote, Depth, Patience};
use super::truths::{Check, Truths};

/// What is not so now.
const NO: Timestamp = Timestamp::MAX;
/// The mark at which the customer came to the tier.
const SINCE: usize = 0;
/// The mark from which on nothing keeps the customer there.
const LAPSED: usize = 1;
/// Marks that every such ladder has.
const ALWAYS: usize = 2;

/// An instant, and whose calendar is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// The zone of the policy.
    pub zone: &'a Zone,
    /// The instant.
    pub at: Timestamp,
}

/// A ladder of which at least one tier waits.
#[derive(Clone, Debug)]
pub struct Climb {
    /// From the lowest to the highest, without the bottom.
    rungs: Vec<Rung>,
    marks: usize,
}

/// A tier as checks.
#[derive(Clone, Debug)]
struct Rung {
    enter: Check,
    /// None where entering is keeping.
    keep: Option<Check>,
    patience: Patience,
    /// The mark from which on its entry rule has held, where entering takes time.
    held: Option<usize>,
}

/// What a ladder waits for with one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The tiers whose entry rule holds, from when on, and when it will have held for long enough;
    /// the lowest first.
    pub settling: Vec<(u8, Timestamp, Timestamp)>,
    /// Until when the minimum stay lasts, where the tier has one.
    pub protected: Option<Timestamp>,
    /// When the term ends that the customer is in, where the tier has terms. Where requalifying
    /// restarts them, only while nothing keeps the customer.
    pub term: Option<Timestamp>,
    /// From when on nothing has kept the customer on the tier ...
    pub lapsed: Option<Timestamp>,
    /// ... and when it is lost, unless something keeps the customer again.
    pub lost: Option<Timestamp>,
}

impl Climb {
    /// Of a ladder; nothing if no tier of it waits.
    pub(super) fn of(ladder: &Ladder) -> Option<Self> {
        let tiers = &ladder.tiers[1..];
        if !tiers.iter().any(|tier| tier.patience.waits()) {
            return None;
        }
        let mut marks = ALWAYS;
        let rungs = tiers.iter().map(|tier| {
            let enter = tier.enter.as_ref();
            let settles = tier.patience.settles();
            let held = settles.then_some(marks);
            marks += usize::from(settles);
            Rung {
                enter: Check::new(enter.expect("every tier but the lowest has an entry rule")),
                keep: tier.keep.as_ref().map(Check::new),
                patience: tier.patience,
                held,
            }
        });
        let rungs = rungs.collect();
        Some(Self { rungs, marks })
    }

    /// How many instants are remembered of a customer.
    pub(super) fn marks(&self) -> usize {
        self.marks
    }

    /// What is remembered of a customer without events.
    pub(super) fn first(&self) -> impl Iterator<Item = Timestamp> {
        let others = std::iter::repeat_n(NO, self.marks - 1);
        std::iter::once(Timestamp::MIN).chain(others)
    }

    /// Where a customer of that rank stands now; the marks are brought up to date.
    pub(super) fn step(
        &self,
        now: Now<'_>,
        truths: &Truths,
        mut rank: u8,
        marks: &mut [Timestamp],
    ) -> u8 {
        let entered = self.entered(truths);
        if let Some(up) = self.settled(now.at, truths, rank, marks) {
            self.come(up, now.at, marks);
            return up;
        }
        while let Some(rung) = self.rung(rank)
            && rung.patience.demote == Demote::Immediate
            && !rung.is_kept(rank, entered, truths)
        {
            marks[LAPSED] = marks[LAPSED].min(now.at);
            if rung.patience.ends(now.zone, marks[SINCE], marks[LAPSED]) > now.at {
                return rank;
            }
            let below = rank - 1;
            rank = match rung.patience.depth {
                Depth::OneStep => below,
                Depth::ToFit => self.fit(below, entered, truths),
            };
            self.come(rank, now.at, marks);
        }
        marks[LAPSED] = NO;
        rank
    }

    /// The first instant at which time alone moves a customer while nothing else changes.
    pub(super) fn wake(&self, zone: &Zone, rank: u8, marks: &[Timestamp]) -> Timestamp {
        let lost = self.lost(zone, rank, marks);
        let settling = self.settling(rank, marks).map(|(_, _, end)| end);
        settling.chain(lost).min().unwrap_or(NO)
    }

    /// What is waited for.
    pub(super) fn waiting(&self, now: Now<'_>, rank: u8, marks: &[Timestamp]) -> Waiting {
        let patience = self.rung(rank).map_or(Patience::NONE, |rung| rung.patience);
        let since = marks[SINCE];
        let lapsed = Some(marks[LAPSED]).filter(|lapsed| *lapsed != NO);
        Waiting {
            settling: self.settling(rank, marks).collect(),
            protected: patience.protected(now.zone, since),
            term: patience.term_ends(now.zone, (since, lapsed), now.at),
            lapsed,
            lost: self.lost(now.zone, rank, marks),
        }
    }

    /// What has been waited for where a customer moves now; `marks` are those before the move.
    pub(super) fn waited(
        &self,
        now: Now<'_>,
        (from, to): (u8, u8),
        marks: &[Timestamp],
    ) -> Option<Waited> {
        if to < from {
            let kept = (marks[SINCE], marks[LAPSED].min(now.at));
            let rung = self.rung(from)?;
            return rung.patience.over(now.zone, kept, now.at);
        }
        let mut settling = self.settling(from, marks);
        let settled = settling.find(|(rank, _, end)| *rank == to && *end == now.at);
        settled.map(|(_, since, _)| Waited {
            wait: Wait::Settle,
            since,
        })
    }

    /// Notes whose entry rule holds, and finds the highest tier above for which it has held for
    /// long enough.
    fn settled(
        &self,
        at: Timestamp,
        truths: &Truths,
        rank: u8,
        marks: &mut [Timestamp],
    ) -> Option<u8> {
        let mut up = None;
        for (above, rung) in self.above(rank) {
            let enters = rung.enter.holds(truths);
            let since = match rung.held {
                Some(held) if enters => {
                    marks[held] = marks[held].min(at);
                    marks[held]
                }
                Some(held) => {
                    marks[held] = NO;
                    continue;
                }
                None => at,
            };
            if enters && since + rung.patience.settle <= at {
                up = Some(above);
            }
        }
        up
    }

    /// A customer comes to a tier.
    fn come(&self, rank: u8, at: Timestamp, marks: &mut [Timestamp]) {
        marks[SINCE] = at;
        marks[LAPSED] = NO;
        for rung in &self.rungs[..usize::from(rank)] {
            if let Some(held) = rung.held {
                marks[held] = NO;
            }
        }
    }

    /// The highest tier whose entry rule holds.
    fn entered(&self, truths: &Truths) -> u8 {
        let found = self.rungs.iter().rposition(|rung| rung.enter.holds(truths));
        found.map_or(0, |rung| rung as u8 + 1)
    }

    /// The highest tier from `rank` downwards that can be entered or kept.
    fn fit(&self, mut rank: u8, entered: u8, truths: &Truths) -> u8 {
        while let Some(rung) = self.rung(rank)
            && !rung.is_kept(rank, entered, truths)
        {
            rank -= 1;
        }
        rank
    }

    /// The tiers above that are being settled into, from when on and until when.
    fn settling(
        &self,
        rank: u8,
        marks: &[Timestamp],
    ) -> impl Iterator<Item = (u8, Timestamp, Timestamp)> {
        self.above(rank).filter_map(|(above, rung)| {
            let since = marks[rung.held?];
            (since != NO).then_some((above, since, since + rung.patience.settle))
        })
    }

    fn lost(&self, zone: &Zone, rank: u8, marks: &[Timestamp]) -> Option<Timestamp> {
        let rung = self.rung(rank).filter(|_| marks[LAPSED] != NO)?;
        Some(rung.patience.ends(zone, marks[SINCE], marks[LAPSED]))
    }

    fn above(&self, rank: u8) -> impl Iterator<Item = (u8, &Rung)> {
        (1_u8..).zip(&self.rungs).skip(rank.into())
    }

    /// None at the bottom.
    fn rung(&self, rank: u8) -> Option<&Rung> {
        self.rungs.get(usize::from(rank).checked_sub(1)?)
    }
}

impl Rung {
    /// Whether something keeps a customer on this tier of that rank: it, or a higher one, could be
    /// entered, or its keep rule holds.
    fn is_kept(&self, rank: u8, entered: u8, truths: &Truths) -> bool {
        entered >= rank || self.keep.as_ref().is_some_and(|keep| keep.holds(truths))
    }
}
