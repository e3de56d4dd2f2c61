//! One judging: where a customer stands at an instant, and when time alone changes that.

use crate::features::history::History;
use crate::features::layout::{Layout, Reach};
use crate::features::outlook::{Instant, Outlook};
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;
use crate::policy::judge::Judge;
use crate::policy::truths::Truths;

/// What a policy says, prepared for judging.
#[derive(Clone, Debug)]
pub(super) struct Law {
    pub(super) layout: Layout,
    pub(super) judge: Judge,
}

impl Law {
    pub(super) fn new(policy: &Policy) -> Self {
        let reach = Reach {
            orders: policy.orders.keep,
            late: policy.time.late,
        };
        let judge = Judge::new(policy);
        Self {
            layout: Layout::new(&policy.features, judge.cuts(), reach),
            judge,
        }
    }
}

/// Reused from one judging to the next; what it holds is about the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct Judging {
    outlook: Outlook,
    truths: Truths,
    /// The ranks on all ladders and maps now.
    pub(super) ranks: Vec<u8>,
}

impl Judging {
    /// The ranks of a customer without events.
    pub(super) fn first(&mut self, policy: &Policy, law: &Law, nobody: &History) -> &[u8] {
        self.outlook
            .look(&law.layout, &policy.zone, nobody, Timestamp::MIN);
        let levels = self.outlook.levels();
        law.judge.first(levels, &mut self.truths, &mut self.ranks);
        &self.ranks
    }

    /// Judges a customer whose ranks were `from` at an instant that is not before the frontier.
    pub(super) fn judge(
        &mut self,
        policy: &Policy,
        law: &Law,
        history: &History,
        from: &[u8],
        at: Timestamp,
    ) {
        self.outlook.look(&law.layout, &policy.zone, history, at);
        let levels = self.outlook.levels();
        law.judge
            .judge(levels, from, &mut self.truths, &mut self.ranks);
    }

    /// The first instant after that judging at which the ranks become other than they are now
    /// without a further event.
    pub(super) fn horizon(&mut self, law: &Law) -> Option<Timestamp> {
        let Self {
            outlook,
            truths,
            ranks,
        } = self;
        let judge = &law.judge;
        let mut instants = outlook.instants();
        let moving = instants.find(|instant| {
            for flip in instant.flips() {
                judge.flip(flip.feature, flip.level, truths);
            }
            // While no ladder moves, the tiers that maps look at stay as they are.
            let mut scales = instant
                .flips()
                .flat_map(|flip| judge.scales_about(flip.feature));
            scales.any(|scale| {
                let from = ranks[scale.0];
                judge.rank(*scale, from, truths) != from
            })
        });
        moving.map(Instant::at)
    }
}
