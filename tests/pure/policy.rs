//! A policy's text: what it is read as, and what is told of its mistakes.

mod cleaning;
mod labels;
mod laws;
mod limits;
mod mistakes;
mod reports;
mod rfm;
mod schema;
mod shipped;
mod waits;

use std::ops::Range;

use tidemark::policy::declared::Policy;
use tidemark::wire::policy::parse;
use tidemark::wire::report::Report;

/// A valid policy with one of everything, for tests to break.
const SOUND: &str = include_str!("policy/sound.toml");

fn read(text: &str) -> Result<Policy, Report> {
    parse("policy.toml", text)
}

/// The sound policy with one passage replaced, which must be there once.
fn with(passage: &str, replacement: &str) -> String {
    assert_eq!(SOUND.matches(passage).count(), 1, "{passage}");
    SOUND.replace(passage, replacement)
}

/// What is told of the mistakes in a policy, each with the words that it is about.
fn mistakes_in(text: &str) -> Vec<(String, String)> {
    let Err(report) = read(text) else {
        return Vec::new();
    };
    let words = |span: &Range<usize>| text[span.clone()].to_owned();
    let told = report.problems();
    told.map(|problem| (problem.message.clone(), words(&problem.span)))
        .collect()
}
