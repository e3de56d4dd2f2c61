//! The files that commands are given.

use std::fs;
use std::path::Path;

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

/// Checks the text of a policy.
///
/// # Errors
/// All problems are in the report.
pub(crate) fn parse_policy(name: &str, text: &str) -> Result<Policy, Failure> {
    policy::parse(name, text).map_err(|report| Failure::new(CONFIG, render(&report)))
}
