//! How much processor time a backlog takes, once whoever works it off is warm.

use std::time::Duration;

use crate::broker::{Broker, until};
use crate::machine::{Spent, Watch};
use crate::peer::Running;
use crate::progress::Progress;
use crate::stage::Stage;

/// For a backlog to be worked off, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(15);

/// What a backlog took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    pub(crate) events: u64,
    /// From the start of the process until all offsets are committed.
    pub(crate) whole: Spent,
    /// From when half of the events were committed: a JVM has compiled by then what is hot.
    pub(crate) warm: Spent,
    pub(crate) warm_events: u64,
}

/// Watches somebody who has just been started, until nothing is left.
pub(crate) fn work_off(broker: &Broker, stage: &Stage, running: &mut Running, events: u64) -> Work {
    let ours = [std::process::id(), broker.id(), running.id()];
    let whole = Watch::start(running.id(), &ours);
    let progress = Progress::new(broker, stage);
    let (done, warm) = until("half of the events are committed", PATIENCE, || {
        running.assert_running();
        let done = progress.events();
        (done >= events / 2).then(|| (done, Watch::start(running.id(), &ours)))
    });
    until("all events are committed", PATIENCE, || {
        running.assert_running();
        (progress.events() >= events).then_some(())
    });
    Work {
        events,
        whole: whole.look(),
        warm: warm.look(),
        warm_events: events - done,
    }
}

impl Work {
    /// Microseconds of processor time for an event, once warm.
    pub(crate) fn cost(&self) -> f64 {
        // A small backlog may be done in one transaction.
        if self.warm_events == 0 {
            return self.whole_cost();
        }
        self.warm.nanoseconds(self.warm_events) / 1e3
    }

    /// The same from the start of the process on.
    pub(crate) fn whole_cost(&self) -> f64 {
        self.whole.nanoseconds(self.events) / 1e3
    }

    /// Events in a second of wall time, once warm.
    pub(crate) fn rate(&self) -> f64 {
        if self.warm_events == 0 {
            return self.whole.per_second(self.events);
        }
        self.warm.per_second(self.warm_events)
    }
}
