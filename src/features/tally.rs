//! All series and totals of one customer in one run of words.

use std::ops::Range;

use crate::model::period::Period;
use crate::model::time::{Day, Timestamp};

use super::back::Back;
use super::buckets::Buckets;
use super::layout::Layout;
use super::limits::Limits;
use super::moment::Moment;
use super::orders::Contribution;
use super::shape::{Shape, Take};

/// Words of a series beyond which its buckets are not moved up to make room for one.
const MOVED_AT_MOST: usize = 256;

/// The words: per series the number of its buckets (times two, plus one if a bucket of it may hold
/// a negative sum), the totals, when counters began, then the buckets of one series after another,
/// each series in ascending order of keys.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    words: Vec<i64>,
}

/// Something to be booked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// The series that it enters.
    pub(super) series: usize,
    /// The key of its bucket.
    pub(super) key: i64,
    /// The key of the frontier to come.
    pub(super) now: i64,
    /// What is added.
    pub(super) by: &'a Contribution<'a>,
}

impl Tally {
    /// Of a customer without events.
    pub(super) fn new(layout: &Layout) -> Self {
        let mut words = vec![0; layout.header()];
        words[layout.began(0)..].fill(Timestamp::MIN.0);
        Self { words }
    }

    /// After which instant a counter counts.
    pub(super) fn began(&self, layout: &Layout, counter: usize) -> Timestamp {
        Timestamp(self.words[layout.began(counter)])
    }

    /// Sets it.
    pub(super) fn set_began(&mut self, layout: &Layout, counter: usize, after: Timestamp) {
        self.words[layout.began(counter)] = after.0;
    }

    /// Of words that are laid out like this.
    pub(super) fn of_words(words: Vec<i64>) -> Self {
        Self { words }
    }

    /// The words before the first bucket.
    pub(super) fn header(&self, layout: &Layout) -> &[i64] {
        &self.words[..layout.header()]
    }

    /// Reads a word of every cache line.
    pub(super) fn glance(&self) -> i64 {
        let apart = self.words.iter().step_by(8);
        apart
            .chain(self.words.last())
            .fold(0, |seen, word| seen ^ word)
    }

    /// A running total.
    pub(super) fn total(&self, layout: &Layout, slot: usize) -> i64 {
        self.words[layout.series.len() + slot]
    }

    /// Sets it.
    pub(super) fn set_total(&mut self, layout: &Layout, slot: usize, total: i64) {
        self.words[layout.series.len() + slot] = total;
    }

    /// The sum of the magnitudes of a summed field so far.
    pub(super) fn ever(&self, layout: &Layout, summed: usize) -> i64 {
        self.words[layout.ever(summed)]
    }

    /// Sets it.
    pub(super) fn set_ever(&mut self, layout: &Layout, summed: usize, sum: i64) {
        self.words[layout.ever(summed)] = sum;
    }

    /// Puts the buckets of a series, which has none yet, behind those of all others: as they are in
    /// another tally, but of each only these words.
    pub(super) fn append(&mut self, series: usize, from: Buckets<'_>, words: &[usize]) {
        let before = self.words.len();
        for bucket in from.words.chunks_exact(from.width) {
            self.words.extend(words.iter().map(|word| bucket[*word]));
        }
        let buckets = (self.words.len() - before) / words.len();
        self.words[series] = ((buckets << 1) | usize::from(!from.growing)) as i64;
    }

    /// The series one after another, with their buckets.
    pub(super) fn series<'a>(
        &'a self,
        layout: &'a Layout,
    ) -> impl Iterator<Item = (&'a Shape, Buckets<'a>)> {
        let (header, mut left) = self.words.split_at(layout.header());
        let series = layout.series.iter().zip(header);
        series.map(move |(shape, length)| {
            let width = shape.width;
            let (words, after) = left.split_at((length >> 1) as usize * width);
            left = after;
            let growing = length & 1 == 0;
            let buckets = Buckets {
                words,
                width,
                growing,
            };
            (shape, buckets)
        })
    }

    /// How far back a window looks, also one that goes by this customer's own year.
    pub(super) fn back(&self, layout: &Layout, back: Back) -> Back {
        match back {
            Back::Personal(series) => self.own_year(layout, series),
            _ => back,
        }
    }

    fn own_year(&self, layout: &Layout, series: usize) -> Back {
        let first = self.buckets(layout, series).first();
        let first = first.and_then(|key| i32::try_from(key).ok());
        let year = first.and_then(|day| Period::year_of(Day(day)));
        year.map_or(Back::Keys(0), Back::Period)
    }

    /// The buckets of a series.
    pub(super) fn buckets(&self, layout: &Layout, series: usize) -> Buckets<'_> {
        let (start, end) = self.range(layout, series);
        Buckets {
            words: &self.words[start..end],
            width: layout.series[series].width,
            growing: self.words[series] & 1 == 0,
        }
    }

    /// Books into a bucket and into the totals. Tells whether the value of some feature can be
    /// another at the frontier to come or later.
    pub(super) fn book(&mut self, layout: &Layout, entry: Entry<'_>) -> bool {
        let shape = &layout.series[entry.series];
        if shape.first {
            let buckets = self.buckets(layout, entry.series);
            let first = buckets.first_of(|bucket| shape.is_firm(bucket));
            if first.is_some_and(|first| first < entry.key) {
                return false;
            }
        }
        let turned = if shape.has_buckets() {
            let at = self.bucket(layout, entry);
            self.add(shape, at, entry)
        } else {
            0
        };
        for (slot, take, from) in &shape.totals {
            if entry.key < *from {
                continue;
            }
            self.words[layout.series.len() + slot] += match take {
                Take::Count => entry.by.count,
                Take::Sum(field) => entry.by.of(*field),
                Take::Days => turned,
            };
        }
        for (counter, take) in &shape.counters {
            if entry.key > self.words[layout.began(counter.place)] {
                self.words[layout.series.len() + counter.total] += match take {
                    Take::Sum(field) => entry.by.of(*field),
                    Take::Count | Take::Days => entry.by.count,
                };
            }
        }
        shape.sums || turned != 0
    }

    /// Adds to a bucket and drops it if nothing is left; by how much the number of buckets with a
    /// positive count grew.
    fn add(&mut self, shape: &Shape, at: usize, entry: Entry<'_>) -> i64 {
        let Entry { series, by, .. } = entry;
        let bucket = &mut self.words[at..at + shape.width];
        let before = i64::from(bucket[1] > 0);
        bucket[1] += by.count;
        let after = i64::from(bucket[1] > 0);
        let (mut left, mut negative) = (bucket[1], 0);
        for (word, field) in bucket[2..].iter_mut().zip(&shape.fields) {
            *word += by.of(*field);
            left |= *word;
            negative |= i64::from(*word < 0);
        }
        if shape.firm {
            bucket[shape.width - 1] += by.firm;
        }
        self.words[series] |= negative;
        if left == 0 {
            self.words.drain(at..at + shape.width);
            self.words[series] -= 2;
        }
        after - before
    }

    /// Where the bucket for an entry is; it is made if it is not there.
    fn bucket(&mut self, layout: &Layout, entry: Entry<'_>) -> usize {
        let Entry { series, key, .. } = entry;
        let shape = &layout.series[series];
        let width = shape.width;
        let (start, end) = self.range(layout, series);
        if start < end && self.words[end - width] == key {
            return end - width;
        }
        if start < end && self.words[end - width] > key {
            let at = start + self.buckets(layout, series).before(key) * width;
            if self.words[at] != key {
                self.open(series, at, width);
            }
            self.words[at] = key;
            return at;
        }
        let at = if start < end && self.gives_way(shape, start..end, entry) {
            self.words.copy_within(start + width..end, start);
            self.words[end - width..end].fill(0);
            end - width
        } else {
            self.open(series, end, width);
            end
        };
        self.words[at] = key;
        at
    }

    /// Whether the oldest bucket of a series matters no more once a newest one is there. Not worth
    /// finding out for every series: the others wait for [`Tally::make_room`].
    fn gives_way(&self, shape: &Shape, range: Range<usize>, entry: Entry<'_>) -> bool {
        if shape.first || shape.days || range.len() > MOVED_AT_MOST {
            return false;
        }
        match shape.longest {
            Some(longest) => {
                !shape.latest && self.words[range.start] <= entry.now.saturating_sub(longest)
            }
            // Only the latest is asked for, and this one will stay.
            None => entry.by.firm > 0,
        }
    }

    /// Makes an empty bucket.
    fn open(&mut self, series: usize, at: usize, width: usize) {
        let end = self.words.len();
        self.words.resize(end + width, 0);
        self.words.copy_within(at..end, at + width);
        self.words[at..at + width].fill(0);
        self.words[series] += 2;
    }

    fn range(&self, layout: &Layout, series: usize) -> (usize, usize) {
        let mut start = layout.header();
        let lengths = self.words.iter().map(|length| (length >> 1) as usize);
        let mut sizes = layout.series.iter().zip(lengths).map(|(s, n)| s.width * n);
        start += sizes.by_ref().take(series).sum::<usize>();
        (start, start + sizes.next().unwrap_or(0))
    }

    /// Whether the next event might not fit without growing.
    pub(super) fn is_full(&self, layout: &Layout) -> bool {
        self.words.capacity() - self.words.len() < layout.one_of_each()
    }

    /// Drops the buckets after the first one whose count is positive for good. That no order can
    /// take it back any more is noted in it.
    fn keep_first(&mut self, layout: &Layout, series: usize, limits: &Limits) {
        let shape = &layout.series[series];
        let (start, end) = self.range(layout, series);
        let mut buckets = self.words[start..end].chunks_exact_mut(shape.width);
        let first = buckets.position(|bucket| {
            let good = limits.is_for_good(shape, bucket);
            if good && shape.firm {
                bucket[shape.width - 1] = bucket[1];
            }
            good
        });
        if let Some(first) = first {
            self.words.drain(start + (first + 1) * shape.width..end);
            self.words[series] = ((first + 1) << 1) as i64;
        }
    }

    /// Drops buckets that can matter no more, and makes room for as many as are left. Costs as much
    /// as there are buckets, so it is for [`Tally::is_full`].
    pub(super) fn make_room(&mut self, layout: &Layout, limits: &Limits) {
        for (series, shape) in layout.series.iter().enumerate() {
            if shape.first {
                self.keep_first(layout, series, limits);
                continue;
            }
            let (start, end) = self.range(layout, series);
            let buckets = self.buckets(layout, series);
            let dropped = buckets.before(settled(shape, buckets, limits));
            self.words.drain(start..start + dropped * shape.width);
            let left = (end - start) / shape.width - dropped;
            self.words[series] = (left << 1) as i64;
            let negative = self.buckets(layout, series).any_negative();
            self.words[series] |= i64::from(negative);
        }
        if self.is_full(layout) || self.words.len() > self.words.capacity() / 4 * 3 {
            let more = self.words.len().max(layout.one_of_each());
            self.words.reserve(more);
        }
    }
}

/// The key before which the buckets of a series can matter no more.
fn settled(shape: &Shape, buckets: Buckets<'_>, limits: &Limits) -> i64 {
    if shape.apart {
        return i64::MIN;
    }
    let key = |moment: &Moment| moment.key(shape.resolution);
    let mut settled = i64::MAX;
    if let Some(longest) = shape.longest {
        // What a window does not see now it never sees again.
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

/// The key of the latest bucket whose count is positive for good.
fn latest_for_good(shape: &Shape, buckets: Buckets<'_>, limits: &Limits) -> i64 {
    let mut buckets = buckets.backwards();
    buckets
        .find(|bucket| limits.is_for_good(shape, bucket))
        .map_or(i64::MIN, |bucket| bucket[0])
}
