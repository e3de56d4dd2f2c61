//! What a customer is judged on the occasion of, and what that makes the cause of a change.

use crate::model::change::Cause;
use crate::model::time::Timestamp;

use super::request::Request;

/// Why a customer is judged.
#[derive(Clone, Copy)]
pub(super) enum Occasion<'a> {
    /// Their horizon has come.
    Deadline,
    /// An event of theirs has come, which says something of the past from that instant on.
    Arrival(Timestamp),
    /// Somebody has asked for it.
    Command(Request<'a>),
}

impl Occasion<'_> {
    /// The cause of a change at an instant on a ladder or map whose last change took effect then.
    pub(super) fn cause(self, at: Timestamp, last: Timestamp) -> Cause {
        match self {
            Self::Deadline => Cause::Clock,
            Self::Arrival(since) if since < at && since <= last => Cause::Correction,
            Self::Arrival(_) => Cause::Event,
            Self::Command(_) => Cause::Command,
        }
    }
}
