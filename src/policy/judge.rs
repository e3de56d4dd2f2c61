//! The judgement itself: levels of features and the places so far in, ranks on all scales out.

use crate::features::cuts::{Cuts, Level};
use crate::model::standing::{Place, ScaleIx};

use super::declared::{Ladder, Policy, SegmentMap};
use super::rule::{Comparison, Op, Rule, Subject};
use super::truths::{Bits, Check, Truths};

/// A policy prepared so that judging is a few questions about bits.
#[derive(Clone, Debug)]
pub struct Judge {
    cuts: Cuts,
    comparisons: usize,
    features: Vec<Answers>,
    tiers: Vec<Answers>,
    scales: Vec<Scale>,
    /// Per feature: the ladders and maps with a comparison of it.
    scales_about: Vec<Vec<ScaleIx>>,
}

/// How a feature, or the tier just given on a ladder, answers the comparisons about it.
#[derive(Clone, Debug, Default)]
struct Answers {
    about: Bits,
    /// By level or rank: what holds there.
    hold: Vec<Bits>,
}

/// A ladder or map as checks.
#[derive(Clone, Debug)]
enum Scale {
    /// From the highest tier down to tier 1: the tier, what enters it and what else keeps it.
    Ladder(Vec<(u8, Check, Option<Check>)>),
    /// All segments but the last: what brings a customer there.
    Map(Vec<Check>),
}

impl Judge {
    /// Of this policy.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let cuts = Cuts::new(cuts_by_feature(policy));
        let ladders = policy.ladders.iter();
        let maps = policy.maps.iter().map(Scale::of_map);
        Self {
            comparisons: policy.comparisons.len(),
            features: (0..policy.features.len())
                .map(|feature| Answers::of_feature(policy, &cuts, feature))
                .collect(),
            tiers: ladders
                .clone()
                .enumerate()
                .map(|(ix, l)| Answers::of_tier(policy, ix, l))
                .collect(),
            scales: ladders.map(Scale::of_ladder).chain(maps).collect(),
            scales_about: scales_about(policy),
            cuts,
        }
    }

    /// The values at which features matter.
    #[must_use]
    pub fn cuts(&self) -> &Cuts {
        &self.cuts
    }

    /// The ladders and maps whose rules look at a feature.
    #[must_use]
    pub fn scales_about(&self, feature: usize) -> &[ScaleIx] {
        &self.scales_about[feature]
    }

    /// The ranks on all ladders and maps at these levels for a customer who stood at `places`.
    /// Replaces what is in `ranks` and `truths`.
    pub fn judge(
        &self,
        levels: &[Level],
        places: &[Place],
        truths: &mut Truths,
        ranks: &mut Vec<u8>,
    ) {
        self.ask(levels, truths);
        ranks.clear();
        for (scale, place) in (0..).map(ScaleIx).zip(places) {
            let rank = self.rank(scale, place.rank, truths);
            self.given(scale, rank, truths);
            ranks.push(rank);
        }
    }

    /// The ranks of a customer without events at these levels: on tier 0 of every ladder, and where
    /// the maps say.
    pub fn first(&self, levels: &[Level], truths: &mut Truths, ranks: &mut Vec<u8>) {
        self.ask(levels, truths);
        ranks.clear();
        for (ix, scale) in self.scales.iter().enumerate() {
            let rank = match scale {
                Scale::Ladder(_) => 0,
                Scale::Map(_) => self.rank(ScaleIx(ix), 0, truths),
            };
            self.given(ScaleIx(ix), rank, truths);
            ranks.push(rank);
        }
    }

    /// A feature comes to a level.
    pub fn flip(&self, feature: usize, level: Level, truths: &mut Truths) {
        let Answers { about, hold } = &self.features[feature];
        truths.set(about, &hold[level as usize]);
    }

    /// The rank on one ladder or map for a customer who stood at `from`; for a map, the tiers must
    /// have been given.
    #[must_use]
    pub fn rank(&self, scale: ScaleIx, from: u8, truths: &Truths) -> u8 {
        match &self.scales[scale.0] {
            // From the top: the first tier that can be entered or, from where the customer stands
            // downwards, kept.
            Scale::Ladder(tiers) => {
                let keeps = |tier: u8, keep: &Option<Check>| {
                    tier <= from && keep.as_ref().is_some_and(|keep| keep.holds(truths))
                };
                let mut tiers = tiers.iter();
                let held =
                    tiers.find(|(tier, enter, keep)| enter.holds(truths) || keeps(*tier, keep));
                held.map_or(0, |(tier, _, _)| *tier)
            }
            Scale::Map(segments) => {
                let matching = segments.iter().position(|when| when.holds(truths));
                matching.unwrap_or(segments.len()) as u8
            }
        }
    }

    /// Answers all comparisons of features.
    fn ask(&self, levels: &[Level], truths: &mut Truths) {
        truths.clear(self.comparisons);
        for (answers, level) in self.features.iter().zip(levels) {
            truths.add(&answers.hold[*level as usize]);
        }
    }

    /// Answers the comparisons of a tier.
    fn given(&self, scale: ScaleIx, rank: u8, truths: &mut Truths) {
        if let Some(answers) = self.tiers.get(scale.0) {
            truths.add(&answers.hold[usize::from(rank)]);
        }
    }
}

impl Answers {
    fn of_feature(policy: &Policy, cuts: &Cuts, feature: usize) -> Self {
        let levels = cuts.never(feature) as usize + 1;
        Self::new(policy, Subject::Feature(feature), levels, |comparison| {
            levels_of(comparison, cuts, feature)
        })
    }

    fn of_tier(policy: &Policy, ladder: usize, declared: &Ladder) -> Self {
        let subject = Subject::Tier(ScaleIx(ladder));
        Self::new(policy, subject, declared.tiers.len(), ranks_of)
    }

    /// Of a subject with that many levels; a comparison holds from a first level to a last.
    fn new(
        policy: &Policy,
        subject: Subject,
        levels: usize,
        range: impl Fn(&Comparison) -> (Level, Level),
    ) -> Self {
        let mut answers = Self {
            about: Bits::default(),
            hold: vec![Bits::default(); levels],
        };
        let comparisons = policy.comparisons.iter().enumerate();
        for (ix, comparison) in comparisons.filter(|(_, c)| c.subject == subject) {
            answers.about.insert(ix);
            let (first, last) = range(comparison);
            for (level, hold) in (0..).zip(&mut answers.hold) {
                if first <= level && level <= last {
                    hold.insert(ix);
                }
            }
        }
        answers
    }
}

impl Scale {
    fn of_ladder(ladder: &Ladder) -> Self {
        let tiers = (0_u8..).zip(&ladder.tiers).skip(1);
        let mut checks: Vec<_> = tiers
            .map(|(rank, tier)| {
                let enter = tier
                    .enter
                    .as_ref()
                    .expect("every tier but the lowest has an entry rule");
                (rank, Check::new(enter), tier.keep.as_ref().map(Check::new))
            })
            .collect();
        checks.reverse();
        Self::Ladder(checks)
    }

    fn of_map(map: &SegmentMap) -> Self {
        let (_, ruled) = map.segments.split_last().expect("a map has a segment");
        let checks = ruled.iter().map(|segment| {
            let when = segment.when.as_ref();
            Check::new(when.expect("every segment but the last has a rule"))
        });
        Self::Map(checks.collect())
    }
}

fn scales_about(policy: &Policy) -> Vec<Vec<ScaleIx>> {
    let ladders = policy.ladders.iter().map(|ladder| {
        let tiers = ladder.tiers.iter();
        tiers
            .flat_map(|tier| tier.enter.iter().chain(&tier.keep))
            .collect::<Vec<_>>()
    });
    let maps = policy.maps.iter().map(|map| {
        let segments = map.segments.iter();
        segments
            .flat_map(|segment| &segment.when)
            .collect::<Vec<_>>()
    });
    let mut about = vec![Vec::new(); policy.features.len()];
    for (scale, rules) in (0..).map(ScaleIx).zip(ladders.chain(maps)) {
        for (feature, scales) in about.iter_mut().enumerate() {
            if rules.iter().any(|rule| looks_at(policy, rule, feature)) {
                scales.push(scale);
            }
        }
    }
    about
}

fn looks_at(policy: &Policy, rule: &Rule, feature: usize) -> bool {
    match rule {
        Rule::Compare(ix) => policy.comparisons[*ix].subject == Subject::Feature(feature),
        Rule::All(rules) | Rule::Any(rules) => {
            rules.iter().any(|rule| looks_at(policy, rule, feature))
        }
    }
}

/// The values at which some comparison changes its answer. Nothing lies beyond the largest number
/// but "never".
fn cuts_by_feature(policy: &Policy) -> Vec<Vec<i64>> {
    let mut by_feature = vec![Vec::new(); policy.features.len()];
    for comparison in &policy.comparisons {
        let Subject::Feature(feature) = comparison.subject else {
            continue;
        };
        let at = comparison.threshold;
        let after = at.checked_add(1);
        match comparison.op {
            Op::Ge | Op::Lt => by_feature[feature].push(at),
            Op::Gt | Op::Le => by_feature[feature].extend(after),
            Op::Eq => by_feature[feature].extend([at].into_iter().chain(after)),
        }
    }
    by_feature
}

/// The first and last level of the feature at which the comparison holds.
fn levels_of(comparison: &Comparison, cuts: &Cuts, feature: usize) -> (Level, Level) {
    let never = cuts.never(feature);
    let from = |value: Option<i64>| value.map_or(never, |value| cuts.level(feature, value));
    let at = Some(comparison.threshold);
    let after = comparison.threshold.checked_add(1);
    match comparison.op {
        Op::Ge => (from(at), never),
        Op::Gt => (from(after), never),
        Op::Lt => (0, from(at) - 1),
        Op::Le => (0, from(after) - 1),
        Op::Eq => (from(at), from(after) - 1),
    }
}

/// The first and last rank at which the comparison holds.
fn ranks_of(comparison: &Comparison) -> (Level, Level) {
    let at = Level::try_from(comparison.threshold).expect("a tier's index is small");
    match comparison.op {
        Op::Ge => (at, Level::MAX),
        Op::Gt => (at + 1, Level::MAX),
        Op::Le => (0, at),
        Op::Lt if at == 0 => (Level::MAX, 0),
        Op::Lt => (0, at - 1),
        Op::Eq => (at, at),
    }
}
