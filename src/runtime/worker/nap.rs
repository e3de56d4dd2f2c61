//! How long a worker sleeps when it has nothing to do.

use std::time::Duration;

use crate::lane::liveness::Feed;
use crate::model::time::Timestamp;
use crate::port::{Bus, Clock, Memory, Source};
use crate::runtime::open_unit::until;

use super::Worker;
use super::saving::Keeping;

/// Longest sleep without anything to do: how late a rebalance, a question or a stop may be noticed.
const NAP: Duration = Duration::from_millis(20);

/// Longest sleep while a lane is being written down.
const SLICE: Duration = Duration::from_millis(1);

impl<B: Bus, C: Clock, M: Memory> Worker<B, C, M> {
    /// Sleeps until something may have happened.
    pub(super) fn nap(&mut self, now: Timestamp, feed: Feed) {
        let most = match &self.unit {
            Some(unit) if self.transactions.is_open() => until(unit.due(), now),
            // The end of the commit wakes the worker.
            Some(_) if self.transactions.is_committing() => NAP,
            Some(_) => until(self.transactions.next(), now).min(NAP),
            None if self.restore.is_some() && !self.allowance.is_full() => Duration::from_millis(1),
            None => self.until_due(now, feed).min(NAP),
        };
        let writes = self.keeping.as_ref().is_some_and(Keeping::is_busy);
        let most = if writes { most.min(SLICE) } else { most };
        if !most.is_zero() {
            self.transactions.reading().wait(most);
        }
    }

    /// How long until the first deadline that the clock may pass by coasting.
    fn until_due(&self, now: Timestamp, feed: Feed) -> Duration {
        let due = self.lanes.values().filter_map(|intake| {
            intake.coast(feed, now)?;
            let engine = intake.lane.engine();
            let due = engine.next_due()? + engine.policy().time.lateness;
            Some(due.max(intake.budget.next()))
        });
        due.min()
            .map_or(NAP, |due| until(due, now) + Duration::from_millis(1))
    }
}
