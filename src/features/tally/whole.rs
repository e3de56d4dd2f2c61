//! A tally made at once of all that is in it.

use crate::features::layout::Layout;
use crate::features::narrow::{self, spread, width_of};

use super::{NARROWEST, NEGATIVE, Tally, width_at};

/// The buckets of one series.
#[derive(Clone, Copy, Debug)]
pub(in crate::features) struct Run {
    /// How many.
    pub(in crate::features) buckets: usize,
    /// Whether no sum of theirs is negative.
    pub(in crate::features) growing: bool,
}

impl Tally {
    /// Of all numbers before the buckets, a run for each series, and the words of one bucket after
    /// another: as narrow as those allow, with no room for more.
    pub(in crate::features) fn whole(
        layout: &Layout,
        numbers: &[i64],
        runs: &[Run],
        words: &[i64],
    ) -> Self {
        debug_assert_eq!(numbers.len(), layout.numbers(), "all numbers");
        debug_assert_eq!(runs.len(), layout.series.len(), "a run for each series");
        let narrowest = match layout.counters.is_empty() {
            true => NARROWEST,
            false => narrow::WHOLE,
        };
        let width = narrowest.max(width_of(spread(numbers.iter().copied())));
        let header = width_at(layout) + 1 + width * numbers.len();
        let mut left = words;
        let mut length = header;
        let mut series = Vec::with_capacity(runs.len());
        for (shape, run) in layout.series.iter().zip(runs) {
            let (own, others) = left.split_at(run.buckets * shape.width);
            let form = shape.forms.holding(own, shape.width);
            length += run.buckets * form.stride;
            series.push((form, own));
            left = others;
        }
        debug_assert!(left.is_empty(), "words of some bucket");
        let bytes = vec![0; length];
        let mut tally = Self { bytes };
        tally.bytes[width_at(layout)] = width as u8;
        let (begin, width) = tally.numbers_at(layout);
        for (ix, number) in numbers.iter().enumerate() {
            let end = begin + (ix + 1) * width.bytes();
            narrow::put(&mut tally.bytes, end, width, *number);
        }
        let mut at = header;
        for (ix, ((form, own), run)) in series.into_iter().zip(runs).enumerate() {
            for bucket in own.chunks_exact(layout.series[ix].width) {
                tally.write((at, form), bucket);
                at += form.stride;
            }
            let negative = if run.growing { 0 } else { NEGATIVE };
            tally.set_entry(ix, at, form.code | negative);
        }
        tally
    }
}
