//! The cut points between bands of recency, frequency and monetary value.

use crate::model::money::Money;
use crate::model::time::{DAY_MS, Span};

use super::cells::Dimension;
use super::draft::{Given, Written};
use super::problem::{ByteRange, Problem};

/// Bands are numbered by one digit.
const CUTS_MAX: usize = 8;
const RECENCY: [&str; 4] = ["30d", "60d", "90d", "180d"];
const FREQUENCY: [&str; 4] = ["2", "3", "5", "10"];

/// The cut points of a dimension, each larger than the one before; the usual ones where none are
/// written.
pub(super) fn cuts(
    dimension: Dimension,
    given: &Given<Vec<Written<String>>>,
    problems: &mut Vec<Problem>,
) -> Vec<Written<String>> {
    let Some(list) = given.written() else {
        return usual(dimension);
    };
    let key = dimension.ladder();
    if !(1..=CUTS_MAX).contains(&list.value.len()) {
        let message = format!("`{key}` has {} cut points", list.value.len());
        let problem = Problem::new(&list.span, message, format!("1 to {CUTS_MAX}"));
        problems.push(problem.help("each cut point parts two bands; four make five bands"));
    }
    let mut last: Option<(i64, &Written<String>)> = None;
    for cut in &list.value {
        let Some(value) = value(dimension, cut, problems) else {
            continue;
        };
        if let Some((_, before)) = last.filter(|(before, _)| *before >= value) {
            let message = format!(
                "`{key}` goes from \"{}\" to \"{}\"",
                before.value, cut.value
            );
            let problem = Problem::new(&cut.span, message, "not more than the one before");
            let problem = problem.also(&before.span, "the one before");
            problems.push(problem.help("write the smallest cut point first"));
        }
        last = Some((value, cut));
    }
    list.value.iter().take(CUTS_MAX).cloned().collect()
}

fn usual(dimension: Dimension) -> Vec<Written<String>> {
    let cuts: &[&str] = match dimension {
        Dimension::Recency => &RECENCY,
        Dimension::Frequency => &FREQUENCY,
        Dimension::Monetary => &[],
    };
    let written = |text: &&str| Written {
        value: (*text).to_owned(),
        span: ByteRange::default(),
    };
    cuts.iter().map(written).collect()
}

fn value(dimension: Dimension, cut: &Written<String>, problems: &mut Vec<Problem>) -> Option<i64> {
    let text = cut.value.as_str();
    let (value, expected, example) = match dimension {
        Dimension::Recency => (days(text), "a whole number of days", "30d"),
        Dimension::Frequency => (text.parse().ok(), "a whole number", "3"),
        Dimension::Monetary => (money(text), "an amount of money", "150"),
    };
    if value.is_none() {
        let key = dimension.ladder();
        let message = format!("`{key}` is cut at \"{text}\", which is not {expected}");
        let problem = Problem::new(&cut.span, message, format!("not {expected}"));
        problems.push(problem.help(format!("write such as \"{example}\"")));
    }
    value
}

fn days(text: &str) -> Option<i64> {
    let span = Span::parse(text).ok().filter(|span| *span >= Span(0))?;
    (span.0 % DAY_MS == 0).then_some(span.0)
}

fn money(text: &str) -> Option<i64> {
    Money::parse(text).map(|money| money.0).ok()
}
