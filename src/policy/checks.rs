//! A ladder or map as checks: where it takes a customer, and when by time alone.

use std::ops::Range;

use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::climb::{Climb, Now};
use super::declared::{Ladder, SegmentMap};
use super::overrides::Extension;
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
    /// brought up to date. The tier may be extended; and if something has just been taken back, it
    /// is known when it would be lost without that. For a map, the tiers must have been given.
    pub(super) fn rank(
        &self,
        now: Now<'_>,
        truths: &Truths,
        from: u8,
        (extended, spared): (Option<Extension>, Option<Timestamp>),
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
                extended.map_or(held, |extended| held.max(extended.tier.min(from)))
            }
            Self::Patient(climb, place) => climb.step(
                now,
                truths,
                from,
                (extended, spared),
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

    /// Of a ladder, whose tiers may be granted if `grants`; `marks` is how many there are so far.
    pub(super) fn of_ladder(ladder: &Ladder, grants: bool, marks: &mut usize) -> Self {
        if let Some(climb) = Climb::of(ladder, grants) {
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
pub(super) fn first_match(segments: &[Check], truths: &Truths) -> u8 {
    let matching = segments.iter().position(|when| when.holds(truths));
    matching.unwrap_or(segments.len()) as u8
}
