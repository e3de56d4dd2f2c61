//! How comparisons answer at each level of a feature or on each tier of a ladder.

use std::ops::Range;
use std::sync::Arc;

use crate::features::cuts::{Cuts, Level};
use crate::model::change::Measure;
use crate::model::standing::ScaleIx;

use super::declared::Policy;
use super::rule::{Comparison, Op, Subject};
use super::truths::Bits;

/// How a feature, or the tier just given on a ladder, answers comparisons about it.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    pub(super) about: Bits,
    /// By level or rank: what holds there.
    pub(super) hold: Vec<u64>,
}

impl Answers {
    pub(super) fn of_feature(policy: &Policy, cuts: &Cuts, feature: usize) -> Vec<Self> {
        let levels = cuts.never(feature) as usize + 1;
        let unknown = policy.features[feature].aggregate.may_be_unknown();
        let holds = |comparison: &Comparison, level: Level| match &comparison.threshold {
            _ if unknown && level == cuts.never(feature) => false,
            Measure::Is(at) => levels_of(comparison.op, *at, cuts, feature).contains(&level),
            text => comparison.op.holds(
                &Measure::Is(level.into()),
                &Measure::Is(cuts.level_of(feature, text).into()),
            ),
        };
        Self::new(policy, Subject::Feature(feature), levels, holds)
    }

    pub(super) fn of_tier(policy: &Policy, ladder: ScaleIx, tiers: usize) -> Vec<Self> {
        let holds = |comparison: &Comparison, rank: Level| {
            let rank = Measure::Is(rank.into());
            comparison.op.holds(&rank, &comparison.threshold)
        };
        Self::new(policy, Subject::Tier(ladder), tiers, holds)
    }

    /// Of a subject with that many levels or ranks.
    fn new(
        policy: &Policy,
        subject: Subject,
        levels: usize,
        holds: impl Fn(&Comparison, Level) -> bool,
    ) -> Vec<Self> {
        let comparisons = policy.comparisons.iter().enumerate();
        let about = comparisons.filter(|(_, comparison)| comparison.subject == subject);
        let words = Bits::of(about.clone().map(|(ix, _)| ix));
        let in_word = |word: Bits| {
            let mut hold = vec![0; levels];
            for (ix, comparison) in about.clone().filter(|(ix, _)| word.contains(*ix)) {
                for (level, hold) in (0..).zip(&mut hold) {
                    if holds(comparison, level) {
                        *hold |= Bits::bit(ix);
                    }
                }
            }
            Self { about: word, hold }
        };
        words.into_iter().map(in_word).collect()
    }
}

/// The values at which some comparison changes its answer, and the texts that are compared. Nothing
/// lies beyond the largest number but "never".
pub(super) fn cuts(policy: &Policy) -> Cuts {
    let mut by_feature = vec![Vec::new(); policy.features.len()];
    let mut texts = vec![Vec::new(); policy.features.len()];
    for comparison in &policy.comparisons {
        let Subject::Feature(feature) = comparison.subject else {
            continue;
        };
        let at = match &comparison.threshold {
            Measure::Is(at) => *at,
            Measure::Says(text) => {
                texts[feature].push(Arc::clone(text));
                continue;
            }
            Measure::Never | Measure::Unknown => {
                unreachable!("nothing is compared with what is no value")
            }
        };
        let after = at.checked_add(1);
        match comparison.op {
            Op::Ge | Op::Lt => by_feature[feature].push(at),
            Op::Gt | Op::Le => by_feature[feature].extend(after),
            Op::Eq | Op::Ne => by_feature[feature].extend([at].into_iter().chain(after)),
        }
    }
    Cuts::new(by_feature).with_texts(texts)
}

/// The levels of the feature at which it compares so with a number.
fn levels_of(op: Op, at: i64, cuts: &Cuts, feature: usize) -> Range<Level> {
    let end = cuts.never(feature) + 1;
    let level =
        |value: Option<i64>| value.map_or(cuts.never(feature), |value| cuts.level(feature, value));
    let (at, after) = (level(Some(at)), level(at.checked_add(1)));
    match op {
        Op::Ge => at..end,
        Op::Gt => after..end,
        Op::Lt => 0..at,
        Op::Le => 0..after,
        Op::Eq => at..after,
        Op::Ne => unreachable!("numbers are equal or more or less"),
    }
}
