//! The order ledger of one customer: what each order that can still be refunded contributes.

mod many;

use crate::model::detail::{Attr, number};
use crate::model::time::Timestamp;

use super::feature::Field;
use super::filter::Passes;
use super::fingerprint::Fingerprint;
use super::rows::Rows;

use many::Many;

/// What something adds to the features that see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contribution<'a> {
    /// How many.
    pub count: i64,
    /// How many of them nothing can take back.
    pub firm: i64,
    /// 1/10,000 currency units.
    pub amount: i64,
    /// Pieces.
    pub quantity: i64,
    /// 1/10,000 currency units.
    pub margin: i64,
    /// The declared fields of an event; orders have none.
    pub attrs: &'a [Option<Attr>],
}

impl Contribution<'_> {
    /// What has to be added to what an order contributed, `old`, to make it this.
    #[must_use]
    pub fn minus(self, old: Self) -> Contribution<'static> {
        Contribution {
            count: self.count - old.count,
            firm: self.firm - old.firm,
            amount: self.amount - old.amount,
            quantity: self.quantity - old.quantity,
            margin: self.margin - old.margin,
            attrs: &[],
        }
    }

    /// What it adds to a sum of that field.
    #[must_use]
    pub fn of(&self, field: Field) -> i64 {
        self.given(field).unwrap_or(0)
    }

    /// What it has in that field; nothing where it lacks a declared one.
    #[must_use]
    pub fn given(&self, field: Field) -> Option<i64> {
        match field {
            Field::Amount => Some(self.amount),
            Field::Quantity => Some(self.quantity),
            Field::Margin => Some(self.margin),
            Field::Attr(attr, _) => number(self.attrs, attr),
        }
    }
}

/// What a contribution becomes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn<'a> {
    /// Something new.
    New(Contribution<'a>),
    /// An order that changes.
    Order {
        was: Contribution<'static>,
        is: Contribution<'static>,
        by: Contribution<'static>,
    },
}

impl<'a> Turn<'a> {
    /// An order contributes something else.
    pub(super) fn of_order(was: Contribution<'static>, is: Contribution<'static>) -> Self {
        let by = is.minus(was);
        Self::Order { was, is, by }
    }

    /// What it was; nothing where it is new.
    pub(super) fn was(&self) -> Contribution<'a> {
        match self {
            Self::New(_) => Contribution::default(),
            Self::Order { was, .. } => *was,
        }
    }

    /// What it is.
    pub(super) fn is(&self) -> &Contribution<'a> {
        match self {
            Self::New(is) | Self::Order { is, .. } => is,
        }
    }

    /// What is added by that.
    pub(super) fn by(&self) -> &Contribution<'a> {
        match self {
            Self::New(by) | Self::Order { by, .. } => by,
        }
    }
}

/// One order as it stands after its refunds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Stands for the order's id.
    pub id: Fingerprint,
    /// When it was bought.
    pub at: Timestamp,
    /// What is left of the amount; below zero where more was given back than paid.
    pub amount: i64,
    /// What is left of the pieces.
    pub quantity: i64,
    /// What is left of the margin.
    pub margin: i64,
    /// Refunded at least once.
    pub refunded: bool,
    /// Taken back.
    pub cancelled: bool,
    /// The filters that its purchase passed.
    pub passes: Passes,
}

impl Order {
    /// What it contributes at its own instant.
    #[must_use]
    pub fn contribution(&self) -> Contribution<'static> {
        let (count, amount, quantity, margin) = if self.cancelled {
            (0, self.amount.min(0), 0, 0)
        } else if self.refunded && self.amount <= 0 {
            (0, self.amount, 0, 0)
        } else {
            (1, self.amount, self.quantity, self.margin)
        };
        Contribution {
            count,
            firm: 0,
            amount,
            quantity,
            margin,
            attrs: &[],
        }
    }

    /// Says anew what was bought; what was given `back` stays taken off.
    pub fn restate(&mut self, stated: &Contribution<'_>, back: Option<Self>) {
        let [amount, quantity, margin] =
            back.map_or([0; 3], |back| [back.amount, back.quantity, back.margin]);
        self.amount = stated.amount - amount;
        self.quantity = stated.quantity - quantity;
        self.margin = stated.margin - margin;
    }

    /// Gives back a part of it.
    pub fn refund(&mut self, amount: i64, quantity: i64, margin: i64) {
        self.refunded = true;
        self.amount -= amount;
        self.quantity -= quantity;
        self.margin -= margin;
    }
}

/// How far back orders are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// They are after this instant.
    pub after: Timestamp,
    /// Up to this one, which is not later, none ever will be again.
    pub kept: Timestamp,
}

/// Orders that are sought one after another; more are found by their ids.
const FEW: usize = 48;

/// The orders of one customer. An order is known while its instant is after a limit that only moves
/// forward. What was given back on an order is an entry of its own, so that orders of which nothing
/// was need no room for it.
#[derive(Clone, Debug)]
pub struct Orders {
    entries: Entries,
}

#[derive(Clone, Debug)]
enum Entries {
    Few(Rows),
    Many(Box<Many>),
}

impl Default for Orders {
    fn default() -> Self {
        let entries = Entries::Few(Rows::default());
        Self { entries }
    }
}

impl Orders {
    /// Of entries with different ids.
    pub(super) fn of(entries: Vec<Order>) -> Self {
        let entries = match entries.len() <= FEW {
            true => Entries::Few(Rows::of_all(&entries)),
            false => Entries::Many(Box::new(Many::of(entries, 0))),
        };
        Self { entries }
    }

    /// Forgets the orders up to an instant.
    pub(super) fn forget(&mut self, limit: Timestamp) {
        match &mut self.entries {
            Entries::Few(rows) => rows.retain(|order| order.at > limit),
            Entries::Many(many) => many.retain(&mut |order: &mut Order| order.at > limit),
        }
    }

    /// All entries, in no order: whoever asks sorts them or adds them up.
    fn entries(&self) -> Vec<Order> {
        match &self.entries {
            Entries::Few(rows) => rows.all().collect(),
            Entries::Many(many) => many.all(),
        }
    }

    /// Whether there is one after an instant.
    pub(super) fn has_after(&self, limit: Timestamp) -> bool {
        self.entries().iter().any(|entry| entry.at > limit)
    }

    /// How many orders are known, those after an instant.
    pub(super) fn count(&self, limit: Timestamp) -> u64 {
        // A sum is the same in any order.
        let known = self.entries().into_iter().filter(|entry| entry.at > limit);
        // What was given back on an order is a second entry, refunded like the first.
        let halves = known.map(|entry| 2 - u64::from(entry.refunded));
        halves.sum::<u64>() / 2
    }

    /// The order of that id, if it was bought after `limit`.
    #[must_use]
    pub fn known(&self, id: Fingerprint, limit: Timestamp) -> Option<Order> {
        let found = match &self.entries {
            Entries::Few(rows) => rows.find(id).map(|ix| rows.get(ix)),
            Entries::Many(many) => many.find(id).copied(),
        };
        found.filter(|order| order.at > limit)
    }

    /// Changes the order of that id, if it was bought after `limit`: what it was, and what it is.
    pub fn change(
        &mut self,
        id: Fingerprint,
        limit: Timestamp,
        change: impl FnOnce(&mut Order),
    ) -> Option<[Order; 2]> {
        let was = self.known(id, limit)?;
        let mut is = was;
        change(&mut is);
        self.replace(is);
        Some([was, is])
    }

    /// Puts an entry in the place of the one of its id; whether there is one.
    fn replace(&mut self, order: Order) -> bool {
        let id = order.id;
        match &mut self.entries {
            Entries::Few(rows) => {
                let ix = rows.find(id);
                ix.inspect(|ix| rows.set(*ix, &order)).is_some()
            }
            Entries::Many(many) => {
                let place = many.find_mut(id);
                place.map(|place| *place = order).is_some()
            }
        }
    }

    /// The sums of what was given back on a known order, if it was refunded.
    #[must_use]
    pub fn given_back(&self, id: &str, limit: Timestamp) -> Option<Order> {
        self.known(given_back_on(id), limit)
    }

    /// Notes what was given back on a known order.
    pub fn give_back(&mut self, id: &str, refund: &Contribution<'_>, known: Known) {
        let limit = known.after;
        let Some(order) = self.known(Fingerprint::of(id), limit) else {
            return;
        };
        let sums = given_back_on(id);
        if self.known(sums, limit).is_none() {
            let nothing = Order {
                id: sums,
                amount: 0,
                quantity: 0,
                margin: 0,
                ..order
            };
            self.enter(nothing, known.kept);
        }
        self.change(sums, limit, |back| {
            back.amount += refund.amount;
            back.quantity += refund.quantity;
            back.margin += refund.margin;
        });
    }

    /// Enters an order whose id is not known; an older one of that id is gone for good, with what
    /// was given back on it.
    pub fn buy(&mut self, id: &str, order: Order, known: Known) {
        if self.enter(order, known.kept) {
            let sums = given_back_on(id);
            match &mut self.entries {
                Entries::Few(rows) => rows.retain(|entry| entry.id != sums),
                Entries::Many(many) => many.remove(sums),
            }
        }
    }

    /// Keeps those after an instant, each with the passes that `passes` makes of its own.
    pub fn keep(&mut self, after: Timestamp, passes: impl Fn(Passes) -> Passes) {
        let mut keep = |order: &mut Order| {
            order.passes = passes(order.passes);
            order.at > after
        };
        match &mut self.entries {
            Entries::Few(rows) => rows.retain(keep),
            Entries::Many(many) => many.retain(&mut keep),
        }
    }

    /// All that are kept, each with what was given back on it, in ascending order of ids.
    pub(super) fn all(&self) -> Vec<(Order, Option<Order>)> {
        let mut entries = self.entries();
        entries.sort_unstable_by_key(|entry| entry.id);
        let entry = |id| entries.binary_search_by_key(&id, |entry: &Order| entry.id);
        // Where the sums of each are, and whether it is sums itself.
        let mut sums: Vec<(Option<usize>, bool)> = entries
            .iter()
            .map(|order| (entry(order.id.sibling()).ok(), false))
            .collect();
        for ix in 0..sums.len() {
            if let (Some(back), _) = sums[ix] {
                sums[back].1 = true;
            }
        }
        let orders = entries.iter().zip(&sums).filter(|(_, (_, back))| !back);
        orders
            .map(|(order, (back, _))| (*order, back.map(|back| entries[back])))
            .collect()
    }

    /// Enters an order whose id is not known; whether it takes the place of an older one. Room is
    /// made by forgetting orders up to `limit`.
    pub fn enter(&mut self, order: Order, limit: Timestamp) -> bool {
        if self.replace(order) {
            return true;
        }
        match &mut self.entries {
            Entries::Few(rows) => {
                if rows.all().any(|old| old.at <= limit) {
                    rows.retain(|old| old.at > limit);
                }
                if rows.len() < FEW {
                    rows.push(&order);
                    return false;
                }
                let entries = rows.all().chain([order]).collect();
                self.entries = Entries::Many(Box::new(Many::of(entries, 0)));
            }
            Entries::Many(many) => many.enter(order, limit),
        }
        false
    }
}

/// Under which an order's sums of what was given back are kept.
fn given_back_on(id: &str) -> Fingerprint {
    Fingerprint::of(id).sibling()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: &str, at: i64) -> Order {
        Order {
            id: Fingerprint::of(id),
            at: Timestamp(at),
            amount: 100,
            quantity: 2,
            margin: 30,
            refunded: false,
            cancelled: false,
            passes: Passes::default(),
        }
    }

    fn known_after(at: i64) -> Known {
        let after = Timestamp(at);
        Known { after, kept: after }
    }

    fn shown(order: &Order) -> [i64; 4] {
        let of = order.contribution();
        [of.count, of.amount, of.quantity, of.margin]
    }

    #[test]
    fn each_state_of_an_order_contributes_as_the_table_says() {
        for (refunds, cancelled, contributes) in [
            (&[][..], false, [1, 100, 2, 30]),
            (&[(40, 1, 10)], false, [1, 60, 1, 20]),
            (&[(0, 0, 0)], false, [1, 100, 2, 30]),
            (&[(100, 0, 0)], false, [0, 0, 0, 0]),
            (&[(60, 1, 0), (60, 1, 0)], false, [0, -20, 0, 0]),
            (&[], true, [0, 0, 0, 0]),
            (&[(40, 0, 0)], true, [0, 0, 0, 0]),
            (&[(130, 0, 0)], true, [0, -30, 0, 0]),
        ] {
            let mut order = order("o", 0);
            for (amount, quantity, margin) in refunds {
                order.refund(*amount, *quantity, *margin);
            }
            order.cancelled = cancelled;
            assert_eq!(shown(&order), contributes, "{refunds:?} {cancelled}");
        }
    }

    #[test]
    fn an_order_said_anew_keeps_its_refunds_off() {
        let said = |amount, quantity, margin| Contribution {
            amount,
            quantity,
            margin,
            ..Contribution::default()
        };
        let limit = Timestamp(0);
        let all = known_after(0);
        let mut orders = Orders::default();
        orders.enter(order("o", 10), limit);
        assert_eq!(orders.given_back("o", limit), None);
        let id = Fingerprint::of("o");
        for refund in [said(40, 1, 10), said(20, 0, 5)] {
            let refunded = orders.change(id, limit, |known| {
                known.refund(refund.amount, refund.quantity, refund.margin);
            });
            assert!(refunded.is_some());
            orders.give_back("o", &refund, all);
        }
        let back = orders.given_back("o", limit);
        for (stated, cancelled, contributes) in [
            (said(150, 3, 40), false, [1, 90, 2, 25]),
            (said(60, 3, 40), false, [0, 0, 0, 0]),
            (said(50, 3, 40), false, [0, -10, 0, 0]),
            (said(61, 0, 0), false, [1, 1, -1, -15]),
            (said(50, 3, 40), true, [0, -10, 0, 0]),
            (said(150, 3, 40), true, [0, 0, 0, 0]),
        ] {
            let changed = orders.change(id, limit, |known| {
                known.cancelled = cancelled;
                known.restate(&stated, back);
            });
            let [_, is] = changed.expect("entered");
            assert_eq!(shown(&is), contributes, "{stated:?}");
        }
        assert_eq!(orders.given_back("o", Timestamp(10)), None);
    }

    #[test]
    fn what_was_given_back_on_a_forgotten_order_is_forgotten() {
        let refund = Contribution {
            amount: 40,
            ..Contribution::default()
        };
        let mut orders = Orders::default();
        orders.enter(order("o", 10), Timestamp(0));
        orders.give_back("o", &refund, known_after(0));
        orders.enter(order("o", 30), Timestamp(20));
        assert_eq!(orders.given_back("o", Timestamp(20)), None);
        orders.give_back("o", &refund, known_after(20));
        let back = orders.given_back("o", Timestamp(20));
        assert_eq!(back.map(|back| back.amount), Some(40));
    }

    /// A policy knows orders for less time than they are kept, and one with the same name comes.
    #[test]
    fn a_new_order_of_an_old_name_has_no_refunds() {
        let known = Known {
            after: Timestamp(20),
            kept: Timestamp(0),
        };
        let refund = Contribution {
            amount: 40,
            ..Contribution::default()
        };
        let mut orders = Orders::default();
        orders.buy("o", order("o", 10), known_after(0));
        orders.give_back("o", &refund, known_after(0));
        orders.buy("p", order("p", 11), known);
        orders.buy("o", order("o", 30), known);
        assert_eq!(orders.given_back("o", known.kept), None);
        let id = Fingerprint::of("p");
        assert!(orders.known(id, known.after).is_none());
        assert!(orders.known(id, known.kept).is_some());
        orders.keep(Timestamp(11), |passes| passes);
        assert!(orders.known(id, known.kept).is_none());
        assert!(orders.known(Fingerprint::of("o"), known.kept).is_some());
    }

    #[test]
    fn an_order_for_nothing_counts_until_it_is_refunded() {
        let mut free = Order {
            amount: 0,
            ..order("free", 0)
        };
        assert_eq!(shown(&free), [1, 0, 2, 30]);
        free.refund(0, 0, 0);
        assert_eq!(shown(&free), [0, 0, 0, 0]);
    }

    #[test]
    fn an_order_is_known_strictly_after_the_limit() {
        let mut orders = Orders::default();
        orders.enter(order("a", 10), Timestamp(0));
        let id = Fingerprint::of("a");
        assert!(orders.known(id, Timestamp(9)).is_some());
        assert!(orders.known(id, Timestamp(10)).is_none());
        orders.enter(order("a", 20), Timestamp(10));
        assert_eq!(
            orders.known(id, Timestamp(10)).map(|o| o.at),
            Some(Timestamp(20))
        );
    }

    #[test]
    fn the_ledger_keeps_what_is_known_and_stays_small() {
        for (known, most) in [(5, 5), (40, 40), (50, 256), (4_000, 10_000)] {
            let mut orders = Orders::default();
            for at in 0..10_000.max(3 * known) {
                orders.enter(order(&at.to_string(), at), Timestamp(at - known));
                for back in (0..known.min(at)).step_by(1 + known as usize / 50) {
                    let id = Fingerprint::of(&(at - back).to_string());
                    assert!(orders.known(id, Timestamp(at - known)).is_some());
                }
            }
            let kept = orders.entries().len();
            assert!(kept <= most, "{known}: {kept}");
        }
    }
}
