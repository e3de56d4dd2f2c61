//! What a customer's accepted events contribute, rebuilt from the whole list (sections 3 and 4).

use tidemark::model::event::Kind;
use tidemark::model::time::{Span, Timestamp};
use tidemark::policy::declared::{OrderRules, UnknownOrder};

use super::owned_event::OwnedEvent;
use super::source::Source;

/// An event that counts, with the instant at which it was judged.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) event: OwnedEvent,
    pub(crate) judged_at: Timestamp,
    /// Whether copies of it are told.
    pub(crate) remembered: bool,
    pub(crate) terms: OrderTerms,
}

/// The rules about orders that an event met.
#[derive(Clone, Debug)]
pub(crate) struct OrderTerms {
    pub(crate) rules: OrderRules,
    /// When other policies came: of so many events accepted by then, orders up to such an instant
    /// were forgotten for good.
    pub(crate) forgotten: Vec<(usize, Timestamp)>,
}

/// What features with this kind among theirs see at this instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contribution {
    pub(crate) kind: Kind,
    pub(crate) at: Timestamp,
    pub(crate) count: i128,
    pub(crate) amount: i128,
    pub(crate) quantity: i128,
    pub(crate) margin: i128,
    /// The purchase of the order, or the event itself.
    pub(crate) source: Source,
}

/// One order, known or long forgotten.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: Option<String>,
    /// Events accepted before its purchase.
    number: usize,
    pub(crate) at: Timestamp,
    pub(crate) amount: i128,
    quantity: i128,
    margin: i128,
    pub(crate) cancelled: bool,
    pub(crate) refunded: bool,
    /// Amount, quantity and margin given back.
    pub(crate) back: [i128; 3],
    source: Source,
}

impl Order {
    fn of(event: &OwnedEvent, number: usize) -> Self {
        Self {
            id: event.order.clone(),
            number,
            at: event.at,
            amount: event.amount.into(),
            quantity: event.quantity.into(),
            margin: event.margin.into(),
            cancelled: false,
            refunded: false,
            back: [0; 3],
            source: Source::of(event),
        }
    }

    /// Whether it is known at an instant.
    pub(crate) fn is_known(&self, judged_at: Timestamp, terms: &OrderTerms) -> bool {
        let mut forgotten = terms.forgotten.iter();
        let forgotten = forgotten.any(|(events, last)| self.number < *events && self.at <= *last);
        !forgotten && within(self.at, judged_at, terms.rules.keep)
    }

    /// The table of section 3.
    fn contribution(&self) -> Contribution {
        let (count, amount, quantity, margin) = if self.cancelled {
            (0, self.amount.min(0), 0, 0)
        } else if self.refunded && self.amount <= 0 {
            (0, self.amount, 0, 0)
        } else {
            (1, self.amount, self.quantity, self.margin)
        };
        Contribution {
            kind: Kind::Purchase,
            at: self.at,
            count,
            amount,
            quantity,
            margin,
            source: self.source,
        }
    }
}

/// Whether `at > judged_at - keep`, without saturation.
fn within(at: Timestamp, judged_at: Timestamp, keep: Span) -> bool {
    i128::from(at.0) > i128::from(judged_at.0) - i128::from(keep.0)
}

/// The place in `orders` of the order of that id, if it is known at `judged_at`.
pub(crate) fn known(
    orders: &[Order],
    id: Option<&str>,
    judged_at: Timestamp,
    terms: &OrderTerms,
) -> Option<usize> {
    let id = id?;
    let latest = orders
        .iter()
        .rposition(|order| order.id.as_deref() == Some(id))?;
    orders[latest].is_known(judged_at, terms).then_some(latest)
}

/// All orders of a list of accepted events, and what was booked without one.
pub(crate) fn orders(list: &[Accepted]) -> (Vec<Order>, Vec<Contribution>) {
    let mut orders: Vec<Order> = Vec::new();
    let mut unbound = Vec::new();
    for (number, accepted) in list.iter().enumerate() {
        let Accepted {
            event,
            judged_at,
            terms,
            ..
        } = accepted;
        let named = known(&orders, event.order.as_deref(), *judged_at, terms);
        match (event.kind, named) {
            (Kind::Purchase, _) => orders.push(Order::of(event, number)),
            (Kind::Refund, Some(order)) => {
                orders[order].amount -= i128::from(event.amount);
                orders[order].quantity -= i128::from(event.quantity);
                orders[order].margin -= i128::from(event.margin);
                orders[order].refunded = true;
                let back = &mut orders[order].back;
                back[0] += i128::from(event.amount);
                back[1] += i128::from(event.quantity);
                back[2] += i128::from(event.margin);
            }
            (Kind::Cancel, Some(order)) => orders[order].cancelled = true,
            (Kind::Restate, Some(order)) => {
                let order = &mut orders[order];
                order.amount = i128::from(event.amount) - order.back[0];
                order.quantity = i128::from(event.quantity) - order.back[1];
                order.margin = i128::from(event.margin) - order.back[2];
            }
            (Kind::Refund, None) if terms.rules.unknown == UnknownOrder::Today => {
                unbound.push(Contribution {
                    kind: Kind::Purchase,
                    at: event.at,
                    count: 0,
                    amount: -i128::from(event.amount),
                    quantity: -i128::from(event.quantity),
                    margin: -i128::from(event.margin),
                    source: Source::of(event),
                });
            }
            _ => {}
        }
    }
    (orders, unbound)
}

/// Everything that the accepted events contribute to any feature.
pub(crate) fn contributions(list: &[Accepted]) -> Vec<Contribution> {
    let (orders, mut all) = orders(list);
    all.extend(orders.iter().map(Order::contribution));
    for Accepted { event, .. } in list {
        if event.kind != Kind::Purchase {
            all.push(Contribution {
                kind: event.kind,
                at: event.at,
                count: 1,
                amount: event.amount.into(),
                quantity: event.quantity.into(),
                margin: event.margin.into(),
                source: Source::of(event),
            });
        }
    }
    all
}
