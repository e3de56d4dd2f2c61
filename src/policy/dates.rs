//! Ranges of the year in a filter: "date in [11-15..12-31, 02-14]".

use crate::features::filter::Filter;
use crate::model::period::MonthDay;

use super::comparison::part;
use super::draft::Written;
use super::problem::Problem;

/// Before the ranges.
pub(super) const DATE: &str = "date";
const HELP: &str = "write months and days with two digits each, such as \"date in \
                    11-15..12-31\" or \"date in [02-14, 12-27..01-06]\"";

/// The condition whose ranges are these, if any were written.
pub(super) fn dates(
    condition: &Written<String>,
    ranges: Option<&Written<String>>,
    problems: &mut Vec<Problem>,
) -> Option<Filter> {
    let Some(ranges) = ranges else {
        let message = format!("\"{}\" is not a condition", condition.value);
        let problem = Problem::new(&condition.span, message, "a date lies in a range");
        problems.push(problem.help(HELP));
        return None;
    };
    let text = ranges.value.as_str();
    let inside = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let (list, mut start) = inside.map_or((text, 0), |inside| (inside, 1));
    let mut read = Some(Vec::new());
    for piece in list.split(',') {
        let written = part(ranges, start..start + piece.len());
        start += piece.len() + 1;
        let range = range(&written.value);
        if range.is_none() {
            let message = format!("\"{}\" is no range of the year", written.value);
            let problem = Problem::new(&written.span, message, "not a range");
            problems.push(problem.help(HELP));
        }
        read = read.zip(range).map(|(mut read, range)| {
            read.push(range);
            read
        });
    }
    read.map(Filter::Date)
}

/// Reads "11-15..12-31" or, for one day, "02-14".
fn range(text: &str) -> Option<(MonthDay, MonthDay)> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    Some((
        MonthDay::parse(first.trim())?,
        MonthDay::parse(last.trim())?,
    ))
}
