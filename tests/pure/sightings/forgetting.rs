//! Cases of customers who are forgotten, and of those who come back.

use super::Sightings;
use crate::model::lane::Model;
use crate::model::owned_event::OwnedEvent;

/// Those that the histories with long silences come by.
pub(crate) const FORGETTING: [&str; 7] = [
    "forgotten after a tick",
    "forgotten after an event",
    "forgotten under another policy",
    "clock on an end",
    "back after having been forgotten",
    "another one's turn taken",
    "moved after having been forgotten",
];

impl Sightings {
    /// Looks at an input that the model has just taken, which had forgotten so many before.
    pub(super) fn forgot(
        &mut self,
        model: &Model,
        (before, known): (usize, bool),
        event: Option<&OwnedEvent>,
    ) {
        let forgotten = model.forgotten.len() > before;
        self.see("forgotten after a tick", forgotten && event.is_none());
        self.see("forgotten after an event", forgotten && event.is_some());
        self.see(
            "forgotten under another policy",
            forgotten && model.era() > 0,
        );
        self.see("clock on an end", model.next_end() == Some(model.clock));
        let Some(event) = event else {
            return;
        };
        let before = &model.forgotten[..before];
        let was = before.contains(&event.customer);
        let Some(customer) = model.customer(&event.customer) else {
            return;
        };
        let moved = customer.places.iter().any(|place| place.version > 0);
        self.see("moved after having been forgotten", was && moved);
        self.see("back after having been forgotten", was && !known);
        let behind = model
            .customers
            .iter()
            .any(|other| other.turn > customer.turn);
        self.see("another one's turn taken", !known && behind);
    }
}
