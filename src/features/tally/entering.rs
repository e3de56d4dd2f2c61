//! Booking into a tally.

use crate::features::buckets::{Bucket, Buckets};
use crate::features::form::{Form, Place};
use crate::features::layout::Layout;
use crate::features::narrow;
use crate::features::orders::Contribution;
use crate::features::shape::{Shape, Take};

use super::{NEGATIVE, Tally};

/// Bytes of a series beyond which its buckets are not moved up to make room for one.
const MOVED_AT_MOST: usize = 512;

/// Something to be booked.
#[derive(Clone, Copy, Debug)]
pub(in crate::features) struct Entry<'a> {
    /// The series that it enters.
    pub(in crate::features) series: usize,
    /// The key of its bucket.
    pub(in crate::features) key: i64,
    /// The key of the frontier to come.
    pub(in crate::features) now: i64,
    /// What is added.
    pub(in crate::features) by: &'a Contribution<'a>,
}

/// A bucket of a series: where it begins, and its form.
struct Spot<'l> {
    series: usize,
    at: usize,
    form: &'l Form,
}

impl Tally {
    /// Books into a bucket and into the totals. Tells whether the value of some feature can be
    /// another at the frontier to come or later.
    pub(in crate::features) fn book(&mut self, layout: &Layout, entry: Entry<'_>) -> bool {
        let shape = &layout.series[entry.series];
        if shape.first {
            let buckets = self.buckets(layout, entry.series);
            let first = buckets.first_of(|bucket| shape.is_firm(*bucket));
            if first.is_some_and(|first| first < entry.key) {
                return false;
            }
        }
        let turned = if shape.has_buckets() {
            self.add(layout, entry)
        } else {
            0
        };
        for (slot, take, from) in &shape.totals {
            if entry.key < *from {
                continue;
            }
            let more = match take {
                Take::Count => entry.by.count,
                Take::Sum(field) => entry.by.of(*field),
                Take::Days => turned,
            };
            self.set_total(layout, *slot, self.total(layout, *slot) + more);
        }
        for (counter, take) in &shape.counters {
            if entry.key > self.began(layout, counter.place).0 {
                let more = match take {
                    Take::Sum(field) => entry.by.of(*field),
                    Take::Count | Take::Days => entry.by.count,
                };
                self.set_total(
                    layout,
                    counter.total,
                    self.total(layout, counter.total) + more,
                );
            }
        }
        shape.sums || turned != 0
    }

    /// Adds to a bucket and drops it if nothing is left; by how much the number of buckets with a
    /// positive count grew.
    fn add(&mut self, layout: &Layout, entry: Entry<'_>) -> i64 {
        let Entry { series, by, .. } = entry;
        let shape = &layout.series[series];
        let mut spot = self.bucket(layout, entry);
        let count = self.raise(layout, &mut spot, 1, by.count);
        let (mut left, mut negative) = (count, 0);
        for (word, field) in (2..).zip(&shape.fields) {
            let sum = self.raise(layout, &mut spot, word, by.of(*field));
            left |= sum;
            negative |= sum;
        }
        if shape.firm {
            self.raise(layout, &mut spot, shape.width - 1, by.firm);
        }
        if negative < 0 {
            let (_, code) = self.entry(series);
            self.set_code(series, code | NEGATIVE);
        }
        if left == 0 {
            let bucket = spot.at..spot.at + spot.form.stride;
            self.remove(layout, series, bucket);
        }
        i64::from(count > 0) - i64::from(count > by.count)
    }

    /// Adds to a word of a bucket, which may have to become wider; what it is then.
    #[inline]
    fn raise<'l>(&mut self, layout: &'l Layout, spot: &mut Spot<'l>, word: usize, by: i64) -> i64 {
        let Place { end, width } = spot.form.place(word);
        let number = narrow::get(&self.bytes, spot.at + end, width) + by;
        match width.holds(number) {
            true => narrow::put(&mut self.bytes, spot.at + end, width, number),
            false => self.put_wide(layout, spot, word, number),
        }
        number
    }

    /// Sets a word that is wider than those of the series.
    #[cold]
    fn put_wide<'l>(&mut self, layout: &'l Layout, spot: &mut Spot<'l>, word: usize, number: i64) {
        let Spot { series, at, form } = *spot;
        let start = self.start(layout, series);
        let ix = (at - start) / form.stride;
        spot.form = layout.series[series].forms.with(form, word, number);
        spot.at = start + ix * spot.form.stride;
        self.widen(layout, series, spot.form);
        let Place { end, width } = spot.form.place(word);
        narrow::put(&mut self.bytes, spot.at + end, width, number);
    }

    /// The bucket for an entry; it is made if it is not there.
    fn bucket<'l>(&mut self, layout: &'l Layout, entry: Entry<'_>) -> Spot<'l> {
        let Entry { series, key, .. } = entry;
        let shape = &layout.series[series];
        let buckets = self.buckets(layout, series);
        let (start, end) = (buckets.start, buckets.end);
        let form = shape.forms.of_code(buckets.form.code);
        let stride = form.stride;
        let spot = |at| Spot { series, at, form };
        let newest = buckets.backwards().next().map(Bucket::key);
        if newest == Some(key) {
            return spot(end - stride);
        }
        let mut spot = match newest {
            Some(newest) if newest > key => {
                let at = start + buckets.before(key) * stride;
                if buckets.at(at).key() == key {
                    return spot(at);
                }
                self.insert(layout, series, at, stride);
                spot(at)
            }
            Some(_) if gives_way(shape, buckets, entry) => {
                self.bytes.copy_within(start + stride..end, start);
                self.bytes[end - stride..end].fill(0);
                spot(end - stride)
            }
            Some(_) => {
                self.insert(layout, series, end, stride);
                spot(end)
            }
            None => {
                // Whatever was there is gone, so that it may be narrow again.
                let form = shape.forms.narrowest();
                self.set_code(series, form.code);
                self.insert(layout, series, end, form.stride);
                Spot {
                    series,
                    at: end,
                    form,
                }
            }
        };
        self.raise(layout, &mut spot, 0, key);
        spot
    }
}

/// Whether the oldest bucket of a series matters no more once a newest one is there. Not worth
/// finding out for every series: the others wait for [`Tally::make_room`].
fn gives_way(shape: &Shape, buckets: Buckets<'_>, entry: Entry<'_>) -> bool {
    if shape.first || shape.days || buckets.end - buckets.start > MOVED_AT_MOST {
        return false;
    }
    let oldest = buckets.forwards().next();
    match (shape.longest, oldest) {
        (Some(longest), Some(oldest)) => {
            !shape.latest && oldest.key() <= entry.now.saturating_sub(longest)
        }
        // Only the latest is asked for, and this one will stay.
        _ => entry.by.firm > 0,
    }
}
