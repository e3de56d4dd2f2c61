//! Whether customers may be merged under a policy, and on which tiers they go on.

use super::draft::Given;
use super::owner::choose;
use super::problem::Problem;

/// On which tier of a ladder customers go on together, before they are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// The higher one of theirs; of equals, the one that is kept for longer.
    #[default]
    Higher,
    /// That of the customer whose id goes on.
    Into,
    /// The lowest: the rules say all.
    Computed,
}

const KEEPS: [(Keep, &str); 3] = [
    (Keep::Higher, "higher"),
    (Keep::Into, "into"),
    (Keep::Computed, "computed"),
];

/// What was written in the table `[merge]`, or the default; nothing where there is no such table.
pub(super) fn merge(
    given: Option<&Given<String>>,
    problems: &mut Vec<Problem>,
) -> Option<Option<Keep>> {
    match given {
        None => Some(None),
        Some(Given::Absent) => Some(Some(Keep::default())),
        Some(Given::Unreadable) => None,
        Some(Given::Is(word)) => choose(word, ("keep", "keeps"), &KEEPS, problems).map(Some),
    }
}
