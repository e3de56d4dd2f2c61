//! What a feature counts: aggregate, kinds, filter, window and resolution.

use super::derived::Derived;
use super::filter::{Filter, TextField};
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
    /// The text that most of the counts say; never where none says one.
    MostFrequent(TextField, Ties),
    /// How many counts say that text.
    MostFrequentCount(TextField),
    /// How many different texts there are, up to so many.
    Distinct(TextField, u32),
    /// The least number that is counted; 0 where none is.
    Least(Field),
    /// The greatest number that is counted; 0 where none is.
    Most(Field),
    /// The mean of the time between one key with a positive count and the next, in milliseconds, a
    /// day having 24 hours; never where there are fewer than two.
    MeanGap,
    /// How many such means have passed since the latest of those keys; 0 where there is none.
    Silence,
    /// Sum of a field in which everything weighs half as much every so many days, from 1 to 1000;
    /// resolution `Day` and everything only.
    DecayedSum(Field, u32),
    /// What was said last of the customer in the declared field of that index, in its unit; unknown
    /// where nothing was. Of profiles; no kinds, filter, window or resolution of its own.
    Latest(usize, Unit),
    /// Made of two other features; no kinds, filter, window or resolution of its own.
    Derived(Derived),
}

/// Which of several texts is the most frequent one if as many counts say each. Where that leaves
/// several, it is the first of them in the order of their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ties {
    /// The one that came by last.
    Latest,
    /// The one that came by first.
    First,
    /// None before another.
    Alphabetical,
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
    /// The period of the calendar before the current one; resolution `Day` only.
    Previous(Period),
    /// The current year, to date, of those that begin on the day of the year that the feature of
    /// that index tells, a time since the first by civil days. Nothing where that is never.
    /// Resolution `Day` only.
    Personal(usize),
    /// Everything from that civil day on; resolution `Day` only.
    Since(Day),
    /// What was left when a ladder last started anew with the customer, and everything later than
    /// that; resolution `Exact` only.
    Start(Start),
}

/// The start of a ladder with which a feature begins, and what is left of it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Start {
    /// The index of the ladder.
    pub ladder: usize,
    /// What is left where the customer comes to a higher tier.
    pub promotion: Treatment,
    /// What is left where the term of the tier is renewed.
    pub renewal: Treatment,
    /// How much of what goes beyond a threshold is left at most, in the feature's unit.
    pub most: i64,
}

/// What is left of a feature when the ladder with which it begins starts anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Treatment {
    /// Nothing.
    Reset,
    /// All of it: the feature does not begin anew.
    Keep,
    /// What goes beyond the threshold that was reached.
    Deduct,
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
    /// 1 for yes and 0 for no.
    Flag,
    /// The number of a civil day.
    Date,
}

impl Aggregate {
    /// Whether it tells how long ago something was.
    #[must_use]
    pub fn is_time_since(self) -> bool {
        matches!(self, Self::SinceLast | Self::SinceFirst)
    }

    /// The field of which it is a sum, weighed or not.
    pub(super) fn summed(self) -> Option<Field> {
        match self {
            Self::Sum(field) | Self::DecayedSum(field, _) => Some(field),
            _ => None,
        }
    }

    /// Whether it may be "never".
    #[must_use]
    pub fn may_be_never(self) -> bool {
        self.is_time_since() || matches!(self, Self::MostFrequent(..) | Self::MeanGap)
    }

    /// Whether it may be that nobody has said it.
    #[must_use]
    pub fn may_be_unknown(self) -> bool {
        matches!(self, Self::Latest(..))
    }

    /// The text of events that it is about.
    #[must_use]
    pub fn text(self) -> Option<TextField> {
        match self {
            Self::MostFrequent(field, _)
            | Self::MostFrequentCount(field)
            | Self::Distinct(field, _) => Some(field),
            _ => None,
        }
    }
}

impl Field {
    fn unit(self) -> Unit {
        match self {
            Self::Amount | Self::Margin => Unit::Money,
            Self::Quantity => Unit::Number,
            Self::Attr(_, unit) => unit,
        }
    }
}

impl Feature {
    /// The unit of its value.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match (self.aggregate, self.resolution) {
            (
                Aggregate::Sum(field)
                | Aggregate::DecayedSum(field, _)
                | Aggregate::Least(field)
                | Aggregate::Most(field),
                _,
            ) => field.unit(),
            (Aggregate::Count | Aggregate::DistinctDays, _) => Unit::Number,
            (Aggregate::MostFrequentCount(_) | Aggregate::Distinct(..), _) => Unit::Number,
            (Aggregate::MostFrequent(..), _) => Unit::Text,
            (Aggregate::MeanGap, _) => Unit::Millis,
            (Aggregate::Silence, _) => Unit::Decimal,
            (Aggregate::Derived(derived), _) => derived.unit,
            (Aggregate::Latest(_, unit), _) => unit,
            (Aggregate::SinceLast | Aggregate::SinceFirst, Resolution::Day) => Unit::Days,
            (Aggregate::SinceLast | Aggregate::SinceFirst, _) => Unit::Millis,
        }
    }
}
