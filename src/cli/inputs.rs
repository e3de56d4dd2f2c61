//! The files that commands are given.

use std::fs;
use std::path::Path;

use crate::lane::edition::Edition;
use crate::policy::declared::Policy;
use crate::wire::policy;

use super::exit::{CONFIG, Failure};
use super::report::render;

/// Reads and checks a policy.
///
/// # Errors
/// The file cannot be read, or holds no valid policy; then all problems are in the report.
pub(crate) fn read_policy(path: &Path) -> Result<Policy, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
    parse_policy(&path.display().to_string(), &text)
}

/// Reads and checks a policy, and keeps its text.
///
/// # Errors
/// See [`read_policy`].
pub(crate) fn read_edition(path: &Path) -> Result<Edition, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
    parse_edition(&path.display().to_string(), &text)
}

/// Checks the text of a policy and keeps it.
///
/// # Errors
/// All problems are in the report.
pub(crate) fn parse_edition(name: &str, text: &str) -> Result<Edition, Failure> {
    policy::edition(name, text).map_err(|report| Failure::new(CONFIG, render(&report)))
}

/// Checks the text of a policy.
///
/// # Errors
/// All problems are in the report.
pub(crate) fn parse_policy(name: &str, text: &str) -> Result<Policy, Failure> {
    policy::parse(name, text).map_err(|report| Failure::new(CONFIG, render(&report)))
}
