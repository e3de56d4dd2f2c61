//! What the cases ask of an event and a customer.

use super::Before;
use crate::model::customer::Customer;
use crate::model::judgement::{Now, judge};
use crate::model::lane::Model;
use crate::model::memory::{Memory, waits};
use crate::model::overruling::Overruling;
use crate::model::owned_event::OwnedEvent;

/// How much later an event is dated than the latest accepted one of its id.
pub(super) fn apart(before: &Before, event: &OwnedEvent) -> Option<i64> {
    let accepted = &before.customer.as_ref()?.past.accepted;
    let first = accepted
        .iter()
        .rfind(|earlier| earlier.event.event_id == event.event_id)?;
    Some(event.at.0 - first.event.at.0)
}

/// Whether the customer stands on a tier that only its keep rule still gives.
pub(super) fn kept(model: &Model, customer: &Customer) -> bool {
    let rules = model.rules();
    let measures = customer.measures(rules, customer.frontier);
    let from_below = vec![0; customer.places.len()];
    let ladders = &rules.policy.ladders;
    let now = Now {
        at: customer.frontier,
        days: rules.days,
    };
    let unknown = vec![Memory::new(); ladders.len()];
    let known = (&unknown[..], &Overruling::default());
    let entered = judge(rules.policy, &measures, &from_below, known, now);
    let mut each = ladders.iter().zip(&customer.given).zip(&entered);
    each.any(|((ladder, given), entered)| !waits(rules.policy, ladder) && *given > entered.given)
}
