//! What a step wants done: changes to publish, with the standing they leave, or the receipt for a
//! customer who is no more.

use crate::model::change::{Cause, Change};
use crate::model::command::Command;
use crate::model::overrides::Override;
use crate::model::standing::Place;
use crate::model::time::Timestamp;
use crate::model::warning::Warning;

/// One judging that moved a customer or has something else to tell of them, or the end of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Who.
    pub customer: Box<str>,
    /// The instant of the judging.
    pub at: Timestamp,
    /// The era of the policy that decided; see [`policy_of`](super::Engine::policy_of).
    pub era: u32,
    /// Ladders before maps, in declared order; none where the customer ended.
    pub changes: Vec<Change>,
    /// In the declared order of the ladders, the risk of a loss before what is near.
    pub warnings: Vec<Warning>,
    /// The whole standing after it, ladders before maps, in declared order, if that is told: where
    /// there are changes, or a policy has brought other ladders or maps.
    pub places: Box<[Place]>,
    /// The overrides by which tiers are shown that the ladders do not give; at most one for each.
    pub overridden: Box<[Override]>,
    /// What there is to say of a customer who is no more.
    pub ended: Option<Box<Ended>>,
}

impl Judged {
    /// Whether time alone brought it about.
    #[must_use]
    pub fn is_by_time(&self) -> bool {
        let first = self.changes.first();
        first.is_some_and(|change| change.cause == Cause::Clock)
    }
}

/// The end of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What was asked for, by whom and why.
    pub command: Command,
    /// The id of the event that asked for it.
    pub event_id: Box<str>,
    /// How it ended.
    pub end: End,
}

/// How a customer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Erased, with what was removed; nothing where the customer was unknown.
    Erased(Option<Removed>),
    /// Merged into the one of that id, who goes on.
    Merged(Box<str>),
}

/// What was removed of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Changes made of the customer since the last erasure. They stay where they were published.
    pub changes: u64,
    /// Orders that could still have been refunded.
    pub orders: u64,
}
