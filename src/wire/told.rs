//! Explanations and changes read back from their JSON, for those who show them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// What `wire::explanation` wrote; instants as their text.
#[derive(Debug, Deserialize)]
pub struct Told {
    /// Whom it is about.
    pub customer_id: String,
    /// Who is one with the customer; first the one who goes on for them all.
    #[serde(default)]
    pub members: Vec<String>,
    /// As of when the measures are.
    pub at: String,
    /// By name, in declared order.
    pub ladders: Pairs<ToldLadder>,
    /// By name, in declared order.
    pub maps: Pairs<ToldMap>,
    /// By name, in declared order.
    pub features: Pairs<Scalar>,
    /// By name, in declared order; empty where the policy declares no profile.
    #[serde(default)]
    pub profile: Pairs<ToldMember>,
    /// What comes about unless an event comes first.
    pub horizon: Option<ToldHorizon>,
    /// The policy it was decided under.
    pub policy: ToldPolicy,
}

/// A change read back from its body.
#[derive(Clone, Debug, Deserialize)]
pub struct ToldChange {
    /// Who moved.
    pub customer_id: String,
    /// On which ladder or map.
    pub ladder: String,
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
    /// When it became true.
    pub effective_at: String,
    /// 1, 2, 3 ...
    pub version: u32,
    /// What made it come about.
    pub cause: String,
    /// What was waited for until then, if anything was.
    pub waited: Option<ToldWaited>,
    /// The override that it comes from, if it comes from one.
    #[serde(rename = "override")]
    pub overridden: Option<ToldOverride>,
    /// What was compared.
    pub reason: Vec<Compared>,
}

/// An override.
#[derive(Clone, Debug, Deserialize)]
pub struct ToldOverride {
    /// What it does.
    pub verb: String,
    /// With which tier.
    pub tier: String,
    /// When it ends, if it does.
    pub until: Option<String>,
    /// Who asked for it.
    pub by: String,
    /// Why.
    pub why: String,
    /// Whether the tier is shown by it.
    pub holds: bool,
}

/// A wait that was over.
#[derive(Clone, Debug, Deserialize)]
pub struct ToldWaited {
    /// For what.
    #[serde(rename = "for")]
    pub wait: String,
    /// From when on.
    pub since: String,
}

/// A customer on a ladder.
#[derive(Debug, Deserialize)]
pub struct ToldLadder {
    /// The tier.
    pub tier: String,
    /// Since when; nothing for a first place.
    pub since: Option<String>,
    /// The tier that the ladder gives, where there are overrides.
    pub given: Option<String>,
    /// The overrides in force.
    #[serde(default)]
    pub overrides: Vec<ToldOverride>,
    /// What keeps the customer on the tier given.
    pub keep: Vec<Compared>,
    /// The higher tiers, the nearest first.
    pub above: Vec<ToldAbove>,
    /// What the ladder waits for, if it ever does.
    pub waits: Option<ToldWaits>,
    /// The loss of the tier that is to come, where that is told beforehand.
    pub loss: Option<ToldLoss>,
}

/// A loss to come.
#[derive(Debug, Deserialize)]
pub struct ToldLoss {
    /// The tier that the customer comes to.
    pub to: String,
    /// When.
    pub at: String,
    /// What would keep the customer.
    pub gap: Vec<Compared>,
    /// As of when that is measured.
    pub measured_at: String,
}

/// What a ladder waits for.
#[derive(Debug, Deserialize)]
pub struct ToldWaits {
    /// The tiers that the customer will come to if nothing changes.
    pub settling: Vec<ToldSettling>,
    /// Until when the tier is kept whatever happens.
    pub protected_until: Option<String>,
    /// When the term ends.
    pub term_ends: Option<String>,
    /// The highest tier that the customer has for life.
    pub for_life: Option<ToldForLife>,
    /// From when on nothing has kept the customer ...
    pub lapsed_since: Option<String>,
    /// ... and when the tier is lost.
    pub lost_at: Option<String>,
}

/// A tier for life.
#[derive(Debug, Deserialize)]
pub struct ToldForLife {
    /// Its name.
    pub tier: String,
    /// From when on it is.
    pub since: String,
}

/// A tier that settles.
#[derive(Debug, Deserialize)]
pub struct ToldSettling {
    /// Its name.
    pub tier: String,
    /// From when on its rule has held.
    pub since: String,
    /// When it is entered.
    pub until: String,
}

/// A higher tier.
#[derive(Debug, Deserialize)]
pub struct ToldAbove {
    /// Its name.
    pub tier: String,
    /// What brings the customer there.
    pub enter: Vec<Compared>,
}

/// A customer on a map.
#[derive(Debug, Deserialize)]
pub struct ToldMap {
    /// The segment.
    pub segment: String,
    /// Since when; nothing for a first place.
    pub since: Option<String>,
    /// What put the customer there.
    pub when: Vec<Compared>,
}

/// One comparison.
#[derive(Clone, Debug, Deserialize)]
pub struct Compared {
    /// The feature compared, if it is one ...
    pub feature: Option<String>,
    /// ... or else the ladder.
    pub ladder: Option<String>,
    /// What was measured.
    pub value: Scalar,
    /// How it was compared.
    pub op: String,
    /// With what.
    pub threshold: Scalar,
    /// Whether it holds.
    pub holds: bool,
}

/// A value: text (money, time, a tier), a number, or nothing where something has never happened.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
pub enum Scalar {
    /// A number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Text.
    Text(String),
    /// Never.
    Never(()),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => f.pad(&number.to_string()),
            Self::Flag(flag) => f.pad(&flag.to_string()),
            Self::Text(text) => f.pad(text),
            Self::Never(()) => f.pad("never"),
        }
    }
}

/// What was said last of a member of the profile.
#[derive(Debug, Deserialize)]
pub struct ToldMember {
    /// What it is.
    pub value: Scalar,
    /// When it was said, if it ever was.
    pub said_at: Option<String>,
}

/// The next moves by time alone.
#[derive(Debug, Deserialize)]
pub struct ToldHorizon {
    /// When.
    pub at: String,
    /// What moves.
    pub moves: Vec<ToldMove>,
}

/// One of them.
#[derive(Debug, Deserialize)]
pub struct ToldMove {
    /// On which ladder or map.
    pub ladder: String,
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
}

/// A policy's name and version.
#[derive(Debug, Deserialize)]
pub struct ToldPolicy {
    /// Name.
    pub name: String,
    /// Version.
    pub version: u32,
}

/// Why bytes are not what they should be.
#[derive(Debug, thiserror::Error)]
#[error("not what tidemark writes: {0}")]
pub struct Untold(#[from] serde_json::Error);

/// Reads an explanation.
///
/// # Errors
/// The bytes are not one.
pub fn read(bytes: &[u8]) -> Result<Told, Untold> {
    Ok(serde_json::from_slice(bytes)?)
}

/// Reads the body of a change.
///
/// # Errors
/// The bytes are not one.
pub fn read_change(bytes: &[u8]) -> Result<ToldChange, Untold> {
    Ok(serde_json::from_slice(bytes)?)
}

/// The members of a JSON object, in their order.
#[derive(Debug)]
pub struct Pairs<T>(pub Vec<(String, T)>);

impl<T> Default for Pairs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Pairs<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Pairs<T>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = members.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members(PhantomData))
    }
}
