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

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;
/// Milliseconds of a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;

impl Span {
    /// A span of `n` times 24 hours.
    #[must_use]
    pub const fn from_days(n: i64) -> Self {
        Self(n * DAY_MS)
    }

    /// Reads whole numbers with units, largest unit first: "30d", "12h", "90m", "10s", "250ms",
    /// "1d12h". A day is 24 hours.
    ///
    /// # Errors
    /// See [`BadSpan`].
    pub fn parse(text: &str) -> Result<Self, BadSpan> {
        let (sign, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let mut ms: i128 = 0;
        let mut units = UNITS.iter();
        loop {
            let (number, unit, left) = first_part(rest)?;
            let (length, _) = units
                .find(|(_, name)| *name == unit)
                .ok_or(BadSpan::UnknownUnit)?;
            ms += i128::from(number) * i128::from(*length);
            if left.is_empty() {
                break;
            }
            rest = left;
        }
        i64::try_from(sign * ms)
            .map(Self)
            .map_err(|_| BadSpan::OutOfRange)
    }
}

/// Units of a span's text with their milliseconds, longest first.
const UNITS: [(u64, &str); 5] = [
    (DAY_MS as u64, "d"),
    (3_600_000, "h"),
    (60_000, "m"),
    (1_000, "s"),
    (1, "ms"),
];

/// The number and the unit that a text begins with, and what follows them.
fn first_part(text: &str) -> Result<(u64, &str, &str), BadSpan> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    let letters = rest.bytes().take_while(|byte| !byte.is_ascii_digit());
    let (unit, left) = rest.split_at(letters.count());
    if number.is_empty() {
        return Err(BadSpan::NoNumber);
    }
    if unit.is_empty() {
        return Err(BadSpan::NoUnit);
    }
    let number = number.parse().map_err(|_| BadSpan::OutOfRange)?;
    Ok((number, unit, left))
}

/// Why a text is not a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSpan {
    /// It does not begin with a digit, or with a minus and a digit.
    #[error("does not begin with a whole number")]
    NoNumber,
    /// It ends with a number.
    #[error("has no unit (ms, s, m, h or d)")]
    NoUnit,
    /// Something else than one of the units follows a number, or a unit follows a smaller one.
    #[error("has a unit other than ms, s, m, h or d")]
    UnknownUnit,
    /// Beyond 64 bits of milliseconds.
    #[error("is out of range")]
    OutOfRange,
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
        for (unit_ms, unit) in UNITS {
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

    #[test]
    fn a_span_is_whole_numbers_with_units() {
        for (text, ms) in [
            ("0s", 0),
            ("250ms", 250),
            ("10s", 10_000),
            ("90m", 5_400_000),
            ("12h", 43_200_000),
            ("30d", 30 * DAY_MS),
            ("-1d", -DAY_MS),
            ("1d12h", 36 * 3_600_000),
            ("-1h1s1ms", -3_601_001),
            ("9223372036854775807ms", i64::MAX),
            ("-9223372036854775808ms", i64::MIN),
        ] {
            assert_eq!(Span::parse(text), Ok(Span(ms)), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_says_why() {
        use BadSpan::{NoNumber, NoUnit, OutOfRange, UnknownUnit};
        for (text, why) in [
            ("", NoNumber),
            ("-", NoNumber),
            ("d", NoNumber),
            ("+1d", NoNumber),
            (" 1d", NoNumber),
            ("--1d", NoNumber),
            ("30", NoUnit),
            ("1.5h", UnknownUnit),
            ("30 d", UnknownUnit),
            ("2w", UnknownUnit),
            ("12h1d", UnknownUnit),
            ("1d1d", UnknownUnit),
            ("1d12", NoUnit),
            ("30D", UnknownUnit),
            ("٣d", NoNumber),
            ("106751991168d", OutOfRange),
            ("9223372036854775808ms", OutOfRange),
        ] {
            assert_eq!(Span::parse(text), Err(why), "{text}");
        }
    }
}
