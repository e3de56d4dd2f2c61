//! What a rule may speak of: the features, ladders and maps of its policy.

use crate::features::feature::{Aggregate, Feature, Unit};

use super::draft::{Draft, Given};

/// Names in declared order, those of faulty declarations too, so that one fault is told once.
pub(super) struct Vocabulary<'a> {
    /// Features with what they are compared with; nothing where the declaration is faulty.
    pub(super) features: Vec<(&'a str, Option<Comparable>)>,
    /// Ladders with the names of their tiers.
    pub(super) ladders: Vec<(&'a str, Vec<&'a str>)>,
    /// Maps.
    pub(super) maps: Vec<&'a str>,
}

/// What a feature may be compared with.
#[derive(Clone, Copy)]
pub(super) struct Comparable {
    /// In which unit.
    pub(super) unit: Unit,
    /// How far it counts, if it does not count on for ever.
    pub(super) most: Option<u32>,
}

impl Comparable {
    fn of(feature: &Feature) -> Self {
        Self {
            unit: feature.unit(),
            most: match feature.aggregate {
                Aggregate::Distinct(_, most) => Some(most),
                _ => None,
            },
        }
    }
}

impl<'a> Vocabulary<'a> {
    /// The words of a draft, of whose features `features` could be read.
    pub(super) fn of(draft: &'a Draft, features: &[Option<Feature>]) -> Self {
        Self {
            features: {
                let names = draft.features.iter().map(|draft| &draft.name);
                let names = names.chain(draft.profile.iter().map(|draft| &draft.name));
                let named = names.zip(features).map(|(name, feature)| {
                    let comparable = feature.as_ref().map(Comparable::of);
                    (name.value.as_str(), comparable)
                });
                named.collect()
            },
            ladders: draft
                .ladders
                .iter()
                .flatten()
                .map(|ladder| {
                    let tiers = ladder.tiers.iter().flatten();
                    let tiers = tiers.map(|tier| word(&tier.name)).collect();
                    (word(&ladder.name), tiers)
                })
                .collect(),
            maps: draft
                .maps
                .iter()
                .flatten()
                .map(|map| word(&map.name))
                .collect(),
        }
    }

    /// The names of the features.
    pub(super) fn feature_names(&self) -> Vec<&'a str> {
        self.features.iter().map(|(name, _)| *name).collect()
    }

    /// The names of the ladders.
    pub(super) fn ladder_names(&self) -> Vec<&'a str> {
        self.ladders.iter().map(|(name, _)| *name).collect()
    }
}

/// The names of the ladders of a draft.
pub(super) fn ladder_names(draft: &Draft) -> Vec<&str> {
    let ladders = draft.ladders.iter().flatten();
    ladders.map(|ladder| word(&ladder.name)).collect()
}

/// A name, or nothing that could be written in its place.
fn word(name: &Given<String>) -> &str {
    name.written().map_or("", |name| name.value.as_str())
}
