//! One judging: where a customer stands at an instant, and the first instant at which time alone
//! changes that.

use crate::features::cuts::Level;
use crate::features::history::History;
use crate::features::layout::{Layout, Reach};
use crate::features::outlook::Outlook;
use crate::model::standing::Place;
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;
use crate::policy::judge::Judge;

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
        Self {
            layout: Layout::new(&policy.features, reach),
            judge: Judge::new(policy),
        }
    }
}

/// Reused from one judging to the next; what it holds is about the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct Judging {
    outlook: Outlook,
    levels: Vec<Level>,
    /// The ranks on all ladders and maps now.
    pub(super) ranks: Vec<u8>,
    /// The ranks at the horizon.
    pub(super) ahead: Vec<u8>,
}

impl Judging {
    /// The ranks of a customer without events.
    pub(super) fn first(&mut self, policy: &Policy, law: &Law, nobody: &History) -> &[u8] {
        let cuts = law.judge.cuts();
        self.outlook
            .look(&law.layout, cuts, &policy.zone, nobody, Timestamp::MIN);
        law.judge
            .first(policy, self.outlook.levels(), &mut self.ranks);
        &self.ranks
    }

    /// Judges a customer at an instant that is not before the frontier.
    pub(super) fn judge(
        &mut self,
        policy: &Policy,
        law: &Law,
        history: &History,
        places: &[Place],
        at: Timestamp,
    ) {
        let cuts = law.judge.cuts();
        self.outlook
            .look(&law.layout, cuts, &policy.zone, history, at);
        law.judge
            .judge(policy, self.outlook.levels(), places, &mut self.ranks);
    }

    /// The first instant after that judging at which the customer, then standing at `places`, moves
    /// without a further event.
    pub(super) fn horizon(
        &mut self,
        policy: &Policy,
        law: &Law,
        places: &[Place],
    ) -> Option<Timestamp> {
        self.levels.clear();
        self.levels.extend_from_slice(self.outlook.levels());
        let mut flips = self.outlook.flips().peekable();
        while let Some(flip) = flips.next() {
            self.levels[flip.feature] = flip.level;
            if flips.peek().is_some_and(|next| next.at == flip.at) {
                continue;
            }
            law.judge
                .judge(policy, &self.levels, places, &mut self.ahead);
            let stays = |(place, rank): (&Place, &u8)| place.rank == *rank;
            if !places.iter().zip(&self.ahead).all(stays) {
                return Some(flip.at);
            }
        }
        None
    }
}
