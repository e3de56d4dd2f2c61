//! What is wrong with the settings: every problem, each with the place it comes from.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// All problems of the settings in one report. As text, one line each; as a diagnostic, with the
/// lines of the files.
#[derive(Debug, Diagnostic)]
#[diagnostic(code(tidemark::settings))]
pub struct SettingsReport {
    #[related]
    problems: Vec<Problem>,
}

impl SettingsReport {
    pub(super) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// The problems, in the order in which they were found: layer by layer, then what does not fit
    /// together.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl std::error::Error for SettingsReport {}

impl fmt::Display for SettingsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => f.write_str("the settings have a problem"),
            n => write!(f, "the settings have {n} problems"),
        }
    }
}

/// One problem. Never holds a value that may be secret.
#[derive(Debug)]
pub struct Problem {
    message: String,
    help: Option<String>,
    place: Option<Place>,
}

/// A stretch of a settings file.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) text: SourceText,
    pub(super) at: Range<usize>,
}

/// A settings file as it may be shown: values that may be secret are masked.
#[derive(Clone, Debug)]
pub(super) struct SourceText(Arc<NamedSource<String>>);

impl SourceText {
    /// The text of a file with the given stretches masked.
    pub(super) fn masked(name: &str, text: &str, secrets: &[Range<usize>]) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        for byte in secrets.iter().flat_map(|range| range.clone()) {
            if bytes[byte] != b'\n' {
                bytes[byte] = b'*';
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self(Arc::new(NamedSource::new(name, text)))
    }
}

impl Problem {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            place: None,
        }
    }

    pub(super) fn help(mut self, help: Option<impl Into<String>>) -> Self {
        self.help = help.map(Into::into);
        self
    }

    pub(super) fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place
            .as_ref()
            .map(|place| &*place.text.0 as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        let label = LabeledSpan::new_with_span(None, place.at.clone());
        Some(Box::new(std::iter::once(label)))
    }
}
