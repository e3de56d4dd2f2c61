//! A customer's past laid out on a tape, and read back with suspicion.

mod notes;

use crate::model::tape::{Garbled, Reel, Tape, expect};
use crate::model::time::Timestamp;

use super::ever::Ever;
use super::filter::Passes;
use super::fingerprint::Fingerprint;
use super::history::{History, Kept};
use super::layout::Layout;
use super::notes::Notes;
use super::orders::{Order, Orders};
use super::shape::Shape;
use super::tally::{Run, Tally};

impl Layout {
    /// Numbers that tell it from another under which the same tape would mean something else.
    #[must_use]
    pub fn form(&self) -> Vec<i64> {
        let counts = [
            self.totals,
            self.summed.len(),
            self.counters.len(),
            self.members.len(),
            self.filters.len(),
        ];
        let mut form: Vec<i64> = counts.into_iter().map(|count| count as i64).collect();
        let series = self.series.iter();
        form.extend(
            series.map(|shape| (shape.width * 2 + usize::from(shape.has_buckets())) as i64),
        );
        form.push(-1);
        form.extend(
            self.rolls
                .all()
                .iter()
                .map(|roll| i64::from(roll.is_of_texts())),
        );
        form
    }
}

impl History {
    /// Lays it out.
    pub fn put(&self, layout: &Layout, tape: &mut Tape) {
        tape.put(self.frontier().0);
        let Ever {
            amount,
            quantity,
            margin,
        } = self.tally.all(layout);
        for sum in [amount, quantity, margin] {
            tape.put(i64::try_from(sum).expect("no sum leaves 63 bits"));
        }
        self.tally.put(layout, tape);
        let Some(kept) = &self.kept else {
            tape.put(0);
            return;
        };
        tape.put(1);
        kept.orders.put(tape);
        tape.put(i64::from(kept.notes.is_some()));
        if let Some(notes) = &kept.notes {
            notes.put(layout, tape);
        }
    }

    /// Reads one that was laid out under the same layout.
    ///
    /// # Errors
    /// There is none that can be.
    pub fn take(layout: &Layout, reel: &mut Reel<'_>) -> Result<Self, Garbled> {
        let frontier = Timestamp(reel.take("a frontier")?);
        let mut numbers = Vec::with_capacity(layout.numbers());
        for _ in 0..Ever::SUMS {
            numbers.push(reel.take_within("a sum of all amounts", 0, i64::MAX)?);
        }
        let mut tally = Tally::take(layout, numbers, reel)?;
        tally.set_frontier(frontier);
        let kept = match reel.take_within("whether orders are kept", 0, 1)? {
            0 => None,
            _ => Some(Box::new(Kept {
                orders: Orders::take(reel)?,
                notes: match reel.take_within("whether notes are kept", 0, 1)? {
                    0 => None,
                    _ => Some(Box::new(Notes::take(layout, reel)?)),
                },
            })),
        };
        Ok(Self { tally, kept })
    }
}

/// Words of the buckets of most customers.
const WORDS: usize = 128;
/// Of a number of buckets, with the bit that says whether a sum may be negative.
const LENGTH_MAX: i64 = u32::MAX as i64;

impl Tally {
    /// The header as it is; of the buckets of each series the first key, then how much further each
    /// next one lies.
    fn put(&self, layout: &Layout, tape: &mut Tape) {
        for (_, buckets) in self.series(layout) {
            let length = (buckets.count() << 1) | usize::from(!buckets.growing);
            tape.put(length as i64);
        }
        for number in self.totals(layout) {
            tape.put(number);
        }
        for (shape, buckets) in self.series(layout) {
            let mut last = 0;
            for bucket in buckets.forwards() {
                tape.put(bucket.key().wrapping_sub(last));
                (1..shape.width).for_each(|word| tape.put(bucket.word(word)));
                last = bucket.key();
            }
        }
    }

    /// With the sums of all amounts, which come first among the numbers.
    fn take(layout: &Layout, mut numbers: Vec<i64>, reel: &mut Reel<'_>) -> Result<Self, Garbled> {
        let lengths = layout.series.iter().map(|shape| {
            let most = if shape.has_buckets() { LENGTH_MAX } else { 1 };
            let length = reel.take_within("a number of buckets", 0, most)?;
            Ok(Run {
                buckets: (length >> 1) as usize,
                growing: length & 1 == 0,
            })
        });
        let runs: Vec<Run> = lengths.collect::<Result<_, Garbled>>()?;
        for _ in Ever::SUMS..layout.numbers() {
            numbers.push(reel.take("a total")?);
        }
        let mut words = Vec::with_capacity(WORDS);
        for (shape, run) in layout.series.iter().zip(&runs) {
            take_buckets(shape, *run, reel, &mut words)?;
        }
        Ok(Self::whole(layout, &numbers, &runs, &words))
    }
}

/// Reads the buckets of one series.
fn take_buckets(
    shape: &Shape,
    run: Run,
    reel: &mut Reel<'_>,
    words: &mut Vec<i64>,
) -> Result<(), Garbled> {
    let (mut last, mut negative) = (0_i64, false);
    for ix in 0..run.buckets {
        let key = last.wrapping_add(reel.take("a bucket")?);
        expect(ix == 0 || key > last, "a bucket's key", key, "a later one")?;
        words.push(key);
        words.push(reel.take("a bucket's count")?);
        for _ in 2..shape.width {
            let word = reel.take("a bucket's sum")?;
            negative |= word < 0;
            words.push(word);
        }
        last = key;
    }
    let said = !run.growing;
    let holds = said || !negative;
    expect(holds, "whether a sum is negative", said, negative)
}

/// Orders of most customers.
const ORDERS: usize = 8;
/// Instants further from 1970, in milliseconds, have no date.
const DATED: i64 = 1 << 53;

impl Orders {
    /// In ascending order of ids, each with what was given back on it.
    fn put(&self, tape: &mut Tape) {
        let all = self.all();
        tape.put_count(all.len());
        for (order, back) in all {
            tape.put_id(order.id.to_bits());
            let flags = [order.refunded, order.cancelled, back.is_some()];
            let flags = flags.into_iter().rev();
            tape.put(flags.fold(0, |bits, flag| bits * 2 + i64::from(flag)));
            tape.put(order.passes.bits().into());
            for entry in [Some(order), back].into_iter().flatten() {
                for number in [entry.at.0, entry.amount, entry.quantity, entry.margin] {
                    tape.put(number);
                }
            }
        }
    }

    fn take(reel: &mut Reel<'_>) -> Result<Self, Garbled> {
        let count = reel.take_count("a number of orders")?;
        let mut entries = Vec::with_capacity(count.min(ORDERS));
        let (mut last, mut has_back) = (None, false);
        for _ in 0..count {
            let id = Fingerprint::of_bits(reel.take_id("an order's id")?)?;
            let ascends = last.is_none_or(|last| last < id);
            expect(ascends, "an order's id", id.to_bits(), "a later one")?;
            last = Some(id);
            let flags = reel.take_within("an order's state", 0, 7)?;
            let passes = reel.take_within("an order's passes", 0, u32::MAX.into())?;
            let mut entry = |id| {
                Ok(Order {
                    id,
                    at: Timestamp(reel.take_within("an order's instant", -DATED, DATED)?),
                    amount: reel.take("an order's amount")?,
                    quantity: reel.take("an order's quantity")?,
                    margin: reel.take("an order's margin")?,
                    refunded: flags & 1 > 0,
                    cancelled: flags & 2 > 0,
                    passes: Passes::of_bits(passes as u32),
                })
            };
            let order = entry(id)?;
            let back = (flags & 4 > 0).then(|| entry(id.sibling())).transpose()?;
            has_back |= back.is_some();
            entries.extend([Some(order), back].into_iter().flatten());
        }
        if has_back {
            let mut ids: Vec<Fingerprint> = entries.iter().map(|entry| entry.id).collect();
            ids.sort_unstable();
            let twice = ids.windows(2).find(|pair| pair[0] == pair[1]);
            let found = twice.map_or(0, |pair| pair[0].to_bits());
            expect(twice.is_none(), "an order's id", found, "another one")?;
        }
        Ok(Self::of(entries))
    }
}
