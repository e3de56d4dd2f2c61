//! Instants and spans in whole milliseconds; nothing here can ask what time it is.

use std::fmt;
use std::ops::{Add, Sub};

/// An instant: milliseconds since 1970-01-01T00:00:00Z. Arithmetic saturates, since the ends stand
/// for "always" and "never".
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

impl fmt::Display for Span {
    /// Exact text of whole units, largest first ("1d12h", "1h30m", "250ms"; "0s" for none).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut left = self.0.unsigned_abs();
        for (unit_ms, unit) in [
            (DAY_MS as u64, "d"),
            (3_600_000, "h"),
            (60_000, "m"),
            (1000, "s"),
            (1, "ms"),
        ] {
            if left >= unit_ms {
                write!(f, "{}{unit}", left / unit_ms)?;
                left %= unit_ms;
            }
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_shown_in_whole_units() {
        for (ms, text) in [
            (0, "0s"),
            (1, "1ms"),
            (1000, "1s"),
            (5_400_000, "1h30m"),
            (DAY_MS, "1d"),
            (36 * 3_600_000, "1d12h"),
            (DAY_MS * 30 + 61_001, "30d1m1s1ms"),
            (-90_000, "-1m30s"),
        ] {
            assert_eq!(Span(ms).to_string(), text);
        }
        assert!(Span(i64::MIN).to_string().starts_with("-106751991167d"));
    }
}
