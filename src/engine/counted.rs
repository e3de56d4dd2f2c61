//! The events of one customer that counted, each with the instant of the latest copy.

use crate::model::time::Timestamp;

/// Events that are sought one after another; more lie at places of their own.
const FEW: usize = 64;
/// Places of the largest piece. It is made anew whole when it is full, in one step; so it is small.
const MOST: usize = 1_024;
/// Parts of what is more than a piece may hold, and the bits of an id that say which.
const PARTS: usize = 16;
const BITS: u32 = PARTS.ilog2();
/// Bytes of an instant: enough for any day that has a date.
const INSTANT: usize = 7;

/// The events that counted.
#[derive(Clone, Debug)]
pub(super) enum Counted {
    /// Few of them are a list in the order in which they came. More are at open addresses, before
    /// which stands how many they are: an event is at its place or, where that is taken, at the
    /// next one that is not.
    Piece(Box<[Event]>),
    /// Those who have far more than others, as robots do, have them in parts: by the first bits of
    /// ids, then by the next ones, and at last in pieces, all of which are at open addresses.
    Parts(Box<[Counted; PARTS]>),
}

/// One event, in as many bytes as that takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    id: [u8; 8],
    at: [u8; INSTANT],
}

/// No event, at open addresses.
const VACANT: Event = Event {
    id: [0; 8],
    at: [0, 0, 0, 0, 0, 0, 0x80],
};

impl Event {
    fn new(id: u64, at: Timestamp) -> Self {
        let [rest @ .., _] = at.0.to_le_bytes();
        Self {
            id: id.to_le_bytes(),
            at: rest,
        }
    }

    fn id(self) -> u64 {
        u64::from_le_bytes(self.id)
    }

    fn at(self) -> Timestamp {
        let [a, b, c, d, e, f, g] = self.at;
        Timestamp(i64::from_le_bytes([0, a, b, c, d, e, f, g]) >> (8 * (8 - INSTANT)))
    }
}

impl Default for Counted {
    fn default() -> Self {
        Self::Piece(Box::default())
    }
}

impl Counted {
    /// Those that have counted, each with the instant of the latest copy.
    pub(super) fn of_all(all: Vec<(u64, Timestamp)>) -> Self {
        let events = all.into_iter().map(|(id, at)| Event::new(id, at));
        match events.len() > FEW {
            true => Self::of(events.collect(), 0),
            false => Self::Piece(events.collect()),
        }
    }

    /// When an event counted last, by what stands for it among those of its customer.
    pub(super) fn find(&self, id: u64) -> Option<Timestamp> {
        let piece = self.piece(id);
        let found = match addresses(piece) {
            None => piece.iter().copied().find(|event| event.id() == id),
            Some(places) => Some(places[seek(places, id)]).filter(|event| *event != VACANT),
        };
        found.map(Event::at)
    }

    /// An event counted. Those dated before `limit` are forgotten where room is needed.
    pub(super) fn remember(&mut self, id: u64, at: Timestamp, limit: Timestamp) {
        let new = Event::new(id, at);
        let (mut part, mut level) = (self, 0);
        let events = loop {
            match part {
                Self::Piece(events) => break events,
                Self::Parts(parts) => part = &mut parts[digit(id, level)],
            }
            level += 1;
        };
        let grown = match events.len() > FEW {
            true => enter(events, new, limit),
            false => append(events, new, limit),
        };
        if let Some(grown) = grown {
            *part = Self::of(grown, level);
        }
    }

    /// All that are dated at `limit` or later, in an order that depends on nothing else.
    pub(super) fn all(&self, limit: Timestamp) -> Vec<(u64, Timestamp)> {
        let mut all = Vec::new();
        self.collect(limit, &mut all);
        all.sort_unstable();
        all
    }

    fn collect(&self, limit: Timestamp, into: &mut Vec<(u64, Timestamp)>) {
        match self {
            Self::Piece(piece) => {
                let events = addresses(piece).unwrap_or(piece).iter();
                let events = events.filter(|event| **event != VACANT && event.at() >= limit);
                into.extend(events.map(|event| (event.id(), event.at())));
            }
            Self::Parts(parts) => parts.iter().for_each(|part| part.collect(limit, into)),
        }
    }

    /// Reads some of it without asking what is there, since answers would have to be waited for: a
    /// number without meaning.
    pub(super) fn glance(&self, id: u64) -> u8 {
        let piece = self.piece(id);
        match addresses(piece) {
            None => {
                let lines = piece.iter().step_by(4).chain(piece.last());
                lines.fold(0, |seen, event| seen ^ event.id[0])
            }
            Some(places) => {
                let event = places[place(places, id)];
                event.id[0] ^ event.at[INSTANT - 1]
            }
        }
    }

    /// The piece where an event is, if it is there.
    fn piece(&self, id: u64) -> &[Event] {
        let (mut part, mut level) = (self, 0);
        loop {
            match part {
                Self::Piece(events) => return events,
                Self::Parts(parts) => part = &parts[digit(id, level)],
            }
            level += 1;
        }
    }

    /// Gives events places, so many that at most a third are taken. They have the bits of all
    /// levels before this one in common.
    fn of(events: Vec<Event>, level: u32) -> Self {
        let least = if level == 0 { 4 * FEW } else { 2 * FEW };
        let room = (3 * events.len()).next_power_of_two().max(least);
        if room > MOST {
            let mut parts: [Vec<Event>; PARTS] = Default::default();
            for event in events {
                parts[digit(event.id(), level)].push(event);
            }
            return Self::Parts(Box::new(parts.map(|part| Self::of(part, level + 1))));
        }
        let mut piece = vec![VACANT; 1 + room].into_boxed_slice();
        piece[0].id = (events.len() as u64).to_le_bytes();
        let places = &mut piece[1..];
        for event in events {
            places[seek(places, event.id())] = event;
        }
        Self::Piece(piece)
    }
}

/// To which part of a level an event belongs.
fn digit(id: u64, level: u32) -> usize {
    id.rotate_left(BITS * (level + 1)) as usize % PARTS
}

fn addresses(piece: &[Event]) -> Option<&[Event]> {
    (piece.len() > FEW).then(|| &piece[1..])
}

/// Puts an event into a list; all that are to have places of their own, where they are too many.
fn append(list: &mut Box<[Event]>, new: Event, limit: Timestamp) -> Option<Vec<Event>> {
    if let Some(place) = list.iter().position(|event| event.id == new.id) {
        list[place] = new;
        return None;
    }
    // Most that are behind others are dated later.
    let old = list.iter().take_while(|event| event.at() < limit);
    let old = old.count();
    if old == 0 && list.len() == FEW {
        let events = list.iter().filter(|event| event.at() >= limit);
        return Some(events.chain([&new]).copied().collect());
    }
    if old == 1 {
        list.rotate_left(1);
        let last = list.len() - 1;
        list[last] = new;
        return None;
    }
    let mut events = std::mem::take(list).into_vec();
    events.drain(..old);
    events.reserve_exact(1);
    events.push(new);
    *list = events.into_boxed_slice();
    None
}

/// Enters an event at its address. At most two thirds are taken: beyond that, places next to each
/// other are taken too often, and all that are still needed are to have new ones.
fn enter(piece: &mut [Event], event: Event, limit: Timestamp) -> Option<Vec<Event>> {
    let [count, places @ ..] = piece else {
        unreachable!("before the addresses stands how many are taken");
    };
    let place = seek(places, event.id());
    let taken = count.id() + u64::from(places[place] == VACANT);
    places[place] = event;
    count.id = taken.to_le_bytes();
    if taken as usize * 3 < places.len() * 2 {
        return None;
    }
    let kept = places.iter().filter(|event| **event != VACANT);
    let kept = kept.copied().filter(|event| event.at() >= limit);
    Some(kept.collect())
}

fn place(places: &[Event], id: u64) -> usize {
    id as usize & (places.len() - 1)
}

/// Where an event is or, if it is not there, the vacant place where it belongs. There is one.
fn seek(places: &[Event], id: u64) -> usize {
    let mut place = place(places, id);
    while places[place] != VACANT && places[place].id() != id {
        place = (place + 1) & (places.len() - 1);
    }
    place
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_instant_with_a_date_is_kept() {
        for at in [0, 1, -1, 253_402_300_799_999, -377_705_116_800_000] {
            let mut counted = Counted::default();
            counted.remember(7, Timestamp(at), Timestamp::MIN);
            assert_eq!(counted.find(7), Some(Timestamp(at)));
            assert_eq!(counted.find(8), None);
        }
    }

    /// Pieces of all that is remembered: how many places each has.
    fn pieces(counted: &Counted) -> Vec<usize> {
        match counted {
            Counted::Piece(piece) => vec![piece.len()],
            Counted::Parts(parts) => parts.iter().flat_map(pieces).collect(),
        }
    }

    fn spread(id: u64) -> u64 {
        id.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// As many as a customer has in a week, and as many as a robot has: those that can still come
    /// again are remembered, and not many others.
    #[test]
    fn what_can_come_again_is_remembered_and_little_else() {
        for kept in [3, 40, 63, 64, 65, 5_000, 40_000] {
            let mut counted = Counted::default();
            let id = |at: i64| spread(at as u64 / 2);
            let last = 30_000.max(3 * kept);
            for at in 0..last {
                counted.remember(id(at), Timestamp(at), Timestamp(at - kept));
                let oldest = (at - kept).max(0);
                for at in [at, oldest] {
                    assert!(counted.find(id(at)).is_some(), "{kept}: {at}");
                }
            }
            let all = counted.all(Timestamp(last - kept));
            assert_eq!(all.len() as i64, (kept + 1) / 2, "{kept}");
            let room = pieces(&counted).iter().sum::<usize>() as i64;
            assert!(room <= 9 + 6 * kept, "{kept}: {room}");
        }
    }

    /// Which events come again, and dated when, is drawn; so is how far back they are remembered,
    /// and how alike their ids are.
    #[test]
    fn it_remembers_what_a_map_remembers() {
        for (seed, ids, alike) in [(1, 50, 0), (2, 900, 0), (3, 30_000, 0), (4, 9_000, 40)] {
            let (mut counted, mut map) = (Counted::default(), BTreeMap::new());
            let (mut state, mut limit) = (spread(seed), Timestamp::MIN);
            for step in 0..120_000 {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                let (id, far) = (spread(state >> 33) % ids, (state >> 20) as i64 % 9_000);
                let id = spread(id) >> alike;
                let at = Timestamp(step - far);
                if step % 1_000 == 0 && step > 20_000 {
                    limit = limit.max(Timestamp(step - 5_000 - far));
                }
                let seen = |at: &Timestamp| *at >= limit;
                let known = map.get(&id).copied().filter(seen);
                assert_eq!(counted.find(id).filter(seen), known, "{seed}: {step}");
                if at >= limit {
                    counted.remember(id, at, limit);
                    map.insert(id, at);
                }
            }
            let kept = map.into_iter().filter(|(_, at)| *at >= limit);
            assert!(counted.all(limit).into_iter().eq(kept), "{seed}");
            let largest = pieces(&counted).into_iter().max();
            assert!(largest <= Some(1 + MOST), "{seed}: {largest:?}");
        }
    }

    #[test]
    fn what_is_dated_at_the_limit_is_kept() {
        let limit = Timestamp(5);
        for many in [64, 65, 170, 171, 3_000] {
            let mut counted = Counted::default();
            (0..many).for_each(|id| counted.remember(spread(id), limit, limit));
            assert_eq!(counted.all(limit).len() as u64, many);
        }
    }

    /// Whoever makes up ids can have them begin alike, but not all the way.
    #[test]
    fn ids_that_begin_alike_are_told_apart_in_the_end() {
        let mut counted = Counted::default();
        let id = |at: u64| 0xdead_beef_0000_0000 | at << 4;
        (0..2_000).for_each(|at| counted.remember(id(at), Timestamp(at as i64), Timestamp::MIN));
        assert!((0..2_000).all(|at| counted.find(id(at)) == Some(Timestamp(at as i64))));
        assert_eq!(counted.find(id(2_000)), None);
        assert_eq!(counted.all(Timestamp::MIN).len(), 2_000);
    }
}
