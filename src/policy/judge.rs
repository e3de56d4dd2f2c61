//! The judgement itself: levels of features and the places so far in, ranks on every ladder and map
//! out.

use crate::features::cuts::{Cuts, Level};
use crate::model::standing::Place;

use super::declared::{Ladder, Policy, SegmentMap, Tier};
use super::rule::{Comparison, Op, Rule, Subject};

/// A policy's comparisons, prepared so that each is one look at a level.
#[derive(Clone, Debug)]
pub struct Judge {
    cuts: Cuts,
    tests: Vec<Test>,
}

/// A comparison holds while the level of its subject (a tier's is its rank) is in a range.
#[derive(Clone, Copy, Debug)]
struct Test {
    subject: Subject,
    least: Level,
    most: Level,
}

/// What rules look at: the levels of the features and the tiers just given.
#[derive(Clone, Copy)]
struct Seen<'a> {
    levels: &'a [Level],
    tiers: &'a [u8],
}

impl Judge {
    /// Of this policy.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let mut by_feature = vec![Vec::new(); policy.features.len()];
        for comparison in &policy.comparisons {
            if let Subject::Feature(feature) = comparison.subject {
                let (first, second) = cuts_of(comparison);
                by_feature[feature].extend(first.into_iter().chain(second));
            }
        }
        let cuts = Cuts::new(by_feature);
        let tests = policy.comparisons.iter().map(|c| test(c, &cuts)).collect();
        Self { cuts, tests }
    }

    /// The values at which features matter.
    #[must_use]
    pub fn cuts(&self) -> &Cuts {
        &self.cuts
    }

    /// The ranks on all ladders and maps at these levels for a customer who stood at `places`;
    /// replaces what is in `ranks`.
    pub fn judge(&self, policy: &Policy, levels: &[Level], places: &[Place], ranks: &mut Vec<u8>) {
        ranks.clear();
        for (ladder, place) in policy.ladders.iter().zip(places) {
            ranks.push(self.tier(ladder, place.rank, levels));
        }
        self.segments(policy, levels, ranks);
    }

    /// The ranks of a customer without events at these levels: on tier 0 of every ladder, and where
    /// the maps say.
    pub fn first(&self, policy: &Policy, levels: &[Level], ranks: &mut Vec<u8>) {
        ranks.clear();
        ranks.resize(policy.ladders.len(), 0);
        self.segments(policy, levels, ranks);
    }

    fn segments(&self, policy: &Policy, levels: &[Level], ranks: &mut Vec<u8>) {
        for map in &policy.maps {
            let rank = self.segment(
                map,
                Seen {
                    levels,
                    tiers: ranks,
                },
            );
            ranks.push(rank);
        }
    }

    /// From the top: the first tier to enter; at the tier stood on, or below it, also the first to
    /// keep.
    fn tier(&self, ladder: &Ladder, from: u8, levels: &[Level]) -> u8 {
        let seen = Seen { levels, tiers: &[] };
        let holds = |rule: &Option<Rule>| rule.as_ref().is_some_and(|r| self.holds(r, seen));
        let given = |rank: usize, tier: &Tier| {
            holds(&tier.enter) || (rank <= usize::from(from) && holds(&tier.keep))
        };
        let tiers = ladder.tiers.iter().enumerate().skip(1).rev();
        let mut tiers = tiers.filter(|(rank, tier)| given(*rank, tier));
        tiers.next().map_or(0, |(rank, _)| rank as u8)
    }

    fn segment(&self, map: &SegmentMap, seen: Seen<'_>) -> u8 {
        let matches = |rule: &Option<Rule>| rule.as_ref().is_none_or(|r| self.holds(r, seen));
        let matching = map.segments.iter().position(|s| matches(&s.when));
        matching.unwrap_or(map.segments.len() - 1) as u8
    }

    fn holds(&self, rule: &Rule, seen: Seen<'_>) -> bool {
        match rule {
            Rule::Compare(ix) => {
                let test = &self.tests[*ix];
                let level = match test.subject {
                    Subject::Feature(feature) => seen.levels[feature],
                    Subject::Tier(scale) => Level::from(seen.tiers[scale.0]),
                };
                test.least <= level && level <= test.most
            }
            Rule::All(rules) => rules.iter().all(|rule| self.holds(rule, seen)),
            Rule::Any(rules) => rules.iter().any(|rule| self.holds(rule, seen)),
        }
    }
}

/// The values at which the comparison changes its answer. Nothing lies beyond the largest number
/// but "never".
fn cuts_of(comparison: &Comparison) -> (Option<i64>, Option<i64>) {
    let (at, after) = (comparison.threshold, comparison.threshold.checked_add(1));
    match comparison.op {
        Op::Ge | Op::Lt => (Some(at), None),
        Op::Gt | Op::Le => (None, after),
        Op::Eq => (Some(at), after),
    }
}

fn test(comparison: &Comparison, cuts: &Cuts) -> Test {
    let (least, most) = match comparison.subject {
        Subject::Feature(feature) => levels_of(comparison, cuts, feature),
        Subject::Tier(_) => ranks_of(comparison),
    };
    Test {
        subject: comparison.subject,
        least,
        most,
    }
}

/// The levels of the feature at which the comparison holds.
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

/// The ranks at which the comparison holds.
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
