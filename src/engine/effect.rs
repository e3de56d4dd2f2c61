//! What a step wants done: changes to publish, with the standing they leave.

use crate::model::change::Change;
use crate::model::standing::Place;
use crate::model::time::Timestamp;

/// One judging that moved a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Who.
    pub customer: Box<str>,
    /// The instant of the judging.
    pub at: Timestamp,
    /// At least one, ladders before maps, in declared order.
    pub changes: Vec<Change>,
    /// The whole standing after it, ladders before maps, in declared order.
    pub places: Box<[Place]>,
}
