//! Stale deadlines, let go before their time.

use std::hint::black_box;

use crate::model::time::Timestamp;

use super::step::Engine;

impl Engine {
    /// Looks at a few deadlines of the next hour and puts those that are stale to where they
    /// belong, as it would be done when their time has come. Days end for all customers at one
    /// instant, and by then most of those who were due have come again.
    pub(super) fn let_stale_go(&mut self) {
        let Some(entries) = self.due.take_ahead() else {
            return;
        };
        let rows = entries.iter().flatten();
        // All are waited for together.
        let seen = rows.fold(0, |seen, (_, slot)| {
            seen ^ self.customers.get(*slot).queued.0
        });
        black_box(seen);
        for (at, slot) in entries.into_iter().flatten() {
            let customer = self.customers.get(slot);
            if customer.queued != at {
                continue;
            }
            let due = customer.due;
            if self.turn(slot, due) == at {
                self.due.stay((at, slot));
                continue;
            }
            self.customers.get_mut(slot).queued = Timestamp::MAX;
            self.expect(slot, due);
        }
    }
}
