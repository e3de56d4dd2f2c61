//! Deadlines that fire, and customers whose end has come: the earliest first.

use crate::model::time::Timestamp;

use super::customers::Slot;
use super::effect::Judged;
use super::occasion::Occasion;
use super::step::Engine;

impl Engine {
    /// Fires a customer's deadlines before `at`, one after another.
    pub(super) fn catch_up(&mut self, slot: Slot, at: Timestamp, effects: &mut Vec<Judged>) {
        loop {
            let due = self.customers.get(slot).due;
            if due >= at {
                return;
            }
            self.judge(slot, due, Occasion::Deadline, effects);
        }
    }

    /// Fires deadlines that are past, the earliest first, as far as the last tick allows.
    pub(super) fn fire(&mut self, most: usize, effects: &mut Vec<Judged>) {
        for _ in 0..most.min(usize::try_from(self.allowed).unwrap_or(usize::MAX)) {
            let Some((at, slot)) = self.next_past() else {
                return;
            };
            self.allowed -= 1;
            self.touch(slot);
            if self.pass_over(slot, effects) {
                continue;
            }
            if self.customers.get(slot).due == at {
                self.judge(slot, at, Occasion::Deadline, effects);
            } else {
                self.let_go(slot);
            }
        }
    }

    /// Takes the earliest deadline that is past out of the queue, or end of a customer; puts stale
    /// entries back to where they belong.
    fn next_past(&mut self) -> Option<(Timestamp, Slot)> {
        while self.due.may_pop(self.clock) {
            if self.due.gather(self.clock) {
                let footings = &self.era.footings;
                self.customers.bring_near(footings, self.due.gathered());
            }
            let (at, slot) = self.due.pop_before(self.clock)?;
            let customer = self.customers.get_mut(slot);
            if customer.queued != at {
                continue;
            }
            customer.queued = Timestamp::MAX;
            let due = customer.due;
            if self.turn(slot, due) == at {
                return Some((at, slot));
            }
            self.expect(slot, due);
        }
        None
    }

    /// Sets a customer's horizon.
    pub(super) fn expect(&mut self, slot: Slot, due: Timestamp) {
        let turn = self.turn(slot, due);
        let customer = self.customers.get_mut(slot);
        customer.due = due;
        if turn < customer.queued {
            customer.queued = turn;
            self.due.push(turn, slot);
        }
    }

    /// When it is a customer's turn next who has that horizon: then or, where there is none, at
    /// their end.
    pub(super) fn turn(&self, slot: Slot, due: Timestamp) -> Timestamp {
        match due < Timestamp::MAX {
            true => due,
            false => self.end(slot).unwrap_or(Timestamp::MAX),
        }
    }
}
