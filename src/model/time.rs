//! Instants and spans in whole milliseconds; nothing here can ask what time it is.

use std::ops::{Add, Sub};

/// An instant: milliseconds since 1970-01-01T00:00:00Z. Arithmetic saturates, since the ends stand for "always" and "never".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Before every instant.
    pub const MIN: Self = Self(i64::MIN);
    /// After every instant.
    pub const MAX: Self = Self(i64::MAX);
}

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

/// Milliseconds of a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;

impl Span {
    /// A span of `n` times 24 hours.
    #[must_use]
    pub const fn from_days(n: i64) -> Self {
        Self(n * DAY_MS)
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Timestamp {
    type Output = Span;
    fn sub(self, other: Self) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

/// A civil day: days since 1970-01-01 in some time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);
