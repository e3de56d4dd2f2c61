//! One thing that a customer did, as the engine takes it.

use super::detail::Details;
use super::money::{Currency, Money};
use super::time::Timestamp;

/// What a customer did. The order is that of `KINDS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Bought: one order.
    Purchase,
    /// Money given back on an order, in part or whole.
    Refund,
    /// An order taken back as if it had not been.
    Cancel,
    /// Looked at a product.
    View,
    /// Searched.
    Search,
    /// Put something into the cart.
    Cart,
    /// Visited the shop or its site.
    Visit,
}

/// All kinds with their names on the wire and in policies.
pub const KINDS: [(Kind, &str); 7] = [
    (Kind::Purchase, "purchase"),
    (Kind::Refund, "refund"),
    (Kind::Cancel, "cancel"),
    (Kind::View, "view"),
    (Kind::Search, "search"),
    (Kind::Cart, "cart"),
    (Kind::Visit, "visit"),
];

impl Kind {
    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        KINDS
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(kind, _)| *kind)
    }

    /// The name on the wire and in policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        KINDS[self as usize].1
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindSet(u16);

impl KindSet {
    /// This set with one more kind.
    #[must_use]
    pub fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u16)
    }

    /// Whether the kind is in the set.
    #[must_use]
    pub fn contains(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u16 != 0
    }
}

/// One event. Text is borrowed from the record it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The producer's id of this event; the same for each copy of it. Not empty.
    pub event_id: &'a str,
    /// Whose event it is. Not empty.
    pub customer: &'a str,
    /// What happened.
    pub kind: Kind,
    /// When it happened.
    pub at: Timestamp,
    /// The order that a purchase makes, or that a refund or cancel is about.
    pub order: Option<&'a str>,
    /// Paid or given back; never negative. Zero where the event has none.
    pub amount: Money,
    /// The currency named by the event; the policy's own is meant where there is none.
    pub currency: Option<Currency>,
    /// Pieces; never negative.
    pub quantity: i64,
    /// Gross margin of the order; may be negative.
    pub margin: Money,
    /// What else it says, as far as the policy asks for it.
    pub details: Details<'a>,
}
