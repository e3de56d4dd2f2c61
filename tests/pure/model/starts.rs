//! What begins with the starts of a ladder (section 4 and 5): sums and counts with what was left at
//! the last start, and what is left at the next one.

use std::collections::BTreeMap;

use tidemark::features::feature::{Aggregate, Feature, Start, Treatment, Window};
use tidemark::model::change::Measure;
use tidemark::model::time::Timestamp;
use tidemark::policy::declared::{Ladder, Policy};
use tidemark::policy::rule::{Op, Rule, Subject};

use super::customer::{Customer, Rules};
use super::judgement::Ruling;

/// By the index of a feature: the instant of the last start, and what was left then.
pub(crate) type Counts = BTreeMap<usize, (Timestamp, i128)>;

/// The start with which a feature begins, if it does.
pub(crate) fn start_of(feature: &Feature) -> Option<Start> {
    match feature.window {
        Window::Start(start) => Some(start),
        _ => None,
    }
}

/// Whether anything begins with a ladder of a policy.
pub(crate) fn counts(policy: &Policy, ladder: &Ladder) -> bool {
    let mut starts = policy.features.iter().filter_map(start_of);
    starts.any(|start| {
        let begins = policy.ladders.get(start.ladder);
        begins.is_some_and(|known| known.name == ladder.name)
    })
}

/// Whether a rule looks at anything that begins with a ladder.
pub(crate) fn looks_at_counts(policy: &Policy, ladder: &Ladder, rule: &Rule) -> bool {
    let begins = |feature: usize| {
        let start = start_of(&policy.features[feature]);
        let ladders = start.and_then(|start| policy.ladders.get(start.ladder));
        ladders.is_some_and(|known| known.name == ladder.name)
    };
    compared(rule)
        .into_iter()
        .any(|comparison| match policy.comparisons[comparison].subject {
            Subject::Tier(_) => false,
            Subject::Feature(feature) => match policy.features[feature].aggregate {
                Aggregate::Derived(derived) => derived.parts.into_iter().any(begins),
                _ => begins(feature),
            },
        })
}

fn compared(rule: &Rule) -> Vec<usize> {
    match rule {
        Rule::Compare(comparison) => vec![*comparison],
        Rule::All(rules) | Rule::Any(rules) => rules.iter().flat_map(compared).collect(),
    }
}

/// What every feature that begins with a ladder has from now on, where the ladder has gone from
/// one tier to another, or to the same.
fn begin(
    policy: &Policy,
    (ladder, from, to): (usize, u8, u8),
    (measures, at): (&[Measure], Timestamp),
    kept: &mut Counts,
) {
    let declared = &policy.ladders[ladder].tiers[usize::from(to)];
    for (ix, feature) in policy.features.iter().enumerate() {
        let Some(start) = start_of(feature).filter(|start| start.ladder == ladder) else {
            continue;
        };
        let Measure::Is(value) = measures[ix] else {
            panic!("sums and counts are numbers");
        };
        let enter = declared.enter.as_ref();
        let (treatment, rule) = if to < from {
            (Treatment::Reset, None)
        } else if to > from {
            (start.promotion, enter)
        } else {
            (start.renewal, declared.keep.as_ref().or(enter))
        };
        let left = match treatment {
            Treatment::Keep => continue,
            Treatment::Reset => 0,
            Treatment::Deduct => {
                let reached = threshold(policy, rule.expect("a tier with rules"), ix);
                let beyond = i128::from(value) - i128::from(reached);
                beyond.max(0).min(start.most.into())
            }
        };
        kept.insert(ix, (at, left));
    }
}

impl Customer {
    /// Begins what begins with the ladders that these rulings start anew; whether there is one.
    pub(super) fn start_anew(
        &mut self,
        rulings: &[Ruling],
        measured: (&[Measure], Timestamp),
        rules: Rules<'_>,
    ) -> bool {
        let mut anew = false;
        for (ix, ladder) in rules.policy.ladders.iter().enumerate() {
            let (from, to) = (self.given[ix], rulings[ix].given);
            let begun = rulings[ix].memory.as_ref().map(|memory| memory.begun);
            let starts = from != to || begun != Some(self.memories[ix].begun);
            if counts(rules.policy, ladder) && starts {
                anew = true;
                begin(rules.policy, (ix, from, to), measured, &mut self.counts);
            }
        }
        anew
    }
}

/// The number that a rule says a feature must reach.
fn threshold(policy: &Policy, rule: &Rule, feature: usize) -> i64 {
    let reached = compared(rule).into_iter().find_map(|ix| {
        let comparison = &policy.comparisons[ix];
        let about = comparison.subject == Subject::Feature(feature);
        match comparison.threshold {
            Measure::Is(threshold) if about && comparison.op == Op::Ge => Some(threshold),
            _ => None,
        }
    });
    reached.expect("rules say what is deducted")
}

/// Whether a feature of one policy is one of another that begins with a ladder of that name.
pub(crate) fn alike(
    (policy, feature): (&Policy, &Feature),
    (other, known): (&Policy, &Feature),
) -> bool {
    let (Some(one), Some(two)) = (start_of(feature), start_of(known)) else {
        return false;
    };
    let same_ladder = policy.ladders[one.ladder].name == other.ladders[two.ladder].name;
    let treated = |start: Start| (start.promotion, start.renewal, start.most);
    same_ladder
        && treated(one) == treated(two)
        && feature.kinds == known.kinds
        && feature.filter == known.filter
        && feature.aggregate == known.aggregate
}

/// What is kept of what begins with ladders when one policy takes the place of another.
pub(crate) fn carried(from: &Policy, to: &Policy, kept: &Counts) -> Counts {
    let mut carried = Counts::new();
    for (ix, feature) in to.features.iter().enumerate() {
        let known = from.features.iter();
        let known = known
            .enumerate()
            .find(|(_, known)| alike((to, feature), (from, known)));
        if let Some(count) = known.and_then(|(known, _)| kept.get(&known)) {
            carried.insert(ix, *count);
        }
    }
    carried
}
