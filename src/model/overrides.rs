//! Overrides: what people say of a customer's tier for a time, above what the ladder gives.

use super::standing::ScaleIx;
use super::time::Timestamp;

/// What an override does to the tier shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// It is that tier.
    Set,
    /// It is not below that tier.
    Floor,
    /// It is not above that tier.
    Ceiling,
    /// It stays what it was.
    Freeze,
    /// The ladder does not take the tier away that it had given.
    Extend,
    /// It is not below that tier, for a time.
    Gift,
}

/// All verbs with their names on the wire.
pub const VERBS: [(Verb, &str); 6] = [
    (Verb::Set, "set"),
    (Verb::Floor, "floor"),
    (Verb::Ceiling, "ceiling"),
    (Verb::Freeze, "freeze"),
    (Verb::Extend, "extend"),
    (Verb::Gift, "gift"),
];

impl Verb {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        VERBS[self as usize].1
    }

    /// The verb of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let known = VERBS.iter().find(|(_, known)| *known == name);
        known.map(|(verb, _)| *verb)
    }

    /// Whether it names a tier.
    #[must_use]
    pub fn names_tier(self) -> bool {
        !matches!(self, Self::Freeze | Self::Extend)
    }

    /// Whether it needs an end.
    #[must_use]
    pub fn needs_end(self) -> bool {
        matches!(self, Self::Extend | Self::Gift)
    }
}

/// An override as it is remembered of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// On which ladder.
    pub ladder: ScaleIx,
    /// What it does.
    pub verb: Verb,
    /// With which tier: the one named or, where the verb names none, the one that the customer had.
    pub tier: u8,
    /// As of when it was asked for.
    pub at: Timestamp,
    /// The first instant at which it is no longer in force; [`Timestamp::MAX`] if it has no end.
    pub until: Timestamp,
    /// The id of the event that brought it.
    pub event_id: Box<str>,
    /// Who asked for it.
    pub by: Box<str>,
    /// Why.
    pub why: Box<str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verb_stands_at_its_own_place() {
        for (i, (verb, name)) in VERBS.iter().enumerate() {
            assert_eq!(*verb as usize, i);
            assert_eq!(Verb::from_name(name), Some(*verb));
        }
    }
}
