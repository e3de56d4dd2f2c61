//! How instants, measures and the policy in force are written in every JSON body.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::features::feature::Unit;
use crate::model::change::Measure;
use crate::model::money::Money;
use crate::model::period::show_date;
use crate::model::standing::Place;
use crate::model::time::{Span, Timestamp};
use crate::model::zone::show_utc;
use crate::policy::declared::Policy;

/// An instant: RFC 3339 in UTC with milliseconds.
pub(super) struct Instant(pub Timestamp);

impl Instant {
    /// When the customer came to a place; nothing for a first place.
    pub(super) fn since(place: &Place) -> Option<Self> {
        (place.since != Timestamp::MIN).then_some(Self(place.since))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&show_utc(self.0))
    }
}

/// A measure or threshold in its unit: money as decimal text, a number as such, durations as text
/// ("31d", "36h"), a text as it is, a flag as true or false, a date as such ("2026-03-02"), never
/// and unknown as null.
pub struct Value {
    /// Its unit.
    pub unit: Unit,
    /// In that unit.
    pub measure: Measure,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = match &self.measure {
            Measure::Is(number) => *number,
            Measure::Says(text) => return f.write_str(text),
            Measure::Never => return f.write_str("never"),
            Measure::Unknown => return f.write_str("unknown"),
        };
        match self.unit {
            Unit::Money | Unit::Decimal => Money(number).fmt(f),
            Unit::Percent => write!(f, "{}%", Money(number)),
            Unit::Number | Unit::Text => number.fmt(f),
            Unit::Millis => Span(number).fmt(f),
            Unit::Days => write!(f, "{number}d"),
            Unit::Flag => (number != 0).fmt(f),
            Unit::Date => f.write_str(&show_date(number)),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (&self.measure, self.unit) {
            (Measure::Never | Measure::Unknown, _) => serializer.serialize_none(),
            (Measure::Is(number), Unit::Flag) => serializer.serialize_bool(*number != 0),
            (Measure::Is(number), Unit::Number) => serializer.serialize_i64(*number),
            _ => serializer.collect_str(self),
        }
    }
}

/// The policy that something was decided under.
#[derive(Serialize)]
pub(super) struct Stamp<'a> {
    name: &'a str,
    version: u32,
    hash: &'a str,
}

impl<'a> Stamp<'a> {
    pub(super) fn of(policy: &'a Policy) -> Self {
        Self {
            name: &policy.name,
            version: policy.version,
            hash: &policy.hash,
        }
    }
}

/// Appends a body as compact JSON.
pub(super) fn write_json(body: &impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, body).expect("writing to memory and string keys cannot fail");
}
