//! Features that begin with the starts of a ladder, and what is left of them then.

use crate::features::feature::{Aggregate, Start, Treatment, Window};
use crate::model::change::Measure;
use crate::model::standing::ScaleIx;

use super::declared::{Policy, Tier};
use super::rule::{Op, Rule, Subject};

/// A feature that begins with the starts of a ladder.
#[derive(Clone, Debug)]
pub struct Counter {
    /// Which feature.
    pub feature: usize,
    /// The ladder.
    pub ladder: ScaleIx,
    start: Start,
    /// By rank: the thresholds at which the tier is entered, and by which it is kept.
    thresholds: Vec<[Option<i64>; 2]>,
}

/// A ladder has started anew with a customer: from which rank to which. They are the same where
/// the term of the tier was renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anew {
    /// The ladder.
    pub ladder: ScaleIx,
    /// The rank that it gave.
    pub from: u8,
    /// The rank that it gives.
    pub to: u8,
}

impl Counter {
    /// What is left of a value; nothing where it goes on as it is.
    #[must_use]
    pub fn left(&self, anew: Anew, value: i64) -> Option<i64> {
        let [enter, keep] = self.thresholds[usize::from(anew.to)];
        let (treatment, threshold) = match anew.to.cmp(&anew.from) {
            std::cmp::Ordering::Less => (Treatment::Reset, None),
            std::cmp::Ordering::Equal => (self.start.renewal, keep),
            std::cmp::Ordering::Greater => (self.start.promotion, enter),
        };
        match treatment {
            Treatment::Keep => None,
            Treatment::Reset => Some(0),
            Treatment::Deduct => {
                let threshold = threshold.expect("a policy is checked for its thresholds");
                Some(value.saturating_sub(threshold).clamp(0, self.start.most))
            }
        }
    }
}

/// The features of a policy that begin with the starts of ladders.
pub(super) fn counters(policy: &Policy) -> Vec<Counter> {
    let starts = policy.features.iter().enumerate().filter_map(|(ix, one)| {
        let Window::Start(start) = one.window else {
            return None;
        };
        Some((ix, start))
    });
    let counters = starts.map(|(feature, start)| {
        let tiers = policy.ladders[start.ladder].tiers.iter();
        let thresholds = tiers.map(|tier| {
            let rules = [tier.enter.as_ref(), keeping(tier)];
            rules.map(|rule| threshold(policy, rule?, feature))
        });
        Counter {
            feature,
            ladder: ScaleIx(start.ladder),
            start,
            thresholds: thresholds.collect(),
        }
    });
    counters.collect()
}

/// The rule that keeps a customer on a tier.
pub(super) fn keeping(tier: &Tier) -> Option<&Rule> {
    tier.keep.as_ref().or(tier.enter.as_ref())
}

/// The number of the one comparison of a feature by `>=` in a rule; nothing if there is none, or
/// more than one.
pub(super) fn threshold(policy: &Policy, rule: &Rule, feature: usize) -> Option<i64> {
    let mut found = Vec::new();
    each(rule, &mut |ix| {
        let comparison = &policy.comparisons[ix];
        if let (Subject::Feature(about), Op::Ge, Measure::Is(threshold)) =
            (comparison.subject, comparison.op, &comparison.threshold)
            && about == feature
        {
            found.push(*threshold);
        }
    });
    match found[..] {
        [threshold] => Some(threshold),
        _ => None,
    }
}

/// Whether a rule looks at a feature, or at one that is made of it.
pub(super) fn looks_at(policy: &Policy, rule: &Rule, feature: usize) -> bool {
    let mut looks = false;
    each(rule, &mut |ix| {
        let Subject::Feature(about) = policy.comparisons[ix].subject else {
            return;
        };
        looks |= about == feature;
        if let Aggregate::Derived(derived) = policy.features[about].aggregate {
            looks |= derived.parts.contains(&feature);
        }
    });
    looks
}

/// All comparisons of a rule.
fn each(rule: &Rule, see: &mut impl FnMut(usize)) {
    match rule {
        Rule::Compare(ix) => see(*ix),
        Rule::All(rules) | Rule::Any(rules) => {
            for rule in rules {
                each(rule, see);
            }
        }
    }
}
