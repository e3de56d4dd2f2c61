//! Reasons: the comparisons of the rule that decided, with what was measured.

use crate::model::change::{Measure, Reason};
use crate::model::standing::ScaleIx;

use super::declared::{Policy, Tier};
use super::rule::{Comparison, Op, Rule, Subject};

impl Op {
    /// Whether a measure compares so with a constant.
    #[must_use]
    pub fn holds(self, measured: Measure, threshold: i64) -> bool {
        let threshold = Measure::Is(threshold);
        match self {
            Self::Ge => measured >= threshold,
            Self::Gt => measured > threshold,
            Self::Le => measured <= threshold,
            Self::Lt => measured < threshold,
            Self::Eq => measured == threshold,
        }
    }
}

/// The rule that keeps a customer on a tier; none on the bottom tier.
#[must_use]
pub fn keep_rule(tier: &Tier) -> Option<&Rule> {
    tier.keep.as_ref().or(tier.enter.as_ref())
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

/// The comparisons of a rule in declared order. `ranks` are those just given on the ladders.
#[must_use]
pub fn reasons(policy: &Policy, rule: &Rule, measures: &[Measure], ranks: &[u8]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    gather(policy, rule, measures, ranks, &mut reasons);
    reasons
}

fn gather(
    policy: &Policy,
    rule: &Rule,
    measures: &[Measure],
    ranks: &[u8],
    reasons: &mut Vec<Reason>,
) {
    match rule {
        Rule::Compare(comparison) => {
            let Comparison {
                subject,
                op,
                threshold,
            } = &policy.comparisons[*comparison];
            let measured = match subject {
                Subject::Feature(feature) => measures[*feature],
                Subject::Tier(scale) => Measure::Is(i64::from(ranks[scale.0])),
            };
            reasons.push(Reason {
                comparison: *comparison,
                measured,
                holds: op.holds(measured, *threshold),
            });
        }
        Rule::All(rules) | Rule::Any(rules) => {
            for rule in rules {
                gather(policy, rule, measures, ranks, reasons);
            }
        }
    }
}
