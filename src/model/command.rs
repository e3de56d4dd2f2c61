//! Commands: what people ask to have done to one customer, with who asks and why.

use super::overrides::Verb;
use super::time::Timestamp;

/// One command; the event that brings it says to which customer, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What is asked for.
    pub ask: Ask,
    /// Who asks: a person or a program. Not empty.
    pub by: Box<str>,
    /// Why. Not empty.
    pub why: Box<str>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Forget the customer.
    Erase,
    /// Show another tier than a ladder gives.
    Override(Wanted),
    /// No longer do so.
    Withdraw(Unwanted),
    /// From now on the customer is one with another, whose id this is.
    Merge(Box<str>),
    /// No longer so.
    Unmerge,
}

/// An override as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The name of the ladder.
    pub ladder: Box<str>,
    /// What it is to do.
    pub verb: Verb,
    /// The name of the tier, where the verb needs one.
    pub tier: Option<Box<str>>,
    /// When it ends; later than it was asked for. Nothing where it has no end.
    pub until: Option<Timestamp>,
}

/// Overrides that are to be no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwanted {
    /// The name of the ladder.
    pub ladder: Box<str>,
    /// Those of that verb only.
    pub verb: Option<Verb>,
}

/// The kinds of events that bring commands, by their names on the wire. Policies do not know them.
pub const COMMANDS: [&str; 4] = ["erase", "override", "merge", "unmerge"];

/// The verb of an override event that withdraws others.
pub const WITHDRAW: &str = "withdraw";

impl Ask {
    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Erase => COMMANDS[0],
            Self::Override(_) | Self::Withdraw(_) => COMMANDS[1],
            Self::Merge(_) => COMMANDS[2],
            Self::Unmerge => COMMANDS[3],
        }
    }
}
