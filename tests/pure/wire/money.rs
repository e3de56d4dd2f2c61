//! Money: the text of an event against arithmetic in 128 bits.

use proptest::prelude::*;
use proptest::sample;
use tidemark::model::money::{Currency, Money};
use tidemark::model::refusal::Refusal;
use tidemark::wire::event::Decoder;
use tidemark::wire::scratch::Scratch;

/// A decimal: its digits as one number, how many of them are decimals, and a power of ten.
#[derive(Clone, Debug)]
struct Decimal {
    negative: bool,
    digits: u64,
    decimals: u32,
    exponent: Option<i32>,
}

fn decimal() -> impl Strategy<Value = Decimal> {
    let digits = prop_oneof![
        any::<u64>(),
        0..1_000_000_u64,
        // Around the end of the range, and with zeros at the end.
        (i64::MAX as u64 - 5)..(i64::MAX as u64 + 5),
        (0..10_000_u64).prop_map(|n| n * 1_000_000),
    ];
    (
        any::<bool>(),
        digits,
        0..9_u32,
        proptest::option::of(-8..9_i32),
    )
        .prop_map(|(negative, digits, decimals, exponent)| Decimal {
            negative,
            digits,
            decimals,
            exponent,
        })
}

impl Decimal {
    /// As a JSON number.
    fn text(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let mut digits = format!(
            "{:0width$}",
            self.digits,
            width = self.decimals as usize + 1
        );
        if self.decimals > 0 {
            digits.insert(digits.len() - self.decimals as usize, '.');
        }
        let exponent = self
            .exponent
            .map(|exponent| format!("e{exponent}"))
            .unwrap_or_default();
        format!("{sign}{digits}{exponent}")
    }

    /// In 1/10,000 units, if that is a whole number of 64 bits.
    fn units(&self) -> Option<i64> {
        let shift = self.exponent.unwrap_or(0) - self.decimals as i32 + 4;
        let ten = 10_i128.pow(shift.unsigned_abs());
        let digits = i128::from(self.digits);
        let units = match shift {
            0.. => digits * ten,
            _ if digits % ten == 0 => digits / ten,
            _ => return None,
        };
        i64::try_from(if self.negative { -units } else { units }).ok()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]

    #[test]
    fn amounts_and_margins_are_exact(decimal in decimal(), quoted: bool) {
        let quote = if quoted { "\"" } else { "" };
        let text = format!("{quote}{}{quote}", decimal.text());
        let (amount, margin) = (decode("amount", &text), decode("margin", &text));
        let units = decimal.units().map(Money);
        prop_assert_eq!(margin, units.ok_or(Refusal::BadAmount), "{}", text);
        let paid = units.filter(|units| *units >= Money(0));
        prop_assert_eq!(amount, paid.ok_or(Refusal::BadAmount), "{}", text);
    }

    #[test]
    fn minor_units_are_exact(
        minor: i64,
        (code, factor) in sample::select(&MINOR),
    ) {
        let units = i64::try_from(i128::from(minor) * factor).ok().filter(|units| *units >= 0);
        let amount = decode("amount_minor", &format!("{minor},\"currency\":\"{code}\""));
        prop_assert_eq!(amount, units.map(Money).ok_or(Refusal::BadAmount));
    }
}

/// Currencies with the 1/10,000 units in one of their minor units.
const MINOR: [(&str, i128); 4] = [("JPY", 10_000), ("EUR", 100), ("KWD", 10), ("CLF", 1)];

/// The field's value in a cart event.
fn decode(field: &str, value: &str) -> Result<Money, Refusal> {
    let text = format!(
        r#"{{"event_id":"e","customer_id":"c","kind":"cart","occurred_at":5,"{field}":{value}}}"#
    );
    let scratch = Scratch::default();
    let event = Decoder::new(Currency::from_code("GBP").expect("a code"), 1 << 10)
        .decode(text.as_bytes(), &scratch)
        .map_err(|refused| {
            assert_eq!(refused.field, field);
            refused.refusal
        })?;
    Ok(if field == "margin" {
        event.margin
    } else {
        event.amount
    })
}
