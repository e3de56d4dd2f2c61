//! What a customer's accepted events contribute, rebuilt from the whole list (sections 3 and 4).

use std::rc::Rc;

use tidemark::model::event::Kind;
use tidemark::model::time::{Span, Timestamp};
use tidemark::policy::declared::{OrderRules, UnknownOrder};

use super::owned_event::OwnedEvent;
use super::source::Source;

/// An event that counts, with the instant at which it was judged.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) event: Rc<OwnedEvent>,
    pub(crate) judged_at: Timestamp,
    /// Whether copies of it are told.
    pub(crate) remembered: bool,
    pub(crate) terms: OrderTerms,
}

/// The rules about orders that an event met.
#[derive(Clone, Debug)]
pub(crate) struct OrderTerms {
    pub(crate) rules: OrderRules,
}

/// Something that happened to a list of accepted events as a whole, after so many of them.
#[derive(Clone, Debug)]
pub(crate) enum Turn {
    /// Another policy came: orders up to this instant were forgotten for good.
    Forget(Timestamp),
    /// The events so far are those of several customers, one after another, who were joined at an
    /// instant.
    Join(Timestamp, OrderTerms, Vec<Past>),
}

/// A list of accepted events with its turns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    pub(crate) accepted: Vec<Accepted>,
    pub(crate) turns: Vec<(usize, Turn)>,
}

impl Past {
    /// All of these as one.
    pub(crate) fn joined(parts: Vec<Self>, at: Timestamp, terms: OrderTerms) -> Self {
        let lists = parts.iter().map(|part| part.accepted.clone());
        let accepted: Vec<Accepted> = lists.flatten().collect();
        let turns = vec![(accepted.len(), Turn::Join(at, terms, parts))];
        Self { accepted, turns }
    }

    /// One more event, of which copies are told or not.
    pub(crate) fn push(
        &mut self,
        (event, remembered): (&OwnedEvent, bool),
        judged_at: Timestamp,
        terms: OrderTerms,
    ) {
        let event = Rc::new(event.clone());
        self.accepted.push(Accepted {
            event,
            judged_at,
            remembered,
            terms,
        });
    }

    /// From here on something holds.
    pub(crate) fn turn(&mut self, turn: Turn) {
        self.turns.push((self.accepted.len(), turn));
    }
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
    /// For good.
    forgotten: bool,
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
    fn of(event: &OwnedEvent) -> Self {
        Self {
            id: event.order.clone(),
            forgotten: false,
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
        !self.forgotten && within(self.at, judged_at, terms.rules.keep)
    }

    /// Whether it is in the ledger, with an instant after that one.
    pub(crate) fn is_named_after(&self, limit: Timestamp) -> bool {
        self.id.is_some() && !self.forgotten && self.at > limit
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
        .rposition(|order| order.id.as_deref() == Some(id) && !order.forgotten)?;
    orders[latest].is_known(judged_at, terms).then_some(latest)
}

/// What happened after so many events.
fn take_turns(
    past: &Past,
    number: usize,
    orders: &mut Vec<Order>,
    unbound: &mut Vec<Contribution>,
) {
    for (_, turn) in past.turns.iter().filter(|(after, _)| *after == number) {
        match turn {
            Turn::Forget(last) => {
                for order in orders.iter_mut() {
                    order.forgotten |= order.at <= *last;
                }
            }
            Turn::Join(at, terms, parts) => {
                orders.clear();
                unbound.clear();
                for part in parts {
                    let (theirs, others) = self::orders(part);
                    let ids: Vec<Option<String>> = orders
                        .iter()
                        .filter(|order| order.is_known(*at, terms))
                        .map(|order| order.id.clone())
                        .collect();
                    let twice = |order: &Order| {
                        order.id.is_some() && order.is_known(*at, terms) && ids.contains(&order.id)
                    };
                    orders.extend(theirs.into_iter().filter(|order| !twice(order)));
                    unbound.extend(others);
                }
                for order in orders.iter_mut() {
                    order.forgotten |= !order.is_known(*at, terms);
                }
            }
        }
    }
}

/// All orders of a list of accepted events, and what was booked without one.
pub(crate) fn orders(past: &Past) -> (Vec<Order>, Vec<Contribution>) {
    let mut orders: Vec<Order> = Vec::new();
    let mut unbound = Vec::new();
    for (number, accepted) in past.accepted.iter().enumerate() {
        take_turns(past, number, &mut orders, &mut unbound);
        // The events before are in what they were joined to.
        if past
            .turns
            .iter()
            .any(|(after, turn)| number < *after && matches!(turn, Turn::Join(..)))
        {
            continue;
        }
        let Accepted {
            event,
            judged_at,
            terms,
            ..
        } = accepted;
        let named = known(&orders, event.order.as_deref(), *judged_at, terms);
        match (event.kind, named) {
            (Kind::Purchase, _) => {
                // An order takes the place of an older one of its name.
                let named = |order: &&mut Order| order.id.is_some() && order.id == event.order;
                for older in orders.iter_mut().filter(named) {
                    older.forgotten = true;
                }
                orders.push(Order::of(event));
            }
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
    take_turns(past, past.accepted.len(), &mut orders, &mut unbound);
    (orders, unbound)
}

/// What the orders contribute that are known to both at an instant, of the second.
pub(crate) fn twice(
    one: &Past,
    other: &Past,
    at: Timestamp,
    terms: &OrderTerms,
) -> Vec<Contribution> {
    let known = |past: &Past| {
        let (mut orders, _) = orders(past);
        orders.retain(|order| order.id.is_some() && order.is_known(at, terms));
        orders
    };
    let ids: Vec<Option<String>> = known(one).into_iter().map(|order| order.id).collect();
    let theirs = known(other).into_iter();
    let theirs = theirs.filter(|order| ids.contains(&order.id));
    theirs.map(|order| order.contribution()).collect()
}

/// Everything that the accepted events contribute to any feature.
pub(crate) fn contributions(past: &Past) -> Vec<Contribution> {
    let (orders, mut all) = orders(past);
    all.extend(orders.iter().map(Order::contribution));
    for Accepted { event, .. } in &past.accepted {
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
