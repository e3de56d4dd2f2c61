//! Ladders that start anew with a customer, and what begins with that.

use crate::model::time::Timestamp;
use crate::policy::counter::Anew;

use super::customers::Slot;
use super::effect::Judged;
use super::era::Era;
use super::occasion::Occasion;
use super::step::Engine;

impl Engine {
    /// Judges a customer at an instant, and again for as long as a ladder starts anew with which
    /// features begin.
    pub(super) fn judge(
        &mut self,
        slot: Slot,
        at: Timestamp,
        on: Occasion<'_>,
        effects: &mut Vec<Judged>,
    ) {
        if self.era.law.judge.counters().is_empty() {
            self.judge_once(slot, at, on, effects);
            return;
        }
        let cause = on.plain();
        let mut shown = self.era.footings.ranks(slot).to_vec();
        // On each ladder and map, where the customer was shown before the last move.
        let mut before = shown.clone();
        let mut anew = self.judge_once(slot, at, on, effects);
        while !anew.is_empty() {
            self.begin(slot, at, &anew);
            let moved = shown.iter_mut().zip(self.era.footings.ranks(slot));
            for (before, (was, is)) in before.iter_mut().zip(moved) {
                if *was != *is {
                    *before = std::mem::replace(was, *is);
                }
            }
            let before = &before[..];
            anew = self.judge_once(slot, at, Occasion::Start { cause, before }, effects);
        }
    }

    /// Begins what begins with ladders that have started anew with a customer.
    fn begin(&mut self, slot: Slot, at: Timestamp, anew: &[Anew]) {
        let history = &mut self.customers.get_mut(slot).history;
        let Era { law, .. } = &self.era;
        for counter in law.judge.counters() {
            let mut starts = anew.iter().filter(|anew| anew.ladder == counter.ladder);
            if let Some(start) = starts.next() {
                let left = |value| counter.left(*start, value);
                history.begin(&law.layout, counter.feature, at, left);
            }
        }
    }
}
