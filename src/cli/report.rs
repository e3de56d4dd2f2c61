//! Reports for a terminal or a pipe: many problems as text, and how many there are of something.

use std::io::{IsTerminal, stderr};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

use crate::kafka::survey::Difference;

/// The report with all that belongs to it, in colours where standard error is a terminal that wants
/// them.
#[must_use]
pub(crate) fn render(report: &dyn Diagnostic) -> String {
    let colours = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let theme = if colours {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let mut text = String::new();
    match GraphicalReportHandler::new_themed(theme).render_report(&mut text, report) {
        Ok(()) => text,
        Err(_) => report.to_string(),
    }
}

/// How many there are of something: "1 ladder", "2 ladders", "no maps".
#[must_use]
pub(crate) fn count(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// What is wrong with topics, and what mends it.
#[must_use]
pub(crate) fn differences(found: &[Difference]) -> String {
    let told = found
        .iter()
        .map(|Difference { what, mend }| format!("error: {what}\nhelp: {mend}"));
    told.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many_and_none_is_no() {
        let told = [0, 1, 2].map(|number| count(number, "map"));
        assert_eq!(told, ["no maps", "1 map", "2 maps"]);
    }
}
