//! All customers of a lane: found by id, kept in slots that tell whose turn comes first.

use std::hint::black_box;

use hashbrown::HashTable;

use crate::features::history::History;
use crate::model::time::Timestamp;

use super::counted::Counted;
use super::footings::Footings;
use super::id::Id;
use super::key::Key;
use super::unions::Unions;

/// Tables that the index is split into, so that none ever grows for long.
const TABLES: usize = 256;
/// Customers read ahead together, at most.
pub(super) const AHEAD: usize = 16;
/// Customers of a page. Pages are never moved.
const PAGE: usize = 4096;

/// The number of a customer: 0, 1, 2 ... in the order of first events, but that who comes after
/// somebody was forgotten takes their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(pub(super) u32);

/// One customer, footing apart.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    /// Id.
    pub(super) id: Id,
    /// Past.
    pub(super) history: History,
    /// Events that counted, so that copies of them are told.
    pub(super) counted: Counted,
    /// Horizon; [`Timestamp::MAX`] if there is none.
    pub(super) due: Timestamp,
    /// Their earliest entry in the queue; [`Timestamp::MAX`] if there is none.
    pub(super) queued: Timestamp,
}

/// The customers.
#[derive(Clone, Debug)]
pub(super) struct Customers {
    index: Vec<HashTable<Tag>>,
    pages: Vec<Vec<Customer>>,
    /// Slots that nobody is found in.
    vacant: usize,
    /// Those of them whose customers were forgotten, the last one last: who comes next takes it.
    left: Vec<Slot>,
    /// Who is taken for one.
    pub(super) unions: Unions,
}

/// What the index holds of a customer.
#[derive(Clone, Copy, Debug)]
struct Tag {
    hash: u32,
    slot: Slot,
}

impl Customer {
    fn new(id: &str, history: History) -> Self {
        Self {
            id: Id::new(id),
            history,
            counted: Counted::default(),
            due: Timestamp::MAX,
            queued: Timestamp::MAX,
        }
    }
}

impl Customers {
    /// None yet.
    pub(super) fn new() -> Self {
        Self {
            index: vec![HashTable::new(); TABLES],
            pages: Vec::new(),
            vacant: 0,
            left: Vec::new(),
            unions: Unions::default(),
        }
    }

    /// How many, those who were merged into others not among them.
    pub(super) fn count(&self) -> usize {
        self.len() - self.vacant - self.unions.merged()
    }

    /// How many slots, those that are vacant too.
    pub(super) fn len(&self) -> usize {
        let last = self.pages.last();
        last.map_or(0, |page| (self.pages.len() - 1) * PAGE + page.len())
    }

    /// The customer of that id; `hash` is the id's.
    pub(super) fn find(&self, hash: u64, id: &str) -> Option<Slot> {
        let tag = hash as u32;
        self.index[table(hash)]
            .find(spread(tag), |known| {
                known.hash == tag && self.get(known.slot).id.is(id)
            })
            .map(|known| known.slot)
    }

    /// Reads a little of everything that is kept of the customers of these keys, of [`AHEAD`] at
    /// most. One after another each would wait for memory several times; so all wait together.
    pub(super) fn read_ahead(&self, footings: &Footings, keys: impl Iterator<Item = Key>) {
        let mut likely = [None; AHEAD];
        for (key, place) in keys.zip(&mut likely) {
            let tag = key.owner as u32;
            let known = self.index[table(key.owner)].find(spread(tag), |known| known.hash == tag);
            *place = known.map(|known| (known.slot, key.event));
        }
        let likely = likely.into_iter().flatten();
        self.bring_near(footings, likely.clone().map(|(slot, _)| slot));
        let seen = likely.map(|(slot, event)| self.get(slot).counted.glance(event));
        black_box(seen.fold(0, |seen, one| seen ^ one));
    }

    /// The same where the slots are known, and no events.
    pub(super) fn bring_near(
        &self,
        footings: &Footings,
        slots: impl Iterator<Item = Slot> + Clone,
    ) {
        let mut seen = 0;
        for slot in slots.clone() {
            let customer = self.get(slot);
            seen ^= customer.due.0 ^ customer.id.glance() ^ footings.glance(slot);
        }
        for slot in slots {
            seen ^= self.get(slot).history.glance();
        }
        black_box(seen);
    }

    /// Adds a customer who is not there yet.
    pub(super) fn add(&mut self, hash: u64, id: &str, history: History) -> Slot {
        let new = Customer::new(id, history);
        let slot = match self.left.pop() {
            None => self.put(new),
            Some(slot) => {
                self.vacant -= 1;
                *self.get_mut(slot) = new;
                slot
            }
        };
        self.enter(hash, slot);
        slot
    }

    fn enter(&mut self, hash: u64, slot: Slot) {
        let tag = Tag {
            hash: hash as u32,
            slot,
        };
        self.index[table(hash)].insert_unique(spread(tag.hash), tag, |tag| spread(tag.hash));
    }

    /// Makes it so many slots, where there are fewer; those that are new are vacant.
    pub(super) fn grow(&mut self, slots: u32) {
        for _ in self.len()..slots as usize {
            self.vacant += 1;
            self.put(Customer::new("", History::NONE));
        }
    }

    /// These vacant slots were left one after another.
    pub(super) fn leave(&mut self, left: Vec<Slot>) {
        self.left = left;
    }

    /// Puts a customer into a vacant slot, or a past that nobody finds.
    pub(super) fn put_at(&mut self, slot: Slot, hash: u64, id: &str, history: History) {
        *self.get_mut(slot) = Customer::new(id, history);
        if !id.is_empty() {
            self.vacant -= 1;
            self.enter(hash, slot);
        }
    }

    /// Keeps a past in a slot of its own, which nobody finds.
    pub(super) fn add_apart(&mut self, history: History) -> Slot {
        self.vacant += 1;
        self.put(Customer::new("", history))
    }

    fn put(&mut self, customer: Customer) -> Slot {
        let slot = Slot(u32::try_from(self.len()).expect("a lane has fewer than 2^32 customers"));
        if (slot.0 as usize).is_multiple_of(PAGE) {
            self.pages.push(Vec::with_capacity(PAGE));
        }
        let page = self.pages.last_mut().expect("a page was just made");
        page.push(customer);
        slot
    }

    /// Whether somebody stands for themselves: has neither gone nor been merged into another.
    pub(super) fn stands(&self, slot: Slot) -> bool {
        !self.get(slot).id.is("") && !self.unions.is_member(slot)
    }

    /// Takes a customer out; `blank` is put in their place. What is in the queue of them is stale.
    pub(super) fn remove(&mut self, hash: u64, slot: Slot, blank: &History) -> Customer {
        let tag = hash as u32;
        let entry = self.index[table(hash)].find_entry(spread(tag), |known| known.slot == slot);
        entry.expect("who is there can be found").remove();
        self.vacant += 1;
        let vacant = Customer::new("", blank.clone());
        std::mem::replace(self.get_mut(slot), vacant)
    }

    /// Takes out a customer who is forgotten. The slot is for whoever comes next.
    pub(super) fn let_go(&mut self, hash: u64, slot: Slot) {
        self.remove(hash, slot, &History::NONE);
        self.left.push(slot);
    }

    /// Slots whose customers were forgotten, the last one last.
    pub(super) fn left(&self) -> &[Slot] {
        &self.left
    }

    /// A customer.
    pub(super) fn get(&self, slot: Slot) -> &Customer {
        let ix = slot.0 as usize;
        &self.pages[ix / PAGE][ix % PAGE]
    }

    /// A customer, to be changed.
    pub(super) fn get_mut(&mut self, slot: Slot) -> &mut Customer {
        let ix = slot.0 as usize;
        &mut self.pages[ix / PAGE][ix % PAGE]
    }

    /// All customers in the order of their slots.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> {
        let slots = (0..self.len() as u32).map(Slot);
        slots.filter(|slot| self.stands(*slot))
    }
}

fn table(hash: u64) -> usize {
    (hash >> 32) as usize % TABLES
}

/// The low half of a hash as bits for hashbrown, which reads both ends of them.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x0000_0001_0000_0001)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::cuts::Cuts;
    use crate::features::fingerprint::hash;
    use crate::features::layout::{Layout, Reach};
    use crate::model::time::Span;

    fn layout() -> Layout {
        let reach = Reach {
            known: Span(0),
            orders: Span(0),
            late: Span(0),
        };
        Layout::new(&[], &Cuts::default(), reach)
    }

    #[test]
    fn a_customer_is_small() {
        assert_eq!(size_of::<Customer>(), 104);
    }

    #[test]
    fn customers_are_found_again_and_listed_in_order() {
        let layout = layout();
        let mut customers = Customers::new();
        let ids: Vec<String> = (0..10_000).map(|n| format!("c-{n}")).collect();
        for (n, id) in (0..).zip(&ids) {
            assert_eq!(customers.find(hash(id), id), None);
            let slot = customers.add(hash(id), id, History::new(&layout));
            assert_eq!(slot, Slot(n));
        }
        assert_eq!(customers.count(), ids.len());
        for (n, id) in (0..).zip(&ids) {
            assert_eq!(customers.find(hash(id), id), Some(Slot(n)));
        }
        let all = customers.slots().map(|slot| customers.get(slot).id.text());
        assert!(all.eq(&ids));
    }

    #[test]
    fn who_comes_takes_the_slot_that_was_left_last() {
        let layout = layout();
        let mut customers = Customers::new();
        let come = |customers: &mut Customers, id: &str| {
            customers.add(hash(id), id, History::new(&layout))
        };
        for id in ["a", "b", "c"] {
            come(&mut customers, id);
        }
        customers.let_go(hash("a"), Slot(0));
        customers.let_go(hash("b"), Slot(1));
        assert_eq!(customers.find(hash("a"), "a"), None);
        assert_eq!((customers.count(), customers.len()), (1, 3));
        for (id, slot) in [("d", 1), ("a", 0), ("b", 3)] {
            assert_eq!(come(&mut customers, id), Slot(slot));
            assert_eq!(customers.find(hash(id), id), Some(Slot(slot)));
        }
        assert_eq!((customers.count(), customers.len()), (4, 4));
    }
}
