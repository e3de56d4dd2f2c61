//! The terms of time and orders: spans with their defaults, and how they must relate.

use crate::features::feature::{Feature, Window};
use crate::model::event::Kind;
use crate::model::period::Period;
use crate::model::time::{BadSpan, Span};

use super::declared::{OrderRules, TimeRules, UnknownOrder};
use super::draft::{Given, OrdersDraft, TimeDraft, Written};
use super::owner::choose;
use super::problem::Problem;

/// A hundred years: what is meant to be longer is meant to be for ever.
pub(super) const SPAN_MAX: Span = Span::from_days(36_500);

const UNKNOWN_ORDERS: [(UnknownOrder, &str); 2] = [
    (UnknownOrder::Today, "today"),
    (UnknownOrder::DeadLetter, "dead-letter"),
];

impl Default for TimeRules {
    fn default() -> Self {
        Self {
            lateness: Span(1_000),
            late: Span::from_days(7),
            ahead: Span(600_000),
            dedup: Span::from_days(7),
            stall_after: Span(300_000),
        }
    }
}

impl Default for OrderRules {
    fn default() -> Self {
        Self {
            keep: Span::from_days(400),
            unknown: UnknownOrder::Today,
        }
    }
}

/// Shortest span that a key may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Least {
    /// Nothing at all is a sensible span.
    Zero,
    /// It must be longer than nothing.
    Some,
}

pub(super) fn time_rules(draft: &TimeDraft, problems: &mut Vec<Problem>) -> Option<TimeRules> {
    let default = TimeRules::default();
    let mut read = |given, key, default, least| span_or(given, key, default, least, problems);
    let lateness = read(&draft.lateness, "`lateness`", default.lateness, Least::Zero);
    let late = read(&draft.late, "`late`", default.late, Least::Zero);
    let ahead = read(&draft.ahead, "`ahead`", default.ahead, Least::Zero);
    let dedup = read(&draft.dedup, "`dedup`", default.dedup, Least::Zero);
    let stall_after = read(
        &draft.stall_after,
        "`stall_after`",
        default.stall_after,
        Least::Some,
    );
    let rules = TimeRules {
        lateness: lateness?,
        late: late?,
        ahead: ahead?,
        dedup: dedup?,
        stall_after: stall_after?,
    };
    if rules.dedup < rules.late {
        problems.push(forgotten_too_soon(draft, &rules));
    }
    Some(rules)
}

/// A late copy of an event would be counted twice.
fn forgotten_too_soon(draft: &TimeDraft, rules: &TimeRules) -> Problem {
    let dedup = stated(&draft.dedup, rules.dedup);
    let late = stated(&draft.late, rules.late);
    let places = [
        (draft.dedup.written(), "shorter than `late`"),
        (draft.late.written(), "longer than `dedup`"),
    ];
    clash(
        format!("`dedup` is {dedup}, shorter than `late`, which is {late}"),
        places,
    )
    .help(format!(
        "a copy that comes late would count twice: write dedup = \"{}\" or more in [time]",
        rules.late
    ))
}

pub(super) fn order_rules(draft: &OrdersDraft, problems: &mut Vec<Problem>) -> Option<OrderRules> {
    let default = OrderRules::default();
    let keep = span_or(&draft.keep, "`keep`", default.keep, Least::Some, problems);
    let unknown = match &draft.unknown {
        Given::Absent => Some(default.unknown),
        Given::Unreadable => None,
        Given::Is(word) => choose(
            word,
            ("treatment of unknown orders", "treatments"),
            &UNKNOWN_ORDERS,
            problems,
        ),
    };
    Some(OrderRules {
        keep: keep?,
        unknown: unknown?,
    })
}

/// Tells if a feature over purchases looks further back than orders are kept: a refund would miss
/// its order.
pub(super) fn check_reach(
    orders: &OrderRules,
    keep: &Given<String>,
    feature: &Feature,
    window: &Given<String>,
    problems: &mut Vec<Problem>,
) {
    let reach = match feature.window {
        Window::Rolling(reach) => reach,
        Window::Calendar(period) => Span::from_days(period.days_max()),
        Window::Previous(period) => Span::from_days(2 * period.days_max()),
        Window::Personal(_) => Span::from_days(Period::CALENDAR_YEAR.days_max()),
        Window::Lifetime | Window::Since(_) | Window::Start(_) => return,
    };
    if reach <= orders.keep || !feature.kinds.contains(Kind::Purchase) {
        return;
    }
    let message = format!(
        "orders are kept for {}, but \"{}\" looks back \"{reach}\"",
        stated(keep, orders.keep),
        feature.name
    );
    let places = [
        (keep.written(), "shorter than the window"),
        (window.written(), "longer than orders are kept"),
    ];
    problems.push(clash(message, places).help(format!(
        "a refund would not find its order: write keep = \"{reach}\" or more in [orders]"
    )));
}

/// A value as it was written, or as it is by default.
fn stated(given: &Given<String>, default: Span) -> String {
    match given.written() {
        Some(written) => format!("\"{}\"", written.value),
        None => format!("\"{default}\" by default"),
    }
}

/// A problem between two values, of which one may be a default.
fn clash(message: String, places: [(Option<&Written<String>>, &str); 2]) -> Problem {
    let mut written = places
        .into_iter()
        .filter_map(|(written, label)| Some((&written?.span, label)));
    let (span, label) = written
        .next()
        .expect("defaults do not clash, so one value is written");
    let problem = Problem::new(span, message, label);
    match written.next() {
        Some((span, label)) => problem.also(span, label),
        None => problem,
    }
}

/// The span written at a key, or its default.
fn span_or(
    given: &Given<String>,
    key: &str,
    default: Span,
    least: Least,
    problems: &mut Vec<Problem>,
) -> Option<Span> {
    match given {
        Given::Absent => Some(default),
        Given::Unreadable => None,
        Given::Is(written) => read_span(written, key, least, problems),
    }
}

/// The span that a text tells. `what` begins the message: "`late`".
pub(super) fn read_span(
    written: &Written<String>,
    what: &str,
    least: Least,
    problems: &mut Vec<Problem>,
) -> Option<Span> {
    let text = &written.value;
    let problem = match Span::parse(text) {
        Err(bad) => Problem::new(
            &written.span,
            format!("{what} \"{text}\" is not a length of time"),
            bad.to_string(),
        )
        .help(spelling(text, bad)),
        Ok(span) if span < Span(0) || (span == Span(0) && least == Least::Some) => {
            let bound = if least == Least::Some {
                "more than zero"
            } else {
                "zero or more"
            };
            Problem::new(
                &written.span,
                format!("{what} \"{text}\" is too short"),
                format!("must be {bound}"),
            )
        }
        Ok(span) if span > SPAN_MAX => Problem::new(
            &written.span,
            format!("{what} \"{text}\" is too long"),
            format!("must be at most \"{SPAN_MAX}\""),
        ),
        Ok(span) => return Some(span),
    };
    problems.push(problem);
    None
}

const ANY_SPAN: &str =
    "write whole numbers and units, such as \"90d\", \"12h\", \"1h30m\" or \"10s\"";

/// How to write the length of time that was probably meant.
pub(super) fn spelling(text: &str, bad: BadSpan) -> String {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text[digits.len()..].trim_start();
    if digits.is_empty() || bad == BadSpan::OutOfRange {
        return ANY_SPAN.to_owned();
    }
    match unit.as_bytes() {
        [] => format!("write \"{digits}d\" for {digits} days"),
        [b'm', b's', ..] | [b'm', b'i', b'l', ..] => format!("write \"{digits}ms\""),
        [b'm', b'o', ..] => "count in days: a month is about \"30d\"".to_owned(),
        [b'w', ..] => "count in days: a week is \"7d\"".to_owned(),
        [b'y', ..] => "count in days: a year is \"365d\"".to_owned(),
        [b'd' | b'h' | b'm' | b's', letters @ ..]
            if letters.iter().all(u8::is_ascii_alphabetic) =>
        {
            format!("write \"{digits}{}\"", &unit[..1])
        }
        _ => ANY_SPAN.to_owned(),
    }
}
