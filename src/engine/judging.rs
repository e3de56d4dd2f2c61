//! One judging: where a customer stands at an instant, and when time alone changes that.

use crate::features::history::History;
use crate::features::outlook::{Instant, Outlook};
use crate::model::time::Timestamp;
use crate::policy::climb::Now;
use crate::policy::declared::Policy;
use crate::policy::judge::{Footing, Stood};
use crate::policy::overrides::Overrides;
use crate::policy::truths::Truths;

use super::law::Law;

/// Reused from one judging to the next; what it holds is about the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct Judging {
    outlook: Outlook,
    truths: Truths,
    /// Where the customer stands now.
    pub(super) footing: Footing,
    scratch: Vec<Timestamp>,
}

impl Judging {
    /// The footing of a customer without events.
    pub(super) fn first(&mut self, policy: &Policy, law: &Law, nobody: &History) -> &Footing {
        self.outlook
            .look(&law.layout, &policy.zone, nobody, Timestamp::MIN);
        let levels = self.outlook.levels();
        law.judge.first(levels, &mut self.truths, &mut self.footing);
        &self.footing
    }

    /// Judges a customer who stood there at an instant that is not before the frontier.
    pub(super) fn judge(
        &mut self,
        policy: &Policy,
        law: &Law,
        history: &History,
        from: Stood<'_>,
        at: Timestamp,
    ) {
        self.outlook.look(&law.layout, &policy.zone, history, at);
        let levels = self.outlook.levels();
        let now = Now {
            zone: &policy.zone,
            at,
        };
        law.judge
            .judge(levels, now, from, &mut self.truths, &mut self.footing);
    }

    /// The first instant after that judging, which was under these overrides, at which the footing
    /// becomes other than it is now without a further event, or one of them ends.
    pub(super) fn horizon(
        &mut self,
        policy: &Policy,
        law: &Law,
        overrides: &Overrides,
    ) -> Option<Timestamp> {
        let Self {
            outlook,
            truths,
            footing,
            scratch,
        } = self;
        let (judge, zone) = (&law.judge, &policy.zone);
        let wake = judge.wake(zone, footing, overrides);
        let instants = outlook.instants();
        let mut instants = instants.take_while(|instant| instant.at() < wake);
        let stirring = instants.find(|instant| {
            for flip in instant.flips() {
                judge.flip(flip.feature, flip.level, truths);
            }
            let now = Now {
                zone,
                at: instant.at(),
            };
            // While no ladder moves, the tiers that maps look at stay as they are.
            let mut scales = instant
                .flips()
                .flat_map(|flip| judge.scales_about(flip.feature));
            scales.any(|scale| judge.stirs(*scale, now, (footing, overrides), truths, scratch))
        });
        let stirring = stirring.map(Instant::at);
        stirring.or((wake < Timestamp::MAX).then_some(wake))
    }
}
