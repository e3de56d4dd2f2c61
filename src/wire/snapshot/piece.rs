//! The pieces in which a snapshot lies in a topic: what the keys and headers of its records say,
//! and what the last record of a partition tells of all before it. The contract is
//! docs/snapshots.md.

use serde::{Deserialize, Serialize};

use crate::model::ids::{Offset, UnitId};

/// Bytes of a snapshot in one record: less than any topic is set to refuse.
pub const PIECE: usize = 256 << 10;
/// The header that says what a record belongs to.
pub const HEADER: &str = "tidemark.snapshot";
/// Slots of a lane: one is overwritten while the other keeps the newest that is whole.
pub const SLOTS: usize = 2;
/// How the key of the record ends that makes a snapshot whole.
const WHOLE: &str = "whole";

/// What a record is, by its key: what a later one with the same key takes the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its slot, 0 or 1.
    pub slot: usize,
    /// What of it.
    pub part: Part,
}

/// What a record is in its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Bytes of a snapshot: piece 0, 1, 2 ...
    Piece(u32),
    /// That all of them are there.
    Whole,
}

impl Place {
    /// Its key.
    #[must_use]
    pub fn key(&self) -> String {
        match self.part {
            Part::Piece(number) => format!("{}/{number:08}", self.slot),
            Part::Whole => format!("{}/{WHOLE}", self.slot),
        }
    }

    /// From a key; nothing if it is another one.
    #[must_use]
    pub fn read(key: &[u8]) -> Option<Self> {
        let (slot, part) = str::from_utf8(key).ok()?.split_once('/')?;
        let slot = slot.parse().ok().filter(|slot| *slot < SLOTS)?;
        let part = match part {
            WHOLE => Part::Whole,
            number => Part::Piece(number.parse().ok()?),
        };
        // Of what one place is called there is one way to write it.
        Some(Self { slot, part }).filter(|place| place.key().as_bytes() == key)
    }
}

/// A snapshot that is whole, as those that come after it remember it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// The last unit in it.
    pub unit: u64,
    /// Its slot.
    pub slot: usize,
    /// The offset of its first piece: no other snapshot of the partition has it.
    pub first: i64,
    /// How many pieces it has.
    pub pieces: u32,
    /// The offset of the record that makes it whole.
    pub end: i64,
}

impl Whole {
    /// The last unit in it.
    #[must_use]
    pub fn unit(&self) -> UnitId {
        UnitId(self.unit)
    }

    /// Which piece of it the record at that offset is, if any: others may have written between its
    /// pieces.
    #[must_use]
    pub fn piece(&self, at: Offset, place: Place, heading: &Heading) -> Option<u32> {
        let first = heading.first.unwrap_or(at.0);
        match place.part {
            Part::Piece(number) if place.slot == self.slot && first == self.first => Some(number),
            _ => None,
        }
    }

    /// Whether a record at that offset is the one that makes it whole.
    #[must_use]
    pub fn is_ended_by(&self, at: Offset, place: Place, heading: &Heading) -> bool {
        let own = (place.slot, place.part, at.0) == (self.slot, Part::Whole, self.end);
        own && (heading.unit, heading.first) == (self.unit, Some(self.first))
    }
}

/// What the header of a record says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// The last unit of the snapshot that the record belongs to.
    pub unit: u64,
    /// The offset of its first piece; nothing in that piece itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<i64>,
    /// How many pieces it has, in the record that makes it whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pieces: Option<u32>,
    /// Of each slot, how many pieces may lie there, of this snapshot or of others before.
    pub extents: [u32; SLOTS],
    /// Those that were whole before, the newest first.
    pub whole: Vec<Whole>,
}

impl Heading {
    /// As the value of the header.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers are JSON")
    }

    /// From the value of the header; nothing if it is none.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let heading: Self = serde_json::from_slice(bytes).ok()?;
        let known = heading.whole.iter().all(|one| one.slot < SLOTS);
        known.then_some(heading)
    }

    /// The snapshot that a record with this heading makes whole.
    fn ended(&self, at: Offset, slot: usize) -> Option<Whole> {
        Some(Whole {
            unit: self.unit,
            slot,
            first: self.first?,
            pieces: self.pieces?,
            end: at.0,
        })
    }
}

/// What a partition holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// The snapshots that are whole, the newest first, one of each slot at most.
    pub whole: Vec<Whole>,
    /// Of each slot, how many pieces may lie there.
    pub extents: [u32; SLOTS],
}

impl Stock {
    /// As the last record of a partition tells it; `holds` is whether it has a value.
    #[must_use]
    pub fn told_by(at: Offset, place: Place, heading: &Heading, holds: bool) -> Self {
        let mut stock = Self {
            whole: heading.whole.clone(),
            extents: heading.extents,
        };
        stock.note(at, place, heading, holds);
        stock
    }

    /// One record more, of those that come in their order.
    pub fn note(&mut self, at: Offset, place: Place, heading: &Heading, holds: bool) {
        match place.part {
            Part::Piece(number) if holds => {
                let extent = &mut self.extents[place.slot];
                *extent = (*extent).max(number.saturating_add(1));
            }
            Part::Piece(_) => {}
            Part::Whole => {
                self.whole.retain(|one| one.slot != place.slot);
                self.whole
                    .extend(heading.ended(at, place.slot).filter(|_| holds));
                // A process that was thrown out may have ended an older one later.
                self.whole
                    .sort_by_key(|one| std::cmp::Reverse((one.unit, one.end)));
            }
        }
    }

    /// The slot that the next snapshot goes to: not the newest one's.
    #[must_use]
    pub fn slot(&self) -> usize {
        self.whole.first().map_or(0, |newest| 1 - newest.slot)
    }

    /// Without the one that ends there.
    pub fn withdraw(&mut self, end: i64) {
        self.whole.retain(|one| one.end != end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(slot: usize, number: u32) -> Place {
        let part = Part::Piece(number);
        Place { slot, part }
    }

    fn whole(slot: usize) -> Place {
        let part = Part::Whole;
        Place { slot, part }
    }

    fn one(unit: u64, slot: usize, first: i64, end: i64) -> Whole {
        Whole {
            unit,
            slot,
            first,
            pieces: 2,
            end,
        }
    }

    fn heading(unit: u64, first: Option<i64>, before: &[Whole]) -> Heading {
        Heading {
            unit,
            first,
            pieces: None,
            extents: [3, 4],
            whole: before.to_vec(),
        }
    }

    #[test]
    fn a_key_says_what_the_record_is() {
        for (place, key) in [
            (piece(0, 7), "0/00000007"),
            (piece(1, u32::MAX), "1/4294967295"),
            (whole(1), "1/whole"),
        ] {
            assert_eq!(place.key(), key);
            assert_eq!(Place::read(key.as_bytes()), Some(place));
        }
        for other in ["", "0", "2/whole", "0/7", "0/+0000007", "c-17", "0/wholes"] {
            assert_eq!(Place::read(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_heading_is_read_as_it_was_written() {
        let heading = heading(41, Some(80), &[one(40, 1, 70, 79)]);
        assert_eq!(Heading::decode(&heading.encode()), Some(heading));
        assert_eq!(Heading::decode(b"{}"), None);
        let nowhere = self::heading(41, None, &[one(40, 2, 70, 79)]);
        assert_eq!(Heading::decode(&nowhere.encode()), None);
    }

    #[test]
    fn pieces_of_others_between_its_own_are_none_of_it() {
        let its = one(41, 1, 80, 90);
        let own = heading(41, Some(80), &[]);
        assert_eq!(its.piece(Offset(82), piece(1, 1), &own), Some(1));
        let begin = heading(41, None, &[]);
        assert_eq!(its.piece(Offset(80), piece(1, 0), &begin), Some(0));
        assert_eq!(its.piece(Offset(81), piece(1, 0), &begin), None);
        assert_eq!(its.piece(Offset(82), piece(0, 1), &own), None);
        let other = heading(41, Some(81), &[]);
        assert_eq!(its.piece(Offset(82), piece(1, 1), &other), None);
        assert_eq!(its.piece(Offset(90), whole(1), &own), None);
        assert!(its.is_ended_by(Offset(90), whole(1), &own));
        assert!(!its.is_ended_by(Offset(91), whole(1), &own));
        assert!(!its.is_ended_by(Offset(90), whole(1), &other));
    }

    #[test]
    fn the_last_record_tells_of_all_before() {
        let before = one(40, 1, 70, 79);
        let drafted = heading(41, Some(80), std::slice::from_ref(&before));
        let stock = Stock::told_by(Offset(85), piece(0, 5), &drafted, true);
        assert_eq!(stock.whole, std::slice::from_ref(&before));
        assert_eq!(stock.extents, [6, 4]);
        assert_eq!(stock.slot(), 0);

        let ended = Heading {
            pieces: Some(2),
            ..drafted.clone()
        };
        let stock = Stock::told_by(Offset(86), whole(0), &ended, true);
        let newest = one(41, 0, 80, 86);
        assert_eq!(stock.whole, [newest.clone(), before.clone()]);
        assert_eq!(stock.slot(), 1);

        // A piece that is left over is taken away: as many are left as it says.
        let stock = Stock::told_by(Offset(87), piece(0, 2), &drafted, false);
        assert_eq!(stock.extents, [3, 4]);

        // One that was found damaged is withdrawn.
        let stock = Stock::told_by(Offset(87), whole(0), &ended, false);
        assert_eq!(stock.whole, [before]);
        assert_eq!(stock.slot(), 0);
    }

    #[test]
    fn one_that_was_thrown_out_makes_nothing_newer() {
        let newest = one(41, 1, 80, 86);
        let late = Heading {
            pieces: Some(2),
            ..heading(39, Some(60), std::slice::from_ref(&newest))
        };
        let stock = Stock::told_by(Offset(90), whole(0), &late, true);
        assert_eq!(stock.whole[0], newest);
        assert_eq!(stock.slot(), 0);
        let mut without = stock.clone();
        without.withdraw(86);
        assert_eq!(without.whole, stock.whole[1..]);
        assert_eq!(Stock::default().slot(), 0);
    }
}
