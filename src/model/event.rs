//! One thing that a customer did, as the engine takes it.

use super::command::{Ask, COMMANDS, Command};
use super::detail::Details;
use super::money::{Currency, Money};
use super::time::Timestamp;

/// What a customer did. The order is that of `KINDS`; declared kinds come after those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Bought: one order.
    Purchase,
    /// Money given back on an order, in part or whole.
    Refund,
    /// An order taken back as if it had not been.
    Cancel,
    /// What an order should have said when it was made.
    Restate,
    /// Looked at a product.
    View,
    /// Searched.
    Search,
    /// Put something into the cart.
    Cart,
    /// Visited the shop or its site.
    Visit,
    /// The kind of that index among those that the policy declares.
    Declared(u8),
    /// Nobody did anything: the producer lives, that is all.
    Heartbeat,
    /// Somebody asks for something; the event says what.
    Command,
    /// Nobody did anything: something is said of the customer.
    Profile,
}

/// The name of [`Kind::Heartbeat`] on the wire. Policies do not know it.
pub const HEARTBEAT: &str = "heartbeat";

/// The name of [`Kind::Profile`] on the wire. No feature is over it: each is one of what it says.
pub const PROFILE: &str = "profile";

/// How many kinds a policy may declare.
pub const DECLARED_KINDS_MAX: usize = 32;

/// All kinds of what customers do with their names on the wire and in policies.
pub const KINDS: [(Kind, &str); 8] = [
    (Kind::Purchase, "purchase"),
    (Kind::Refund, "refund"),
    (Kind::Cancel, "cancel"),
    (Kind::Restate, "restate"),
    (Kind::View, "view"),
    (Kind::Search, "search"),
    (Kind::Cart, "cart"),
    (Kind::Visit, "visit"),
];

impl Kind {
    /// The kind of that name, where the policy declares those.
    #[must_use]
    pub fn from_name(name: &str, declared: &[String]) -> Option<Self> {
        if name == HEARTBEAT {
            return Some(Self::Heartbeat);
        }
        if COMMANDS.contains(&name) {
            return Some(Self::Command);
        }
        if name == PROFILE {
            return Some(Self::Profile);
        }
        let known = KINDS.iter().find(|(_, known)| *known == name);
        known.map(|(kind, _)| *kind).or_else(|| {
            let ix = declared.iter().position(|known| known == name)?;
            u8::try_from(ix).ok().map(Self::Declared)
        })
    }

    /// The name on the wire and in policies; nothing for a declared kind, whose policy knows it,
    /// and for a command, which knows its own.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Heartbeat => Some(HEARTBEAT),
            Self::Profile => Some(PROFILE),
            deed => KINDS.get(deed.index()).map(|(_, name)| *name),
        }
    }

    /// Whether it makes an order or is about one.
    #[must_use]
    pub fn is_of_orders(self) -> bool {
        matches!(
            self,
            Self::Purchase | Self::Refund | Self::Cancel | Self::Restate
        )
    }

    /// Its number among all kinds, those of the contract first, what policies do not know last.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Purchase => 0,
            Self::Refund => 1,
            Self::Cancel => 2,
            Self::Restate => 3,
            Self::View => 4,
            Self::Search => 5,
            Self::Cart => 6,
            Self::Visit => 7,
            Self::Declared(ix) => KINDS.len() + usize::from(ix),
            Self::Heartbeat => KINDS.len() + DECLARED_KINDS_MAX,
            Self::Command => KINDS.len() + DECLARED_KINDS_MAX + 1,
            Self::Profile => KINDS.len() + DECLARED_KINDS_MAX + 2,
        }
    }
}

/// All kinds of what customers do that there can be, by their numbers.
pub fn all_kinds() -> impl Iterator<Item = Kind> {
    let declared = (0..DECLARED_KINDS_MAX as u8).map(Kind::Declared);
    KINDS.map(|(kind, _)| kind).into_iter().chain(declared)
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindSet(u64);

impl KindSet {
    /// This set with one more kind.
    #[must_use]
    pub fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind.index())
    }

    /// Whether the kind is in the set.
    #[must_use]
    pub fn contains(self, kind: Kind) -> bool {
        self.0 & 1 << kind.index() != 0
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
    /// The order that a purchase makes, or that a refund, cancel or restatement is about.
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
    /// What it asks for; of [`Kind::Command`] only, and always.
    pub command: Option<&'a Command>,
}

impl Event<'_> {
    /// Whether it says how far the feed has come: what customers do does; what is said of them, or
    /// done about them, does not, since it comes from elsewhere.
    #[must_use]
    pub fn is_of_feed(&self) -> bool {
        !matches!(self.kind, Kind::Profile | Kind::Command)
    }

    /// Whether it is a command to forget the customer.
    #[must_use]
    pub fn asks_for_erasure(&self) -> bool {
        self.command
            .is_some_and(|command| command.ask == Ask::Erase)
    }
}
