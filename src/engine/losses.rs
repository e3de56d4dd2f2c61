//! When ladders would take a customer down if nothing more were heard of them.

use std::mem;

use crate::model::event::Kind;
use crate::model::time::Timestamp;
use crate::policy::judge::{Footing, Stood};

use super::customers::Slot;
use super::era::Era;
use super::step::Engine;

impl Engine {
    /// If an event of that kind takes something back: when each ladder would let the customer go
    /// without it, as far as a ladder asks.
    pub(super) fn spared(
        &mut self,
        slot: Slot,
        at: Timestamp,
        kind: Kind,
    ) -> Option<Vec<Timestamp>> {
        let takes_back = matches!(kind, Kind::Refund | Kind::Cancel | Kind::Restate);
        takes_back.then(|| match self.era.law.judge.spares() {
            true => self.losses(slot, at),
            false => Vec::new(),
        })
    }

    /// The first instants at which each ladder would take a customer down who stands there at `at`,
    /// if no event came, or start anew, if features begin with that; the last of all times where it
    /// never would.
    pub(super) fn losses(&mut self, slot: Slot, at: Timestamp) -> Vec<Timestamp> {
        let Era {
            policy,
            law,
            footings,
            ..
        } = &self.era;
        let (history, stood) = (&self.customers.get(slot).history, footings.stood(slot));
        let mut losses = vec![Timestamp::MAX; policy.ladders.len()];
        let mut overrides = stood.overrides.clone();
        let mut now = at;
        overrides.pass(at);
        let from = Stood {
            overrides: &overrides,
            ..stood
        };
        self.judging.judge(policy, law, history, from, at);
        loop {
            let Footing { ranks, marks, .. } = &mut self.judging.footing;
            for (loss, (is, was)) in losses.iter_mut().zip(ranks.iter().zip(stood.ranks)) {
                if is < was {
                    *loss = now.min(*loss);
                }
            }
            law.judge.end_begun((stood.marks, marks), |ladder| {
                let loss = &mut losses[ladder.0];
                *loss = now.min(*loss);
            });
            let Some(next) = self.judging.horizon(policy, law, &overrides) else {
                return losses;
            };
            overrides.pass(next);
            let footing = mem::take(&mut self.judging.footing);
            let from = Stood {
                ranks: &footing.ranks,
                marks: &footing.marks,
                overrides: &overrides,
                spared: None,
            };
            self.judging.judge(policy, law, history, from, next);
            now = next;
        }
    }
}
