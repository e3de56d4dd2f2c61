//! A few orders of one customer in rows, all of one form and as narrow as they allow.

use crate::model::time::Timestamp;

use super::filter::Passes;
use super::fingerprint::Fingerprint;
use super::narrow::{self, Width, width_of};
use super::orders::Order;

/// Bytes before the first row: how wide amounts, quantities, margins and passes are.
const HEADER: usize = 4;
/// Where in a row its id ends, its instant (any day that has a date), and its state.
const ID: usize = 16;
const INSTANT: usize = ID + 7;
const STATE: usize = INSTANT + 1;
/// Bytes of the passes, where some order has any.
const PASSES: usize = size_of::<u32>();

/// The rows; nothing at all where there are none.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    bytes: Box<[u8]>,
}

/// How wide the amounts, quantities and margins of the rows are, and the passes; in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Form {
    numbers: [usize; 3],
    passes: usize,
}

impl Form {
    const NARROWEST: Self = Self {
        numbers: [1; 3],
        passes: 0,
    };

    fn of(header: [u8; HEADER]) -> Self {
        let [numbers @ .., passes] = header.map(usize::from);
        Self { numbers, passes }
    }

    fn header(self) -> [u8; HEADER] {
        let [amount, quantity, margin] = self.numbers;
        [amount, quantity, margin, self.passes].map(|width| width as u8)
    }

    /// Wide enough for an order, too.
    fn with(self, order: &Order) -> Self {
        let wide = numbers(order).map(width_of);
        Self {
            numbers: std::array::from_fn(|ix| self.numbers[ix].max(wide[ix])),
            passes: match order.passes == Passes::default() {
                true => self.passes,
                false => PASSES,
            },
        }
    }

    fn stride(self) -> usize {
        STATE + self.numbers.iter().sum::<usize>() + self.passes
    }
}

fn numbers(order: &Order) -> [i64; 3] {
    [order.amount, order.quantity, order.margin]
}

impl Rows {
    /// How many.
    pub(super) fn len(&self) -> usize {
        self.bytes.len().saturating_sub(HEADER) / self.form().stride()
    }

    fn form(&self) -> Form {
        self.bytes
            .first_chunk()
            .map_or(Form::NARROWEST, |header| Form::of(*header))
    }

    /// All of them, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = Order> {
        let form = self.form();
        let rows = self.bytes.get(HEADER..).unwrap_or_default();
        rows.chunks_exact(form.stride())
            .map(move |row| read(form, row))
    }

    /// Which one has that id.
    pub(super) fn find(&self, id: Fingerprint) -> Option<usize> {
        let id = id.to_bits().to_le_bytes();
        let rows = self.bytes.get(HEADER..).unwrap_or_default();
        let mut rows = rows.chunks_exact(self.form().stride());
        rows.position(|row| row[..ID] == id)
    }

    /// The one of that number.
    pub(super) fn get(&self, ix: usize) -> Order {
        let form = self.form();
        let at = HEADER + ix * form.stride();
        read(form, &self.bytes[at..at + form.stride()])
    }

    /// Sets it.
    pub(super) fn set(&mut self, ix: usize, order: &Order) {
        let form = self.form();
        let wide = form.with(order);
        if wide != form {
            let mut all: Vec<Order> = self.all().collect();
            all[ix] = *order;
            *self = Self::of(wide, &all);
            return;
        }
        let at = HEADER + ix * form.stride();
        write(form, &mut self.bytes[at..at + form.stride()], order);
    }

    /// Adds one whose id none of them has.
    pub(super) fn push(&mut self, order: &Order) {
        let form = self.form();
        let wide = form.with(order);
        if wide != form || self.bytes.is_empty() {
            let all: Vec<Order> = self.all().chain([*order]).collect();
            *self = Self::of(wide, &all);
            return;
        }
        let mut bytes = std::mem::take(&mut self.bytes).into_vec();
        let at = bytes.len();
        bytes.reserve_exact(form.stride());
        bytes.resize(at + form.stride(), 0);
        write(form, &mut bytes[at..], order);
        self.bytes = bytes.into_boxed_slice();
    }

    /// Keeps those of which that is true, which may be changed for it.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut Order) -> bool) {
        let mut all: Vec<Order> = self.all().collect();
        all.retain_mut(|order| keep(order));
        *self = Self::of_all(&all);
    }

    /// Of orders with different ids.
    pub(super) fn of_all(all: &[Order]) -> Self {
        let forms = all.iter();
        let form = forms.fold(Form::NARROWEST, |form, order| form.with(order));
        match all.is_empty() {
            true => Self::default(),
            false => Self::of(form, all),
        }
    }

    fn of(form: Form, all: &[Order]) -> Self {
        let mut bytes = vec![0; HEADER + all.len() * form.stride()].into_boxed_slice();
        bytes[..HEADER].copy_from_slice(&form.header());
        let rows = bytes[HEADER..].chunks_exact_mut(form.stride());
        rows.zip(all)
            .for_each(|(row, order)| write(form, row, order));
        Self { bytes }
    }
}

fn read(form: Form, row: &[u8]) -> Order {
    let id = row.first_chunk().copied().map(u128::from_le_bytes);
    let id = Fingerprint::of_bits(id.expect("a row begins with an id"));
    let mut end = STATE;
    let [amount, quantity, margin] = form.numbers.map(|width| {
        end += width;
        narrow::get(row, end, Width::of_bytes(width))
    });
    let passes = match form.passes {
        0 => 0,
        passes => narrow::get(row, end + passes, Width::of_bytes(passes)) as u32,
    };
    Order {
        id: id.expect("what was written is an id"),
        at: Timestamp(narrow::get(row, INSTANT, Width::of_bytes(INSTANT - ID))),
        amount,
        quantity,
        margin,
        refunded: row[STATE - 1] & 1 > 0,
        cancelled: row[STATE - 1] & 2 > 0,
        passes: Passes::of_bits(passes),
    }
}

fn write(form: Form, row: &mut [u8], order: &Order) {
    row[..ID].copy_from_slice(&order.id.to_bits().to_le_bytes());
    narrow::put(row, INSTANT, Width::of_bytes(INSTANT - ID), order.at.0);
    row[STATE - 1] = u8::from(order.refunded) | u8::from(order.cancelled) << 1;
    let mut end = STATE;
    for (number, width) in numbers(order).into_iter().zip(form.numbers) {
        end += width;
        narrow::put(row, end, Width::of_bytes(width), number);
    }
    if form.passes > 0 {
        row[end..].copy_from_slice(&order.passes.bits().to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_of_all_sizes_lie_side_by_side() {
        let numbers = [0, 1, -1, 127, -129, 70_000, -(1 << 40), i64::MAX, i64::MIN];
        let mut orders = Vec::new();
        for (ix, amount) in numbers.into_iter().enumerate() {
            for (quantity, margin) in [(0, 0), (3, amount / 2), (amount, i64::MAX)] {
                orders.push(Order {
                    id: Fingerprint::of(&orders.len().to_string()),
                    at: Timestamp(amount / 1_024),
                    amount,
                    quantity,
                    margin,
                    refunded: ix % 2 == 0,
                    cancelled: ix % 3 == 0,
                    passes: Passes::of_bits(ix as u32 / 4),
                });
            }
        }
        let mut rows = Rows::default();
        for (ix, order) in orders.iter().enumerate() {
            rows.push(order);
            assert!(rows.all().eq(orders[..=ix].iter().copied()), "{order:?}");
            assert_eq!(rows.find(order.id), Some(ix));
        }
        orders.rotate_left(5);
        for (ix, order) in orders.iter().enumerate() {
            rows.set(ix, order);
            assert_eq!(rows.get(ix), *order);
        }
        rows.retain(|order| order.quantity == 0);
        orders.retain(|order| order.quantity == 0);
        assert_eq!(rows.len(), orders.len());
        assert!(rows.all().eq(orders));
    }
}
