//! What is kept of one customer's events: series, orders, and how much there has ever been.

use crate::model::event::{Event, Kind};
use crate::model::refusal::{Refusal, Refused};
use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::fingerprint::Fingerprint;
use super::layout::Layout;
use super::moment::Moment;
use super::orders::{Contribution, Order, Orders};
use super::tally::{Limits, Tally};

/// One customer's past, as far as it can still matter.
#[derive(Clone, Debug)]
pub struct History {
    frontier: Timestamp,
    ever: Ever,
    pub(super) tally: Tally,
    orders: Orders,
}

/// Sums of the magnitudes of all amounts, quantities and margins so far. While they fit, no sum
/// over a window overflows.
#[derive(Clone, Copy, Debug, Default)]
struct Ever {
    amount: u64,
    quantity: u64,
    margin: u64,
}

impl Ever {
    fn with(self, event: &Event<'_>) -> Result<Self, Refused> {
        let grown = |so_far: u64, by: i64, field| match so_far.checked_add(by.unsigned_abs()) {
            Some(sum) if i64::try_from(sum).is_ok() => Ok(sum),
            _ => Err(Refusal::BadAmount.of(field)),
        };
        Ok(Self {
            amount: grown(self.amount, event.amount.0, "amount")?,
            quantity: grown(self.quantity, event.quantity, "quantity")?,
            margin: grown(self.margin, event.margin.0, "margin")?,
        })
    }
}

impl History {
    /// Of a customer without events.
    #[must_use]
    pub fn new(layout: &Layout) -> Self {
        Self {
            frontier: Timestamp::MIN,
            ever: Ever::default(),
            tally: Tally::new(layout),
            orders: Orders::default(),
        }
    }

    /// The latest instant at which the customer was judged.
    #[must_use]
    pub fn frontier(&self) -> Timestamp {
        self.frontier
    }

    /// The customer has been judged at that instant.
    pub fn judged_at(&mut self, at: Timestamp) {
        debug_assert!(at >= self.frontier, "a frontier never goes back");
        self.frontier = at;
    }

    /// The instant at which the customer is to be judged once an event of that instant is in.
    #[must_use]
    pub fn judging_instant(&self, at: Timestamp) -> Timestamp {
        self.frontier.max(at)
    }

    /// Whether the event may be absorbed. Changes nothing.
    ///
    /// # Errors
    /// The sums would leave their range, or a purchase repeats the id of a known order, or a refund
    /// or cancel is about none that is known while `strangers` are refused.
    pub fn admit(
        &self,
        layout: &Layout,
        event: &Event<'_>,
        strangers: Strangers,
    ) -> Result<(), Refused> {
        self.ever.with(event)?;
        if !matches!(event.kind, Kind::Purchase | Kind::Refund | Kind::Cancel) {
            return Ok(());
        }
        let limit = self.judging_instant(event.at) - layout.reach.orders;
        let known = event
            .order
            .is_some_and(|id| self.orders.known(Fingerprint::of(id), limit).is_some());
        match (event.kind, known) {
            (Kind::Purchase, true) => Err(Refusal::OrderExists.of("order_id")),
            (Kind::Refund | Kind::Cancel, false) if strangers == Strangers::Refused => {
                Err(Refusal::UnknownOrder.of("order_id"))
            }
            _ => Ok(()),
        }
    }

    /// Books an admitted event. `clock` is a lower bound of what the lane's clock will be from now
    /// on.
    pub fn absorb(&mut self, layout: &Layout, zone: &Zone, event: &Event<'_>, clock: Timestamp) {
        self.ever = self
            .ever
            .with(event)
            .expect("an event is admitted before it is absorbed");
        let at = self.judging_instant(event.at);
        let limit = at - layout.reach.orders;
        if self.tally.is_full(layout) {
            let limits = Limits::new(zone, at, limit, clock - layout.reach.late);
            self.tally.make_room(layout, &limits);
        }
        let moment = Moment::new(zone, event.at);
        self.book(layout, layout.own(event.kind), moment, &itself(event));
        match event.kind {
            Kind::Purchase => self.purchase(layout, event, moment, limit),
            Kind::Refund => self.refund(layout, zone, event, moment, limit),
            Kind::Cancel => self.cancel(layout, zone, event, limit),
            Kind::View | Kind::Search | Kind::Cart | Kind::Visit => {}
        }
    }

    fn purchase(&mut self, layout: &Layout, event: &Event<'_>, moment: Moment, limit: Timestamp) {
        self.book(layout, layout.orders(), moment, &itself(event));
        if let Some(id) = event.order {
            let order = Order {
                id: Fingerprint::of(id),
                at: event.at,
                amount: event.amount.0,
                quantity: event.quantity,
                margin: event.margin.0,
                refunded: false,
                cancelled: false,
            };
            self.orders.enter(order, limit);
        }
    }

    fn refund(
        &mut self,
        layout: &Layout,
        zone: &Zone,
        event: &Event<'_>,
        moment: Moment,
        limit: Timestamp,
    ) {
        let refund = itself(event);
        let change = |order: &mut Order| {
            order.refund(refund.amount, refund.quantity, refund.margin);
        };
        if !self.amend(layout, zone, event.order, limit, change) {
            let less = Contribution {
                count: 0,
                firm: 0,
                ..refund
            };
            let less = Contribution::default().minus(less);
            self.book(layout, layout.orders(), moment, &less);
        }
    }

    fn cancel(&mut self, layout: &Layout, zone: &Zone, event: &Event<'_>, limit: Timestamp) {
        let change = |order: &mut Order| order.cancelled = true;
        self.amend(layout, zone, event.order, limit, change);
    }

    /// Changes a known order and, with it, what is booked at its instant; false if there is no such
    /// order.
    fn amend(
        &mut self,
        layout: &Layout,
        zone: &Zone,
        id: Option<&str>,
        limit: Timestamp,
        change: impl FnOnce(&mut Order),
    ) -> bool {
        let known = id.and_then(|id| self.orders.known_mut(Fingerprint::of(id), limit));
        let Some(order) = known else {
            return false;
        };
        let before = order.contribution();
        change(order);
        let (at, by) = (order.at, order.contribution().minus(before));
        self.book(layout, layout.orders(), Moment::new(zone, at), &by);
        true
    }

    fn book(&mut self, layout: &Layout, series: &[usize], at: Moment, by: &Contribution) {
        if *by == Contribution::default() {
            return;
        }
        for ix in series {
            let key = at.key(layout.series[*ix].resolution);
            self.tally.book(layout, *ix, key, by);
        }
    }
}

/// What becomes of refunds and cancels of orders that are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strangers {
    /// They count at their own instant.
    Counted,
    /// They are refused.
    Refused,
}

/// What an event contributes as an event. Only an order that has a name can be taken back.
fn itself(event: &Event<'_>) -> Contribution {
    let firm = event.kind != Kind::Purchase || event.order.is_none();
    Contribution {
        count: 1,
        firm: i64::from(firm),
        amount: event.amount.0,
        quantity: event.quantity,
        margin: event.margin.0,
    }
}
