//! A bounded memory of the events that counted.

use crate::features::fingerprint::Fingerprint;
use crate::model::time::{Span, Timestamp};

/// Tables that the memory is split into, so that none ever grows or is swept for long.
const TABLES: usize = 256;
/// Places of a table that has just got some.
const PLACES: usize = 16;

/// The events that counted, by customer and event id, with the instant of the latest one.
#[derive(Clone, Debug)]
pub(super) struct Dedup {
    tables: Vec<Table>,
    /// How far apart two copies may be dated.
    apart: Span,
    /// How far apart they may be under a policy that may come; at least as far.
    kept: Span,
    /// Events before this instant are forgotten.
    forgotten: Timestamp,
}

/// Open addresses, so that an event that is looked up is waited for once.
#[derive(Clone, Debug, Default)]
struct Table {
    /// A power of two of them, or none at all. An event is at its place or, where that was taken,
    /// at the next one that was not.
    places: Vec<Place>,
    taken: usize,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    /// Of the event that took it; none in a vacant place.
    taken_by: Option<Fingerprint>,
    at: Timestamp,
}

const VACANT: Place = Place {
    taken_by: None,
    at: Timestamp::MIN,
};

impl Dedup {
    /// Empty.
    pub(super) fn new(apart: Span) -> Self {
        Self {
            tables: vec![Table::default(); TABLES],
            apart,
            kept: apart,
            forgotten: Timestamp::MIN,
        }
    }

    /// From now on copies may be dated so far `apart`, and events are `kept` for policies under
    /// which they may be further; those before `forgotten` are forgotten for good.
    pub(super) fn reach(&mut self, apart: Span, kept: Span, forgotten: Timestamp) {
        self.apart = apart;
        self.kept = kept;
        self.forgotten = self.forgotten.max(forgotten);
    }

    /// Reads the places of events without asking what is there, since answers would have to be
    /// waited for: a number without meaning.
    pub(super) fn glance(&self, ids: impl Iterator<Item = Fingerprint>) -> u64 {
        ids.fold(0, |seen, id| {
            let table = &self.tables[table(id)];
            let place = table.place_of(id);
            // A place may begin in one cache line and end in the next.
            let begin = table.places.get(place);
            let next = table.places.get(place + 1);
            let begin = begin.map_or(0, |place| place.taken_by.map_or(0, Fingerprint::bits));
            seen ^ begin ^ next.map_or(0, |place| place.at.0 as u64)
        })
    }

    /// Whether an event of that id, dated near enough and later than `forgotten`, has counted.
    pub(super) fn is_copy(&self, id: Fingerprint, at: Timestamp, forgotten: Timestamp) -> bool {
        let seen = self.tables[table(id)].find(id);
        let seen = seen.filter(|seen| *seen > forgotten && *seen >= self.forgotten);
        seen.is_some_and(|seen| at.0.abs_diff(seen.0) <= self.apart.0.unsigned_abs())
    }

    /// An event counted. No event dated before `arrivals` can come any more, which is when older
    /// ones are forgotten.
    pub(super) fn remember(&mut self, id: Fingerprint, at: Timestamp, arrivals: Timestamp) {
        let table = &mut self.tables[table(id)];
        if table.is_full() {
            table.make_room(arrivals - self.kept);
        }
        table.enter(id, at);
    }

    /// Takes out what has counted of an owner, in an order that depends on nothing else; without
    /// what is older than anything that can come.
    pub(super) fn take_out(
        &mut self,
        owner: u64,
        arrivals: Timestamp,
    ) -> Vec<(Fingerprint, Timestamp)> {
        let one = Fingerprint::of_owned(owner, "");
        let taken = self.tables[table(one)].take_out(one.owner());
        let limit = self.forgotten.max(arrivals - self.kept);
        let kept = taken.into_iter().filter(|(_, at)| *at >= limit);
        let mut kept: Vec<(Fingerprint, Timestamp)> = kept.collect();
        kept.sort_unstable();
        kept
    }
}

impl Table {
    fn place_of(&self, id: Fingerprint) -> usize {
        id.bits() as usize & self.places.len().wrapping_sub(1)
    }

    /// The instant of an event.
    fn find(&self, id: Fingerprint) -> Option<Timestamp> {
        if self.places.is_empty() {
            return None;
        }
        let Place { taken_by, at } = self.places[self.seek(id)];
        taken_by.map(|_| at)
    }

    /// Enters an event, or another instant for it.
    fn enter(&mut self, id: Fingerprint, at: Timestamp) {
        let place = self.seek(id);
        self.taken += usize::from(self.places[place].taken_by.is_none());
        self.places[place] = Place {
            taken_by: Some(id),
            at,
        };
    }

    /// Where an event is or, if it is not there, the vacant place where it belongs. There is one.
    fn seek(&self, id: Fingerprint) -> usize {
        let mut place = self.place_of(id);
        while self.places[place].taken_by.is_some_and(|other| other != id) {
            place = (place + 1) & (self.places.len() - 1);
        }
        place
    }

    /// Vacates the places of an owner's events.
    fn take_out(&mut self, owner: u64) -> Vec<(Fingerprint, Timestamp)> {
        let taken = self.places.iter();
        let taken = taken.filter_map(|place| Some((place.taken_by?, place.at)));
        let (out, stay): (Vec<_>, Vec<_>) = taken.partition(|(id, _)| id.owner() == owner);
        if !out.is_empty() {
            self.places.fill(VACANT);
            self.taken = 0;
            stay.into_iter().for_each(|(id, at)| self.enter(id, at));
        }
        out
    }

    /// Whether two thirds are taken: beyond that, places next to each other are taken too often.
    fn is_full(&self) -> bool {
        self.taken * 3 >= self.places.len() * 2
    }

    /// Forgets what is older than `limit`; grows unless that freed a good part. So a sweep pays for
    /// as many events as it visits.
    fn make_room(&mut self, limit: Timestamp) {
        let mut kept = self.places.clone();
        kept.retain(|place| place.taken_by.is_some() && place.at >= limit);
        let places = match self.places.len() {
            0 => PLACES,
            enough if kept.len() <= enough / 3 => enough,
            few => 2 * few,
        };
        self.places.clear();
        self.places.resize(places, VACANT);
        self.taken = 0;
        for Place { taken_by, at } in kept {
            if let Some(id) = taken_by {
                self.enter(id, at);
            }
        }
    }
}

/// The owner chooses the table, so that what is one owner's is found without looking at all.
fn table(id: Fingerprint) -> usize {
    (id.owner() >> 56) as usize % TABLES
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
            assert_eq!(
                dedup.is_copy(id(1), Timestamp(at), Timestamp::MIN),
                copy,
                "{at}"
            );
        }
        assert!(!dedup.is_copy(id(2), Timestamp(1_000), Timestamp::MIN));
        dedup.remember(id(1), Timestamp(1_200), Timestamp::MIN);
        assert!(!dedup.is_copy(id(1), Timestamp(1_000), Timestamp::MIN));
        assert!(dedup.is_copy(id(1), Timestamp(1_300), Timestamp(1_199)));
        assert!(!dedup.is_copy(id(1), Timestamp(1_300), Timestamp(1_200)));
    }

    #[test]
    fn what_can_still_be_copied_is_remembered_and_little_else() {
        let (apart, late) = (5_000, 2_000);
        let mut dedup = Dedup::new(Span(apart));
        for at in 0..400_000 {
            dedup.remember(id(at), Timestamp(at), Timestamp(at - late));
            let back = at - apart - late;
            if back >= 0 {
                assert!(dedup.is_copy(id(back + late), Timestamp(at - late), Timestamp::MIN));
            }
        }
        let kept: usize = dedup.tables.iter().map(|table| table.taken).sum();
        assert!(kept < 30_000, "{kept}");
    }
}
