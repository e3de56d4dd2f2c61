//! What becomes of a record that a lane takes: it is applied, or it is another lane's.

use crate::engine::input::Outcome;
use crate::model::ids::LaneId;
use crate::model::tape::Tape;

use super::homes::Note;

/// What became of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It was an event of this lane, or none that can be read.
    Became(Outcome),
    /// It was sent on to another lane, or has brought customers from one: what is sent.
    Transfer(Vec<Sent>),
}

/// What one lane sends another.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// Where to.
    pub to: LaneId,
    /// What.
    pub what: Cargo,
}

/// What can be sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Cargo {
    /// All that is kept of some customers, in that form.
    Customers(u64, Tape),
    /// The event that was taken.
    Event(Option<Note>),
}
