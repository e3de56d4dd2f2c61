//! The table `[merge]` of a policy.

use crate::policy::draft::Given;
use crate::policy::problem::Problem;
use crate::wire::section::Section;

use super::optional_texts;

/// What is written at `keep`, if the table is there.
pub(super) fn draft(
    section: Option<Section<'_>>,
    problems: &mut Vec<Problem>,
) -> Option<Given<String>> {
    let [keep] = optional_texts(Some(section?), ["keep"], problems);
    Some(keep)
}
