//! What an event says of itself beyond its numbers, and what of that a policy asks for.

use super::event::Kind;
use super::money::Money;

/// The details of an event, as far as they were asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Details<'a> {
    /// What sort of goods.
    pub category: Option<&'a str>,
    /// Whose make.
    pub brand: Option<&'a str>,
    /// Where it happened: shop, app, site.
    pub channel: Option<&'a str>,
    /// What was taken off the price; zero where the event has none.
    pub discount: Money,
    /// One per declared field of `attrs`; empty where the event has no `attrs` at all.
    pub attrs: &'a [Option<Attr>],
    /// Which rules of the policy made it say so.
    pub cleaned: Cleaned,
}

/// Which of the policy's cleaning rules did something to an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned(u64);

impl Cleaned {
    /// How many rules can be told apart.
    pub const RULES_MAX: usize = 64;

    /// Notes that the rule of this number did something, if it did.
    pub fn note(&mut self, rule: u8, did: bool) {
        self.0 |= u64::from(did) << rule;
    }

    /// The numbers of those that did something.
    pub fn rules(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let rule = (left != 0).then(|| left.trailing_zeros() as usize);
            left &= left.wrapping_sub(1);
            rule
        })
    }
}

impl Details<'_> {
    /// The number in a declared field.
    #[must_use]
    pub fn number(&self, attr: usize) -> Option<i64> {
        number(self.attrs, attr)
    }

    /// The text in a declared field.
    #[must_use]
    pub fn text(&self, attr: usize) -> Option<&str> {
        match self.attrs.get(attr)? {
            Some(Attr::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// The number in a declared field.
#[must_use]
pub fn number(attrs: &[Option<Attr>], attr: usize) -> Option<i64> {
    match attrs.get(attr)? {
        Some(Attr::Number(number)) => Some(*number),
        _ => None,
    }
}

/// The value of a declared field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attr {
    /// 1/10,000 currency units, or a plain number.
    Number(i64),
    /// A text.
    Text(Box<str>),
    /// Nothing any more: of profiles only.
    Gone,
}

/// What a policy asks events for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Category, brand, channel and discount.
    pub details: bool,
    /// Declared kinds, in declared order.
    pub kinds: Vec<String>,
    /// Declared fields of `attrs`, in declared order: those of events, then those of profiles.
    pub attrs: Vec<AttrField>,
}

/// A declared field of `attrs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttrField {
    /// Its name in the object.
    pub name: String,
    /// What it holds.
    pub sort: AttrSort,
    /// Whose it is.
    pub of: AttrOf,
}

/// Whose `attrs` a declared field is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttrOf {
    /// Of what customers do.
    Event,
    /// Of profiles: it says something of the customer.
    Profile,
}

impl AttrOf {
    /// Whose those of an event of that kind are.
    #[must_use]
    pub fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Profile => Self::Profile,
            _ => Self::Event,
        }
    }
}

/// What a declared field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttrSort {
    /// A decimal, in 1/10,000 currency units.
    Money,
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// Yes (1) or no (0); of profiles only.
    Flag,
    /// A civil day, by its number; of profiles only.
    Date,
}
