//! The right side of a comparison, read in the unit of what it is compared with.

use crate::features::feature::Unit;
use crate::model::change::Measure;
use crate::model::money::Money;
use crate::model::period::parse_date;
use crate::model::time::{DAY_MS, Span};

use super::draft::Written;
use super::problem::Problem;
use super::suggestion;
use super::terms::spelling;

/// Whose constant it is.
pub(super) struct Measured<'a> {
    pub(super) feature: &'a str,
    pub(super) unit: Unit,
}

/// The constant in the feature's unit.
pub(super) fn constant(
    written: &Written<String>,
    measured: &Measured<'_>,
    problems: &mut Vec<Problem>,
) -> Option<i64> {
    let text = written.value.as_str();
    let read = match measured.unit {
        Unit::Money => money(text),
        Unit::Number => number(text),
        Unit::Millis => span(text).map(|span| span.0),
        Unit::Days => days(text, measured.feature),
        Unit::Percent => percent(text),
        Unit::Decimal => money(text),
        Unit::Text => Err("compare it by = and !=".to_owned()),
        Unit::Flag => flag(text),
        Unit::Date => date(text),
    };
    read.map_err(|help| problems.push(misfit(written, measured, help)))
        .ok()
}

/// A text: what is written, without quotes.
pub(super) fn text(written: &Written<String>, problems: &mut Vec<Problem>) -> Option<Measure> {
    let text = written.value.as_str();
    let bare = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(bare) = bare('"').or_else(|| bare('\'')) {
        let message = format!("the text {text} is compared with its quotes");
        let problem = Problem::new(&written.span, message, "quotes of its own");
        problems.push(problem.help(format!("write it without them: {bare}")));
        return None;
    }
    Some(Measure::from(text))
}

/// The rank of the tier of that name.
pub(super) fn tier(
    written: &Written<String>,
    ladder: &str,
    tiers: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<i64> {
    let rank = tiers.iter().position(|tier| *tier == written.value);
    if rank.is_none() {
        let message = format!("ladder \"{ladder}\" has no tier \"{}\"", written.value);
        let help = suggestion::help(&written.value, "its tiers", tiers);
        problems.push(Problem::new(&written.span, message, "not a tier of it").help(help));
    }
    rank.and_then(|rank| i64::try_from(rank).ok())
}

fn misfit(written: &Written<String>, measured: &Measured<'_>, help: String) -> Problem {
    let expected = match measured.unit {
        Unit::Money => "an amount of money",
        Unit::Number => "a whole number",
        Unit::Millis => "a length of time",
        Unit::Days => "a whole number of days",
        Unit::Percent => "a percentage",
        Unit::Decimal => "a decimal number",
        Unit::Text => "a text",
        Unit::Flag => "true or false",
        Unit::Date => "a date",
    };
    let message = format!(
        "\"{}\" is compared with \"{}\", which is not {expected}",
        measured.feature, written.value
    );
    Problem::new(&written.span, message, format!("not {expected}")).help(help)
}

fn money(text: &str) -> Result<i64, String> {
    let read = Money::parse(text).map(|money| money.0);
    read.map_err(|bad| match bare_amount(text) {
        Some(amount) => format!("write \"{amount}\""),
        None => format!("{bad}: write plain digits, such as \"1200\" or \"1200.50\""),
    })
}

/// The amount without thousands separators and currency sign, if that is all that is wrong with it.
fn bare_amount(text: &str) -> Option<String> {
    let sign = |sign: char| !sign.is_alphanumeric() && !sign.is_ascii();
    let amount = text.trim_matches(|letter| sign(letter) || letter == '$' || letter == ' ');
    let (whole, part) = amount.split_at(amount.find('.').unwrap_or(amount.len()));
    let mut groups = whole.split([',', '_', '\'', ' ']).skip(1);
    let bare = whole.replace([',', '_', '\'', ' '], "") + part;
    let grouped = groups.all(|group| group.len() == 3);
    (grouped && Money::parse(&bare).is_ok()).then_some(bare)
}

fn percent(text: &str) -> Result<i64, String> {
    let number = text.strip_suffix('%').map(str::trim_end);
    let help = || "write such as \"60%\" or \"62.5%\"".to_owned();
    let read = number.and_then(|number| Money::parse(number).ok());
    read.map(|percent| percent.0).ok_or_else(help)
}

fn number(text: &str) -> Result<i64, String> {
    text.parse()
        .map_err(|_| "write plain digits, such as \"3\"".to_owned())
}

fn flag(text: &str) -> Result<i64, String> {
    text.parse()
        .map(i64::from as fn(bool) -> i64)
        .map_err(|_| "write true or false".to_owned())
}

fn date(text: &str) -> Result<i64, String> {
    let day = parse_date(text).map(|day| i64::from(day.0));
    day.ok_or_else(|| "write such as \"2026-01-31\"".to_owned())
}

fn span(text: &str) -> Result<Span, String> {
    match Span::parse(text) {
        Ok(span) if span >= Span(0) => Ok(span),
        Ok(_) => Err("a length of time is never negative".to_owned()),
        Err(bad) => Err(spelling(text, bad)),
    }
}

fn days(text: &str, feature: &str) -> Result<i64, String> {
    let span = span(text)?;
    if span.0 % DAY_MS == 0 {
        return Ok(span.0 / DAY_MS);
    }
    Err(format!(
        "\"{feature}\" goes by civil days: write such as \"2d\", or give it resolution = \"exact\""
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_no_quotes_of_its_own() {
        for (written, expected) in [
            ("acme", Some("acme")),
            ("Home & Tools", Some("Home & Tools")),
            ("7\"", Some("7\"")),
            ("\"acme\"", None),
            ("'acme'", None),
        ] {
            let written = Written {
                value: written.to_owned(),
                span: 0..0,
            };
            let read = text(&written, &mut Vec::new());
            assert_eq!(read, expected.map(Measure::from), "{written:?}");
        }
    }

    #[test]
    fn an_amount_is_bared_only_where_it_is_clear() {
        for (text, bare) in [
            ("1,000", Some("1000")),
            ("1,234,567.50", Some("1234567.50")),
            ("1_000", Some("1000")),
            ("£1000", Some("1000")),
            ("1000 €", Some("1000")),
            ("-1,000", Some("-1000")),
            ("1,50", None),
            ("1.000,50", None),
            ("30d", None),
            ("1000 GBP", None),
            ("0.00001", None),
            ("", None),
        ] {
            assert_eq!(bare_amount(text).as_deref(), bare, "{text}");
        }
    }
}
