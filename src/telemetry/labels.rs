//! The values of labels: those of the input topics and of all policies that there have been, in the
//! order in which they came.

use std::sync::Arc;

use crate::model::standing::ScaleIx;
use crate::policy::declared::Policy;

/// What is known so far. Nothing is ever taken away, so that numbers stay what they are.
#[derive(Clone, Debug)]
pub(super) struct Labels {
    pub(super) topics: Vec<String>,
    /// Ladders and maps, as they came.
    pub(super) scales: Vec<Scale>,
    /// The field and the rule of each cleaning rule.
    pub(super) cleaning: Vec<[String; 2]>,
    policies: Vec<(Arc<Policy>, Enrolled)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) name: String,
    pub(super) is_ladder: bool,
    pub(super) ranks: Vec<String>,
}

/// The numbers under which what a policy names is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enrolled {
    /// By ladder and map.
    pub scales: Vec<usize>,
    /// By ladder and map, by tier or segment.
    pub ranks: Vec<Vec<usize>>,
    /// By cleaning rule.
    pub cleaning: Vec<usize>,
}

impl Labels {
    pub(super) fn new(topics: &[&str]) -> Self {
        Self {
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            scales: Vec::new(),
            cleaning: Vec::new(),
            policies: Vec::new(),
        }
    }

    /// Adds what a policy names, and says under which numbers it is counted.
    pub(super) fn enrol(&mut self, policy: &Arc<Policy>) -> Enrolled {
        let same = |(known, _): &&(Arc<Policy>, Enrolled)| known.hash == policy.hash;
        if let Some((_, enrolled)) = self.policies.iter().find(same) {
            return enrolled.clone();
        }
        let mut enrolled = Enrolled::default();
        for scale in (0..policy.scales()).map(ScaleIx) {
            let is = (policy.scale_name(scale), policy.is_ladder(scale));
            let known = |scale: &Scale| (scale.name.as_str(), scale.is_ladder) == is;
            let place = place(&mut self.scales, known, || Scale {
                name: is.0.to_owned(),
                is_ladder: is.1,
                ranks: Vec::new(),
            });
            let ranks = &mut self.scales[place].ranks;
            let names = policy.rank_names(scale).into_iter();
            let names = names.map(|name| self::place(ranks, |it| it == name, || name.to_owned()));
            enrolled.ranks.push(names.collect());
            enrolled.scales.push(place);
        }
        for (field, rule) in policy.cleaning.names() {
            let known = |it: &[String; 2]| it[0] == field && it[1] == rule;
            let add = || [field.to_owned(), rule.to_owned()];
            let place = place(&mut self.cleaning, known, add);
            enrolled.cleaning.push(place);
        }
        self.policies.push((policy.clone(), enrolled.clone()));
        enrolled
    }

    /// A policy that was enrolled.
    pub(super) fn policy(&self, hash: &str) -> Option<&Arc<Policy>> {
        let mut policies = self.policies.iter().map(|(policy, _)| policy);
        policies.find(|policy| policy.hash == hash)
    }
}

/// Where something is among all; it is added at the end if it is not there.
fn place<T>(all: &mut Vec<T>, is: impl Fn(&T) -> bool, add: impl FnOnce() -> T) -> usize {
    all.iter().position(is).unwrap_or_else(|| {
        all.push(add());
        all.len() - 1
    })
}
