//! Cases of overrides.

use tidemark::model::change::{Cause, Change};
use tidemark::model::overrides::Verb;

use super::{Before, Sightings};
use crate::model::lane::Model;
use crate::model::owned_event::OwnedEvent;

impl Sightings {
    /// A change, by the override that it tells of.
    pub(super) fn overridden(&mut self, change: &Change) {
        let Some(told) = &change.overridden else {
            return;
        };
        let case = match (told.by.verb, told.holds) {
            (Verb::Set, true) => "shown by a set",
            (Verb::Floor, true) => "shown by a floor",
            (Verb::Ceiling, true) => "shown by a ceiling",
            (Verb::Gift, true) => "shown by a gift",
            // Whoever is merged into another's freeze; later, from one of the two to the other.
            (Verb::Freeze, true) if matches!(change.cause, Cause::Command | Cause::Clock) => return,
            (verb @ (Verb::Freeze | Verb::Extend), true) => panic!("moved by {verb:?}"),
            (Verb::Set, false) => "back after a set",
            (Verb::Floor, false) => "back after a floor",
            (Verb::Ceiling, false) => "back after a ceiling",
            (Verb::Freeze, false) => "back after a freeze",
            (Verb::Gift, false) => "back after a gift",
            (Verb::Extend, false) => "lost after an extension",
        };
        self.see(case, true);
        let stopped = told.holds && !change.reasons.is_empty();
        self.see("a fall that an override stops", stopped);
        let withdrawn = !told.holds && change.cause == Cause::Command;
        self.see("back because of a command", withdrawn);
        let late = !told.holds && change.cause == Cause::Event;
        self.see("back at the instant of an event", late);
    }

    /// An override that counts, and what stood before it.
    pub(super) fn asked(&mut self, model: &Model, before: &Before, event: &OwnedEvent) {
        if event.command.is_none() {
            return;
        }
        let Some(customer) = &before.customer else {
            self.see("an override of nobody known", true);
            return;
        };
        let at = customer.judging_instant(event);
        self.see("an override that comes late", event.at < at);
        let after = model.customer(&event.customer).expect("it counts");
        let known = after.overruling.remembered(at);
        let of_event = |id: &str| id == event.event_id;
        let in_force = known.iter().any(|(_, one)| of_event(&one.event_id));
        let had = customer.overruling.remembered(at);
        self.see(
            "an override that is over at once",
            !in_force && event.at < at,
        );
        self.see(
            "an override takes another's place",
            in_force && known.len() <= had.len(),
        );
        let mut earlier = known.iter().filter(|(_, one)| !of_event(&one.event_id));
        let verb = known.iter().find(|(_, one)| of_event(&one.event_id));
        let hidden = verb.is_some_and(|(_, new)| {
            earlier
                .any(|(_, one)| (one.ladder, one.verb) == (new.ladder, new.verb) && one.at > new.at)
        });
        self.see("an override behind a later dated one", hidden);
        let given = customer.given.iter().zip(&customer.places);
        let differs = given.filter(|(given, place)| **given != place.rank);
        self.see("an override above another", differs.count() > 0 && in_force);
    }

    /// What ladders give below what is shown.
    pub(super) fn below(&mut self, before: &Before, model: &Model, event: &OwnedEvent) {
        let (Some(was), Some(is)) = (&before.customer, model.customer(&event.customer)) else {
            return;
        };
        let given = was.given.iter().zip(&is.given);
        let mut given = given.zip(was.places.iter().zip(&is.places));
        let moved = given.any(|((was, is), (old, new))| was != is && old == new);
        self.see("moved below an override", moved);
    }
}
