//! Room in a tally: what can matter no more is dropped when there is none left.

use crate::features::buckets::{Bucket, Buckets};
use crate::features::layout::Layout;
use crate::features::limits::Limits;
use crate::features::moment::Moment;
use crate::features::narrow;
use crate::features::shape::Shape;

use super::Tally;

impl Tally {
    /// Whether the next event might not fit without growing.
    pub(in crate::features) fn is_full(&self, layout: &Layout) -> bool {
        self.bytes.capacity() - self.bytes.len() < layout.one_of_each()
    }

    /// Drops the buckets after the first one whose count is positive for good. That no order can
    /// take it back any more is noted in it.
    fn keep_first(&mut self, layout: &Layout, series: usize, limits: &Limits) {
        let shape = &layout.series[series];
        let buckets = self.buckets(layout, series);
        let (end, form) = (buckets.end, *buckets.form);
        let mut good = buckets.forwards();
        let first = good.find(|bucket| limits.is_for_good(shape, *bucket));
        let first = first.map(|bucket| (bucket.at, bucket.count()));
        drop(good);
        let Some((at, count)) = first else {
            return;
        };
        if shape.firm {
            narrow::put(&mut self.bytes, at + form.firm.end, form.firm.width, count);
        }
        self.remove(layout, series, at + form.stride..end);
        self.set_code(series, form.code);
    }

    /// Drops buckets that can matter no more, and makes room for as many as are left. Costs as much
    /// as there are buckets, so it is for [`Tally::is_full`].
    pub(in crate::features) fn make_room(&mut self, layout: &Layout, limits: &Limits) {
        self.drop_settled(layout, limits);
        let len = self.bytes.len();
        if self.is_full(layout) || self.bytes.capacity() - len < len / 8 {
            self.grow(layout.one_of_each());
        }
    }

    /// Drops buckets that can matter no more.
    pub(in crate::features) fn drop_settled(&mut self, layout: &Layout, limits: &Limits) {
        for (series, shape) in layout.series.iter().enumerate() {
            if shape.first {
                self.keep_first(layout, series, limits);
                continue;
            }
            let buckets = self.buckets(layout, series);
            let dropped = buckets.before(settled(shape, buckets, limits)) * buckets.form.stride;
            let (start, form, growing) = (buckets.start, *buckets.form, buckets.growing);
            if dropped > 0 {
                self.remove(layout, series, start..start + dropped);
            }
            if !growing
                && !self
                    .buckets(layout, series)
                    .any_negative(shape.fields.len())
            {
                self.set_code(series, form.code);
            }
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
        .find(|bucket| limits.is_for_good(shape, *bucket))
        .map_or(i64::MIN, Bucket::key)
}
