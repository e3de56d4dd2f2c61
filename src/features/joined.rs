//! The pasts of several customers joined into one, for as long as they are taken for one.

use crate::model::refusal::{Refusal, Refused};
use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::booking::{Booking, Page, Said};
use super::buckets::{Bucket, Buckets};
use super::fingerprint::Fingerprint;
use super::history::{History, Kept, Strangers};
use super::layout::Layout;
use super::moment::Moment;
use super::notes::{Note, Notes};
use super::orders::{Contribution, Known, Order, Orders, Turn};
use super::rolls::Value;
use super::shape::Take;
use super::tally::Tally;
use super::texts::{Sayings, Texts};

impl History {
    /// Whether sums over both stay in their range.
    ///
    /// # Errors
    /// [`Refusal::BadAmount`].
    pub fn may_join(&self, layout: &Layout, other: &Self) -> Result<(), Refused> {
        let attrs = (0..layout.summed.len()).map(|summed| {
            let (one, other) = (&self.tally, &other.tally);
            one.ever(layout, summed)
                .checked_add(other.ever(layout, summed))
        });
        let fit = attrs.into_iter().all(|sum| sum.is_some());
        let ever = self
            .tally
            .all(layout)
            .and(other.tally.all(layout))
            .filter(|_| fit);
        ever.map(drop).ok_or(Refusal::BadAmount.of("into"))
    }

    /// What both have done, for judgings from `at` on, as both have been judged by now and may
    /// join. Of an order that both know, the one here counts. Orders that are not known any more
    /// never will be.
    #[must_use]
    pub fn joined(&self, layout: &Layout, zone: &Zone, other: &Self, at: Timestamp) -> Self {
        let page = Page {
            layout,
            zone,
            at: Moment::new(zone, at),
            now: Moment::new(zone, at),
            known: Known {
                after: at - layout.reach.known,
                kept: at - layout.reach.orders,
            },
            passes: Default::default(),
            strangers: Strangers::Counted,
        };
        let mut other = other.clone();
        let here = self.known_orders(&page);
        let mut there = other.known_orders(&page);
        let is_here = |order: &Order| here.binary_search_by_key(&order.id, id_of).is_ok();
        there.retain(|(order, _)| {
            if is_here(order) {
                other.set_aside(&page, order);
            }
            !is_here(order)
        });
        let (one, two) = (&self.tally, &other.tally);
        let mut tally = tallies(layout, one, two, at);
        let ever = one.all(layout).and(two.all(layout));
        tally.set_all(
            layout,
            ever.expect("sums of those who join stay in their range"),
        );
        tally.set_frontier(one.frontier().max(two.frontier()));
        Self {
            tally,
            kept: self.keep_with(&page, &other, (here, there)),
        }
    }

    /// The orders that are known, each with what was given back on it, by their ids.
    fn known_orders(&self, page: &Page<'_>) -> Vec<(Order, Option<Order>)> {
        let mut known = match &self.kept {
            Some(kept) => kept.orders.all(),
            None => Vec::new(),
        };
        known.retain(|(order, _)| order.at > page.known.after);
        known
    }

    /// Takes off what an order contributes.
    fn set_aside(&mut self, page: &Page<'_>, order: &Order) {
        let booking = Booking {
            at: Moment::new(page.zone, order.at),
            passes: order.passes,
            turn: Turn::of_order(order.contribution(), Contribution::default()),
            said: Said::Order(order.id),
        };
        self.book(page, page.orders(), &booking);
    }

    /// What is kept one by one of both: of each these orders.
    fn keep_with(
        &self,
        page: &Page<'_>,
        other: &Self,
        (here, there): (Selected, Selected),
    ) -> Option<Box<Kept>> {
        if self.kept.is_none() && other.kept.is_none() {
            return None;
        }
        let notes = [(self, &here), (other, &there)].map(|(history, orders)| {
            let notes = history.kept.as_ref()?.notes.as_deref()?;
            Some((notes, orders))
        });
        let notes = notes.into_iter().flatten().collect::<Vec<_>>();
        let notes = (!notes.is_empty()).then(|| Box::new(notes_of(page.layout, &notes)));
        let mut orders = Orders::default();
        for (order, back) in here.into_iter().chain(there) {
            for entry in [Some(order), back].into_iter().flatten() {
                orders.enter(entry, page.known.kept);
            }
        }
        Some(Box::new(Kept { orders, notes }))
    }
}

/// Orders, each with what was given back on it, in ascending order of ids.
type Selected = Vec<(Order, Option<Order>)>;

fn id_of((order, _): &(Order, Option<Order>)) -> Fingerprint {
    order.id
}

fn tallies(layout: &Layout, one: &Tally, other: &Tally, at: Timestamp) -> Tally {
    let mut joined = Tally::new(layout);
    for (ix, shape) in layout.series.iter().enumerate() {
        let both = [one, other].map(|tally| tally.buckets(layout, ix));
        for (total, take, from) in &shape.totals {
            let sum = one.total(layout, *total) + other.total(layout, *total);
            let twice = match take {
                Take::Days => days_of_both(both, *from),
                Take::Count | Take::Sum(_) => 0,
            };
            joined.set_total(layout, *total, sum - twice);
        }
        if shape.has_buckets() {
            let growing = both.iter().all(|buckets| buckets.growing);
            joined.fill(layout, ix, &added(shape.width, both), growing);
        }
    }
    // What either has counted by now is settled.
    for counter in &layout.counters {
        let sum = one.total(layout, counter.total) + other.total(layout, counter.total);
        joined.begin(layout, *counter, at, sum);
    }
    for summed in 0..layout.summed.len() {
        let sum = one.ever(layout, summed) + other.ever(layout, summed);
        joined.set_ever(layout, summed, sum);
    }
    joined
}

/// How many keys from one on have a positive count in both.
fn days_of_both([one, other]: [Buckets<'_>; 2], from: i64) -> i64 {
    let days = |buckets: Buckets<'_>| {
        let counted = buckets.backwards().filter(|bucket| bucket.count() > 0);
        let mut days: Vec<i64> = counted.map(Bucket::key).collect();
        days.retain(|day| *day >= from);
        days
    };
    // From the newest to the oldest.
    let there = days(other);
    let both = days(one).into_iter().filter(|day| {
        let found = there.binary_search_by(|other| day.cmp(other));
        found.is_ok()
    });
    both.count() as i64
}

/// The buckets of both in ascending order of keys, those of one key added up.
fn added(width: usize, both: [Buckets<'_>; 2]) -> Vec<i64> {
    let mut buckets: Vec<Bucket<'_>> = both.iter().flat_map(|buckets| buckets.forwards()).collect();
    buckets.sort_by_key(|bucket| bucket.key());
    let mut words: Vec<i64> = Vec::new();
    for bucket in buckets {
        let last = words.len().wrapping_sub(width);
        if words.get(last) == Some(&bucket.key()) {
            let sums = words[last + 1..].iter_mut().zip(1..);
            sums.for_each(|(sum, word)| *sum += bucket.word(word));
        } else {
            words.extend((0..width).map(|word| bucket.word(word)));
        }
    }
    words
}

/// The notes of all of these, of whom these orders are known.
fn notes_of(layout: &Layout, all: &[(&Notes, &Selected)]) -> Notes {
    let mut joined = Notes::new(&layout.rolls);
    let mut texts = Texts::NONE;
    let mut sayings = Vec::new();
    let mut rolls: Vec<Vec<Note>> = vec![Vec::new(); layout.rolls.all().len()];
    for (notes, orders) in all {
        let mut numbers: Vec<(i64, i64)> = Vec::new();
        for (number, text) in notes.texts.all() {
            numbers.push((number, texts.keep(text)));
        }
        let number = |old: i64| {
            let place = numbers.binary_search_by_key(&old, |(old, _)| *old);
            numbers[place.expect("the texts of notes are kept")].1
        };
        let is_known = |id| orders.binary_search_by_key(&id, id_of).is_ok();
        sayings.extend(notes.sayings.selected(is_known, number));
        joined.profile.with(&notes.profile, number);
        for ((ix, roll), joined) in layout.rolls.all().iter().enumerate().zip(&mut rolls) {
            joined.extend(notes.of(ix).iter().map(|note| Note {
                value: match roll.value {
                    Value::Text(_) => number(note.value),
                    Value::Number(_) | Value::Nothing => note.value,
                },
                ..*note
            }));
        }
    }
    for (ix, notes) in rolls.iter_mut().enumerate() {
        notes.sort_by_key(|note| (note.key, note.value));
        notes.dedup_by(|more, kept| {
            let same = (more.key, more.value) == (kept.key, kept.value);
            if same {
                kept.count += more.count;
                kept.first = kept.first.min(more.first);
            }
            same
        });
        joined.append(ix, notes);
    }
    joined.texts = texts;
    joined.sayings = Sayings::gathered(sayings.into_iter());
    joined
}
