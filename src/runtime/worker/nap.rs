//! How long a worker sleeps when it has nothing to do.

use std::time::Duration;

use crate::lane::phase::Phase;
use crate::model::time::Timestamp;
use crate::port::{Bus, Clock, Source};
use crate::runtime::intake::Readiness;
use crate::runtime::open_unit::until;

use super::Worker;

/// Longest sleep without anything to do: how late a rebalance, a question or a stop may be noticed.
const NAP: Duration = Duration::from_millis(20);

impl<B: Bus, C: Clock> Worker<B, C> {
    /// Sleeps until something may have happened.
    pub(super) fn nap(&mut self, now: Timestamp, coast: Option<Timestamp>) {
        let ready = self.lanes.values_mut().any(|intake| {
            intake.phase == Phase::Running
                && matches!(
                    intake.readiness(now, self.plan.merge_wait),
                    Readiness::Ready { .. }
                )
        });
        let most = match &self.unit {
            Some(unit) => until(unit.due(), now),
            None if ready => until(self.began + self.plan.pause, now),
            None if self.restore.is_some() => Duration::from_millis(1),
            None if coast.is_some() => self.until_due(now).min(NAP),
            None => NAP,
        };
        if !most.is_zero() {
            self.bus.reading().wait(most);
        }
    }

    /// How long until the first deadline that the clock may pass by coasting.
    fn until_due(&self, now: Timestamp) -> Duration {
        let lateness = self.plan.policy.time.lateness;
        let due = self.lanes.values().filter_map(|intake| {
            let due = intake.lane.engine().next_due()?;
            Some((due + lateness).max(intake.budget.next()))
        });
        due.min()
            .map_or(NAP, |due| until(due, now) + Duration::from_millis(1))
    }
}
