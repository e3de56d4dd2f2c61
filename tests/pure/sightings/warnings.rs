//! Cases of ladders that warn.

use tidemark::engine::effect::Judged;
use tidemark::model::change::Cause;
use tidemark::model::warning::Notice;

use super::Sightings;
use crate::model::lane::Model;

impl Sightings {
    /// What was told besides changes.
    pub(super) fn warned(&mut self, model: &Model, judged: &Judged) {
        let policy = model.policy();
        let erased = model.erased.get(&*judged.customer);
        for warning in &judged.warnings {
            let name = policy.scale_name(warning.ladder);
            let before = erased.and_then(|erased| erased.numbers.get(name));
            let goes_on = before.is_some_and(|before| warning.number > *before);
            self.see("born again, warnings go on", goes_on);
            let clock = warning.cause == Cause::Clock;
            let change = judged.changes.iter();
            let moved = change
                .filter(|change| change.scale == warning.ladder)
                .count()
                > 0;
            match warning.notice {
                Notice::AtRisk { loss, step } => {
                    let case = if clock {
                        "at risk by the clock"
                    } else {
                        "at risk by an event"
                    };
                    self.see(case, true);
                    let late = loss.at - step < warning.effective_at;
                    self.see("at risk nearer than a step", late);
                    let tier = &policy.ladders[warning.ladder.0].tiers[usize::from(warning.tier)];
                    let second = tier.warnings.steps.first() != Some(&step);
                    self.see("at risk again, nearer", second && warning.number > 1);
                    self.see("at risk where just come to", moved);
                    self.see(
                        "at risk from a lapse to come",
                        warning.measured_at < loss.at,
                    );
                    self.see("at risk of several tiers", loss.to + 1 < warning.tier);
                }
                Notice::Safe => {
                    // What time alone brings has been foreseen.
                    assert!(!clock, "safe by the clock");
                    self.see("safe by an event", true);
                }
                Notice::Near(_) => {
                    self.see(
                        if clock {
                            "near by the clock"
                        } else {
                            "near by an event"
                        },
                        true,
                    );
                    self.see("near where just come up", moved);
                }
            }
        }
        let alone = judged.changes.is_empty();
        self.see("a warning without a change", alone);
        self.see("several warnings at once", judged.warnings.len() > 1);
    }
}
