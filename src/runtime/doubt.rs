//! What became of a unit whose commit did not end well: it is all there, or nothing of it.

use crate::lane::ledger::{Entry, Read};
use crate::model::ids::{LaneId, Offset, UnitId};
use crate::port::{Bus, Offsets, Reached, Source, Trouble};
use crate::teeth::{Tooth, bites};
use crate::wire::ledger;

use super::restore::{bad_entry, show};

/// A lane's part of a unit.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// What the ledger is to say of it.
    entry: Entry,
    /// By topic, the next offset after it.
    next: Vec<Offset>,
}

impl Part {
    /// What an entry tells of it.
    pub(super) fn of(entry: Entry) -> Self {
        Self {
            next: entry.reads.iter().map(next).collect(),
            entry,
        }
    }

    /// What the offsets of the group are to say of it.
    pub(super) fn offsets(&self) -> Offsets {
        Offsets {
            lane: self.entry.lane,
            unit: self.entry.unit,
            next: self.next.clone(),
        }
    }

    /// Whether it was committed, by the ledger's last entry and the offsets of the group; nothing
    /// where the two do not go together.
    ///
    /// The number of the unit and its offsets are not enough: whoever has got the lane meanwhile
    /// may have done a unit of that number over the same records, at another clock.
    fn arrived(&self, last: Option<&Entry>, committed: &Reached) -> Option<bool> {
        let mut after = committed.next.iter().zip(&self.next);
        let mut before = committed.next.iter().zip(&self.entry.reads);
        // A topic that has just been added has no offset before.
        let before = before.all(|(it, read)| it.is_none_or(|it| it == read.from));
        let is_last = |unit| committed.unit.is_none_or(|it| it == unit);
        let all_is_there = after.all(|(it, next)| *it == Some(*next)) && is_last(self.entry.unit);
        if last == Some(&self.entry) && all_is_there {
            return Some(true);
        }
        let last = last.map_or(UnitId(0), |last| last.unit);
        (last.0 + 1 == self.entry.unit.0 && before && is_last(last)).then_some(false)
    }
}

/// The offset that is committed for a read.
fn next(read: &Read) -> Offset {
    match read {
        _ if bites(Tooth::OffsetsBefore) => read.from,
        _ if bites(Tooth::OffsetsLast) => Offset(read.next.0 - i64::from(read.records > 0)),
        _ => read.next,
    }
}

/// Whether the unit of these parts was committed. To be asked once its transaction is over.
///
/// # Errors
/// The broker does not say in time, or its answers do not go together.
pub(super) fn arrived(parts: &[Part], bus: &mut impl Bus) -> Result<bool, Trouble> {
    let lanes: Vec<LaneId> = parts.iter().map(|part| part.entry.lane).collect();
    let ends = bus.ledger_ends(&lanes)?;
    let mut whole = None;
    for ((part, lane), end) in parts.iter().zip(lanes).zip(ends) {
        let last = end.map(|bytes| ledger::decode(&bytes));
        let last = last.transpose();
        let last = last.map_err(|error| bad_entry(lane, &error))?;
        let committed = bus.reading().committed(lane)?;
        let arrived = part.arrived(last.as_ref(), &committed);
        if arrived.is_none() || whole.is_some_and(|whole| arrived != Some(whole)) {
            return Err(Trouble::Restart(format!(
                "lane {lane}, unit {}: its commit is in doubt, and the ledger ends with unit {} \
                 while the group has committed {}",
                part.entry.unit,
                last.map_or(0, |last| last.unit.0),
                show(&committed),
            )));
        }
        whole = arrived;
    }
    Ok(whole.unwrap_or(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::ledger::Counts;
    use crate::model::time::Timestamp;

    fn reached(next: [Option<i64>; 2], unit: Option<u64>) -> Reached {
        Reached {
            next: next.map(|it| it.map(Offset)).into(),
            unit: unit.map(UnitId),
        }
    }

    /// The third unit of a lane, or another, which read one record of the first of two topics, or
    /// none.
    fn entry(unit: u64, records: u64) -> Entry {
        let read = |topic: &str, from, records: u64| Read {
            topic: topic.to_owned(),
            from: Offset(from),
            next: Offset(6 * i64::from(topic == "shop")),
            records,
        };
        Entry {
            lane: LaneId(0),
            unit: UnitId(unit),
            policy: String::new(),
            adopts: None,
            owner: "crm.1".to_owned(),
            ceiling: Timestamp(7),
            coast: None,
            firings: None,
            gap: None,
            clock: Timestamp(7),
            reads: vec![
                read("shop", 6 - i64::from(records > 0), records),
                read("web", 0, 0),
            ],
            runs: Vec::new(),
            counts: Counts::default(),
            checksum: 0,
        }
    }

    #[test]
    fn a_part_has_arrived_if_ledger_and_offsets_say_so() {
        let cases = [
            ((3, Some(6), Some(0)), Some(true)),
            ((2, Some(5), Some(0)), Some(false)),
            // The second topic was just added.
            ((2, Some(5), None), Some(false)),
            ((3, Some(6), None), None),
            ((3, Some(5), Some(0)), None),
            ((2, Some(6), Some(0)), None),
            ((1, Some(5), Some(0)), None),
            ((4, Some(6), Some(0)), None),
        ];
        for ((last, first, second), expected) in cases {
            let committed = reached([first, second], None);
            let arrived = Part::of(entry(3, 1)).arrived(Some(&entry(last, 1)), &committed);
            assert_eq!(arrived, expected, "{last} {committed:?}");
        }
    }

    /// Nothing but time has passed in it, so the offsets alone would not tell.
    #[test]
    fn a_part_without_records_is_known_by_the_ledger() {
        let part = Part::of(entry(3, 0));
        let committed = reached([Some(6), Some(0)], None);
        assert_eq!(part.arrived(Some(&entry(3, 0)), &committed), Some(true));
        assert_eq!(part.arrived(Some(&entry(2, 0)), &committed), Some(false));
        let first = Part::of(entry(1, 0));
        assert_eq!(
            first.arrived(None, &reached([None, None], None)),
            Some(false)
        );
    }

    /// The transaction of somebody else may hide the ledger's last entries.
    #[test]
    fn the_offsets_name_the_unit() {
        let part = Part::of(entry(3, 0));
        let cases = [
            ((3, 3), Some(true)),
            ((3, 2), None),
            ((2, 2), Some(false)),
            ((2, 3), None),
        ];
        for ((last, unit), expected) in cases {
            let committed = reached([Some(6), Some(0)], Some(unit));
            let arrived = part.arrived(Some(&entry(last, 0)), &committed);
            assert_eq!(arrived, expected, "{last} {unit}");
        }
    }

    /// It has had the lane meanwhile, and read the same at another time.
    #[test]
    fn a_unit_of_somebody_else_is_not_ones_own() {
        let committed = reached([Some(6), Some(0)], None);
        let later = Entry {
            ceiling: Timestamp(8),
            ..entry(3, 1)
        };
        let theirs = Entry {
            owner: "crm.2".to_owned(),
            ..entry(3, 1)
        };
        for last in [later, theirs] {
            let arrived = Part::of(entry(3, 1)).arrived(Some(&last), &committed);
            assert_eq!(arrived, None, "{last:?}");
        }
    }
}
