//! Everything that is wrong with a text, each problem shown at its line and column; a door for
//! miette.

use std::fmt;
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
};

use crate::policy::problem::Problem;

/// Nobody corrects more mistakes in one go.
const SHOWN_MAX: usize = 100;

/// All problems of one text, at least one, in the order of the text.
#[derive(Debug, thiserror::Error)]
#[error("{} in {file_name}", counted(.problems.len()))]
pub struct Report {
    file_name: String,
    problems: Vec<Shown>,
}

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Without colours, for files and pipes.
    Plain,
    /// For terminals.
    Colours,
}

impl Report {
    /// A report of at least one problem; `file_name` is where it says that the text stands.
    #[must_use]
    pub fn new(file_name: &str, text: &str, problems: Vec<Problem>) -> Self {
        let source = Arc::new(NamedSource::new(file_name, text.to_owned()));
        let shown = |problem| Shown {
            source: Arc::clone(&source),
            problem,
        };
        Self {
            file_name: file_name.to_owned(),
            problems: problems.into_iter().map(shown).collect(),
        }
    }

    /// The problems in the order of the text.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().map(|shown| &shown.problem)
    }

    /// The whole report as text, wrapped at `width` columns except for the text's own lines.
    #[must_use]
    pub fn render(&self, look: Look, width: usize) -> String {
        let theme = match look {
            Look::Plain => GraphicalTheme::unicode_nocolor(),
            Look::Colours => GraphicalTheme::unicode(),
        };
        let show = GraphicalReportHandler::new_themed(theme).with_width(width);
        let mut text = String::new();
        for shown in self.problems.iter().take(SHOWN_MAX) {
            show.render_report(&mut text, shown)
                .expect("writing to a string does not fail");
            text.push('\n');
        }
        let hidden = self.problems.len().saturating_sub(SHOWN_MAX);
        if hidden > 0 {
            text.push_str(&format!("... and {hidden} more\n\n"));
        }
        text.push_str(&format!("{self}\n"));
        text
    }
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 problem".to_owned(),
        _ => format!("{count} problems"),
    }
}

impl Diagnostic for Report {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let problems = self.problems.iter().map(|shown| shown as &dyn Diagnostic);
        Some(Box::new(problems))
    }
}

/// A problem with the text that it is about.
#[derive(Debug)]
struct Shown {
    source: Arc<NamedSource<String>>,
    problem: Problem,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.problem.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let Problem { span, label, .. } = &self.problem;
        let main = LabeledSpan::new_primary_with_span(Some(label.clone()), span.clone());
        let also = self
            .problem
            .also
            .as_deref()
            .map(|(span, label)| LabeledSpan::new_with_span(Some(label.clone()), span.clone()));
        Some(Box::new(std::iter::once(main).chain(also)))
    }
}
