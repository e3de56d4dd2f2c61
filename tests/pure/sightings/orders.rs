//! Cases of orders and what is said of them later.

use tidemark::model::event::Kind;
use tidemark::model::time::{Span, Timestamp};
use tidemark::policy::declared::{Policy, UnknownOrder};

use super::Sightings;
use crate::model::contribution::{Order, known, orders};
use crate::model::customer::{Customer, order_terms};
use crate::model::owned_event::OwnedEvent;

impl Sightings {
    /// An event of a customer that counts, by what it is to their orders.
    pub(super) fn order(
        &mut self,
        policy: &Policy,
        customer: &Customer,
        event: &OwnedEvent,
        judging: Timestamp,
    ) {
        let rules = policy.orders;
        let (orders, _) = orders(&customer.past);
        let terms = order_terms(policy);
        let name = event.order.as_deref();
        let named = known(&orders, name, judging, &terms).map(|index| &orders[index]);
        let last = judging - rules.keep;
        let forgotten = orders
            .iter()
            .rfind(|order| name.is_some() && order.id.as_deref() == name);
        let just = forgotten.is_some_and(|order| order.at == last);
        self.see("order forgotten a millisecond ago", just);
        let latest = named.is_some_and(|order| order.at == last + Span(1));
        self.see("order known for its last millisecond", latest);
        let again = event.kind == Kind::Purchase && forgotten.is_some();
        self.see("order id used again", again);
        match (event.kind, named) {
            (Kind::Refund, Some(order)) => self.refund(order, event),
            (Kind::Cancel, Some(order)) => {
                self.see("order cancelled", !order.cancelled);
                self.see("order cancelled again", order.cancelled);
                self.see("order refunded, then cancelled", order.refunded);
            }
            (Kind::Restate, Some(order)) => self.restated(order, event),
            (Kind::Restate, None) => {
                self.see("restated, but not known, today", name.is_some());
            }
            (Kind::Refund, None) => {
                let today = rules.unknown == UnknownOrder::Today;
                let names = event.order.is_some();
                self.see("refund of no known order, today", today && names);
                self.see("refund naming no order, today", today && !names);
            }
            (Kind::Cancel, None) => self.see("cancel of no known order, today", name.is_some()),
            _ => {}
        }
    }

    fn refund(&mut self, order: &Order, event: &OwnedEvent) {
        let left = order.amount - i128::from(event.amount);
        self.see("order refunded in part", left > 0);
        self.see("order refunded in full", left == 0 && event.amount > 0);
        self.see("order refunded beyond", left < 0);
        self.see("order refunded again", order.refunded);
        self.see("order cancelled, then refunded", order.cancelled);
    }

    fn restated(&mut self, order: &Order, event: &OwnedEvent) {
        let left = order.amount;
        let paid = left + order.back[0];
        let stated = i128::from(event.amount);
        self.see("order restated upwards", stated > paid);
        self.see("order restated downwards", stated < paid);
        let emptied = order.refunded && left <= 0;
        let emptied_now = order.refunded && stated <= order.back[0];
        self.see("order restated back to life", emptied && !emptied_now);
        self.see("order restated to nothing", !emptied && emptied_now);
        self.see("order cancelled, then restated", order.cancelled);
    }
}
