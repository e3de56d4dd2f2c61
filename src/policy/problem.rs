//! Something wrong with what somebody wrote: a message and the bytes it is about.

use std::ops::Range;

/// Where something stands in the text, in bytes.
pub type ByteRange = Range<usize>;

/// One thing to correct before the text can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, with the names and values that clash.
    pub message: String,
    /// What to say at `span`.
    pub label: String,
    /// Where it is wrong.
    pub span: ByteRange,
    /// Another place that has to do with it, and what to say there.
    pub also: Option<Box<(ByteRange, String)>>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at one place, without help.
    #[must_use]
    pub fn new(span: &ByteRange, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            label: label.into(),
            span: span.clone(),
            also: None,
            help: None,
        }
    }

    /// This problem with another place that has to do with it.
    #[must_use]
    pub fn also(mut self, span: &ByteRange, label: impl Into<String>) -> Self {
        self.also = Some(Box::new((span.clone(), label.into())));
        self
    }

    /// This problem with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
