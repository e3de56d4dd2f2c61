//! Why a customer stands where they stand, what would lift them and what comes next, as data.

use crate::model::change::{Measure, Reason};
use crate::model::overrides::Override;
use crate::model::standing::{Place, ScaleIx};
use crate::model::time::Timestamp;
use crate::policy::climb::Waiting;
use crate::policy::declared::{Ladder, Policy, SegmentMap};
use crate::policy::reasons::{keep_rule, reasons};
use crate::policy::rule::Rule;

use super::view::{Foreseen, Horizon, View};

/// One customer explained as of an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Who is one with the customer: first the one who goes on for them all.
    pub members: Vec<Box<str>>,
    /// As of when the measures are.
    pub at: Timestamp,
    /// The value of every feature, in declared order.
    pub measures: Vec<Measure>,
    /// The features that tell something of the profile, each with the instant at which it was said
    /// last, if it ever was.
    pub profile: Vec<(usize, Option<Timestamp>)>,
    /// In declared order.
    pub ladders: Vec<OnLadder>,
    /// In declared order.
    pub maps: Vec<OnMap>,
    /// The next instant at which time alone moves the customer.
    pub horizon: Option<Horizon>,
}

/// A customer on one ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnLadder {
    /// Which ladder.
    pub scale: ScaleIx,
    /// The tier, since when, and after how many changes.
    pub place: Place,
    /// The tier that the ladder gives, which is another one where there are overrides.
    pub given: u8,
    /// The overrides in force, the one that is dated first first, each with whether the tier is
    /// shown by it.
    pub overrides: Vec<(Override, bool)>,
    /// What keeps the customer on the tier given, as measured; empty on the bottom tier.
    pub keep: Vec<Reason>,
    /// What would bring the customer to each tier above the one given, the nearest first.
    pub above: Vec<Entry>,
    /// What the ladder waits for, as of the frontier; nothing if it never waits.
    pub waiting: Option<Waiting>,
    /// The loss of the tier shown that is to come, where that is told beforehand.
    pub loss: Option<Foreseen>,
}

/// The entry rule of a tier, as measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The tier.
    pub rank: u8,
    /// The comparisons of its entry rule.
    pub reasons: Vec<Reason>,
}

/// A customer on one map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnMap {
    /// Which map.
    pub scale: ScaleIx,
    /// The segment, since when, and after how many changes.
    pub place: Place,
    /// The rule of the segment, as measured; empty for the last segment, which takes whoever is
    /// left.
    pub when: Vec<Reason>,
}

/// Explains what is seen of a customer.
#[must_use]
pub fn explain(policy: &Policy, view: &View) -> Explanation {
    let ranks: Vec<u8> = view.places.iter().map(|place| place.rank).collect();
    let told = |rule: Option<&Rule>| match rule {
        Some(rule) => reasons(
            policy,
            rule,
            |feature| view.measures[feature].clone(),
            &ranks,
        ),
        None => Vec::new(),
    };
    let scales = (0..).map(ScaleIx).zip(&view.places);
    let (ladders, maps) = (&policy.ladders, &policy.maps);
    Explanation {
        members: view.members.clone(),
        at: view.at,
        measures: view.measures.clone(),
        profile: view.profile.clone(),
        ladders: scales
            .clone()
            .zip(ladders)
            .zip(&view.waiting)
            .map(|(((scale, place), ladder), waiting)| OnLadder {
                waiting: waiting.clone(),
                loss: view.losses.iter().find(|one| one.ladder == scale).cloned(),
                overrides: overrides(view, scale),
                ..on_ladder((scale, view.given[scale.0]), *place, ladder, told)
            })
            .collect(),
        maps: scales
            .skip(ladders.len())
            .zip(maps)
            .map(|((scale, place), map)| on_map(scale, *place, map, told))
            .collect(),
        horizon: view.horizon.clone(),
    }
}

fn overrides(view: &View, ladder: ScaleIx) -> Vec<(Override, bool)> {
    let (_, by) = view.overrides.shown(ladder, view.given[ladder.0]);
    let on = view.overrides.on(ladder);
    on.map(|one| (one.clone(), by == Some(one))).collect()
}

fn on_ladder(
    (scale, given): (ScaleIx, u8),
    place: Place,
    ladder: &Ladder,
    told: impl Fn(Option<&Rule>) -> Vec<Reason>,
) -> OnLadder {
    let above = ladder.tiers.iter().enumerate();
    let above = above.skip(usize::from(given) + 1);
    OnLadder {
        scale,
        place,
        given,
        overrides: Vec::new(),
        keep: told(keep_rule(&ladder.tiers[usize::from(given)])),
        above: above
            .map(|(rank, tier)| Entry {
                rank: rank as u8,
                reasons: told(tier.enter.as_ref()),
            })
            .collect(),
        waiting: None,
        loss: None,
    }
}

fn on_map(
    scale: ScaleIx,
    place: Place,
    map: &SegmentMap,
    told: impl Fn(Option<&Rule>) -> Vec<Reason>,
) -> OnMap {
    OnMap {
        scale,
        place,
        when: told(map.segments[usize::from(place.rank)].when.as_ref()),
    }
}
