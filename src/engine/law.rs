//! What a policy says, prepared for judging, and what it needs to be kept.

use crate::features::carry::{Carry, Gap};
use crate::features::feature::{Feature, Window};
use crate::features::filter::Passes;
use crate::features::layout::{Layout, Reach, distinct};
use crate::features::sight;
use crate::features::terms::Terms;
use crate::model::detail::Wanted;
use crate::model::time::Span;
use crate::policy::declared::Policy;
use crate::policy::judge::Judge;

use super::forgetting::Rest;

/// A policy prepared.
#[derive(Clone, Debug)]
pub(super) struct Law {
    pub(super) layout: Layout,
    pub(super) judge: Judge,
    pub(super) kept: Kept,
    /// After which customers may be forgotten; nothing where something is known for ever.
    pub(super) rest: Option<Rest>,
    /// The features of the policy, then what is kept besides, in its terms.
    features: Vec<Feature>,
}

/// How far back anything is kept: as far as the policy and the one before it ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) orders: Span,
    pub(super) late: Span,
    pub(super) dedup: Span,
}

impl Kept {
    pub(super) fn of(policy: &Policy) -> Self {
        Self {
            orders: policy.orders.keep,
            late: policy.time.late,
            dedup: policy.time.dedup,
        }
    }
}

impl Law {
    /// Of the first policy there is.
    pub(super) fn new(policy: &Policy) -> Self {
        Self::keeping(policy, Vec::new(), Kept::of(policy), policy.merge.is_some())
    }

    /// Of a policy that takes the place of another.
    pub(super) fn after(policy: &Policy, before: &Policy) -> Self {
        let (is, was) = (Kept::of(policy), Kept::of(before));
        let kept = Kept {
            orders: is.orders.max(was.orders),
            late: is.late.max(was.late),
            dedup: is.dedup.max(was.dedup),
        };
        let joins = policy.merge.is_some() || before.merge.is_some();
        Self::keeping(policy, besides(policy, before), kept, joins)
    }

    /// `joins` is whether pasts may have to be joined.
    fn keeping(policy: &Policy, besides: Vec<Feature>, kept: Kept, joins: bool) -> Self {
        let judge = Judge::new(policy);
        let features: Vec<Feature> = policy.features.iter().cloned().chain(besides).collect();
        let reach = Reach {
            known: policy.orders.keep,
            orders: kept.orders,
            late: kept.late,
        };
        Self {
            layout: Layout::new(&features, judge.cuts(), reach).to_be_joined(joins),
            judge,
            kept,
            rest: sight::longest(&features)
                .ok()
                .map(|sight| Rest::new(sight, kept)),
            features,
        }
    }

    /// What events are asked for.
    pub(super) fn wanted(&self, policy: &Policy) -> Wanted {
        policy.wanted_for(&self.features)
    }

    /// How to make what another law has kept into what this one keeps.
    ///
    /// # Errors
    /// The features that cannot be told, by name.
    pub(super) fn carry(
        &self,
        policy: &Policy,
        (old, before): (&Self, &Policy),
    ) -> Result<Carry, Vec<(String, Gap)>> {
        let ladders = [policy, before].map(ladders);
        let (here, there) = (terms(policy, &ladders[0]), terms(before, &ladders[1]));
        let back = |feature: &Feature| here.translate(feature, &there);
        let carry = Carry::new(&old.layout, &self.layout, &self.features, back);
        carry.map_err(|gaps| {
            let name = |ix: usize| self.features[ix].name.clone();
            gaps.into_iter().map(|(ix, gap)| (name(ix), gap)).collect()
        })
    }
}

fn ladders(policy: &Policy) -> Vec<&str> {
    let ladders = policy.ladders.iter();
    ladders.map(|ladder| ladder.name.as_str()).collect()
}

fn terms<'a>(policy: &'a Policy, ladders: &'a [&'a str]) -> Terms<'a> {
    Terms {
        kinds: &policy.kinds,
        attrs: &policy.attrs,
        ladders,
        zone: policy.zone.name(),
    }
}

/// The features of the policy before that are to be kept besides those of a policy, as far as it
/// has words for them and orders have bits for their filters. Without its rules nobody can tell
/// what begins with a start of a ladder, so that is not kept.
fn besides(policy: &Policy, before: &Policy) -> Vec<Feature> {
    let (here, there) = (terms(policy, &[]), terms(before, &[]));
    let mut all = policy.features.clone();
    // Where each of them is among all.
    let mut places: Vec<Option<usize>> = Vec::with_capacity(before.features.len());
    for feature in &before.features {
        let kept = there.translate(feature, &here).and_then(|mut feature| {
            if let Window::Personal(first) = &mut feature.window {
                *first = places[*first]?;
            }
            Some(feature)
        });
        places.push(kept.and_then(|feature| place(&mut all, feature)));
    }
    all.split_off(policy.features.len())
}

/// Where a feature like that is among all; it is added if orders have a bit for its filter.
fn place(all: &mut Vec<Feature>, feature: Feature) -> Option<usize> {
    if let Some(known) = all.iter().position(|known| known.is_like(&feature)) {
        return Some(known);
    }
    all.push(feature);
    if distinct(all).len() > Passes::FILTERS_MAX {
        all.pop();
        return None;
    }
    Some(all.len() - 1)
}
