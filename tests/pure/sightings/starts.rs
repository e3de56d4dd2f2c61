//! Cases of what begins with the starts of a ladder.

use tidemark::engine::effect::Judged;
use tidemark::model::change::Change;
use tidemark::policy::declared::Policy;
use tidemark::policy::rule::Subject;

use super::Sightings;
use crate::model::lane::Model;
use crate::model::starts::{counts, start_of};

impl Sightings {
    /// What customers have left, and whose terms have been renewed.
    pub(super) fn begun(&mut self, model: &Model, judged: &[Judged]) {
        let policy = model.policy();
        for customer in &model.customers {
            for (ix, (_, left)) in &customer.counts {
                let start = start_of(&policy.features[*ix]).expect("a count begins");
                self.see("left beyond a threshold", *left > 0);
                let capped = start.most < i64::MAX && *left == start.most.into();
                self.see("left, by a cap", capped);
            }
            let ladders = policy.ladders.iter().zip(&customer.memories);
            let mut begins = ladders.filter(|(ladder, _)| counts(policy, ladder));
            let renewed = begins.any(|(_, memory)| memory.begun > memory.since);
            self.see("a term renewed", renewed);
        }
        for both in judged.windows(2) {
            let same = (&both[0].customer, both[0].at) == (&both[1].customer, both[1].at);
            let up = |judged: &Judged| {
                let mut changes = judged.changes.iter();
                changes.any(|change| change.scale.0 == 0 && change.to > change.from)
            };
            let again = same && up(&both[0]) && up(&both[1]);
            self.see("several tiers paid one after another", again);
        }
    }

    /// Whether what begins with a ladder has decided.
    pub(super) fn by_counts(&mut self, policy: &Policy, change: &Change) {
        let begins = |comparison: usize| match policy.comparisons[comparison].subject {
            Subject::Feature(ix) => start_of(&policy.features[ix]).is_some(),
            Subject::Tier(_) => false,
        };
        let alone = change.reasons.len() == 1 && begins(change.reasons[0].comparison);
        let up = change.to > change.from;
        self.see("up by what begins with the ladder", alone && up);
        self.see("down by what begins with the ladder", alone && !up);
    }
}
