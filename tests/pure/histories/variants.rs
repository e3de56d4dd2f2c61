//! Random policies that take the place of another: like it in some things, unlike it in others.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use tidemark::model::time::DAY_MS;
use tidemark::policy::declared::Policy;
use tidemark::policy::merge::Keep;
use tidemark::policy::transition::Transition;

use super::policies::{
    CalendarPlan, HOUR_MS, PolicyPlan, RulePlan, TierPlan, TimePlan, ladders, maps, times,
};
use super::staging::Stage;
use super::steps::Step;
use super::unions::merges;
use super::{Adopted, Input};

/// How a policy names what it declares.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names {
    /// Of which policy: its hash.
    pub(super) policy: usize,
    /// The number of the first ladder, and of the first map.
    pub(super) scales: usize,
    /// Whether ladders are named as maps were, and maps as ladders.
    pub(super) swapped: bool,
    /// The number of the lowest tier, and of the first segment.
    pub(super) ranks: usize,
    /// Whether tiers are numbered from the highest down.
    pub(super) backwards: bool,
}

/// Ladders and maps.
type Scales = (Vec<Vec<TierPlan>>, Vec<Vec<RulePlan>>);

/// How another policy differs.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// Bits of features that it has not.
    without: u8,
    reversed: bool,
    /// Another window of a feature.
    window: Option<(usize, usize)>,
    /// Another filter: none.
    unfiltered: bool,
    derived: Vec<(usize, usize, usize)>,
    /// Other ladders and maps, if they are not the same.
    scales: Option<Scales>,
    time: Option<TimePlan>,
    keep_longer: i64,
    merge: Option<Option<Keep>>,
    refuse_unknown: Option<bool>,
    transition: Transition,
    names: Names,
}

/// Any variant.
pub(crate) fn variants() -> BoxedStrategy<Variant> {
    let features = (
        prop_oneof![3 => Just(0_u8), 1 => any::<u8>()],
        any::<bool>(),
        prop::option::weighted(0.3, (0..4_usize, 0..9_usize)),
        prop::bool::weighted(0.1),
        prop::collection::vec((0..4_usize, 0..4_usize, 0..4_usize), 0..=2),
    );
    let terms = (
        prop::option::weighted(0.3, times()),
        select(vec![0, 0, 1, HOUR_MS, 10 * DAY_MS]),
        prop::option::weighted(0.2, any::<bool>()),
    );
    let transition = select(vec![
        Transition::Immediate,
        Transition::Immediate,
        Transition::UpgradesOnly,
        Transition::KeepUntilTerm,
    ]);
    let scales = prop::option::weighted(0.7, (ladders(0..=2), maps(0..=2)));
    (features, scales, terms, transition, names())
        .prop_map(|(features, scales, terms, transition, names)| {
            let (without, reversed, window, unfiltered, derived) = features;
            let (time, keep_longer, refuse_unknown) = terms;
            Variant {
                without,
                reversed,
                window,
                unfiltered,
                derived,
                scales,
                time,
                keep_longer,
                merge: None,
                refuse_unknown,
                transition,
                names,
            }
        })
        .boxed()
}

/// Any variant under which it may be otherwise whether customers may be merged.
pub(crate) fn merging_variants() -> BoxedStrategy<Variant> {
    let merge = prop::option::weighted(0.3, merges());
    (variants(), merge)
        .prop_map(|(variant, merge)| Variant { merge, ..variant })
        .boxed()
}

/// Any adoption.
pub(crate) fn adoptions() -> BoxedStrategy<Step> {
    let paces = select(vec![0, 1, 1, 2, 30, 1_000]);
    (0..3_usize, paces)
        .prop_map(|(which, pace)| Step::Adopt { which, pace })
        .boxed()
}

fn names() -> BoxedStrategy<Names> {
    let number = || select(vec![0, 0, 0, 1, 2]);
    let seldom = || prop::bool::weighted(0.1);
    (number(), seldom(), number(), seldom())
        .prop_map(|(scales, swapped, ranks, backwards)| Names {
            policy: 0,
            scales,
            swapped,
            ranks,
            backwards,
        })
        .boxed()
}

impl Names {
    pub(super) fn ladder(self, index: usize) -> String {
        let kind = if self.swapped { "map" } else { "ladder" };
        format!("{kind}{}", index + self.scales)
    }

    pub(super) fn map(self, index: usize) -> String {
        let kind = if self.swapped { "ladder" } else { "map" };
        format!("{kind}{}", index + self.scales)
    }

    pub(super) fn tier(self, rank: usize, tiers: usize) -> String {
        let number = if self.backwards { tiers - rank } else { rank };
        format!("t{}", number + self.ranks)
    }

    pub(super) fn segment(self, place: usize) -> String {
        format!("s{}", place + self.ranks)
    }
}

impl PolicyPlan {
    /// Another policy, the one of that number.
    pub(crate) fn vary(&self, number: usize, variant: &Variant) -> Self {
        let mut plan = self.clone();
        if let Some((feature, window)) = variant.window {
            let count = plan.features.len();
            let feature = &mut plan.features[feature % count];
            feature.window = window;
            if let Some(CalendarPlan::Since(days)) = &mut feature.calendar {
                *days += window as i64 % 2;
            }
        }
        if variant.unfiltered {
            plan.features[0].filter = None;
        }
        let mut bit = 0;
        plan.features.retain(|_| {
            bit += 1;
            variant.without >> (bit - 1) & 1 == 0
        });
        if plan.features.is_empty() {
            plan.features.clone_from(&self.features);
        }
        if variant.reversed {
            plan.features.reverse();
        }
        plan.derived.clone_from(&variant.derived);
        if let Some((ladders, maps)) = &variant.scales {
            plan.ladders.clone_from(ladders);
            plan.maps.clone_from(maps);
        }
        if let Some(time) = &variant.time {
            plan.time.clone_from(time);
        }
        plan.keep_longer = variant.keep_longer;
        plan.merge = variant.merge.unwrap_or(self.merge);
        plan.refuse_unknown = variant.refuse_unknown.unwrap_or(self.refuse_unknown);
        plan.transition = variant.transition;
        plan.names = Names {
            policy: number,
            ..variant.names
        };
        plan
    }
}

impl Stage {
    /// The first of the policies that may come.
    pub(crate) fn other(&self) -> &Arc<Policy> {
        &self.policies[1]
    }

    /// A policy comes.
    pub(super) fn adopt(&mut self, which: usize, pace: u32) {
        let policy = Arc::clone(&self.policies[which % self.policies.len()]);
        let taken = self.model.adopt(&policy, pace);
        self.sightings.adopted(taken);
        self.history
            .inputs
            .push(Input::Adopt(Adopted { policy, pace }));
        self.answer(None, Vec::new());
        self.answers.last_mut().expect("just there").taken = taken;
    }
}
