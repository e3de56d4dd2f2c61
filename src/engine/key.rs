//! The numbers by which it is found what is known of an event: its customer, and copies of it.

use crate::features::fingerprint::{hash, hash_owned};
use crate::model::event::Event;

/// Reckoned once for each event: both when the engine reads ahead and when it applies the event,
/// these are what it looks for.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Of the customer's id.
    pub(super) owner: u64,
    /// Of the event, among those of the customer.
    pub(super) event: u64,
}

impl Key {
    /// Of an event.
    #[must_use]
    pub fn of(event: &Event<'_>) -> Self {
        let owner = hash(event.customer);
        Self {
            owner,
            event: hash_owned(owner, event.event_id),
        }
    }
}
