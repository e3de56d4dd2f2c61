//! Reasons: the comparisons of the rule that decided, with what was measured.

use crate::model::change::{Measure, Reason};
use crate::model::standing::ScaleIx;
use crate::model::warning::Loss;

use super::declared::{Policy, Tier};
use super::rule::{Op, Rule, Subject};

impl Op {
    /// Whether a measure compares so with a constant. What is unknown does not.
    #[must_use]
    pub fn holds(self, measured: &Measure, threshold: &Measure) -> bool {
        match self {
            _ if *measured == Measure::Unknown => false,
            Self::Ge => measured >= threshold,
            Self::Gt => measured > threshold,
            Self::Le => measured <= threshold,
            Self::Lt => measured < threshold,
            Self::Eq => measured == threshold,
            Self::Ne => measured != threshold,
        }
    }
}

/// The rule that keeps a customer on a tier; none on the bottom tier.
#[must_use]
pub fn keep_rule(tier: &Tier) -> Option<&Rule> {
    tier.keep.as_ref().or(tier.enter.as_ref())
}

/// The rule that would keep a customer on a tier that will be lost.
#[must_use]
pub fn gap_rule(tier: &Tier, loss: Loss) -> Option<&Rule> {
    match loss.lent {
        true => tier.enter.as_ref(),
        false => keep_rule(tier),
    }
}

/// The rule that decided a move.
///
/// # Panics
/// Nothing moves so: the two ranks are one, or one of them does not exist.
#[must_use]
pub fn decisive(policy: &Policy, scale: ScaleIx, from: u8, to: u8) -> &Rule {
    let (from, to) = (usize::from(from), usize::from(to));
    let rule = match policy.ladders.get(scale.0) {
        Some(ladder) if to > from => ladder.tiers[to].enter.as_ref(),
        Some(ladder) => keep_rule(&ladder.tiers[from]),
        None => {
            let segments = &policy.maps[scale.0 - policy.ladders.len()].segments;
            segments[to].when.as_ref().or(segments[from].when.as_ref())
        }
    };
    rule.expect("every tier but the lowest and every segment but the last has a rule")
}

/// The comparisons of a rule in declared order. `measure` tells the value of a feature; `ranks` are
/// those just given on the ladders.
#[must_use]
pub fn reasons(
    policy: &Policy,
    rule: &Rule,
    measure: impl Fn(usize) -> Measure,
    ranks: &[u8],
) -> Vec<Reason> {
    let mut reasons = Vec::with_capacity(comparisons(rule));
    gather(policy, rule, &measure, ranks, &mut reasons);
    reasons
}

/// How many comparisons a rule has.
fn comparisons(rule: &Rule) -> usize {
    match rule {
        Rule::Compare(_) => 1,
        Rule::All(rules) | Rule::Any(rules) => rules.iter().map(comparisons).sum(),
    }
}

fn gather(
    policy: &Policy,
    rule: &Rule,
    measure: &impl Fn(usize) -> Measure,
    ranks: &[u8],
    reasons: &mut Vec<Reason>,
) {
    match rule {
        Rule::Compare(ix) => {
            let comparison = &policy.comparisons[*ix];
            let measured = match comparison.subject {
                Subject::Feature(feature) => measure(feature),
                Subject::Tier(scale) => Measure::Is(i64::from(ranks[scale.0])),
            };
            reasons.push(Reason {
                comparison: *ix,
                holds: comparison.op.holds(&measured, &comparison.threshold),
                measured,
            });
        }
        Rule::All(rules) | Rule::Any(rules) => {
            for rule in rules {
                gather(policy, rule, measure, ranks, reasons);
            }
        }
    }
}
