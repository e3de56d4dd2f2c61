//! What an engine is told besides events, and what it answers.

use crate::model::refusal::Refused;
use crate::model::time::Timestamp;

/// The passing of time, as somebody outside saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Wall time: the clock never passes it. `Timestamp::MAX` where there is no wall (a replay).
    pub ceiling: Timestamp,
    /// Where the clock may go without an event; nothing while the feed is not provably live.
    pub coast: Option<Timestamp>,
    /// How many deadlines may fire from now until the next tick, those of customers whose events
    /// come aside; nothing for as many as each input may fire.
    pub firings: Option<u64>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It counts.
    Applied,
    /// A copy of one that counted.
    Duplicate,
    /// It happened before its customer was erased.
    Suppressed,
    /// It is a dead letter.
    Refused(Refused),
}
