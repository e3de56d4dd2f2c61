//! Customers who are erased, and what comes after.

use tidemark::engine::effect::{End, Judged};

use super::{Before, Sightings};
use crate::model::lane::Model;
use crate::model::owned_event::OwnedEvent;

impl Sightings {
    pub(super) fn erased(&mut self, before: &Before, event: &OwnedEvent, judged: &[Judged]) {
        let Some(customer) = &before.customer else {
            self.see("erased, unknown", true);
            return;
        };
        self.see("erased", true);
        self.see("erased by a late command", event.at < customer.frontier);
        let mut own = judged.iter().filter(|one| *one.customer == *event.customer);
        let fired = own.next().is_some_and(|one| one.ended.is_none());
        self.see("erased after a horizon", fired);
        let due = customer.horizon.as_ref();
        self.see(
            "erased on the horizon",
            due.is_some_and(|due| due.at == event.at),
        );
        let mut ended = judged.iter().filter_map(|one| one.ended.as_ref());
        let orders = ended.any(|ended| match &ended.end {
            End::Erased(removed) => removed.is_some_and(|removed| removed.orders > 0),
            End::Merged(_) => false,
        });
        self.see("erased with known orders", orders);
    }

    pub(super) fn suppressed(&mut self, model: &Model, before: &Before, event: &OwnedEvent) {
        self.see("suppressed", true);
        self.see("suppressed, erased again", event.erases());
        self.see("suppressed, born again", before.customer.is_some());
        let at = model.erased[&event.customer].at;
        self.see("suppressed at the instant of the erasure", event.at == at);
        let late = event.at < before.clock - model.policy().time.late;
        self.see("suppressed, too late otherwise", late);
    }

    pub(super) fn born_again(&mut self, model: &Model, before: &Before, event: &OwnedEvent) {
        if model.erased.contains_key(&event.customer) && before.customer.is_none() {
            self.see("born again", true);
            let customer = model.customer(&event.customer).expect("accepted");
            let mut versions = customer.places.iter().map(|place| place.version);
            self.see(
                "born again, versions go on",
                versions.any(|version| version > 1),
            );
        }
    }
}
