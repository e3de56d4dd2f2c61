//! Erasing a customer: what goes, what is left, and the receipt for it.

use crate::features::fingerprint::hash;
use crate::model::command::Command;
use crate::model::event::Event;
use crate::model::standing::Place;
use crate::model::time::Timestamp;

use super::customers::Slot;
use super::effect::{End, Ended, Judged, Removed};
use super::era::Era;
use super::step::Engine;

impl Engine {
    /// Whether an event happened before its customer was erased.
    pub(super) fn is_suppressed(&self, hash: u64, event: &Event<'_>) -> bool {
        let trace = self.departed.find(hash, event.customer);
        trace.is_some_and(|trace| event.at <= trace.at)
    }

    /// Erases the customer of an event that is in time, and all who were merged into them.
    pub(super) fn erase(
        &mut self,
        event: &Event<'_>,
        command: &Command,
        effects: &mut Vec<Judged>,
    ) {
        let mut at = event.at;
        let known = self.customers.find(hash(event.customer), event.customer);
        let mut all: Vec<Box<str>> = vec![event.customer.into()];
        if let Some(slot) = known {
            if self.customers.unions.is_member(slot) {
                at = self.part(slot, at, effects);
            } else {
                at = self.customers.get(slot).history.judging_instant(at);
                self.catch_up(slot, at, effects);
                for member in self.break_up(slot) {
                    self.go_on_alone(slot, member);
                    all.push(self.customers.get(member).id.text().into());
                }
            }
        }
        for id in all {
            let removed = self.forget(&id, at);
            let event_id = event.event_id.into();
            let ended = Ended {
                command: command.clone(),
                event_id,
                end: End::Erased(removed),
            };
            effects.push(self.ended((id, at), ended));
        }
        self.pass(event, effects);
    }

    /// Leaves nothing of a customer but what keeps late events out; says what there was, if
    /// anything.
    fn forget(&mut self, id: &str, at: Timestamp) -> Option<Removed> {
        let hash = hash(id);
        let known = self.customers.find(hash, id);
        let versions = known.map_or_else(Vec::new, |slot| self.versions(slot));
        let trace = self.departed.find(hash, id);
        let before = |name: usize| {
            let version = trace.and_then(|trace| trace.versions.get(name));
            version.copied().unwrap_or(0)
        };
        let changes = versions.iter().map(|(name, now)| now - before(*name));
        let changes = changes.map(u64::from).sum();
        let warnings = known.map_or_else(Vec::new, |slot| self.warned.given(slot).collect());
        let (versions, warnings) = (versions.into_iter(), warnings.into_iter());
        self.departed.enter(hash, id, at, versions, warnings);
        let slot = known?;
        self.warned.clear(slot);
        self.unseat(slot);
        let Era { law, nobody, .. } = &self.era;
        let gone = self.customers.remove(hash, slot, &nobody.history);
        Some(Removed {
            changes,
            orders: gone.history.orders_known(&law.layout, at),
        })
    }

    /// What there is to publish of a customer who has ended.
    pub(super) fn ended(&self, (customer, at): (Box<str>, Timestamp), ended: Ended) -> Judged {
        Judged {
            customer,
            at,
            era: self.era.number,
            changes: Vec::new(),
            warnings: Vec::new(),
            places: Box::default(),
            overridden: Box::default(),
            ended: Some(Box::new(ended)),
        }
    }

    /// Where a customer of that id begins: on every first place, with the versions of whoever had
    /// the id before.
    pub(super) fn first_places(&self, hash: u64, id: &str) -> Box<[Place]> {
        let mut places: Box<[Place]> = self.era.nobody.places.as_slice().into();
        if let Some(trace) = self.departed.find(hash, id) {
            for (place, name) in places.iter_mut().zip(&self.era.names) {
                place.version = trace.versions.get(*name).copied().unwrap_or(0);
            }
        }
        places
    }

    /// Lets the numbers of warnings of a customer who has just come go on from those of whoever had
    /// the id before.
    pub(super) fn resume_numbers(&mut self, slot: Slot, hash: u64, id: &str) {
        if let Some(trace) = self.departed.find(hash, id) {
            self.warned.put(slot, &trace.numbers);
        }
    }

    /// How many changes each ladder and map has made of a customer, those that are gone too; of
    /// others nothing is said.
    fn versions(&self, slot: Slot) -> Vec<(usize, u32)> {
        let places = self.era.footings.places(slot);
        let here = self.era.names.iter().zip(places);
        let here = here.map(|(name, place)| (*name, place.version));
        let gone = self.gone.iter();
        let gone = gone.filter_map(|gone| Some((gone.name, gone.place(slot)?.version)));
        here.chain(gone).collect()
    }
}
