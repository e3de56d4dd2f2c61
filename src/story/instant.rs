//! The times of a story: absolute, counted from its start, or from the row before.

use crate::model::civil::BadLocal;
use crate::model::time::Timestamp;
use crate::policy::problem::Problem;
use crate::wire::event::INSTANT_LAST;

use super::ground::Ground;

/// What times are counted from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    /// The day that is day 1.
    pub(super) start: Option<Timestamp>,
    /// The instant of the row before; in a row, its own.
    pub(super) last: Option<Timestamp>,
}

impl Ground<'_> {
    /// The instant that a text names.
    pub(super) fn instant(&self, text: &str, counted: Counted) -> Result<Timestamp, Problem> {
        let zone = &self.policy.zone;
        let read = if let Some(span) = relative(text) {
            let Some(last) = counted.last else {
                let message = format!("\"{text}\" is counted from nothing");
                return Err(self
                    .problem(text, message, "no row with a time before it")
                    .help("begin with a date, such as 2026-03-02"));
            };
            zone.later(last, span)
        } else if let Some((n, time)) = nth_day(text) {
            let Some(start) = counted.start else {
                let message = format!("\"{text}\" is counted from nothing");
                return Err(self
                    .problem(text, message, "the story has no start")
                    .help("write `start: 2026-03-02` above the table: that is day 1"));
            };
            zone.nth_day(start, n, time)
        } else {
            zone.parse_local(text)
        };
        match read {
            Ok(at) if (Timestamp(0)..=INSTANT_LAST).contains(&at) => Ok(at),
            Ok(_) | Err(BadLocal::OutOfRange) => {
                let message = format!("\"{text}\" is outside of the years 1970 to 8999");
                Err(self.problem(text, message, "out of range"))
            }
            Err(bad) => Err(self.bad_instant(text, &bad)),
        }
    }

    fn bad_instant(&self, text: &str, bad: &BadLocal) -> Problem {
        let (message, label) = match bad {
            BadLocal::NotATime | BadLocal::NotASpan => {
                (format!("\"{text}\" is {bad}"), "not a time")
            }
            BadLocal::Skipped(..) => (bad.to_string(), "no such time on that day"),
            BadLocal::Twice(..) => (bad.to_string(), "which of the two?"),
            BadLocal::OutOfRange => (bad.to_string(), "out of range"),
        };
        let problem = self.problem(text, message, label);
        match bad {
            BadLocal::NotATime => problem.help(
                "times are 2026-03-02 (when the day begins), 2026-03-02 09:00, +3d, +2h30m or \
                 day 3 09:00",
            ),
            BadLocal::Twice(_, _, first, second) => {
                problem.help(format!("write {first} or {second}"))
            }
            _ => problem,
        }
    }
}

/// A length of time with its minus, if a sign says that it is one.
fn relative(text: &str) -> Option<&str> {
    match text.strip_prefix('+') {
        Some(span) => Some(span.trim_start()),
        None => text.starts_with('-').then_some(text),
    }
}

/// "day 3 09:00" as 3 and the time.
fn nth_day(text: &str) -> Option<(u32, Option<&str>)> {
    let rest = text.strip_prefix("day ")?.trim_start();
    let (n, time) = match rest.split_once(' ') {
        Some((n, time)) => (n, Some(time.trim_start())),
        None => (rest, None),
    };
    let n = n.parse().ok().filter(|n| *n > 0)?;
    Some((n, time))
}
