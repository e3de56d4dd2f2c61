//! What is kept of one customer's events: series, orders, and how much there has ever been.

use crate::model::event::{Event, Kind};
use crate::model::refusal::{Refusal, Refused};
use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::booking::{Booking, Page, Said, itself};
use super::ever::Ever;
use super::fingerprint::Fingerprint;
use super::layout::Layout;
use super::limits::Limits;
use super::moment::Moment;
use super::notes::{Note, Notes};
use super::orders::{Contribution, Known, Order, Orders, Turn};
use super::rolls::Value;
use super::tally::{Entry, Tally};
use super::texts::Texts;

/// One customer's past, as far as it can still matter.
#[derive(Clone, Debug)]
pub struct History {
    pub(super) tally: Tally,
    /// None before the first order and the first note.
    pub(super) kept: Option<Box<Kept>>,
}

/// What is kept one by one.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    pub(super) orders: Orders,
    /// None before the first.
    pub(super) notes: Option<Box<Notes>>,
}

pub(super) static NO_TEXTS: Texts = Texts::NONE;

impl History {
    /// Of nobody: takes no room, and nothing may be asked of it.
    pub const NONE: Self = Self {
        tally: Tally::NONE,
        kept: None,
    };

    /// Of a customer without events.
    #[must_use]
    pub fn new(layout: &Layout) -> Self {
        Self {
            tally: Tally::new(layout),
            kept: None,
        }
    }

    /// What is noted in a roll, and the texts that notes are of.
    pub(super) fn notes(&self, roll: usize) -> (&[Note], &Texts) {
        let notes = self.kept.as_ref().and_then(|kept| kept.notes.as_ref());
        notes.map_or((&[], &NO_TEXTS), |notes| (notes.of(roll), &notes.texts))
    }

    /// An order that is known after an instant.
    fn known(&self, id: &str, limit: Timestamp) -> Option<Order> {
        let kept = self.kept.as_ref()?;
        kept.orders.known(Fingerprint::of(id), limit)
    }

    /// Reads a byte of every cache line of what is counted: a number without meaning.
    #[must_use]
    pub fn glance(&self) -> i64 {
        self.tally.glance()
    }

    /// The latest instant at which the customer was judged.
    #[must_use]
    pub fn frontier(&self) -> Timestamp {
        self.tally.frontier()
    }

    /// The customer has been judged at that instant.
    pub fn judged_at(&mut self, at: Timestamp) {
        debug_assert!(at >= self.frontier(), "a frontier never goes back");
        self.tally.set_frontier(at);
    }

    /// The instant at which the customer is to be judged once an event of that instant is in.
    #[must_use]
    pub fn judging_instant(&self, at: Timestamp) -> Timestamp {
        self.frontier().max(at)
    }

    /// Whether the event may be absorbed. Changes nothing.
    ///
    /// # Errors
    /// The sums would leave their range, or a purchase repeats the id of a known order, or a
    /// refund, cancel or restatement is about none that is known while `strangers` are refused.
    pub fn admit(
        &self,
        layout: &Layout,
        event: &Event<'_>,
        strangers: Strangers,
    ) -> Result<(), Refused> {
        if Ever::grows_by(event) {
            self.tally.all(layout).with(event)?;
        }
        for (summed, attr) in layout.summed().enumerate() {
            self.grown(layout, summed, event.details.number(attr))?;
        }
        if !event.kind.is_of_orders() {
            return Ok(());
        }
        let limit = self.judging_instant(event.at) - layout.reach.known;
        let known = event
            .order
            .is_some_and(|id| self.known(id, limit).is_some());
        match (event.kind, known) {
            (Kind::Purchase, true) => Err(Refusal::OrderExists.of("order_id")),
            (Kind::Refund | Kind::Cancel | Kind::Restate, false)
                if strangers == Strangers::Refused =>
            {
                Err(Refusal::UnknownOrder.of("order_id"))
            }
            _ => Ok(()),
        }
    }

    /// How many orders are known to an event that is judged at an instant.
    #[must_use]
    pub fn orders_known(&self, layout: &Layout, at: Timestamp) -> u64 {
        let kept = self.kept.as_ref();
        kept.map_or(0, |kept| kept.orders.count(at - layout.reach.known))
    }

    /// Whether an order later than an instant is kept.
    #[must_use]
    pub fn has_order_after(&self, limit: Timestamp) -> bool {
        let kept = self.kept.as_ref();
        kept.is_some_and(|kept| kept.orders.has_after(limit))
    }

    /// Whether nothing has ever been added to any sum that must not leave its range.
    #[must_use]
    pub fn is_weightless(&self, layout: &Layout) -> bool {
        self.tally.is_weightless(layout)
    }

    /// From which instant on an admitted event says that the past was another than known: its own,
    /// unless it says anew what an order was.
    #[must_use]
    pub fn reaches_back(&self, layout: &Layout, event: &Event<'_>) -> Timestamp {
        let anew = event.order.filter(|_| event.kind == Kind::Restate);
        let limit = self.judging_instant(event.at) - layout.reach.known;
        let order = anew.and_then(|id| self.known(id, limit));
        order.map_or(event.at, |order| order.at)
    }

    /// The sum of the magnitudes of a summed field of `attrs` with one more number.
    fn grown(&self, layout: &Layout, summed: usize, by: Option<i64>) -> Result<i64, Refused> {
        let so_far = self.tally.ever(layout, summed);
        let sum = so_far.checked_add_unsigned(by.unwrap_or(0).unsigned_abs());
        sum.ok_or(Refusal::BadAmount.of("attrs"))
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
        self.absorb_among(layout, zone, event, (clock, Strangers::Counted))
    }

    /// The same of an event that was admitted by more than is known here, so that here refunds may
    /// be of orders that are not known, and orders may repeat the id of another.
    pub fn absorb_among(
        &mut self,
        layout: &Layout,
        zone: &Zone,
        event: &Event<'_>,
        (clock, strangers): (Timestamp, Strangers),
    ) -> bool {
        if Ever::grows_by(event) {
            let all = self.tally.all(layout).with(event);
            let all = all.expect("an event is admitted before it is absorbed");
            self.tally.set_all(layout, all);
        }
        for (summed, attr) in layout.summed().enumerate() {
            let sum = self.grown(layout, summed, event.details.number(attr));
            let sum = sum.expect("an event is admitted before it is absorbed");
            self.tally.set_ever(layout, summed, sum);
        }
        let now = self.judging_instant(event.at);
        let known = Known {
            after: now - layout.reach.known,
            kept: now - layout.reach.orders,
        };
        let limits = || Limits::new(zone, now, known.kept, clock - layout.reach.late);
        if self.tally.is_full(layout) {
            self.tally.make_room(layout, &limits());
        }
        if layout.notes()
            && let Some(notes) = self.kept.as_mut().and_then(|kept| kept.notes.as_mut())
            && notes.is_full()
        {
            notes.make_room(&layout.rolls, &limits(), known.kept);
        }
        if event.kind == Kind::Profile {
            return self.learn(layout, event);
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
            known,
            passes: layout.passes(event, at),
            strangers,
        };
        let series = (layout.own(event.kind), layout.rolls.own(event.kind));
        let seen = self.book_event(&page, series, event);
        seen | match event.kind {
            Kind::Purchase => self.purchase(&page, event),
            Kind::Refund => self.refund(&page, event),
            Kind::Cancel => self.cancel(&page, event),
            Kind::Restate => self.restate(&page, event),
            Kind::View
            | Kind::Search
            | Kind::Cart
            | Kind::Visit
            | Kind::Declared(_)
            | Kind::Heartbeat
            | Kind::Command
            | Kind::Profile => false,
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
                passes: page.passes,
            };
            let kept = self.kept.get_or_insert_default();
            kept.orders.buy(id, order, page.known);
            for field in page.layout.rolls.said() {
                let notes = kept.notes.get_or_insert_with(|| page.no_notes());
                let text = field.of(event).map(|text| notes.texts.keep(text));
                notes.sayings.enter(id, *field, event.at, text);
            }
        }
        self.book_event(page, page.orders(), event)
    }

    fn refund(&mut self, page: &Page<'_>, event: &Event<'_>) -> bool {
        let refund = itself(event);
        let change = |order: &mut Order| {
            order.refund(refund.amount, refund.quantity, refund.margin);
        };
        let amended = self.amend(page, event.order, change);
        if let (Some(_), Some(id), Some(kept)) = (amended, event.order, &mut self.kept) {
            kept.orders.give_back(id, &refund, page.known);
        }
        if amended.is_none() && page.strangers == Strangers::Refused {
            return false;
        }
        amended.unwrap_or_else(|| {
            let less = Contribution {
                count: 0,
                firm: 0,
                attrs: &[],
                ..refund
            };
            let booking = Booking {
                turn: Turn::New(Contribution::default().minus(less)),
                ..Booking::of(page, event)
            };
            self.book(page, page.orders(), &booking)
        })
    }

    fn cancel(&mut self, page: &Page<'_>, event: &Event<'_>) -> bool {
        let change = |order: &mut Order| order.cancelled = true;
        self.amend(page, event.order, change).unwrap_or(false)
    }

    fn restate(&mut self, page: &Page<'_>, event: &Event<'_>) -> bool {
        let stated = itself(event);
        let kept = self.kept.as_ref().zip(event.order);
        let back = kept.and_then(|(kept, id)| kept.orders.given_back(id, page.known.after));
        let change = |order: &mut Order| order.restate(&stated, back);
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
        let (id, kept) = (Fingerprint::of(id?), self.kept.as_mut()?);
        let [was, is] = kept.orders.change(id, page.known.after, change)?;
        let booking = Booking {
            at: Moment::new(page.zone, is.at),
            passes: is.passes,
            turn: Turn::of_order(was.contribution(), is.contribution()),
            said: Said::Order(id),
        };
        Some(self.book(page, page.orders(), &booking))
    }

    /// Books an event as what is new into those of some series and rolls that it enters.
    fn book_event(
        &mut self,
        page: &Page<'_>,
        (series, rolls): (&[usize], &[usize]),
        event: &Event<'_>,
    ) -> bool {
        let enters = !series.is_empty() || !rolls.is_empty();
        enters && self.book(page, (series, rolls), &Booking::of(page, event))
    }

    /// Books into those of some series and rolls that something with these passes enters.
    pub(super) fn book(
        &mut self,
        page: &Page<'_>,
        (series, rolls): (&[usize], &[usize]),
        booking: &Booking<'_>,
    ) -> bool {
        let by = booking.turn.by();
        if *by == Contribution::default() {
            return false;
        }
        let mut seen = false;
        for ix in series {
            let shape = &page.layout.series[*ix];
            if !booking.passes.hold(shape.passes) {
                continue;
            }
            let entry = Entry {
                series: *ix,
                key: booking.at.key(shape.resolution),
                now: page.now.key(shape.resolution),
                by,
            };
            seen |= self.tally.book(page.layout, entry);
        }
        for ix in rolls {
            seen |= self.note(page, *ix, booking);
        }
        seen
    }

    /// Books into a roll.
    fn note(&mut self, page: &Page<'_>, ix: usize, booking: &Booking<'_>) -> bool {
        let roll = &page.layout.rolls.all()[ix];
        if !booking.passes.hold(roll.passes) {
            return false;
        }
        let kept = self.kept.get_or_insert_default();
        let notes = kept.notes.get_or_insert_with(|| page.no_notes());
        let text = match roll.value {
            Value::Text(field) => booking.said.text(field, notes),
            Value::Number(_) | Value::Nothing => None,
        };
        let key = booking.at.key(roll.resolution);
        notes.book(roll, ix, key, &booking.turn, text)
    }
}

/// What becomes of refunds, cancels and restatements of orders that are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strangers {
    /// They count at their own instant.
    Counted,
    /// They are refused.
    Refused,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::cuts::Cuts;
    use crate::features::feature::{Aggregate, Feature, Field, Resolution, Window};
    use crate::features::layout::Reach;
    use crate::features::measures::Measured;
    use crate::model::change::Measure;
    use crate::model::detail::Details;
    use crate::model::event::KindSet;
    use crate::model::money::Money;
    use crate::model::time::{DAY_MS, Span};

    /// Orders are known for 20 days, events are at most 6 days late.
    const REACH: Reach = Reach {
        known: Span::from_days(20),
        orders: Span::from_days(20),
        late: Span::from_days(6),
    };

    fn features() -> Vec<Feature> {
        use Aggregate::{Count, DistinctDays, SinceLast, Sum};
        let bought = KindSet::default().with(Kind::Purchase);
        let seen = KindSet::default().with(Kind::View);
        let both = seen.with(Kind::Purchase);
        let days = |n| Window::Rolling(Span::from_days(n));
        let (day, exact, ever) = (Resolution::Day, Resolution::Exact, Window::Lifetime);
        [
            (bought, Sum(Field::Amount), days(9), day),
            (bought, Sum(Field::Quantity), days(9), exact),
            (both, SinceLast, ever, day),
            (bought, SinceLast, ever, exact),
            (seen, SinceLast, ever, exact),
            (seen, DistinctDays, days(9), day),
            (both, DistinctDays, ever, day),
            (bought, Count, ever, day),
        ]
        .map(|(kinds, aggregate, window, resolution)| Feature {
            name: String::new(),
            kinds,
            filter: None,
            aggregate,
            window,
            resolution,
        })
        .to_vec()
    }

    fn layout() -> Layout {
        let features = features();
        Layout::new(&features, &Cuts::new(vec![vec![]; features.len()]), REACH)
    }

    fn event<'a>(kind: Kind, at: i64, order: Option<&'a str>, amount: i64) -> Event<'a> {
        Event {
            event_id: "e",
            customer: "c",
            kind,
            at: Timestamp(at),
            order,
            amount: Money(amount),
            currency: None,
            quantity: amount % 7,
            margin: Money::default(),
            details: Details::default(),
            command: None,
        }
    }

    /// Everything that ever happened, kept for ever.
    #[derive(Default)]
    struct Chronicle {
        /// At, count, amount, quantity.
        orders: Vec<(String, i64, i64, i64, i64)>,
        views: Vec<i64>,
    }

    impl Chronicle {
        fn values(&self, now: i64) -> Vec<Measure> {
            let day = |at: i64| at.div_euclid(DAY_MS);
            let today = day(now);
            let kept = self.orders.iter().filter(|order| order.2 > 0);
            let kept: Vec<i64> = kept.map(|order| order.1).collect();
            let all: Vec<i64> = kept.iter().chain(&self.views).copied().collect();
            let days = |all: &[i64], after: i64| {
                let mut days: Vec<i64> = all.iter().map(|at| day(*at)).collect();
                days.retain(|day| *day > after);
                days.sort_unstable();
                days.dedup();
                days.len() as i64
            };
            let latest = |all: &[i64]| all.iter().max().copied();
            let never = |value: Option<i64>| value.map_or(Measure::Never, Measure::Is);
            let amounts = self.orders.iter().filter(|order| day(order.1) > today - 9);
            let pieces = self
                .orders
                .iter()
                .filter(|order| order.1 > now - 9 * DAY_MS);
            vec![
                Measure::Is(amounts.map(|order| order.3).sum()),
                Measure::Is(pieces.map(|order| order.4).sum()),
                never(latest(&all).map(|at| today - day(at))),
                never(latest(&kept).map(|at| now - at)),
                never(latest(&self.views).map(|at| now - at)),
                Measure::Is(days(&self.views, today - 9)),
                Measure::Is(days(&all, i64::MIN)),
                Measure::Is(kept.len() as i64),
            ]
        }
    }

    /// Two years of orders, some cancelled up to 20 days later, and views, some 6 days late:
    /// whatever has been dropped by then, the values are those of everything that ever happened.
    #[test]
    fn what_is_dropped_is_not_missed() {
        let zone = Zone::named("UTC").expect("bundled");
        let layout = layout();
        let mut history = History::new(&layout);
        let mut chronicle = Chronicle::default();
        let mut dice = 7_u64;
        let mut throw = |sides: i64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (dice >> 33) as i64 % sides
        };
        let mut clock = 0;
        for step in 0..3_000 {
            clock += throw(DAY_MS / 2);
            let late = clock - if throw(4) == 0 { throw(6 * DAY_MS) } else { 0 };
            let frontier = Timestamp(clock);
            let name = format!("o{step}");
            let event = match throw(10) {
                0..3 => event(Kind::Purchase, late, Some(&name), 1 + throw(90)),
                3..5 if !chronicle.orders.is_empty() => {
                    let back = throw(20).min(chronicle.orders.len() as i64 - 1);
                    let ix = chronicle.orders.len() - 1 - back as usize;
                    let order = &mut chronicle.orders[ix];
                    let event = event(Kind::Cancel, clock, Some(&order.0), 0);
                    if order.1 > clock - 20 * DAY_MS {
                        (order.2, order.3, order.4) = (0, 0, 0);
                    }
                    assert_eq!(history.admit(&layout, &event, Strangers::Counted), Ok(()));
                    history.absorb(&layout, &zone, &event, frontier);
                    history.judged_at(frontier);
                    continue;
                }
                _ => event(Kind::View, late, None, 0),
            };
            assert_eq!(history.admit(&layout, &event, Strangers::Counted), Ok(()));
            history.absorb(&layout, &zone, &event, frontier);
            match event.kind {
                Kind::Purchase => {
                    let (amount, pieces) = (event.amount.0, event.quantity);
                    chronicle
                        .orders
                        .push((name.clone(), late, 1, amount, pieces));
                }
                _ => chronicle.views.push(late),
            }
            history.judged_at(history.judging_instant(event.at).max(frontier));
            for ahead in [0, DAY_MS / 2, 5 * DAY_MS] {
                let at = history.frontier().0 + ahead;
                let measured = Measured::new(&layout, &zone, &history, Timestamp(at)).all();
                assert_eq!(
                    measured,
                    chronicle.values(at),
                    "step {step}, {ahead} ms ahead"
                );
            }
        }
    }
}
