//! Where customers stand under one policy, and what its ladders remember of them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::standing::Place;
use crate::model::time::Timestamp;
use crate::policy::judge::{Footing, Stood};
use crate::policy::overrides::{NONE, Overrides};

use super::customers::Slot;
use super::overruled::{Overruled, given_to};

/// Customers of a page. Pages are never moved.
const PAGE: usize = 4096;
/// Until somebody is put there.
const VACANT: Place = Place {
    rank: 0,
    version: 0,
    since: Timestamp::MIN,
};

/// The footings of customers, by their numbers.
#[derive(Clone, Debug)]
pub(super) struct Footings {
    pages: Vec<Page>,
    /// Ladders and maps.
    scales: usize,
    /// Instants that ladders remember of each.
    marks: usize,
    /// Those few who have overrides.
    overruled: BTreeMap<Slot, Overruled>,
}

/// Those of some customers. Their ranks stand in the places too; here they are so few bytes that
/// they are at hand when most customers are not.
#[derive(Clone, Debug, Default)]
struct Page {
    ranks: Vec<u8>,
    places: Vec<Place>,
    marks: Vec<Timestamp>,
}

impl Footings {
    /// Of nobody yet, for policies with that many ladders and maps, which remember so many
    /// instants.
    pub(super) fn new(scales: usize, marks: usize) -> Self {
        Self {
            pages: Vec::new(),
            scales,
            marks,
            overruled: BTreeMap::new(),
        }
    }

    /// Puts a customer somewhere, with what ladders remember.
    pub(super) fn put(&mut self, slot: Slot, places: &[Place], marks: &[Timestamp]) {
        let (page, at) = self.at(slot, self.scales);
        let (_, marked) = self.at(slot, self.marks);
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, Page::default);
        }
        let page = &mut self.pages[page];
        if page.ranks.len() < at.end || page.marks.len() < marked.end {
            page.ranks
                .reserve_exact(PAGE * self.scales - page.ranks.len());
            page.places
                .reserve_exact(PAGE * self.scales - page.places.len());
            page.marks
                .reserve_exact(PAGE * self.marks - page.marks.len());
            page.ranks.resize(at.end, 0);
            page.places.resize(at.end, VACANT);
            page.marks.resize(marked.end, Timestamp::MIN);
        }
        for (rank, place) in page.ranks[at.clone()].iter_mut().zip(places) {
            *rank = place.rank;
        }
        page.places[at].copy_from_slice(places);
        page.marks[marked].copy_from_slice(marks);
    }

    /// Nobody is there any more.
    pub(super) fn clear(&mut self, slot: Slot) {
        let (page, at) = self.at(slot, self.scales);
        let (_, marked) = self.at(slot, self.marks);
        let page = &mut self.pages[page];
        page.ranks[at.clone()].fill(0);
        page.places[at].fill(VACANT);
        page.marks[marked].fill(Timestamp::MIN);
        self.overruled.remove(&slot);
    }

    /// Reads a little of what is kept of a customer, if anything is: a number without meaning.
    pub(super) fn glance(&self, slot: Slot) -> i64 {
        let (page, at) = self.at(slot, self.scales);
        let rank = self
            .pages
            .get(page)
            .and_then(|page| page.ranks.get(at.start));
        rank.copied().unwrap_or(0).into()
    }

    /// A customer's ranks on all ladders and maps.
    pub(super) fn ranks(&self, slot: Slot) -> &[u8] {
        let (page, range) = self.at(slot, self.scales);
        &self.pages[page].ranks[range]
    }

    /// What the ladders give a customer and remember of them, and the overrides above that.
    pub(super) fn stood(&self, slot: Slot) -> Stood<'_> {
        let (page, marked) = self.at(slot, self.marks);
        let (ranks, overrides) = given_to(self.overruled(slot), self.ranks(slot));
        Stood {
            ranks,
            marks: &self.pages[page].marks[marked],
            overrides,
            spared: None,
        }
    }

    /// A customer's overrides.
    pub(super) fn overrides(&self, slot: Slot) -> &Overrides {
        let overruled = self.overruled(slot);
        overruled.map_or(&NONE, |overruled| &overruled.overrides)
    }

    /// What is known of a customer who has overrides.
    #[inline]
    pub(super) fn overruled(&self, slot: Slot) -> Option<&Overruled> {
        match self.overruled.is_empty() {
            true => None,
            false => self.overruled.get(&slot),
        }
    }

    /// Sets what is known of a customer who has overrides, or had some until now.
    pub(super) fn overrule(&mut self, slot: Slot, overruled: Overruled) {
        self.overruled.insert(slot, overruled);
    }

    /// Sets what the ladders give a customer and, in the first instants, remember of them, and the
    /// overrides above that, until the judging that follows.
    pub(super) fn stand(&mut self, slot: Slot, marks: &[Timestamp], overruled: Overruled) {
        let (page, marked) = self.at(slot, self.marks);
        let place = &mut self.pages[page].marks[marked];
        place[..marks.len()].copy_from_slice(marks);
        self.overrule(slot, overruled);
    }

    /// Where a customer stands.
    pub(super) fn places(&self, slot: Slot) -> &[Place] {
        let (page, range) = self.at(slot, self.scales);
        &self.pages[page].places[range]
    }

    /// Moves a customer to a rank on one ladder or map.
    pub(super) fn shift(&mut self, slot: Slot, scale: usize, rank: u8, since: Timestamp) -> Place {
        let (page, range) = self.at(slot, self.scales);
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
            let (page, range) = self.at(slot, self.marks);
            self.pages[page].marks[range].copy_from_slice(&footing.marks);
        }
        if let Some(overruled) = self.overruled.get_mut(&slot) {
            overruled.ranks.copy_from_slice(&footing.ranks);
            if overruled.overrides.is_empty() {
                self.overruled.remove(&slot);
            }
        }
    }

    /// The page of a customer, and where on it they are, each having so many words.
    fn at(&self, slot: Slot, words: usize) -> (usize, Range<usize>) {
        let ix = slot.0 as usize;
        let start = ix % PAGE * words;
        (ix / PAGE, start..start + words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Customers come one after another, or are put here from elsewhere in any order.
    #[test]
    fn a_customer_is_where_they_were_put() {
        let place = |n: u32| Place {
            rank: (n % 200) as u8,
            version: n,
            since: Timestamp(n.into()),
        };
        let mut footings = Footings::new(2, 1);
        let order = (0..10_000).rev().step_by(3).chain(0..10_000);
        for n in order.clone() {
            let places = [place(n), place(n + 1)];
            footings.put(Slot(n), &places, &[Timestamp(n.into())]);
        }
        for n in order {
            assert_eq!(footings.places(Slot(n)), [place(n), place(n + 1)]);
            let stood = footings.stood(Slot(n));
            assert_eq!(stood.ranks, [place(n).rank, place(n + 1).rank]);
            assert_eq!(stood.marks, [Timestamp(n.into())]);
        }
    }
}
