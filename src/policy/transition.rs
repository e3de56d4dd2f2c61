//! How a policy treats those who would lose by it when it takes the place of another.

use super::draft::Given;
use super::owner::choose;
use super::problem::Problem;

/// What becomes of customers whom a policy would take a tier away from the moment it comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transition {
    /// Its rules count at once.
    #[default]
    Immediate,
    /// They keep the tier until the policy before would have taken it away.
    UpgradesOnly,
    /// They keep the tier until the end of the term that they are in.
    KeepUntilTerm,
}

const TRANSITIONS: [(Transition, &str); 3] = [
    (Transition::Immediate, "immediate"),
    (Transition::UpgradesOnly, "upgrades-only"),
    (Transition::KeepUntilTerm, "keep-until-term"),
];

impl Transition {
    /// Whether a tier may be kept for a time that its own rules would take away.
    #[must_use]
    pub fn grants(self) -> bool {
        self != Self::Immediate
    }
}

/// What was written, or the default.
pub(super) fn transition(given: &Given<String>, problems: &mut Vec<Problem>) -> Option<Transition> {
    match given {
        Given::Absent => Some(Transition::default()),
        Given::Unreadable => None,
        Given::Is(word) => {
            let noun = ("transition", "transitions");
            choose(word, noun, &TRANSITIONS, problems)
        }
    }
}
