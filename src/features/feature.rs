//! What a feature counts: aggregate, kinds, filter, window and resolution.

use super::derived::Derived;
use super::filter::Filter;
use crate::model::event::KindSet;
use crate::model::period::Period;
use crate::model::time::{Day, Span};

/// A number about a customer, as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Name in the policy, in reasons and in explanations.
    pub name: String,
    /// Which events it is over.
    pub kinds: KindSet,
    /// Which of those events; all of them where there is none.
    pub filter: Option<Filter>,
    /// What is made of them.
    pub aggregate: Aggregate,
    /// How far it looks back. `Lifetime` for a time since.
    pub window: Window,
    /// How finely it tells instants apart. Never `Hour` for a time since.
    pub resolution: Resolution,
}

/// What a feature makes of the events it sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aggregate {
    /// Sum of a field.
    Sum(Field),
    /// How many.
    Count,
    /// On how many civil days; resolution `Day` only.
    DistinctDays,
    /// Time since the latest.
    SinceLast,
    /// Time since the first instant, or civil days since the first civil day, of which a count is
    /// left. Never, if there is none.
    SinceFirst,
    /// Made of two other features; no kinds, filter, window or resolution of its own.
    Derived(Derived),
}

/// A number that events carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Money paid, 1/10,000 units.
    Amount,
    /// Pieces.
    Quantity,
    /// Gross margin, 1/10,000 units.
    Margin,
    /// The declared field of `attrs` of that index, in its unit.
    Attr(usize, Unit),
}

/// How far a feature looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// The last `Span`: (T - W, T]. A whole number of days at resolution `Day`, of hours at `Hour`.
    Rolling(Span),
    /// Everything.
    Lifetime,
    /// The current period of the calendar, to date; resolution `Day` only.
    Calendar(Period),
    /// Everything from that civil day on; resolution `Day` only.
    Since(Day),
}

/// How finely a feature tells instants apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// Milliseconds.
    Exact,
    /// Hours of UTC.
    Hour,
    /// Civil days in the policy's time zone.
    Day,
}

/// The unit of a feature's value and of the constants it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// 1/10,000 units of the policy's currency.
    Money,
    /// A plain number.
    Number,
    /// Milliseconds.
    Millis,
    /// Civil days.
    Days,
    /// 1/10,000 per cent.
    Percent,
    /// 1/10,000.
    Decimal,
    /// No number but a text.
    Text,
}

impl Aggregate {
    /// Whether it tells how long ago something was.
    #[must_use]
    pub fn is_time_since(self) -> bool {
        matches!(self, Self::SinceLast | Self::SinceFirst)
    }
}

impl Feature {
    /// The unit of its value.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match (self.aggregate, self.resolution) {
            (Aggregate::Sum(Field::Amount | Field::Margin), _) => Unit::Money,
            (Aggregate::Sum(Field::Attr(_, unit)), _) => unit,
            (Aggregate::Sum(Field::Quantity) | Aggregate::Count | Aggregate::DistinctDays, _) => {
                Unit::Number
            }
            (Aggregate::Derived(derived), _) => derived.unit,
            (Aggregate::SinceLast | Aggregate::SinceFirst, Resolution::Day) => Unit::Days,
            (Aggregate::SinceLast | Aggregate::SinceFirst, _) => Unit::Millis,
        }
    }
}
