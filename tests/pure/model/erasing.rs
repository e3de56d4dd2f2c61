//! Customers who end: erased (section 9), or merged into others.

use std::collections::BTreeMap;

use tidemark::engine::effect::{End, Ended, Judged, Removed};
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Timestamp;

use super::contribution::{Order, orders};
use super::customer::order_terms;
use super::lane::{AFTER_EVENT, Model};
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
        let (mut at, mut judged) = (event.at, Vec::new());
        let mut names = vec![event.customer.clone()];
        if let Some(place) = self.place(&event.customer) {
            if self.customers[place].union.into.is_some() {
                (at, judged) = self.part(place, at);
            } else {
                at = self.customers[place].judging_instant(event);
                judged = self.change(place, |customer, rules| customer.catch_up(at, rules));
                names.extend(self.customers[place].union.others.clone());
                if self.customers[place].union.own.is_some() {
                    self.customers[place].come_back();
                }
            }
        }
        for name in names {
            let removed = self.forget(&name, at);
            judged.push(self.ended(event, &name, at, End::Erased(removed)));
        }
        judged.extend(self.fire_due(AFTER_EVENT));
        judged
    }

    fn forget(&mut self, name: &str, at: Timestamp) -> Option<Removed> {
        let old = self.erased.remove(name);
        let counts = old.map(|old| (old.versions, old.numbers));
        let (mut versions, mut numbers) = counts.unwrap_or_default();
        let mut removed = None;
        if let Some(place) = self.place(name) {
            let gone = self.customers.remove(place);
            let before: u32 = versions.values().sum();
            for (scale, place) in (0..).map(ScaleIx).zip(&gone.places) {
                versions.insert(self.policy().scale_name(scale).to_owned(), place.version);
            }
            for (scale, left) in &gone.gone {
                versions.insert(scale.clone(), left.place.version);
            }
            numbers.clone_from(&gone.numbers);
            let terms = order_terms(self.policy());
            let (orders, _) = orders(&gone.past);
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
        self.erased.insert(name.to_owned(), erased);
        removed
    }

    pub(super) fn ended(&self, event: &OwnedEvent, name: &str, at: Timestamp, end: End) -> Judged {
        Judged {
            customer: name.into(),
            at,
            era: self.era(),
            changes: Vec::new(),
            warnings: Vec::new(),
            places: Box::default(),
            overridden: Box::default(),
            ended: Some(Box::new(Ended {
                command: *event.command.clone().expect("a command"),
                event_id: event.event_id.as_str().into(),
                end,
            })),
        }
    }
}
