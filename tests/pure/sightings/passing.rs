//! Cases of policies that take the place of others.

use tidemark::engine::effect::Judged;
use tidemark::model::change::Cause;
use tidemark::model::warning::Notice;

use super::Sightings;

/// Those that the histories with several policies come by.
pub(crate) const CHANGING: [&str; 13] = [
    "policy adopted",
    "policy refused",
    "up by a policy",
    "down by a policy",
    "from a tier that is no more",
    "stays though the tier is no more",
    "first change by a policy",
    "told without a change",
    "passed over after a tick",
    "passed over by an event",
    "a deadline of the policy before, first",
    "at risk by a policy",
    "near by a policy",
];

impl Sightings {
    /// A policy has come.
    pub(crate) fn adopted(&mut self, taken: bool) {
        self.see("policy adopted", taken);
        self.see("policy refused", !taken);
    }

    /// Looks at what came of an input after a policy.
    pub(super) fn passed(&mut self, judged: &[Judged], by_event: bool) {
        let by_policy = |judged: &Judged| {
            let mut causes = judged.changes.iter().map(|change| change.cause);
            let tells = judged.changes.is_empty() && !judged.places.is_empty();
            tells || causes.any(|cause| cause == Cause::Policy)
        };
        let mut before: Option<&Judged> = None;
        for one in judged {
            let same = before.is_some_and(|before| before.customer == one.customer);
            let other = before.is_some_and(|before| before.era < one.era);
            before = Some(one);
            let warnings = one.warnings.iter();
            for warning in warnings.filter(|warning| warning.cause == Cause::Policy) {
                let near = matches!(warning.notice, Notice::Near(_));
                let loss = matches!(warning.notice, Notice::AtRisk { .. });
                self.see("near by a policy", near);
                self.see("at risk by a policy", loss);
            }
            if !by_policy(one) {
                continue;
            }
            self.see("a deadline of the policy before, first", same && other);
            self.see("passed over by an event", by_event);
            self.see("passed over after a tick", !by_event);
            self.see("told without a change", one.changes.is_empty());
            for change in &one.changes {
                self.see("up by a policy", change.to > change.from);
                self.see("down by a policy", change.to < change.from);
                self.see("from a tier that is no more", change.left.is_some());
                let stays = change.left.is_some() && change.to == change.from;
                self.see("stays though the tier is no more", stays);
                self.see("first change by a policy", change.version == 1);
            }
        }
    }
}
