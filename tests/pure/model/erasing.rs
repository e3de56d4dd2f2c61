//! Customers who are erased, and what is left of them (section 9).

use std::collections::BTreeMap;

use tidemark::engine::effect::{Ended, Judged, Removed};
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Timestamp;

use super::contribution::{Order, orders};
use super::lane::Model;
use super::owned_event::OwnedEvent;

/// What is left of a customer: by the names of ladders and maps, how many changes and how many
/// warnings there were.
#[derive(Clone, Debug)]
pub(crate) struct Erased {
    pub(crate) at: Timestamp,
    pub(crate) versions: BTreeMap<String, u32>,
    pub(crate) numbers: BTreeMap<String, u32>,
}

impl Model {
    /// Section 9.
    pub(super) fn erase(&mut self, event: &OwnedEvent) -> Vec<Judged> {
        let name = &event.customer;
        let old = self.erased.remove(name);
        let counts = old.map(|old| (old.versions, old.numbers));
        let (mut versions, mut numbers) = counts.unwrap_or_default();
        let mut judged = Vec::new();
        let (mut at, mut removed) = (event.at, None);
        if let Some(index) = self.customers.iter().position(|known| known.name == *name) {
            let mut gone = self.customers.remove(index);
            let rules = self.rules();
            at = gone.judging_instant(event);
            while gone.horizon.as_ref().is_some_and(|h| h.at < at) {
                judged.extend(gone.fire(rules));
            }
            let before: u32 = versions.values().sum();
            for (scale, place) in (0..).map(ScaleIx).zip(&gone.places) {
                versions.insert(rules.policy.scale_name(scale).to_owned(), place.version);
            }
            for (scale, left) in &gone.gone {
                versions.insert(scale.clone(), left.place.version);
            }
            numbers.clone_from(&gone.numbers);
            let terms = gone.order_terms(rules.policy);
            let (orders, _) = orders(&gone.accepted);
            // An id names the last order of it.
            let last = |ix: usize, id: &Option<String>| {
                orders.iter().rposition(|order| order.id == *id) == Some(ix)
            };
            let known = |(ix, order): &(usize, &Order)| {
                order.id.is_some() && last(*ix, &order.id) && order.is_known(at, &terms)
            };
            removed = Some(Removed {
                changes: (versions.values().sum::<u32>() - before).into(),
                orders: orders.iter().enumerate().filter(known).count() as u64,
            });
        }
        let erased = Erased {
            at,
            versions,
            numbers,
        };
        self.erased.insert(name.clone(), erased);
        judged.push(Judged {
            customer: name.as_str().into(),
            at,
            era: self.era(),
            changes: Vec::new(),
            warnings: Vec::new(),
            places: Box::default(),
            overridden: Box::default(),
            ended: Some(Box::new(Ended {
                command: *event.command.clone().expect("a command"),
                event_id: event.event_id.as_str().into(),
                removed,
            })),
        });
        judged.extend(self.pass(event.at));
        judged
    }
}
