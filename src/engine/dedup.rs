//! A bounded memory of the events that counted.

use hashbrown::HashTable;

use crate::features::fingerprint::Fingerprint;
use crate::model::time::{Span, Timestamp};

/// Tables that the memory is split into, so that none ever grows or is swept for long.
const TABLES: usize = 256;

/// The events that counted, by customer and event id, with the instant of the latest one.
#[derive(Clone, Debug)]
pub(super) struct Dedup {
    tables: Vec<HashTable<Seen>>,
    /// How far apart two copies may be dated.
    apart: Span,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    id: Fingerprint,
    at: Timestamp,
}

impl Dedup {
    /// Empty.
    pub(super) fn new(apart: Span) -> Self {
        Self {
            tables: vec![HashTable::new(); TABLES],
            apart,
        }
    }

    /// Whether an event of that id, dated near enough, has counted.
    pub(super) fn is_copy(&self, id: Fingerprint, at: Timestamp) -> bool {
        let seen = self.tables[table(id)].find(id.bits(), |seen| seen.id == id);
        seen.is_some_and(|seen| at.0.abs_diff(seen.at.0) <= self.apart.0.unsigned_abs())
    }

    /// An event counted. No event dated before `arrivals` can come any more, which is when older
    /// ones are forgotten.
    pub(super) fn remember(&mut self, id: Fingerprint, at: Timestamp, arrivals: Timestamp) {
        let table = &mut self.tables[table(id)];
        if table.len() == table.capacity() {
            make_room(table, arrivals - self.apart);
        }
        let bits = |seen: &Seen| seen.id.bits();
        match table.find_mut(id.bits(), |seen| seen.id == id) {
            Some(seen) => seen.at = at,
            None => {
                table.insert_unique(id.bits(), Seen { id, at }, bits);
            }
        }
    }
}

/// Forgets what is older than `limit`; grows unless that freed a good part. So a sweep pays for as
/// many events as it visits.
fn make_room(table: &mut HashTable<Seen>, limit: Timestamp) {
    table.retain(|seen| seen.at >= limit);
    if table.len() > table.capacity() / 4 * 3 {
        let more = table.len() / 2;
        table.reserve(more, |seen| seen.id.bits());
    }
}

/// The top bits choose the table; hashbrown uses the others to choose the place in it.
fn table(id: Fingerprint) -> usize {
    (id.bits() >> 49) as usize % TABLES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: i64) -> Fingerprint {
        Fingerprint::of_owned(7, &n.to_string())
    }

    #[test]
    fn a_copy_is_dated_near_the_latest_that_counted() {
        let mut dedup = Dedup::new(Span(100));
        dedup.remember(id(1), Timestamp(1_000), Timestamp::MIN);
        for (at, copy) in [(899, false), (900, true), (1_100, true), (1_101, false)] {
            assert_eq!(dedup.is_copy(id(1), Timestamp(at)), copy, "{at}");
        }
        assert!(!dedup.is_copy(id(2), Timestamp(1_000)));
        dedup.remember(id(1), Timestamp(1_200), Timestamp::MIN);
        assert!(!dedup.is_copy(id(1), Timestamp(1_000)));
        assert!(dedup.is_copy(id(1), Timestamp(1_300)));
    }

    #[test]
    fn what_can_still_be_copied_is_remembered_and_little_else() {
        let (apart, late) = (5_000, 2_000);
        let mut dedup = Dedup::new(Span(apart));
        for at in 0..400_000 {
            dedup.remember(id(at), Timestamp(at), Timestamp(at - late));
            let back = at - apart - late;
            if back >= 0 {
                assert!(dedup.is_copy(id(back + late), Timestamp(at - late)));
            }
        }
        let kept: usize = dedup.tables.iter().map(HashTable::len).sum();
        assert!(kept < 30_000, "{kept}");
    }
}
