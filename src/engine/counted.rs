//! The events of one customer that counted, each with the instant of the latest copy.

use crate::model::time::Timestamp;

/// Events that are sought one after another; more lie at places of their own.
const FEW: usize = 64;
/// Bytes of an instant: enough for any day that has a date.
const INSTANT: usize = 7;

/// The events that counted. Few of them are a list in the order in which they came. Many are at
/// open addresses, before which stands how many they are: an event is at its place or, where that
/// is taken, at the next one that is not.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    events: Box<[Event]>,
}

/// One event, in as many bytes as that takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Event {
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

impl Counted {
    /// Those that have counted, each with the instant of the latest copy.
    pub(super) fn of(all: Vec<(u64, Timestamp)>) -> Self {
        let events: Box<[Event]> = all.iter().map(|(id, at)| Event::new(*id, *at)).collect();
        let mut counted = Self { events };
        let many = counted.events.len();
        if many > FEW {
            let events = std::mem::take(&mut counted.events);
            counted.events = vec![VACANT; 1 + (2 * many).next_power_of_two()].into_boxed_slice();
            for event in &events {
                counted.enter(*event, Timestamp::MIN);
            }
        }
        counted
    }

    /// When an event counted last, by what stands for it among those of its customer.
    pub(super) fn find(&self, id: u64) -> Option<Timestamp> {
        let found = match self.addresses() {
            None => self.events.iter().copied().find(|event| event.id() == id),
            Some(places) => Some(places[seek(places, id)]).filter(|event| *event != VACANT),
        };
        found.map(Event::at)
    }

    /// An event counted. Those dated before `limit` are forgotten where room is needed.
    pub(super) fn remember(&mut self, id: u64, at: Timestamp, limit: Timestamp) {
        let new = Event::new(id, at);
        if self.addresses().is_some() {
            return self.enter(new, limit);
        }
        if let Some(place) = self.events.iter().position(|event| event.id() == id) {
            self.events[place] = new;
            return;
        }
        // Most that are behind others are dated later.
        let old = self.events.iter().take_while(|event| event.at() < limit);
        let old = old.count();
        if old == 0 && self.events.len() == FEW {
            self.spread(4 * FEW, limit);
            return self.enter(new, limit);
        }
        if old == 1 {
            self.events.rotate_left(1);
            let last = self.events.len() - 1;
            self.events[last] = new;
            return;
        }
        let mut events = std::mem::take(&mut self.events).into_vec();
        events.drain(..old);
        events.reserve_exact(1);
        events.push(new);
        self.events = events.into_boxed_slice();
    }

    /// All that are dated at `limit` or later, in an order that depends on nothing else.
    pub(super) fn all(&self, limit: Timestamp) -> Vec<(u64, Timestamp)> {
        let all = self.addresses().unwrap_or(&self.events).iter();
        let all = all.filter(|event| **event != VACANT);
        let all = all.map(|event| (event.id(), event.at()));
        let mut all: Vec<_> = all.filter(|(_, at)| *at >= limit).collect();
        all.sort_unstable();
        all
    }

    /// Reads some of it without asking what is there, since answers would have to be waited for: a
    /// number without meaning.
    pub(super) fn glance(&self, id: u64) -> u8 {
        match self.addresses() {
            None => {
                let lines = self.events.iter().step_by(4).chain(self.events.last());
                lines.fold(0, |seen, event| seen ^ event.id[0])
            }
            Some(places) => {
                let event = places[place(places, id)];
                event.id[0] ^ event.at[INSTANT - 1]
            }
        }
    }

    fn addresses(&self) -> Option<&[Event]> {
        (self.events.len() > FEW).then(|| &self.events[1..])
    }

    /// Enters an event at its address. At most two thirds are taken: beyond that, places next to
    /// each other are taken too often.
    fn enter(&mut self, event: Event, limit: Timestamp) {
        let [count, places @ ..] = &mut *self.events else {
            unreachable!("before the addresses stands how many are taken");
        };
        let place = seek(places, event.id());
        let taken = count.id() + u64::from(places[place] == VACANT);
        places[place] = event;
        count.id = taken.to_le_bytes();
        let (taken, room) = (taken as usize, places.len());
        if taken * 3 >= room * 2 {
            let kept = places.iter().filter(|event| event.at() >= limit).count();
            self.spread(if kept <= room / 3 { room } else { 2 * room }, limit);
        }
    }

    /// Gives all that are dated at `limit` or later new places, so many.
    fn spread(&mut self, room: usize, limit: Timestamp) {
        let all = self.addresses().unwrap_or(&self.events).iter();
        let kept: Vec<Event> = all.copied().filter(|event| event.at() >= limit).collect();
        self.events = vec![VACANT; 1 + room].into_boxed_slice();
        self.events[0].id = (kept.len() as u64).to_le_bytes();
        let places = &mut self.events[1..];
        for event in kept {
            places[seek(places, event.id())] = event;
        }
    }
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

    /// As many as a customer has in a week, and as many as a robot has: those that can still come
    /// again are remembered, and not many others.
    #[test]
    fn what_can_come_again_is_remembered_and_little_else() {
        for kept in [3, 40, 63, 64, 65, 5_000] {
            let mut counted = Counted::default();
            let id = |at: i64| (at as u64 / 2).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            for at in 0..30_000 {
                counted.remember(id(at), Timestamp(at), Timestamp(at - kept));
                let oldest = (at - kept).max(0);
                for at in [at, oldest] {
                    assert!(counted.find(id(at)).is_some(), "{kept}: {at}");
                }
            }
            let all = counted.all(Timestamp(30_000 - kept));
            assert_eq!(all.len() as i64, (kept + 1) / 2, "{kept}");
            let room = counted.events.len() as i64;
            assert!(room <= 9 + 6 * kept, "{kept}: {room}");
        }
    }
}
