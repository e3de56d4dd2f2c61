//! What became of a unit whose commit did not end well: it is all there, or nothing of it.

use crate::lane::ledger::{Entry, Read};
use crate::model::ids::{LaneId, Offset, UnitId};
use crate::port::{Bus, Source, Trouble};
use crate::teeth::{Tooth, bites};
use crate::wire::ledger;

use super::restore::{bad_entry, show};

/// A lane's part of a unit.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) lane: LaneId,
    unit: UnitId,
    /// By topic, the first offset that it took.
    from: Vec<Offset>,
    /// By topic, the next offset after it.
    pub(super) next: Vec<Offset>,
}

impl Part {
    /// What an entry tells of it.
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            lane: entry.lane,
            unit: entry.unit,
            from: entry.reads.iter().map(|read| read.from).collect(),
            next: entry.reads.iter().map(next).collect(),
        }
    }

    /// Whether it was committed, by the ledger's last entry and the offsets of the group; nothing
    /// where the two do not go together.
    fn arrived(&self, last: UnitId, committed: &[Option<Offset>]) -> Option<bool> {
        let mut after = committed.iter().zip(&self.next);
        let mut before = committed.iter().zip(&self.from);
        // A topic that has just been added has no offset before.
        let before = before.all(|(committed, from)| committed.is_none_or(|it| it == *from));
        if last == self.unit && after.all(|(it, next)| *it == Some(*next)) {
            return Some(true);
        }
        (last.0 + 1 == self.unit.0 && before).then_some(false)
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
    let lanes: Vec<LaneId> = parts.iter().map(|part| part.lane).collect();
    let ends = bus.ledger_ends(&lanes)?;
    let mut whole = None;
    for (part, end) in parts.iter().zip(ends) {
        let last = match end {
            None => UnitId(0),
            Some(bytes) => {
                let entry = ledger::decode(&bytes);
                entry.map_err(|error| bad_entry(part.lane, &error))?.unit
            }
        };
        let committed = bus.reading().committed(part.lane)?;
        let arrived = part.arrived(last, &committed);
        if arrived.is_none() || whole.is_some_and(|whole| arrived != Some(whole)) {
            return Err(Trouble::Restart(format!(
                "lane {}, unit {}: its commit is in doubt, and the ledger ends with unit {last} \
                 while the group has committed {}",
                part.lane,
                part.unit,
                show(committed.into_iter()),
            )));
        }
        whole = arrived;
    }
    Ok(whole.unwrap_or(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The third unit of a lane, which read one record of the first of two topics.
    fn part() -> Part {
        Part {
            lane: LaneId(0),
            unit: UnitId(3),
            from: vec![Offset(5), Offset(0)],
            next: vec![Offset(6), Offset(0)],
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
            let committed = [first.map(Offset), second.map(Offset)];
            let arrived = part().arrived(UnitId(last), &committed);
            assert_eq!(arrived, expected, "{last} {committed:?}");
        }
    }

    /// Nothing but time has passed in it, so the offsets alone would not tell.
    #[test]
    fn a_part_without_records_is_known_by_the_ledger() {
        let part = Part {
            from: vec![Offset(6), Offset(0)],
            ..part()
        };
        let committed = [Some(Offset(6)), Some(Offset(0))];
        assert_eq!(part.arrived(UnitId(3), &committed), Some(true));
        assert_eq!(part.arrived(UnitId(2), &committed), Some(false));
    }
}
