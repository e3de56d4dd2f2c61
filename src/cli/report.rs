//! Reports of many problems, as text for a terminal or a pipe.

use std::io::{IsTerminal, stderr};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

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
