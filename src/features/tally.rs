//! All series and totals of one customer in one run of words.

use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::feature::Resolution;
use super::layout::{Layout, Shape, Take};
use super::moment::Moment;
use super::orders::Contribution;

/// How far back a customer's buckets still matter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Nothing is asked about instants before this one.
    pub(super) frontier: Moment,
    /// Orders up to this instant change no more.
    pub(super) orders: Moment,
    /// No event dated before this instant arrives any more.
    pub(super) arrivals: Moment,
}

/// The words: per series the number of its buckets (times two, plus one if a bucket of it may hold
/// a negative sum), the totals, then the buckets of one series after another, each series in
/// ascending order of keys.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    words: Vec<i64>,
}

/// The buckets of one series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buckets<'a> {
    words: &'a [i64],
    width: usize,
    /// No sum in any bucket is negative.
    pub(super) growing: bool,
}

/// Buckets from the newest to the oldest.
pub(super) struct Backwards<'a>(Buckets<'a>);

impl<'a> Iterator for Backwards<'a> {
    type Item = &'a [i64];

    fn next(&mut self) -> Option<&'a [i64]> {
        let Self(left) = self;
        let (older, newest) = left
            .words
            .split_at_checked(left.words.len().wrapping_sub(left.width))?;
        left.words = older;
        Some(newest)
    }
}

impl<'a> Buckets<'a> {
    /// From the newest to the oldest.
    pub(super) fn backwards(self) -> Backwards<'a> {
        Backwards(self)
    }

    /// Whether some sum is negative.
    fn any_negative(self) -> bool {
        self.backwards()
            .any(|bucket| bucket[2..].iter().any(|word| *word < 0))
    }

    /// The key of the latest bucket with a positive count.
    pub(super) fn latest(self) -> Option<i64> {
        self.backwards()
            .find(|bucket| bucket[1] > 0)
            .map(|bucket| bucket[0])
    }
}

impl Tally {
    /// Of a customer without events.
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            words: vec![0; layout.header()],
        }
    }

    /// A running total.
    pub(super) fn total(&self, layout: &Layout, slot: usize) -> i64 {
        self.words[layout.series.len() + slot]
    }

    /// The series one after another, with their buckets.
    pub(super) fn series<'a>(
        &'a self,
        layout: &'a Layout,
    ) -> impl Iterator<Item = (&'a Shape, Buckets<'a>)> {
        let mut left = &self.words[layout.header()..];
        layout
            .series
            .iter()
            .zip(&self.words)
            .map(move |(shape, length)| {
                let width = shape.width();
                let (words, after) = left.split_at((length >> 1) as usize * width);
                left = after;
                let growing = length & 1 == 0;
                (
                    shape,
                    Buckets {
                        words,
                        width,
                        growing,
                    },
                )
            })
    }

    /// The buckets of a series.
    pub(super) fn buckets(&self, layout: &Layout, series: usize) -> Buckets<'_> {
        let (start, end) = self.range(layout, series);
        Buckets {
            words: &self.words[start..end],
            width: layout.series[series].width(),
            growing: self.words[series] & 1 == 0,
        }
    }

    /// Whether the next event might not fit without growing.
    pub(super) fn is_full(&self, layout: &Layout) -> bool {
        self.words.capacity() - self.words.len() < layout.one_of_each()
    }

    /// Books a contribution into the bucket of that key and into the totals.
    pub(super) fn book(&mut self, layout: &Layout, series: usize, key: i64, by: &Contribution) {
        let shape = &layout.series[series];
        let new_days = if shape.has_buckets() {
            self.book_bucket(layout, series, key, by)
        } else {
            0
        };
        for (slot, take) in &shape.totals {
            self.words[layout.series.len() + slot] += match take {
                Take::Count => by.count,
                Take::Sum(field) => by.of(*field),
                Take::Days => new_days,
            };
        }
    }

    /// By how much the number of buckets with a positive count grew.
    fn book_bucket(&mut self, layout: &Layout, series: usize, key: i64, by: &Contribution) -> i64 {
        let shape = &layout.series[series];
        let width = shape.width();
        let (at, found) = self.place(layout, series, key);
        if !found {
            let end = self.words.len();
            self.words.resize(end + width, 0);
            self.words.copy_within(at..end, at + width);
            self.words[at..at + width].fill(0);
            self.words[at] = key;
            self.words[series] += 2;
        }
        let bucket = &mut self.words[at..at + width];
        let before = i64::from(bucket[1] > 0);
        bucket[1] += by.count;
        for (word, field) in bucket[2..].iter_mut().zip(&shape.fields) {
            *word += by.of(*field);
        }
        if shape.firm {
            bucket[width - 1] += by.firm;
        }
        let after = i64::from(bucket[1] > 0);
        let empty = bucket[1..].iter().all(|word| *word == 0);
        let negative = bucket[2..].iter().any(|word| *word < 0);
        if empty {
            self.words.drain(at..at + width);
            self.words[series] -= 2;
        }
        self.words[series] |= i64::from(negative);
        after - before
    }

    /// Where the bucket of that key is, or belongs.
    fn place(&self, layout: &Layout, series: usize, key: i64) -> (usize, bool) {
        let (start, end) = self.range(layout, series);
        let width = layout.series[series].width();
        if start == end || self.words[end - width] < key {
            return (end, false);
        }
        if self.words[end - width] == key {
            return (end - width, true);
        }
        let (mut low, mut high) = (0, (end - start) / width);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.words[start + middle * width] < key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let at = start + low * width;
        (at, self.words[at] == key)
    }

    fn range(&self, layout: &Layout, series: usize) -> (usize, usize) {
        let mut start = layout.header();
        for (before, shape) in layout.series[..series].iter().enumerate() {
            start += self.len(before) * shape.width();
        }
        (
            start,
            start + self.len(series) * layout.series[series].width(),
        )
    }

    fn len(&self, series: usize) -> usize {
        (self.words[series] >> 1) as usize
    }

    /// Drops buckets that can matter no more, and makes room for as many as are left. Costs as much
    /// as there are buckets, so it is for [`Tally::is_full`].
    pub(super) fn make_room(&mut self, layout: &Layout, limits: &Limits) {
        for series in 0..layout.series.len() {
            let shape = &layout.series[series];
            let (start, end) = self.range(layout, series);
            let width = shape.width();
            let settled = settled(shape, self.buckets(layout, series), limits);
            let dropped = self.words[start..end]
                .chunks_exact(width)
                .take_while(|bucket| bucket[0] < settled)
                .count();
            self.words.drain(start..start + dropped * width);
            let left = (end - start) / width - dropped;
            self.words[series] = (left << 1) as i64;
            let negative = self.buckets(layout, series).any_negative();
            self.words[series] |= i64::from(negative);
        }
        if self.is_full(layout) || self.words.len() > self.words.capacity() / 4 * 3 {
            self.words
                .reserve(self.words.len().max(layout.one_of_each()));
        }
    }
}

/// The key before which the buckets of a series can matter no more.
fn settled(shape: &Shape, buckets: Buckets<'_>, limits: &Limits) -> i64 {
    let key = |moment: &Moment| moment.key(shape.resolution);
    // What a window does not see now it never sees again.
    let mut settled = i64::MAX;
    if let Some(longest) = shape.longest {
        settled = key(&limits.frontier)
            .saturating_sub(longest)
            .saturating_add(1);
    }
    if shape.latest {
        settled = settled.min(latest_for_good(shape, buckets, limits));
    }
    if shape.days {
        // A day that may still turn positive or back must be known in full.
        settled = settled.min(key(&limits.arrivals));
        if shape.shrinks {
            settled = settled.min(key(&limits.orders));
        }
    }
    settled
}

/// The key of the latest bucket whose count is positive and will stay so: part of it is firm, or it
/// lies where no order can be taken back any more.
fn latest_for_good(shape: &Shape, buckets: Buckets<'_>, limits: &Limits) -> i64 {
    let known_after = limits.orders.key(shape.resolution);
    let settled = |key: i64| match shape.resolution {
        Resolution::Exact => key <= known_after,
        Resolution::Day => key < known_after,
    };
    let firm = |bucket: &[i64]| !shape.firm || bucket[shape.width() - 1] > 0;
    let mut buckets = buckets.backwards();
    buckets
        .find(|bucket| bucket[1] > 0 && (firm(bucket) || settled(bucket[0])))
        .map_or(i64::MIN, |bucket| bucket[0])
}

impl Limits {
    /// At a frontier, `orders` and `arrivals` being how far orders and events reach back from
    /// there.
    pub(super) fn new(
        zone: &Zone,
        frontier: Timestamp,
        orders: Timestamp,
        arrivals: Timestamp,
    ) -> Self {
        Self {
            frontier: Moment::new(zone, frontier),
            orders: Moment::new(zone, orders),
            arrivals: Moment::new(zone, arrivals),
        }
    }
}
