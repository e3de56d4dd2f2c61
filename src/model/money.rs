//! Money as whole 1/10,000 units of a currency, read exactly from decimal text; the door for
//! iso_currency.

use std::fmt;

use iso_currency::Currency as Iso;

/// Decimals that an amount keeps.
pub const DECIMALS: u32 = 4;
/// 1/10,000 units in one unit of a currency.
pub const SCALE: i64 = 10_i64.pow(DECIMALS);

/// An amount in 1/10,000 of the currency's unit: 12.10 is 121,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(pub i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAmount {
    /// Not a decimal number.
    #[error("not a decimal number")]
    NotDecimal,
    /// More than four decimals that are not zero.
    #[error("more than 4 decimals")]
    TooFine,
    /// Beyond 64 bits of 1/10,000 units.
    #[error("out of range")]
    OutOfRange,
}

impl Money {
    /// Reads a JSON number or decimal text (`-12.1`, `3`, `1.5e2`) exactly; zeros after the fourth
    /// decimal are accepted.
    ///
    /// # Errors
    /// See [`BadAmount`].
    pub fn parse(text: &str) -> Result<Self, BadAmount> {
        match usual(text) {
            Some(units) => Ok(Self(units)),
            None => Self::parse_any(text),
        }
    }

    fn parse_any(text: &str) -> Result<Self, BadAmount> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        if whole.is_empty() || fraction.is_empty() {
            return Err(BadAmount::NotDecimal);
        }
        let magnitude = scaled(whole, fraction, exponent + DECIMALS as i32)?;
        let units = if negative { -magnitude } else { magnitude };
        i64::try_from(units)
            .map(Self)
            .map_err(|_| BadAmount::OutOfRange)
    }

    /// `minor` units of a currency with `exponent` decimals (cents: 2).
    ///
    /// # Errors
    /// The currency has more decimals than [`DECIMALS`], or the amount is out of range.
    pub fn from_minor(minor: i64, exponent: u32) -> Result<Self, BadAmount> {
        let factor = DECIMALS.checked_sub(exponent).ok_or(BadAmount::TooFine)?;
        minor
            .checked_mul(10_i64.pow(factor))
            .map(Self)
            .ok_or(BadAmount::OutOfRange)
    }
}

/// An amount as nearly all are written, some digits with as many decimals as are kept or fewer, in
/// 1/10,000 units; all else is left to whoever tells what is wrong with it.
fn usual(text: &str) -> Option<i64> {
    const DIGITS: usize = 14;
    let (mut units, mut point) = (0, None);
    for (ix, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' if ix < DIGITS => units = units * 10 + i64::from(byte - b'0'),
            b'.' if ix > 0 && point.is_none() => point = Some(ix),
            _ => return None,
        }
    }
    let decimals = match point {
        Some(point) => text.len() - point - 1,
        None if text.is_empty() => return None,
        None => 0,
    };
    let is_whole = decimals == 0 && point.is_some();
    let left = (DECIMALS as usize)
        .checked_sub(decimals)
        .filter(|_| !is_whole)?;
    Some(units * 10_i64.pow(left as u32))
}

/// `whole.fraction` times ten to the `shift`, if that is a whole number.
fn scaled(whole: &str, fraction: &str, shift: i32) -> Result<i128, BadAmount> {
    let mut value: i128 = 0;
    let mut left = whole.len() as i32 + shift;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return Err(BadAmount::NotDecimal);
        }
        let digit = i128::from(byte - b'0');
        if left > 0 {
            value = value * 10 + digit;
            if value > i128::from(u64::MAX) {
                return Err(BadAmount::OutOfRange);
            }
        } else if digit != 0 {
            return Err(BadAmount::TooFine);
        }
        left -= 1;
    }
    if value == 0 {
        return Ok(0);
    }
    for _ in 0..left.max(0) {
        value *= 10;
        if value > i128::from(u64::MAX) {
            return Err(BadAmount::OutOfRange);
        }
    }
    Ok(value)
}

fn parse_exponent(text: &str) -> Result<i32, BadAmount> {
    let exponent: i32 = text.parse().map_err(|_| BadAmount::NotDecimal)?;
    if exponent.abs() > 64 {
        Err(BadAmount::OutOfRange)
    } else {
        Ok(exponent)
    }
}

impl fmt::Display for Money {
    /// The shortest exact decimal text, at least two decimals ("1204.50", "0.0025").
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let units = self.0.unsigned_abs();
        let (whole, part) = (units / SCALE as u64, units % SCALE as u64);
        match part {
            p if p % 100 == 0 => write!(f, "{sign}{whole}.{:02}", p / 100),
            p if p % 10 == 0 => write!(f, "{sign}{whole}.{:03}", p / 10),
            p => write!(f, "{sign}{whole}.{p:04}"),
        }
    }
}

/// An ISO 4217 currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency(Iso);

impl Currency {
    /// The currency of a three-letter code in capitals.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Iso::from_code(code).map(Self)
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimals of the minor unit: 2 for cents, 0 for the yen, 3 for the dinar; 0 where the
    /// currency has none.
    #[must_use]
    pub fn exponent(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimal_text_is_read_exactly() {
        for (text, units) in [
            ("0", 0),
            ("-0", 0),
            ("12.10", 121_000),
            ("-12.1", -121_000),
            ("0.0001", 1),
            ("0.00010000", 1),
            ("1e2", 1_000_000),
            ("1.5E-3", 15),
            ("0e60", 0),
            ("922337203685477.5807", i64::MAX),
            ("-922337203685477.5808", i64::MIN),
        ] {
            assert_eq!(Money::parse(text), Ok(Money(units)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_usual_amount_is_read_as_any_other(
            text in "-?[0-9.]{0,18}(e[0-9])?|[0-9]{1,14}.[0-9]{1,5}",
        ) {
            if let Some(units) = usual(&text) {
                prop_assert_eq!(Money::parse_any(&text), Ok(Money(units)), "{}", text);
            }
        }
    }

    #[test]
    fn most_amounts_are_usual() {
        for (text, units) in [("0", 0), ("120.45", 1_204_500), ("3.0001", 30_001)] {
            assert_eq!(usual(text), Some(units), "{text}");
        }
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1.00000",
            "-1",
            "1e2",
            "1.2.3",
            "123456789012345678",
        ] {
            assert_eq!(usual(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_says_why() {
        use BadAmount::{NotDecimal, OutOfRange, TooFine};
        for (text, why) in [
            ("", NotDecimal),
            ("-", NotDecimal),
            (".5", NotDecimal),
            ("5.", NotDecimal),
            ("1,5", NotDecimal),
            ("NaN", NotDecimal),
            ("+1", NotDecimal),
            ("0.00001", TooFine),
            ("1e-5", TooFine),
            ("922337203685477.5808", OutOfRange),
            ("1e999", OutOfRange),
            ("1e30", OutOfRange),
        ] {
            assert_eq!(Money::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for units in [
            0,
            1,
            -1,
            10,
            100,
            25_000,
            121_000,
            -121_050,
            i64::MAX,
            i64::MIN,
        ] {
            assert_eq!(Money::parse(&Money(units).to_string()), Ok(Money(units)));
        }
        assert_eq!(Money(12_045_000).to_string(), "1204.50");
    }

    #[test]
    fn minor_units_follow_the_currency() {
        for (code, minor, units) in [("GBP", 1210, 121_000), ("JPY", 5, 50_000), ("KWD", 1, 10)] {
            let currency = Currency::from_code(code).expect("a known code");
            assert_eq!(
                Money::from_minor(minor, currency.exponent()),
                Ok(Money(units)),
                "{code}"
            );
        }
        assert_eq!(Money::from_minor(i64::MAX, 2), Err(BadAmount::OutOfRange));
    }
}
