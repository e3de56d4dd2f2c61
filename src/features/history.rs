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

    /// Books an admitted event. Tells whether the value of some feature can be another from now on.
    /// `clock` is a lower bound of what the lane's clock will be from now on.
    pub fn absorb(
        &mut self,
        layout: &Layout,
        zone: &Zone,
        event: &Event<'_>,
        clock: Timestamp,
    ) -> bool {
        self.ever = self
            .ever
            .with(event)
            .expect("an event is admitted before it is absorbed");
        let now = self.judging_instant(event.at);
        let known_after = now - layout.reach.orders;
        if self.tally.is_full(layout) {
            let limits = Limits::new(zone, now, known_after, clock - layout.reach.late);
            self.tally.make_room(layout, &limits);
        }
        let at = Moment::new(zone, event.at);
        let now = if now == event.at {
            at
        } else {
            Moment::new(zone, now)
        };
        let page = Page {
            layout,
            zone,
            at,
            now,
            known_after,
        };
        let seen = self.book(&page, layout.own(event.kind), at, &itself(event));
        seen | match event.kind {
            Kind::Purchase => self.purchase(&page, event),
            Kind::Refund => self.refund(&page, event),
            Kind::Cancel => self.cancel(&page, event),
            Kind::View | Kind::Search | Kind::Cart | Kind::Visit => false,
        }
    }

    fn purchase(&mut self, page: &Page<'_>, event: &Event<'_>) -> bool {
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
            self.orders.enter(order, page.known_after);
        }
        self.book(page, page.layout.orders(), page.at, &itself(event))
    }

    fn refund(&mut self, page: &Page<'_>, event: &Event<'_>) -> bool {
        let refund = itself(event);
        let change = |order: &mut Order| {
            order.refund(refund.amount, refund.quantity, refund.margin);
        };
        self.amend(page, event.order, change).unwrap_or_else(|| {
            let less = Contribution {
                count: 0,
                firm: 0,
                ..refund
            };
            let less = Contribution::default().minus(less);
            self.book(page, page.layout.orders(), page.at, &less)
        })
    }

    fn cancel(&mut self, page: &Page<'_>, event: &Event<'_>) -> bool {
        let change = |order: &mut Order| order.cancelled = true;
        self.amend(page, event.order, change).unwrap_or(false)
    }

    /// Changes a known order and, with it, what is booked at its instant; nothing if there is no
    /// such order.
    fn amend(
        &mut self,
        page: &Page<'_>,
        id: Option<&str>,
        change: impl FnOnce(&mut Order),
    ) -> Option<bool> {
        let id = Fingerprint::of(id?);
        let order = self.orders.known_mut(id, page.known_after)?;
        let before = order.contribution();
        change(order);
        let (at, by) = (order.at, order.contribution().minus(before));
        let at = Moment::new(page.zone, at);
        Some(self.book(page, page.layout.orders(), at, &by))
    }

    fn book(&mut self, page: &Page<'_>, series: &[usize], at: Moment, by: &Contribution) -> bool {
        if *by == Contribution::default() {
            return false;
        }
        let mut seen = false;
        for ix in series {
            let resolution = page.layout.series[*ix].resolution;
            let (key, now) = (at.key(resolution), page.now.key(resolution));
            seen |= self.tally.book(page.layout, *ix, key, now, by);
        }
        seen
    }
}

/// The circumstances under which one event is booked.
struct Page<'a> {
    layout: &'a Layout,
    zone: &'a Zone,
    /// When it happened.
    at: Moment,
    /// When the customer will be judged.
    now: Moment,
    /// Orders are known after this instant.
    known_after: Timestamp,
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
