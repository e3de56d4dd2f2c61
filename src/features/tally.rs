//! All series and totals of one customer in one run of bytes.

mod entering;
mod room;
mod whole;

use std::ops::Range;

use crate::model::period::Period;
use crate::model::time::{Day, Timestamp};

use super::back::Back;
use super::buckets::Buckets;
use super::ever::Ever;
use super::form::Form;
use super::layout::Layout;
use super::narrow::{self, Width, width_of};
use super::shape::Shape;

pub(super) use self::entering::Entry;
pub(super) use self::whole::Run;

/// Bytes of a series in the header: where its buckets end, and a code.
const ENTRY: usize = 5;
/// The bit of a code that says that a bucket may hold a negative sum; the others are of the form.
const NEGATIVE: u8 = 0x80;
/// Bytes of the narrowest total.
const NARROWEST: usize = 2;

/// The bytes: the frontier, an entry per series, the width of the totals, the totals (among them
/// how much there has ever been, and when counters began), then the buckets of one series after
/// another, each in ascending order of keys. All numbers are as narrow as those of this customer
/// allow, the totals among themselves and the buckets of each series.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    bytes: Vec<u8>,
}

impl Tally {
    /// Of nobody.
    pub(super) const NONE: Self = Self { bytes: Vec::new() };

    /// Of a customer without events.
    pub(super) fn new(layout: &Layout) -> Self {
        let width = match layout.counters.is_empty() {
            true => NARROWEST,
            false => narrow::WHOLE,
        };
        let mut bytes = vec![0; width_at(layout) + 1 + width * layout.numbers()];
        bytes[width_at(layout)] = width as u8;
        let end = bytes.len();
        let mut tally = Self { bytes };
        for (series, shape) in layout.series.iter().enumerate() {
            tally.set_entry(series, end, shape.forms.narrowest().code);
        }
        tally.set_frontier(Timestamp::MIN);
        for counter in 0..layout.counters.len() {
            tally.set_began(layout, counter, Timestamp::MIN);
        }
        tally
    }

    /// The latest instant at which the customer was judged.
    #[inline]
    pub(super) fn frontier(&self) -> Timestamp {
        Timestamp(narrow::get(&self.bytes, narrow::WHOLE, Width::WHOLE))
    }

    /// Sets it.
    #[inline]
    pub(super) fn set_frontier(&mut self, at: Timestamp) {
        narrow::put(&mut self.bytes, narrow::WHOLE, Width::WHOLE, at.0);
    }

    /// How much there has ever been.
    pub(super) fn all(&self, layout: &Layout) -> Ever {
        let [amount, quantity, margin] =
            [0, 1, 2].map(|ix| self.number(layout, ix).cast_unsigned());
        Ever {
            amount,
            quantity,
            margin,
        }
    }

    /// Sets it.
    pub(super) fn set_all(&mut self, layout: &Layout, ever: Ever) {
        for (ix, sum) in [ever.amount, ever.quantity, ever.margin]
            .into_iter()
            .enumerate()
        {
            self.set_number(layout, ix, sum.cast_signed());
        }
    }

    /// After which instant a counter counts.
    pub(super) fn began(&self, layout: &Layout, counter: usize) -> Timestamp {
        Timestamp(self.number(layout, layout.began(counter)))
    }

    /// Sets it.
    pub(super) fn set_began(&mut self, layout: &Layout, counter: usize, after: Timestamp) {
        self.set_number(layout, layout.began(counter), after.0);
    }

    /// A running total.
    pub(super) fn total(&self, layout: &Layout, slot: usize) -> i64 {
        self.number(layout, layout.total(slot))
    }

    /// Sets it.
    pub(super) fn set_total(&mut self, layout: &Layout, slot: usize, total: i64) {
        self.set_number(layout, layout.total(slot), total);
    }

    /// The sum of the magnitudes of a summed field so far.
    pub(super) fn ever(&self, layout: &Layout, summed: usize) -> i64 {
        self.number(layout, layout.ever(summed))
    }

    /// Sets it.
    pub(super) fn set_ever(&mut self, layout: &Layout, summed: usize, sum: i64) {
        self.set_number(layout, layout.ever(summed), sum);
    }

    /// All running totals, how much there has been of summed fields, and when counters began.
    pub(super) fn totals(&self, layout: &Layout) -> Vec<i64> {
        let numbers = layout.total(0)..layout.numbers();
        numbers.map(|ix| self.number(layout, ix)).collect()
    }

    /// Whether all numbers before the buckets are zero.
    pub(super) fn is_weightless(&self, layout: &Layout) -> bool {
        (0..layout.numbers()).all(|ix| self.number(layout, ix) == 0)
    }

    #[inline]
    fn number(&self, layout: &Layout, ix: usize) -> i64 {
        let (begin, width) = self.numbers_at(layout);
        narrow::get(&self.bytes, begin + (ix + 1) * width.bytes(), width)
    }

    /// Where the totals begin, and their width.
    #[inline]
    fn numbers_at(&self, layout: &Layout) -> (usize, Width) {
        let at = width_at(layout);
        (at + 1, Width::of_bytes(usize::from(self.bytes[at])))
    }

    fn set_number(&mut self, layout: &Layout, ix: usize, number: i64) {
        let (begin, mut width) = self.numbers_at(layout);
        if !width.holds(number) {
            width = Width::of_bytes(width_of(number));
            self.widen_numbers(layout, width);
        }
        narrow::put(
            &mut self.bytes,
            begin + (ix + 1) * width.bytes(),
            width,
            number,
        );
    }

    #[cold]
    fn widen_numbers(&mut self, layout: &Layout, width: Width) {
        let at = width_at(layout);
        let numbers: Vec<i64> = (0..layout.numbers())
            .map(|ix| self.number(layout, ix))
            .collect();
        let (begin, was) = self.numbers_at(layout);
        let (was, is) = (was.bytes(), width.bytes());
        self.bytes[at] = is as u8;
        let more = (is - was) * numbers.len();
        self.open(begin + was * numbers.len(), more);
        self.shift(layout, 0, more as isize);
        for (ix, number) in numbers.into_iter().enumerate() {
            narrow::put(&mut self.bytes, begin + (ix + 1) * is, width, number);
        }
    }

    /// Reads a byte of every cache line.
    pub(super) fn glance(&self) -> i64 {
        let apart = self.bytes.iter().step_by(64);
        let seen = apart
            .chain(self.bytes.last())
            .fold(0, |seen, byte| seen ^ byte);
        seen.into()
    }

    /// Puts buckets into a series that has none: words of one after another, whose sums may be
    /// negative unless they are `growing`.
    pub(super) fn fill(&mut self, layout: &Layout, series: usize, words: &[i64], growing: bool) {
        let shape = &layout.series[series];
        let buckets = words.chunks_exact(shape.width);
        let form = shape.forms.narrowest();
        let words = buckets.clone().flat_map(|bucket| bucket.iter().enumerate());
        let form = words.fold(form, |form, (word, number)| {
            shape.forms.with(form, word, *number)
        });
        let start = self.start(layout, series);
        let stride = form.stride;
        self.insert(layout, series, start, stride * buckets.len());
        for (ix, bucket) in buckets.clone().enumerate() {
            self.write((start + ix * stride, form), bucket);
        }
        let negative = if growing { 0 } else { NEGATIVE };
        self.set_code(series, form.code | negative);
    }

    fn write(&mut self, (at, form): (usize, &Form), words: &[i64]) {
        for (word, number) in words.iter().enumerate() {
            let place = form.place(word);
            narrow::put(&mut self.bytes, at + place.end, place.width, *number);
        }
    }

    /// The series one after another, with their buckets.
    pub(super) fn series<'a>(
        &'a self,
        layout: &'a Layout,
    ) -> impl Iterator<Item = (&'a Shape, Buckets<'a>)> {
        let mut start = self.header(layout);
        let series = layout.series.iter().enumerate();
        series.map(move |(ix, shape)| {
            let buckets = self.buckets_at(shape, ix, start);
            start = buckets.end;
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
    #[inline]
    pub(super) fn buckets<'a>(&'a self, layout: &'a Layout, series: usize) -> Buckets<'a> {
        let start = self.start(layout, series);
        self.buckets_at(&layout.series[series], series, start)
    }

    #[inline]
    fn buckets_at<'a>(&'a self, shape: &'a Shape, series: usize, start: usize) -> Buckets<'a> {
        let (end, code) = self.entry(series);
        Buckets {
            bytes: &self.bytes,
            start,
            end,
            form: shape.forms.of_code(code),
            growing: code & NEGATIVE == 0,
        }
    }

    /// Gives the buckets of a series another form, which is wider.
    #[cold]
    fn widen(&mut self, layout: &Layout, series: usize, wide: &Form) {
        let buckets = self.buckets(layout, series);
        let (start, end, form, count) =
            (buckets.start, buckets.end, *buckets.form, buckets.count());
        let (was, is) = (form.stride, wide.stride);
        self.insert(layout, series, end, count * (is - was));
        // From the last to the first, so that none is written over before it is read.
        let words = (0..count)
            .rev()
            .flat_map(|ix| (0..form.words()).rev().map(move |w| (ix, w)));
        for (ix, word) in words {
            let (from, to) = (form.place(word), wide.place(word));
            let number = narrow::get(&self.bytes, start + ix * was + from.end, from.width);
            narrow::put(&mut self.bytes, start + ix * is + to.end, to.width, number);
        }
        let (_, code) = self.entry(series);
        self.set_code(series, wide.code | code & NEGATIVE);
    }

    /// Makes room for bytes of a series, which are zero.
    fn insert(&mut self, layout: &Layout, series: usize, at: usize, more: usize) {
        self.open(at, more);
        self.shift(layout, series, more as isize);
    }

    /// Takes bytes of a series out.
    fn remove(&mut self, layout: &Layout, series: usize, bytes: Range<usize>) {
        let less = bytes.len();
        self.bytes.drain(bytes);
        self.shift(layout, series, -(less as isize));
    }

    /// A series and all after it end elsewhere.
    fn shift(&mut self, layout: &Layout, series: usize, by: isize) {
        for ix in series..layout.series.len() {
            let (end, code) = self.entry(ix);
            self.set_entry(ix, end.strict_add_signed(by), code);
        }
    }

    /// Makes room for bytes, which are zero.
    fn open(&mut self, at: usize, more: usize) {
        let end = self.bytes.len();
        if self.bytes.capacity() - end < more {
            self.grow(more);
        }
        self.bytes.resize(end + more, 0);
        self.bytes.copy_within(at..end, at + more);
        self.bytes[at..(at + more).min(end)].fill(0);
    }

    /// By that many bytes, and by so many that growing is rare.
    fn grow(&mut self, more: usize) {
        let len = self.bytes.len();
        let wanted = len + more.max(len / 4);
        // As allocators hand it out.
        let step = (wanted.next_power_of_two() / 8).max(16);
        self.bytes
            .reserve_exact(wanted.next_multiple_of(step) - len);
    }

    /// Where the buckets of a series end, and its code.
    #[inline]
    fn entry(&self, series: usize) -> (usize, u8) {
        let at = narrow::WHOLE + series * ENTRY;
        let [a, b, c, d, code] = self.bytes[at..at + ENTRY] else {
            unreachable!("as many bytes as were asked for");
        };
        (u32::from_le_bytes([a, b, c, d]) as usize, code)
    }

    fn set_entry(&mut self, series: usize, end: usize, code: u8) {
        let at = narrow::WHOLE + series * ENTRY;
        let end = u32::try_from(end).expect("less than 4 GiB is kept of a customer");
        self.bytes[at..at + 4].copy_from_slice(&end.to_le_bytes());
        self.bytes[at + 4] = code;
    }

    fn set_code(&mut self, series: usize, code: u8) {
        self.bytes[narrow::WHOLE + series * ENTRY + 4] = code;
    }

    /// Bytes before the first bucket.
    #[inline]
    fn header(&self, layout: &Layout) -> usize {
        let at = width_at(layout);
        at + 1 + usize::from(self.bytes[at]) * layout.numbers()
    }

    /// Where the buckets of a series begin.
    #[inline]
    fn start(&self, layout: &Layout, series: usize) -> usize {
        match series.checked_sub(1) {
            None => self.header(layout),
            Some(before) => self.entry(before).0,
        }
    }
}

/// Where the width of the totals stands.
fn width_at(layout: &Layout) -> usize {
    narrow::WHOLE + layout.series.len() * ENTRY
}
