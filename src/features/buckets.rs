//! The buckets of one series of a customer.

use super::back::Back;
use super::decay::Days;

/// The buckets of one series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buckets<'a> {
    pub(super) words: &'a [i64],
    pub(super) width: usize,
    /// No sum in any bucket is negative.
    pub(super) growing: bool,
}

/// Buckets from the newest to the oldest.
pub(super) struct Backwards<'a>(Buckets<'a>);

impl<'a> Iterator for Backwards<'a> {
    type Item = &'a [i64];

    fn next(&mut self) -> Option<&'a [i64]> {
        let Self(left) = self;
        let older = left.words.len().wrapping_sub(left.width);
        let (older, newest) = left.words.split_at_checked(older)?;
        left.words = older;
        Some(newest)
    }
}

impl<'a> Buckets<'a> {
    /// From the newest to the oldest.
    pub(super) fn backwards(self) -> Backwards<'a> {
        Backwards(self)
    }

    /// The key and a word of each, from the newest to the oldest.
    pub(super) fn days(self, word: usize) -> Days {
        let buckets = self.backwards();
        buckets.map(|bucket| (bucket[0], bucket[word])).collect()
    }

    /// Those that are seen at `now`, from the newest to the oldest.
    pub(super) fn seen(self, back: Back, now: i64) -> impl Iterator<Item = &'a [i64]> {
        let (bound, edge) = (back.bound(now), back.edge(now));
        let buckets = self.backwards().skip_while(move |bucket| bucket[0] > edge);
        buckets.take_while(move |bucket| bucket[0] > bound)
    }

    /// The key of the latest bucket with a positive count.
    pub(super) fn latest(self) -> Option<i64> {
        let mut buckets = self.backwards();
        let latest = buckets.find(|bucket| bucket[1] > 0);
        latest.map(|bucket| bucket[0])
    }

    /// The key of the first bucket with a positive count.
    pub(super) fn first(self) -> Option<i64> {
        self.first_of(|bucket| bucket[1] > 0)
    }

    /// The key of the first of some buckets.
    pub(super) fn first_of(self, among: impl FnMut(&&[i64]) -> bool) -> Option<i64> {
        let mut buckets = self.words.chunks_exact(self.width);
        buckets.find(among).map(|bucket| bucket[0])
    }

    /// Whether some sum is negative.
    pub(super) fn any_negative(self) -> bool {
        self.backwards()
            .any(|bucket| bucket[2..].iter().any(|word| *word < 0))
    }

    /// How many buckets have a key before `key`.
    pub(super) fn before(self, key: i64) -> usize {
        let (mut low, mut high) = (0, self.words.len() / self.width);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.words[middle * self.width] < key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}
