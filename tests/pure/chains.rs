//! A customer's changes are a chain: each begins where the one before ended, and none is left out;
//! nor is any number of a warning.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemark::engine::Engine;
use tidemark::engine::effect::Judged;
use tidemark::model::standing::Place;
use tidemark::model::time::Timestamp;

use crate::histories::campaign::Campaign;
use crate::histories::{Input, plans};
use crate::laws::equal;

/// Histories in the ordinary test run.
const HISTORIES: u64 = 120;

#[test]
fn every_chain_of_changes_is_whole() {
    Campaign::new("chains", HISTORIES, 10).run(plans, |stage| {
        let mut engine = Engine::new(Arc::clone(&stage.history.policy));
        let mut judged = Vec::new();
        for input in &stage.history.inputs {
            match input {
                Input::Tick(tick) => engine.tick(*tick, &mut judged),
                Input::Event(event) => {
                    engine.apply(&event.borrowed(), &mut judged);
                }
                Input::Adopt(_) => unreachable!("there is one policy"),
            }
        }
        let mut last: BTreeMap<&str, Link> = BTreeMap::new();
        let mut numbers: BTreeMap<(&str, usize), u32> = BTreeMap::new();
        let told = |one: &&Judged| !one.places.is_empty() || one.ended.is_some();
        for one in judged.iter().filter(told) {
            let link = last.remove(&*one.customer).unwrap_or_default();
            last.insert(&one.customer, link.next(one)?);
        }
        for one in &judged {
            for warning in &one.warnings {
                let number = numbers
                    .entry((&one.customer, warning.ladder.0))
                    .or_default();
                *number += 1;
                equal("number of a warning", &warning.number, number)?;
            }
        }
        let zero = |place: &Place| (place.version, place.since) == (0, Timestamp::MIN);
        for (name, places) in engine.standings() {
            match last.get(name) {
                Some(Link::Stands(judged)) => equal(name, &places, &&*judged.places)?,
                Some(Link::Gone(versions)) => {
                    let version = |scale| versions.get(scale).copied().unwrap_or(0);
                    let same = places
                        .iter()
                        .enumerate()
                        .all(|(scale, place)| place.version == version(scale));
                    equal(name, &same, &true)?;
                }
                None => equal(name, &places.iter().all(zero), &true)?,
                Some(Link::New) => unreachable!("a link comes of a judging"),
            }
        }
        Ok(())
    });
}

/// Where a customer's chain of judgings has come to.
#[derive(Debug, Default)]
enum Link<'a> {
    /// Nowhere yet.
    #[default]
    New,
    /// To a standing.
    Stands(&'a Judged),
    /// To its end, with these versions.
    Gone(Vec<u32>),
}

impl<'a> Link<'a> {
    /// A judging goes on where the customer's one before it ended.
    fn next(self, one: &'a Judged) -> Result<Self, String> {
        let told = |why: &str| Err(format!("{why}\n  {self:?}\n  {one:?}"));
        if matches!(self, Self::Stands(before) if before.at > one.at) {
            return told("judged backwards");
        }
        if one.ended.is_some() {
            let bare = one.changes.is_empty() && one.places.is_empty();
            return match self {
                _ if !bare => told("ended, and stands"),
                Self::New => Ok(Self::Gone(Vec::new())),
                Self::Gone(_) => Ok(self),
                Self::Stands(before) => {
                    let versions = before.places.iter().map(|place| place.version);
                    Ok(Self::Gone(versions.collect()))
                }
            };
        }
        let mut changes = one.changes.iter().peekable();
        for (scale, place) in one.places.iter().enumerate() {
            let known = self.place(scale);
            let version = self.version(scale);
            let Some(change) = changes.next_if(|change| change.scale.0 == scale) else {
                let first = Place {
                    version,
                    since: Timestamp::MIN,
                    ..*place
                };
                if *place != known.unwrap_or(first) {
                    return told("moved without a change");
                }
                continue;
            };
            let expected = Place {
                rank: change.to,
                version: version + 1,
                since: one.at,
            };
            let whole = *place == expected
                && change.version == expected.version
                && change.effective_at == one.at
                && change.from != change.to
                && (!change.reasons.is_empty() || change.overridden.is_some())
                && known.is_none_or(|place| place.rank == change.from);
            if !whole {
                return told("a link is broken");
            }
        }
        match changes.next() {
            None => Ok(Self::Stands(one)),
            Some(_) => told("changes out of order"),
        }
    }

    fn place(&self, scale: usize) -> Option<Place> {
        match self {
            Self::Stands(before) => Some(before.places[scale]),
            Self::New | Self::Gone(_) => None,
        }
    }

    fn version(&self, scale: usize) -> u32 {
        match self {
            Self::New => 0,
            Self::Stands(before) => before.places[scale].version,
            Self::Gone(versions) => versions.get(scale).copied().unwrap_or(0),
        }
    }
}
