//! Ends of time as they are written: "30d", "3 months", "end of next year from April + 1 month".

use crate::model::period::Period;
use crate::model::time::Span;
use crate::model::until::Until;

use super::draft::Written;
use super::problem::Problem;
use super::terms::{Least, read_span};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// A hundred years.
const MONTHS_MAX: u16 = 1_200;
const ANY_END: &str = "write a length of time, such as \"30d\" or \"3 months\", or the end of a \
     period, such as \"end of month\", \"end of next year\" or \"end of year from April + 1 \
     month\"";

/// Why a text is none.
enum Bad {
    NotUnderstood,
    OutOfRange,
}

/// The end of time that a text tells. `what` begins the message: "grace".
pub(super) fn read_end(
    written: &Written<String>,
    what: &str,
    problems: &mut Vec<Problem>,
) -> Option<Until> {
    let text = &written.value;
    let words: Vec<&str> = text.split(' ').collect();
    let read = match &words[..] {
        ["end", "of", "next", rest @ ..] => period(rest, true),
        ["end", "of", rest @ ..] => period(rest, false),
        [number, unit] => months(number, unit).map(Until::Months),
        _ if Span::parse(text).is_ok() => {
            return read_span(written, what, Least::Zero, problems).map(Until::Span);
        }
        _ => Err(Bad::NotUnderstood),
    };
    let (message, label) = match read {
        Ok(until) => return Some(until),
        Err(Bad::NotUnderstood) => ("is no end of time", "not understood"),
        Err(Bad::OutOfRange) => ("is out of range", "from \"1 month\" to \"100 years\""),
    };
    let problem = Problem::new(&written.span, format!("{what} \"{text}\" {message}"), label);
    problems.push(problem.help(ANY_END));
    None
}

/// Reads "month", "year from April" or "quarter + 1 month".
fn period(words: &[&str], next: bool) -> Result<Until, Bad> {
    let (period, rest) = match words {
        ["month", rest @ ..] => (Period::Month, rest),
        ["quarter", rest @ ..] => (Period::Quarter, rest),
        ["year", "from", month, rest @ ..] => {
            let ix = MONTHS.iter().position(|name| name == month);
            let ix = ix.ok_or(Bad::NotUnderstood)?;
            let month = ix as i8 + 1;
            (Period::Year { month, day: 1 }, rest)
        }
        ["year", rest @ ..] => (Period::CALENDAR_YEAR, rest),
        _ => return Err(Bad::NotUnderstood),
    };
    let plus = match rest {
        [] => 0,
        ["+", number, unit] => months(number, unit)?,
        _ => return Err(Bad::NotUnderstood),
    };
    Ok(Until::EndOf { period, next, plus })
}

fn months(number: &str, unit: &str) -> Result<u16, Bad> {
    let each = match unit {
        "month" | "months" => 1,
        "year" | "years" => 12,
        _ => return Err(Bad::NotUnderstood),
    };
    if number.is_empty() || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Bad::NotUnderstood);
    }
    let months = number.parse::<u16>().ok();
    let months = months.and_then(|number| number.checked_mul(each));
    let months = months.filter(|months| (1..=MONTHS_MAX).contains(months));
    months.ok_or(Bad::OutOfRange)
}
