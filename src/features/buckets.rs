//! The buckets of one series of a customer.

use super::back::Back;
use super::decay::Days;
use super::form::{Form, Place};
use super::narrow;

/// The buckets of one series, in ascending order of keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buckets<'a> {
    /// All that is kept of the customer.
    pub(super) bytes: &'a [u8],
    /// Where the first bucket begins.
    pub(super) start: usize,
    /// Where the last one ends.
    pub(super) end: usize,
    pub(super) form: &'a Form,
    /// No sum in any bucket is negative.
    pub(super) growing: bool,
}

/// One bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket<'a> {
    pub(super) bytes: &'a [u8],
    /// Where it begins.
    pub(super) at: usize,
    pub(super) form: &'a Form,
}

impl Bucket<'_> {
    /// The key.
    #[inline]
    pub(super) fn key(self) -> i64 {
        self.get(self.form.key)
    }

    /// The count.
    #[inline]
    pub(super) fn count(self) -> i64 {
        self.get(self.form.count)
    }

    /// A word: 0 is the key, 1 the count, then come the sums and the firm count.
    #[inline]
    pub(super) fn word(self, word: usize) -> i64 {
        self.get(self.form.place(word))
    }

    /// The word of a place.
    #[inline]
    pub(super) fn get(self, Place { end, width }: Place) -> i64 {
        narrow::get(self.bytes, self.at + end, width)
    }
}

/// Buckets from the newest to the oldest.
pub(super) struct Backwards<'a>(Buckets<'a>);

impl<'a> Iterator for Backwards<'a> {
    type Item = Bucket<'a>;

    #[inline]
    fn next(&mut self) -> Option<Bucket<'a>> {
        let Self(left) = self;
        if left.end == left.start {
            return None;
        }
        left.end -= left.form.stride;
        Some(left.at(left.end))
    }
}

impl<'a> Buckets<'a> {
    /// The one that begins there.
    #[inline]
    pub(super) fn at(self, at: usize) -> Bucket<'a> {
        Bucket {
            bytes: self.bytes,
            at,
            form: self.form,
        }
    }

    /// Whether there are none.
    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// How many.
    pub(super) fn count(self) -> usize {
        (self.end - self.start) / self.form.stride
    }

    /// From the oldest to the newest.
    pub(super) fn forwards(self) -> impl Iterator<Item = Bucket<'a>> {
        let starts = (self.start..self.end).step_by(self.form.stride);
        starts.map(move |at| self.at(at))
    }

    /// From the newest to the oldest.
    #[inline]
    pub(super) fn backwards(self) -> Backwards<'a> {
        Backwards(self)
    }

    /// The key and a word of each, from the newest to the oldest.
    pub(super) fn days(self, word: usize) -> Days {
        let buckets = self.backwards();
        buckets
            .map(|bucket| (bucket.key(), bucket.word(word)))
            .collect()
    }

    /// Those that are seen at `now`, from the newest to the oldest.
    pub(super) fn seen(self, back: Back, now: i64) -> impl Iterator<Item = Bucket<'a>> {
        let (bound, edge) = (back.bound(now), back.edge(now));
        let buckets = self
            .backwards()
            .skip_while(move |bucket| bucket.key() > edge);
        buckets.take_while(move |bucket| bucket.key() > bound)
    }

    /// The key of the latest bucket with a positive count.
    #[inline]
    pub(super) fn latest(self) -> Option<i64> {
        let mut buckets = self.backwards();
        let latest = buckets.find(|bucket| bucket.count() > 0);
        latest.map(Bucket::key)
    }

    /// The key of the first bucket with a positive count.
    pub(super) fn first(self) -> Option<i64> {
        self.first_of(|bucket| bucket.count() > 0)
    }

    /// The key of the first of some buckets.
    pub(super) fn first_of(self, among: impl FnMut(&Bucket<'a>) -> bool) -> Option<i64> {
        self.forwards().find(among).map(Bucket::key)
    }

    /// Whether a sum of the first `sums` is negative somewhere.
    pub(super) fn any_negative(self, sums: usize) -> bool {
        let mut buckets = self.backwards();
        buckets.any(|bucket| (2..2 + sums).any(|word| bucket.word(word) < 0))
    }

    /// How many buckets have a key before `key`.
    pub(super) fn before(self, key: i64) -> usize {
        let stride = self.form.stride;
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.at(self.start + middle * stride).key() < key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}
