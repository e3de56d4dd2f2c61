//! The window of a feature and how finely it looks, from what was written.

use crate::features::feature::{Aggregate, Feature, Resolution, Window};
use crate::model::period::{Period, parse_date};
use crate::model::time::{DAY_MS, HOUR_MS, Span};

use super::declaration::Verb;
use super::draft::{FeatureDraft, Given, Written};
use super::owner::Owner;
use super::problem::Problem;
use super::starts;
use super::suggestion;
use super::terms::{Least, read_span};

/// Rolling windows from this length on go by civil days where nothing else is said.
const BY_DAY_FROM: Span = Span::from_days(7);
const LIFETIME: &str = "lifetime";
const CALENDAR: &str = "calendar ";
const PREVIOUS: &str = "previous calendar ";
const YEAR_FROM: &str = "year from ";
const SINCE: &str = "since ";
/// Before it comes the name of a ladder.
pub(super) const SINCE_START: &str = "since tier start of ";
const PERIODS: [(Period, &str); 4] = [
    (Period::Week, "week"),
    (Period::Month, "month"),
    (Period::Quarter, "quarter"),
    (Period::CALENDAR_YEAR, "year"),
];

/// What a window may begin with.
pub(super) struct Above<'a> {
    /// The features that are declared above.
    pub(super) features: &'a [(&'a str, Option<&'a Feature>)],
    /// All ladders.
    pub(super) ladders: &'a [&'a str],
}

/// The window that was written.
pub(super) fn window(
    verb: Verb,
    draft: &FeatureDraft,
    above: &Above<'_>,
    owner: &Owner<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Window> {
    if let Some(name) = verb.endless() {
        if let Some(window) = draft.window.written() {
            let message = format!("{} is a {name} and has a `window`", owner.title);
            let problem = Problem::new(&window.span, message, format!("not for {name}"));
            problems.push(problem.help(format!(
                "remove `window`: {name} looks back to the first event"
            )));
        }
        return Some(Window::Lifetime);
    }
    let written = owner.required(&draft.window, "window", "window = \"90d\"", problems)?;
    let text = written.value.as_str();
    if text == LIFETIME {
        return Some(Window::Lifetime);
    }
    let (read, problem): (_, fn(&Written<String>) -> Problem) =
        if let Some(word) = text.strip_prefix(CALENDAR) {
            (period(word).map(Window::Calendar), no_period)
        } else if let Some(word) = text.strip_prefix(PREVIOUS) {
            (period(word).map(Window::Previous), no_period)
        } else if let Some(day) = text.strip_prefix(YEAR_FROM) {
            if day.starts_with(|first: char| first.is_ascii_alphabetic()) {
                return own_year(day, written, above.features, problems);
            }
            (Period::year_from(day).map(Window::Calendar), no_day)
        } else if let Some(ladder) = text.strip_prefix(SINCE_START) {
            return starts::start(verb, (ladder, written), above.ladders, owner, problems);
        } else if let Some(date) = text.strip_prefix(SINCE) {
            (parse_date(date).map(Window::Since), no_date)
        } else {
            return read_span(written, "window", Least::Some, problems).map(Window::Rolling);
        };
    if read.is_none() {
        problems.push(problem(written));
    }
    read
}

fn period(word: &str) -> Option<Period> {
    let known = PERIODS.iter().find(|(_, name)| *name == word);
    known.map(|(period, _)| *period)
}

/// A year from the day on that a feature declared above tells.
fn own_year(
    name: &str,
    window: &Written<String>,
    before: &[(&str, Option<&Feature>)],
    problems: &mut Vec<Problem>,
) -> Option<Window> {
    let firsts = before.iter().enumerate().filter(|(_, (_, feature))| {
        feature.is_none_or(|feature| {
            feature.aggregate == Aggregate::SinceFirst && feature.resolution == Resolution::Day
        })
    });
    let known = firsts.clone().find(|(_, (known, _))| *known == name);
    let Some((ix, (_, feature))) = known else {
        let message = format!("window \"{}\" begins with no first day", window.value);
        let names: Vec<&str> = firsts.map(|(_, (name, _))| *name).collect();
        let help = match names.is_empty() {
            true => "declare a feature with aggregate = \"since_first\" above".to_owned(),
            false => suggestion::help(name, "features above that are a since_first by day", &names),
        };
        let problem = Problem::new(&window.span, message, "no since_first by day above");
        problems.push(problem.help(help));
        return None;
    };
    feature.map(|_| Window::Personal(ix))
}

fn no_period(window: &Written<String>) -> Problem {
    let word = window.value.rsplit(' ').next().unwrap_or_default();
    let message = format!("window \"{}\" is of no period", window.value);
    let names = PERIODS.map(|(_, name)| name);
    let help = suggestion::help(word, "periods", &names);
    Problem::new(&window.span, message, "not a period").help(help)
}

fn no_day(window: &Written<String>) -> Problem {
    let message = format!("window \"{}\" begins on no day", window.value);
    Problem::new(&window.span, message, "not a month and a day")
        .help("write month and day with two digits each, such as \"year from 04-01\"")
}

fn no_date(window: &Written<String>) -> Problem {
    let message = format!("window \"{}\" begins on no date", window.value);
    Problem::new(&window.span, message, "not a date").help("write such as \"since 2026-01-31\"")
}

/// The resolution where none is written.
pub(super) fn default_resolution(verb: Verb, window: Window) -> Resolution {
    match window {
        Window::Rolling(span) if span < BY_DAY_FROM && verb != Verb::DistinctDays => {
            Resolution::Exact
        }
        Window::Start(_) => Resolution::Exact,
        _ => Resolution::Day,
    }
}

/// Whether the resolution goes with the aggregate and the window.
pub(super) fn check_resolution(
    verb: Verb,
    window: Window,
    resolution: Resolution,
    draft: &FeatureDraft,
    problems: &mut Vec<Problem>,
) -> bool {
    let before = problems.len();
    if let Some(word) = draft.resolution.written() {
        problems.extend(misfit(verb, window, resolution, word));
    }
    let whole = match resolution {
        Resolution::Exact => 1,
        Resolution::Hour => HOUR_MS,
        Resolution::Day => DAY_MS,
    };
    if let (Window::Rolling(span), Given::Is(word)) = (window, &draft.window)
        && span.0 % whole != 0
    {
        problems.push(broken(verb, resolution, word));
    }
    problems.len() == before
}

/// A resolution that the aggregate or the window does not have.
fn misfit(
    verb: Verb,
    window: Window,
    resolution: Resolution,
    word: &Written<String>,
) -> Option<Problem> {
    let name = &word.value;
    let by_day =
        Problem::new(&word.span, String::new(), "must be \"day\"").help("remove `resolution`");
    let message = match (verb, window, resolution) {
        (_, Window::Start(_), Resolution::Exact) => return None,
        (_, Window::Start(_), _) => {
            let message = format!("a window since a tier start is exact and cannot be \"{name}\"");
            let problem = Problem::new(&word.span, message, "must be \"exact\"");
            return Some(problem.help("remove `resolution`"));
        }
        (_, _, Resolution::Day) => return None,
        (Verb::DecayedSum, ..) => {
            format!("decayed_sum goes by civil days and cannot be \"{name}\"")
        }
        (Verb::DistinctDays, ..) => {
            format!("distinct_days counts civil days and cannot be \"{name}\"")
        }
        (
            _,
            Window::Calendar(_) | Window::Previous(_) | Window::Personal(_) | Window::Since(_),
            _,
        ) => {
            format!("a window of the calendar goes by civil days and cannot be \"{name}\"")
        }
        (Verb::SinceLast | Verb::SinceFirst, _, Resolution::Hour) => {
            let since = verb.endless().unwrap_or_default();
            let message = format!("{since} goes by civil days or is exact, and cannot be \"hour\"");
            let problem = Problem::new(&word.span, message, "must be \"day\" or \"exact\"");
            return Some(problem.help("write resolution = \"exact\", and compare it with hours"));
        }
        _ => return None,
    };
    Some(Problem { message, ..by_day })
}

/// A rolling window that is not a whole number of what its feature goes by.
fn broken(verb: Verb, resolution: Resolution, window: &Written<String>) -> Problem {
    let (unit, by, example) = match resolution {
        Resolution::Hour => ("hours", "hours", "36h"),
        _ => ("days", "civil days", "30d"),
    };
    let exact = match verb {
        Verb::DistinctDays => "",
        _ => ", or add resolution = \"exact\"",
    };
    Problem::new(
        &window.span,
        format!(
            "window \"{}\" is not a whole number of {unit}",
            window.value
        ),
        format!("this feature goes by {by}"),
    )
    .help(format!(
        "write a whole number of {unit}, such as \"{example}\"{exact}"
    ))
}
