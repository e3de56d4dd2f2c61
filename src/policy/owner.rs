//! Who a key belongs to (the policy, a feature, a tier ...), to tell of keys that are missing.

use super::draft::{Given, Written};
use super::problem::{ByteRange, Problem};
use super::suggestion;

/// A table of a draft, as problems speak of it.
pub(super) struct Owner<'a> {
    /// "feature \"spend_90d\""
    pub(super) title: String,
    /// Where it begins.
    pub(super) header: &'a ByteRange,
}

impl Owner<'_> {
    /// What is written at a key that must be there. `example` is the line that could be added.
    pub(super) fn required<'g, T>(
        &self,
        given: &'g Given<T>,
        key: &str,
        example: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<&'g Written<T>> {
        if matches!(given, Given::Absent) {
            let problem = Problem::new(
                self.header,
                format!("{} has no `{key}`", self.title),
                format!("`{key}` is missing"),
            );
            problems.push(problem.help(format!("add a line such as: {example}")));
        }
        given.written()
    }

    /// A key at the lowest tier of a ladder, where it says nothing.
    pub(super) fn lowest(&self, key: &str, span: &ByteRange, label: &str) -> Problem {
        let message = format!("{} is the lowest of its ladder and has `{key}`", self.title);
        let problem = Problem::new(span, message, label);
        problem.help(format!("remove `{key}`, or write it at another tier"))
    }
}

/// The option that a word names. `noun` is its singular and plural.
pub(super) fn choose<T: Copy>(
    word: &Written<String>,
    noun: (&str, &str),
    options: &[(T, &str)],
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let found = options.iter().find(|(_, name)| *name == word.value);
    if found.is_none() {
        let names: Vec<&str> = options.iter().map(|(_, name)| *name).collect();
        let problem = Problem::new(
            &word.span,
            format!("unknown {} \"{}\"", noun.0, word.value),
            format!("not a known {}", noun.0),
        );
        problems.push(problem.help(suggestion::help(&word.value, noun.1, &names)));
    }
    found.map(|(option, _)| *option)
}
