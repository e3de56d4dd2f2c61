//! Counters: running totals that begin anew, each at instants of its own.

use crate::model::time::Timestamp;

use super::feature::Start;
use super::history::History;
use super::layout::{Layout, Reading};
use super::tally::Tally;

/// A running total that begins with the starts of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counter {
    /// With which starts.
    pub(super) start: Start,
    /// Which total it is.
    pub(super) total: usize,
    /// Its place among the counters.
    pub(super) place: usize,
}

impl Counter {
    pub(super) fn new(start: Start, total: usize, place: usize) -> Self {
        Self {
            start,
            total,
            place,
        }
    }
}

impl Layout {
    /// The counter in which a feature finds its value, if it does.
    fn counter(&self, feature: usize) -> Option<Counter> {
        let Reading::Total(total) = self.readings[feature] else {
            return None;
        };
        let mut counters = self.counters.iter();
        counters.find(|counter| counter.total == total).copied()
    }
}

impl Tally {
    /// A counter counts what is dated later than an instant, besides what it has.
    pub(super) fn begin(&mut self, layout: &Layout, counter: Counter, after: Timestamp, has: i64) {
        self.set_total(layout, counter.total, has);
        self.set_began(layout, counter.place, after);
    }
}

impl History {
    /// A feature that begins with the starts of a ladder begins after an instant with what is left
    /// of its value; where that is nothing, it goes on as it is.
    pub fn begin(
        &mut self,
        layout: &Layout,
        feature: usize,
        after: Timestamp,
        left: impl FnOnce(i64) -> Option<i64>,
    ) {
        let counter = layout.counter(feature);
        let counter = counter.expect("a feature that begins with a ladder is a counter");
        if let Some(left) = left(self.tally.total(layout, counter.total)) {
            self.tally.begin(layout, counter, after, left);
        }
    }
}
