//! A ladder or map as checks: where it takes a customer, and when by time alone.

use std::ops::Range;

use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::climb::{Climb, Counted, Now};
use super::declared::{Ladder, SegmentMap};
use super::overrides::{Extension, Overrides};
use super::truths::{Check, Truths};

/// A ladder or map as checks.
#[derive(Clone, Debug)]
pub(super) enum Scale {
    /// From the highest tier down to tier 1.
    Ladder(Vec<Rung>),
    /// A ladder that waits, and where its marks stand among all.
    Patient(Box<Climb>, Range<usize>),
    /// All segments but the last: what brings a customer there.
    Map(Vec<Check>),
}

/// What holds a customer on a tier besides the rules of its ladder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Support<'a> {
    pub(super) ladder: ScaleIx,
    pub(super) overrides: &'a Overrides,
    /// If something has just been taken back: when each ladder would let the customer go without
    /// that, where it asks.
    pub(super) spared: Option<&'a [Timestamp]>,
}

impl Support<'_> {
    /// The extension that counts.
    #[inline]
    fn extended(&self) -> Option<Extension> {
        match self.overrides.is_empty() {
            true => None,
            false => self.overrides.extension(self.ladder),
        }
    }

    /// If something has just been taken back: when the tier would be lost without that.
    fn spared(&self) -> Option<Timestamp> {
        let spared = self.spared?.get(self.ladder.0);
        Some(spared.copied().unwrap_or(Timestamp::MIN))
    }
}

/// A tier as checks.
#[derive(Clone, Debug)]
pub(super) struct Rung {
    rank: u8,
    enter: Check,
    /// None where entering is keeping.
    keep: Option<Check>,
}

impl Scale {
    /// Where a customer whose rank was `from` stands now; the marks, if this ladder has some, are
    /// brought up to date. For a map, the tiers must have been given.
    #[inline]
    pub(super) fn rank(
        &self,
        now: Now<'_>,
        truths: &Truths,
        from: u8,
        support: Support<'_>,
        marks: &mut [Timestamp],
    ) -> u8 {
        match self {
            // From the top: the first tier that can be entered or, from where the customer stands
            // downwards, kept.
            Self::Ladder(rungs) => {
                let keeps = |rung: &Rung| {
                    let keep = rung.keep.as_ref();
                    rung.rank <= from && keep.is_some_and(|keep| keep.holds(truths))
                };
                let mut rungs = rungs.iter();
                let held = rungs.find(|rung| rung.enter.holds(truths) || keeps(rung));
                let held = held.map_or(0, |rung| rung.rank);
                let extended = support.extended();
                extended.map_or(held, |extended| held.max(extended.tier.min(from)))
            }
            Self::Patient(climb, place) => climb.step(
                now,
                truths,
                from,
                (support.extended(), support.spared()),
                &mut marks[place.clone()],
            ),
            Self::Map(segments) => first_match(segments, truths),
        }
    }

    /// The first instant at which time alone moves a customer, or changes a mark, while no feature
    /// changes.
    pub(super) fn wake(
        &self,
        zone: &Zone,
        rank: u8,
        extended: Option<Extension>,
        marks: &[Timestamp],
    ) -> Timestamp {
        match self {
            Self::Patient(climb, place) => climb.wake(zone, rank, extended, &marks[place.clone()]),
            Self::Ladder(_) | Self::Map(_) => Timestamp::MAX,
        }
    }

    /// From when on nothing has kept a customer; [`Timestamp::MAX`] where something does.
    pub(super) fn lapsed(&self, marks: &[Timestamp]) -> Timestamp {
        match self {
            Self::Patient(climb, place) => climb.lapsed(&marks[place.clone()]),
            Self::Ladder(_) | Self::Map(_) => Timestamp::MAX,
        }
    }

    /// When the ladder last started anew, where features begin with that.
    pub(super) fn begun(&self, marks: &[Timestamp]) -> Option<Timestamp> {
        match self {
            Self::Patient(climb, place) => Some(marks[place.start + climb.begun?]),
            Self::Ladder(_) | Self::Map(_) => None,
        }
    }

    /// Of a ladder, whose tiers may be granted if `grants`; `marks` is how many there are so far.
    pub(super) fn of_ladder(
        ladder: &Ladder,
        (grants, counted): (bool, Counted<'_>),
        marks: &mut usize,
    ) -> Self {
        if let Some(climb) = Climb::of(ladder, grants, counted) {
            let place = *marks..*marks + climb.marks();
            *marks = place.end;
            return Self::Patient(Box::new(climb), place);
        }
        let tiers = (0_u8..).zip(&ladder.tiers).skip(1);
        let rungs = tiers.map(|(rank, tier)| {
            let enter = tier.enter.as_ref();
            Rung {
                rank,
                enter: Check::new(enter.expect("every tier but the lowest has an entry rule")),
                keep: tier.keep.as_ref().map(Check::new),
            }
        });
        let mut rungs: Vec<Rung> = rungs.collect();
        rungs.reverse();
        Self::Ladder(rungs)
    }

    /// Of a map.
    pub(super) fn of_map(map: &SegmentMap) -> Self {
        let (_, ruled) = map.segments.split_last().expect("a map has a segment");
        let checks = ruled.iter().map(|segment| {
            let when = segment.when.as_ref();
            Check::new(when.expect("every segment but the last has a rule"))
        });
        Self::Map(checks.collect())
    }
}

/// The first segment whose rule holds, else the last.
#[inline]
pub(super) fn first_match(segments: &[Check], truths: &Truths) -> u8 {
    let matching = segments.iter().position(|when| when.holds(truths));
    matching.unwrap_or(segments.len()) as u8
}
