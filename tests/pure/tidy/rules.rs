//! The rules, each a function from a source file to findings.

use super::rooms::PURE;
use super::source::Source;
use super::{Finding, habits, looks, reach};

/// Which rule a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// Every file is Rust.
    Parses,
    /// A room knows only the rooms that the table gives it.
    Room,
    /// A library is named only in its door.
    Door,
    /// A pure room does not reach for the world outside.
    Outside,
    /// The time is an input: one file asks for it.
    Clock,
    /// A pure room does not depend on the order of a hash table.
    HashOrder,
    /// A pure room makes clippy deny the bans of clippy.toml.
    Bans,
    /// Only the terminal's room prints.
    Print,
    /// What can fail is handled, or the reason why it cannot is written down.
    Unwrap,
    /// Foreign calls live in one file.
    Unsafe,
    /// Tests wait for a condition.
    Sleep,
    /// Nothing is left for later.
    Leftover,
    /// Names say what a thing is.
    Word,
    /// Every file says what it is for.
    Charter,
    /// Lines fit.
    Columns,
    /// Files fit.
    FileLength,
    /// Functions fit.
    FunctionLength,
}

impl Rule {
    /// All of them.
    pub(crate) const ALL: [Self; 17] = [
        Self::Parses,
        Self::Room,
        Self::Door,
        Self::Outside,
        Self::Clock,
        Self::HashOrder,
        Self::Bans,
        Self::Print,
        Self::Unwrap,
        Self::Unsafe,
        Self::Sleep,
        Self::Leftover,
        Self::Word,
        Self::Charter,
        Self::Columns,
        Self::FileLength,
        Self::FunctionLength,
    ];
}

/// Applies every rule to a file.
pub(crate) fn check(source: &Source, found: &mut Vec<Finding>) {
    let mut report = Report { source, found };
    if source.path.starts_with("src/") {
        reach::imports(&mut report);
        reach::doors(&mut report);
        reach::clock(&mut report);
        habits::prints_and_unwraps(&mut report);
        if PURE.contains(&source.room()) {
            reach::outside(&mut report);
            habits::hash_order(&mut report);
            reach::bans(&mut report);
        }
    }
    habits::foreign_calls(&mut report);
    habits::sleeps(&mut report);
    looks::text(&mut report);
    looks::words(&mut report);
    looks::lengths(&mut report);
}

/// A file under judgement and where its findings go.
pub(crate) struct Report<'a> {
    /// The file.
    pub(crate) source: &'a Source,
    found: &'a mut Vec<Finding>,
}

impl Report<'_> {
    /// Adds a finding about this file.
    pub(crate) fn add(&mut self, rule: Rule, line: usize, what: impl Into<String>) {
        self.found.push(Finding {
            path: self.source.path.clone(),
            line,
            rule,
            what: what.into(),
        });
    }
}
