//! Which events a feature is over beyond their kinds.

use crate::model::event::Event;
use crate::model::period::MonthDay;
use crate::model::time::Day;

/// A question about one event, answered from its own fields alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// A text is one of these. One that is absent is none of them.
    Text(TextField, Vec<String>),
    /// A number is at least the first and at most the second. One that is absent is not.
    Number(NumberField, i64, i64),
    /// Its civil day lies in one of these ranges of the year, first and last day included. One
    /// whose last day comes before its first goes on over the end of the year.
    Date(Vec<(MonthDay, MonthDay)>),
    /// Every one of them; at least one.
    All(Vec<Filter>),
    /// At least one of them; at least one.
    Any(Vec<Filter>),
    /// It is not so.
    Not(Box<Filter>),
}

/// A text that events carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextField {
    /// What sort of goods.
    Category,
    /// Whose make.
    Brand,
    /// Where it happened.
    Channel,
    /// The declared field of that index.
    Attr(usize),
}

/// A number that events carry. Those that every event has are zero where it names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberField {
    /// Paid or given back, as first told; 1/10,000 units.
    Amount,
    /// Pieces.
    Quantity,
    /// Gross margin, 1/10,000 units.
    Margin,
    /// Taken off the price, 1/10,000 units.
    Discount,
    /// The declared field of that index.
    Attr(usize),
}

impl Filter {
    /// Whether an event of that civil day passes.
    #[must_use]
    pub fn admits(&self, event: &Event<'_>, day: Day) -> bool {
        match self {
            Self::Text(field, among) => field
                .of(event)
                .is_some_and(|text| among.iter().any(|known| known == text)),
            Self::Number(field, least, most) => field
                .of(event)
                .is_some_and(|number| (*least..=*most).contains(&number)),
            Self::All(filters) => filters.iter().all(|filter| filter.admits(event, day)),
            Self::Any(filters) => filters.iter().any(|filter| filter.admits(event, day)),
            Self::Not(filter) => !filter.admits(event, day),
            Self::Date(ranges) => MonthDay::of(day).is_some_and(|day| {
                let mut ranges = ranges.iter();
                ranges.any(|(first, last)| match first <= last {
                    true => *first <= day && day <= *last,
                    false => *first <= day || day <= *last,
                })
            }),
        }
    }

    /// Whether it asks for more than the numbers that every event has.
    #[must_use]
    pub fn asks_for_details(&self) -> bool {
        match self {
            Self::Text(..) | Self::Number(NumberField::Discount, ..) => true,
            Self::Number(..) | Self::Date(_) => false,
            Self::All(filters) | Self::Any(filters) => filters.iter().any(Self::asks_for_details),
            Self::Not(filter) => filter.asks_for_details(),
        }
    }
}

impl TextField {
    /// What an event says there.
    #[must_use]
    pub fn of<'e>(self, event: &'e Event<'_>) -> Option<&'e str> {
        let details = &event.details;
        match self {
            Self::Category => details.category,
            Self::Brand => details.brand,
            Self::Channel => details.channel,
            Self::Attr(attr) => details.text(attr),
        }
    }
}

impl NumberField {
    fn of(self, event: &Event<'_>) -> Option<i64> {
        match self {
            Self::Amount => Some(event.amount.0),
            Self::Quantity => Some(event.quantity),
            Self::Margin => Some(event.margin.0),
            Self::Discount => Some(event.details.discount.0),
            Self::Attr(attr) => event.details.number(attr),
        }
    }
}

/// Which of a policy's distinct filters something passes, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passes(u32);

impl Passes {
    /// How many distinct filters a policy may have: orders remember their passes.
    pub const FILTERS_MAX: usize = u32::BITS as usize;

    /// Those of an event of that civil day.
    #[must_use]
    pub fn of(filters: &[Filter], event: &Event<'_>, day: Day) -> Self {
        let bits = filters.iter().enumerate();
        Self(bits.fold(0, |bits, (ix, filter)| {
            bits | u32::from(filter.admits(event, day)) << ix
        }))
    }

    /// These with a pass of one more filter.
    #[must_use]
    pub fn with(self, filter: usize) -> Self {
        Self(self.0 | 1 << filter)
    }

    /// A pass of one filter only.
    #[must_use]
    pub fn one(filter: usize) -> Self {
        Self(1 << filter)
    }

    /// The bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// Those of these bits.
    #[must_use]
    pub fn of_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// Whether all of `other` are among them.
    #[must_use]
    pub fn hold(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }
}
