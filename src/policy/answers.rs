//! How comparisons answer at each level of a feature or on each tier of a ladder.

use crate::features::cuts::{Cuts, Level};
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
        Self::new(policy, Subject::Feature(feature), levels, |comparison| {
            levels_of(comparison, cuts, feature)
        })
    }

    pub(super) fn of_tier(policy: &Policy, ladder: ScaleIx, tiers: usize) -> Vec<Self> {
        Self::new(policy, Subject::Tier(ladder), tiers, ranks_of)
    }

    /// Of a subject with that many levels; a comparison holds from a first level to a last.
    fn new(
        policy: &Policy,
        subject: Subject,
        levels: usize,
        range: impl Fn(&Comparison) -> (Level, Level),
    ) -> Vec<Self> {
        let comparisons = policy.comparisons.iter().enumerate();
        let about = comparisons.filter(|(_, comparison)| comparison.subject == subject);
        let words = Bits::of(about.clone().map(|(ix, _)| ix));
        let in_word = |word: Bits| {
            let mut hold = vec![0; levels];
            for (ix, comparison) in about.clone().filter(|(ix, _)| word.contains(*ix)) {
                let (first, last) = range(comparison);
                for (level, hold) in (0..).zip(&mut hold) {
                    if first <= level && level <= last {
                        *hold |= Bits::bit(ix);
                    }
                }
            }
            Self { about: word, hold }
        };
        words.into_iter().map(in_word).collect()
    }
}

/// The values at which some comparison changes its answer. Nothing lies beyond the largest number
/// but "never".
pub(super) fn cuts_by_feature(policy: &Policy) -> Vec<Vec<i64>> {
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
