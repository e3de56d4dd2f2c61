//! How much there has ever been of one customer: what keeps every sum in its range.

use crate::model::event::{Event, Kind};
use crate::model::refusal::{Refusal, Refused};

/// Sums of the magnitudes of all amounts, quantities and margins so far. While they fit, no sum
/// over a window overflows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ever {
    pub(super) amount: u64,
    pub(super) quantity: u64,
    pub(super) margin: u64,
}

impl Ever {
    /// How many sums it has.
    pub(super) const SUMS: usize = 3;

    /// Whether an event adds to any.
    pub(super) fn grows_by(event: &Event<'_>) -> bool {
        (event.amount.0, event.quantity, event.margin.0) != (0, 0, 0)
    }

    /// With those of an event.
    ///
    /// # Errors
    /// One of them leaves the range of an i64.
    pub(super) fn with(self, event: &Event<'_>) -> Result<Self, Refused> {
        // A feature of both kinds sees a restatement twice: in the purchase and as itself.
        let times = 1 + u64::from(event.kind == Kind::Restate);
        let grown = |so_far: u64, by: i64, field| {
            let by = by.unsigned_abs().checked_mul(times);
            let sum = by.and_then(|by| within(so_far, by));
            sum.ok_or(Refusal::BadAmount.of(field))
        };
        Ok(Self {
            amount: grown(self.amount, event.amount.0, "amount")?,
            quantity: grown(self.quantity, event.quantity, "quantity")?,
            margin: grown(self.margin, event.margin.0, "margin")?,
        })
    }

    /// Of both; nothing where that leaves the range.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        Some(Self {
            amount: within(self.amount, other.amount)?,
            quantity: within(self.quantity, other.quantity)?,
            margin: within(self.margin, other.margin)?,
        })
    }
}

/// A sum that an i64 can hold.
fn within(one: u64, other: u64) -> Option<u64> {
    let sum = one.checked_add(other)?;
    i64::try_from(sum).is_ok().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::detail::Details;
    use crate::model::money::Money;
    use crate::model::time::Timestamp;

    fn event(kind: Kind, amount: i64, margin: i64) -> Event<'static> {
        Event {
            event_id: "e",
            customer: "c",
            kind,
            at: Timestamp(0),
            order: None,
            amount: Money(amount),
            currency: None,
            quantity: 0,
            margin: Money(margin),
            details: Details::default(),
            command: None,
        }
    }

    #[test]
    fn what_a_restatement_says_is_there_twice() {
        const HALF: i64 = i64::MAX / 2;
        let bad = |field| Err(Refusal::BadAmount.of(field));
        let none = Ever::default();
        for (kind, amount, margin, fits) in [
            (Kind::Purchase, i64::MAX, i64::MIN + 1, Ok(())),
            (Kind::Purchase, 0, i64::MIN, bad("margin")),
            (Kind::Restate, HALF, -HALF, Ok(())),
            (Kind::Restate, HALF + 1, 0, bad("amount")),
            (Kind::Restate, 0, -HALF - 1, bad("margin")),
            (Kind::Restate, 0, i64::MIN, bad("margin")),
        ] {
            let with = none.with(&event(kind, amount, margin));
            assert_eq!(with.map(drop), fits, "{kind:?} {amount} {margin}");
        }
        let half = none.with(&event(Kind::Purchase, 2, HALF)).expect("it fits");
        let restated = half.with(&event(Kind::Restate, 3, -4));
        let expected = Ever {
            amount: 8,
            quantity: 0,
            margin: HALF as u64 + 8,
        };
        assert_eq!(restated, Ok(expected));
        let margin = half.with(&event(Kind::Restate, 0, HALF));
        assert_eq!(margin.map(drop), bad("margin"));
    }
}
