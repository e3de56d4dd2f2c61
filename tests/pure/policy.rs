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
