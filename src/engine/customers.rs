//! All customers of a lane: found by id, kept in the order of their first events.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::ops::Range;

use hashbrown::HashTable;

use crate::features::history::History;
use crate::model::standing::Place;
use crate::model::time::Timestamp;
use crate::policy::judge::{Footing, Stood};

use super::id::Id;
use super::overruled::{Overruled, given_to};

/// Tables that the index is split into, so that none ever grows for long.
const TABLES: usize = 256;
/// Customers read ahead together, at most.
pub(super) const AHEAD: usize = 16;
/// Customers of a page. Pages are never moved.
const PAGE: usize = 4096;

/// The number of a customer: 0, 1, 2 ... in the order of first events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(pub(super) u32);

/// One customer, places apart. Two cache lines, neither shared with another customer.
#[derive(Clone, Debug)]
#[repr(align(128))]
pub(super) struct Customer {
    /// Id.
    pub(super) id: Id,
    /// Past.
    pub(super) history: History,
    /// Horizon; [`Timestamp::MAX`] if there is none.
    pub(super) due: Timestamp,
    /// Their earliest entry in the queue; [`Timestamp::MAX`] if there is none.
    pub(super) queued: Timestamp,
}

/// The customers.
#[derive(Clone, Debug)]
pub(super) struct Customers {
    index: Vec<HashTable<Tag>>,
    pages: Vec<Page>,
    /// Ladders and maps.
    scales: usize,
    /// Instants that ladders remember of each.
    marks: usize,
    /// Slots whose customer has gone. They stay vacant: a slot tells who came first.
    vacant: usize,
    /// Those few who have overrides.
    overruled: BTreeMap<Slot, Overruled>,
}

/// A part of the customers. Their ranks stand in the places too; here they are so few bytes that
/// they are at hand when most customers are not.
#[derive(Clone, Debug)]
struct Page {
    customers: Vec<Customer>,
    ranks: Vec<u8>,
    places: Vec<Place>,
    marks: Vec<Timestamp>,
}

/// What the index holds of a customer.
#[derive(Clone, Copy, Debug)]
struct Tag {
    hash: u32,
    slot: Slot,
}

impl Customers {
    /// None yet, for policies with that many ladders and maps, which remember so many instants.
    pub(super) fn new(scales: usize, marks: usize) -> Self {
        Self {
            index: vec![HashTable::new(); TABLES],
            pages: Vec::new(),
            scales,
            marks,
            vacant: 0,
            overruled: BTreeMap::new(),
        }
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.len() - self.vacant
    }

    /// How many slots, those that are vacant too.
    fn len(&self) -> usize {
        self.pages.last().map_or(0, |page| {
            (self.pages.len() - 1) * PAGE + page.customers.len()
        })
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

    /// Reads a little of everything that is kept of the customers of these hashes, of [`AHEAD`] at
    /// most. One after another each would wait for memory several times; so all wait together.
    pub(super) fn read_ahead(&self, hashes: impl Iterator<Item = u64>) {
        let mut likely = [None; AHEAD];
        for (hash, slot) in hashes.zip(&mut likely) {
            let tag = hash as u32;
            let known = self.index[table(hash)].find(spread(tag), |known| known.hash == tag);
            *slot = known.map(|known| known.slot);
        }
        self.bring_near(likely.into_iter().flatten());
    }

    /// The same where the slots are known.
    pub(super) fn bring_near(&self, slots: impl Iterator<Item = Slot> + Clone) {
        let mut seen = 0;
        for slot in slots.clone() {
            let Customer { due, history, .. } = self.get(slot);
            seen ^= due.0 ^ history.frontier().0 ^ i64::from(self.ranks(slot)[0]);
        }
        for slot in slots {
            seen ^= self.get(slot).history.glance();
        }
        black_box(seen);
    }

    /// Adds a customer who is not there yet.
    pub(super) fn add(
        &mut self,
        hash: u64,
        id: &str,
        history: History,
        (places, marks): (&[Place], &[Timestamp]),
    ) -> Slot {
        let slot = Slot(u32::try_from(self.len()).expect("a lane has fewer than 2^32 customers"));
        if (slot.0 as usize).is_multiple_of(PAGE) {
            self.pages.push(Page {
                customers: Vec::with_capacity(PAGE),
                ranks: Vec::with_capacity(PAGE * self.scales),
                places: Vec::with_capacity(PAGE * self.scales),
                marks: Vec::with_capacity(PAGE * self.marks),
            });
        }
        let page = self.pages.last_mut().expect("a page was just made");
        page.customers.push(Customer {
            id: Id::new(id),
            history,
            due: Timestamp::MAX,
            queued: Timestamp::MAX,
        });
        page.ranks.extend(places.iter().map(|place| place.rank));
        page.places.extend_from_slice(places);
        page.marks.extend_from_slice(marks);
        let hash_low = hash as u32;
        let tag = Tag {
            hash: hash_low,
            slot,
        };
        self.index[table(hash)].insert_unique(spread(hash_low), tag, |tag| spread(tag.hash));
        slot
    }

    /// Takes a customer out; `blank` is put in their place. What is in the queue of them is stale.
    pub(super) fn remove(&mut self, hash: u64, slot: Slot, blank: &History) -> Customer {
        let tag = hash as u32;
        let entry = self.index[table(hash)].find_entry(spread(tag), |known| known.slot == slot);
        entry.expect("who is there can be found").remove();
        self.vacant += 1;
        self.overruled.remove(&slot);
        let vacant = Customer {
            id: Id::new(""),
            history: blank.clone(),
            due: Timestamp::MAX,
            queued: Timestamp::MAX,
        };
        let (page, range) = on_page(slot, self.scales);
        self.pages[page].places[range.clone()].fill(Place {
            rank: 0,
            version: 0,
            since: Timestamp::MIN,
        });
        self.pages[page].ranks[range].fill(0);
        let (page, range) = on_page(slot, self.marks);
        self.pages[page].marks[range].fill(Timestamp::MIN);
        std::mem::replace(self.get_mut(slot), vacant)
    }

    /// A customer.
    pub(super) fn get(&self, slot: Slot) -> &Customer {
        let ix = slot.0 as usize;
        &self.pages[ix / PAGE].customers[ix % PAGE]
    }

    /// A customer, to be changed.
    pub(super) fn get_mut(&mut self, slot: Slot) -> &mut Customer {
        let ix = slot.0 as usize;
        &mut self.pages[ix / PAGE].customers[ix % PAGE]
    }

    /// A customer's ranks on all ladders and maps.
    pub(super) fn ranks(&self, slot: Slot) -> &[u8] {
        let (page, range) = on_page(slot, self.scales);
        &self.pages[page].ranks[range]
    }

    /// What the ladders give a customer and remember of them, and the overrides above that.
    pub(super) fn stood(&self, slot: Slot) -> Stood<'_> {
        let (ranks, overrides) = given_to(self.overruled(slot), self.ranks(slot));
        Stood {
            ranks,
            marks: self.marks(slot),
            overrides,
        }
    }

    /// What is known of a customer who has overrides.
    pub(super) fn overruled(&self, slot: Slot) -> Option<&Overruled> {
        self.overruled.get(&slot)
    }

    /// Sets what is known of a customer who has overrides, or had some until now.
    pub(super) fn overrule(&mut self, slot: Slot, overruled: Overruled) {
        self.overruled.insert(slot, overruled);
    }

    /// Where a customer stands.
    pub(super) fn places(&self, slot: Slot) -> &[Place] {
        let (page, range) = on_page(slot, self.scales);
        &self.pages[page].places[range]
    }

    /// Moves a customer to a rank on one ladder or map.
    pub(super) fn shift(&mut self, slot: Slot, scale: usize, rank: u8, since: Timestamp) -> Place {
        let (page, range) = on_page(slot, self.scales);
        let Page { ranks, places, .. } = &mut self.pages[page];
        let place = &mut places[range.start + scale];
        *place = Place {
            rank,
            version: place.version + 1,
            since,
        };
        ranks[range.start + scale] = rank;
        *place
    }

    /// Sets what ladders remember of a customer and, where there are overrides, what they give.
    pub(super) fn remember(&mut self, slot: Slot, footing: &Footing) {
        if !footing.marks.is_empty() {
            let (page, range) = on_page(slot, self.marks);
            self.pages[page].marks[range].copy_from_slice(&footing.marks);
        }
        if let Some(overruled) = self.overruled.get_mut(&slot) {
            overruled.ranks.copy_from_slice(&footing.ranks);
            if overruled.overrides.is_empty() {
                self.overruled.remove(&slot);
            }
        }
    }

    fn marks(&self, slot: Slot) -> &[Timestamp] {
        let (page, range) = on_page(slot, self.marks);
        &self.pages[page].marks[range]
    }

    /// All ids and places in the order of first events.
    pub(super) fn standings(&self) -> impl Iterator<Item = (&str, &[Place])> {
        (0..self.len() as u32)
            .map(Slot)
            .filter(|slot| !self.get(*slot).id.is(""))
            .map(|slot| (self.get(slot).id.text(), self.places(slot)))
    }
}

/// The page of a customer, and where on it those things stand of which each customer has so many.
fn on_page(slot: Slot, each: usize) -> (usize, Range<usize>) {
    let ix = slot.0 as usize;
    let start = ix % PAGE * each;
    (ix / PAGE, start..start + each)
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

    #[test]
    fn a_customer_fits_two_cache_lines() {
        assert_eq!(size_of::<Customer>(), 128);
    }

    #[test]
    fn customers_are_found_again_and_listed_in_order() {
        let reach = Reach {
            orders: Span(0),
            late: Span(0),
        };
        let layout = Layout::new(&[], &Cuts::default(), reach);
        let place = |version| Place {
            rank: 1,
            version,
            since: Timestamp::MIN,
        };
        let mut customers = Customers::new(2, 1);
        let ids: Vec<String> = (0..10_000).map(|n| format!("c-{n}")).collect();
        for (n, id) in (0..).zip(&ids) {
            assert_eq!(customers.find(hash(id), id), None);
            let places = [place(n), place(n + 1)];
            let known = (&places[..], &[Timestamp(n.into())][..]);
            let slot = customers.add(hash(id), id, History::new(&layout), known);
            assert_eq!(slot, Slot(n));
        }
        assert_eq!(customers.count(), ids.len());
        for (n, id) in (0..).zip(&ids) {
            assert_eq!(customers.find(hash(id), id), Some(Slot(n)));
            assert_eq!(customers.places(Slot(n)), [place(n), place(n + 1)]);
            let stood = customers.stood(Slot(n));
            assert_eq!(stood.ranks, [1, 1]);
            assert_eq!(stood.marks, [Timestamp(n.into())]);
        }
        assert!(customers.standings().map(|(id, _)| id).eq(&ids));
    }
}
