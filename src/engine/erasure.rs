//! Erasing a customer: what goes, what is left, and the receipt for it.

use crate::features::fingerprint::hash;
use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::standing::Place;

use super::effect::{Ended, Judged, Removed};
use super::step::Engine;

impl Engine {
    /// Whether an event happened before its customer was erased.
    pub(super) fn is_suppressed(&self, event: &Event<'_>) -> bool {
        let trace = self.departed.find(|| hash(event.customer), event.customer);
        trace.is_some_and(|trace| event.at <= trace.at)
    }

    /// Erases the customer of an event that is in time.
    pub(super) fn erase(
        &mut self,
        event: &Event<'_>,
        command: &Command,
        effects: &mut Vec<Judged>,
    ) {
        let (id, hash) = (event.customer, hash(event.customer));
        let mut at = event.at;
        let mut places = self.first_places(hash, id);
        let known = self.customers.find(hash, id);
        let removed = known.map(|slot| {
            at = self.customers.get(slot).history.judging_instant(at);
            self.catch_up(slot, at, effects);
            let before = changes(&places);
            places = self.customers.places(slot).into();
            self.population.left(&places);
            let gone = self.customers.remove(hash, slot, &self.nobody.history);
            Removed {
                changes: changes(&places) - before,
                orders: gone.history.orders_known(&self.law.layout, at),
            }
        });
        self.departed.enter(hash, id, at, &places);
        effects.push(Judged {
            customer: id.into(),
            at,
            changes: Vec::new(),
            places: Box::default(),
            overridden: Box::default(),
            ended: Some(Box::new(Ended {
                command: command.clone(),
                event_id: event.event_id.into(),
                removed,
            })),
        });
        self.pass(event.at, effects);
    }

    /// Where a customer of that id begins: on every first place, with the versions of whoever had
    /// the id before.
    pub(super) fn first_places(&self, hash: u64, id: &str) -> Box<[Place]> {
        let mut places: Box<[Place]> = self.nobody.places.as_slice().into();
        if let Some(trace) = self.departed.find(|| hash, id) {
            for (place, version) in places.iter_mut().zip(&trace.versions) {
                place.version = *version;
            }
        }
        places
    }
}

/// How many changes have led to these places.
fn changes(places: &[Place]) -> u64 {
    places.iter().map(|place| u64::from(place.version)).sum()
}
