//! The transaction that is being filled, over all lanes of a worker.

use std::time::Duration;

use crate::lane::pacing::{Fill, Pacing};
use crate::model::time::Timestamp;

/// How far it has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenUnit {
    pacing: Pacing,
    /// How far it may go while its transaction cannot begin.
    widest: Pacing,
    opened: Timestamp,
    /// When its transaction began, once it has; its limits of time count from then.
    began: Timestamp,
    /// When its first output came about, or its transaction began if that was later.
    pub(super) first_output: Option<Timestamp>,
    /// Records taken.
    pub(super) records: u64,
    /// Bytes of output that time alone has brought about.
    pub(super) by_time: u64,
}

impl OpenUnit {
    /// One that begins now, with so many records waiting.
    pub(super) fn new(pacing: Pacing, waiting: u64, now: Timestamp) -> Self {
        Self {
            pacing: pacing.with_waiting(waiting),
            widest: pacing.stretched(),
            opened: now,
            began: now,
            first_output: None,
            records: 0,
            by_time: 0,
        }
    }

    /// Its transaction has begun: what was held for it waits like what comes now. Otherwise each
    /// unit would be due as soon as the last is committed, and there would be more of them.
    pub(super) fn begin(&mut self, now: Timestamp) {
        self.began = now;
        self.first_output = self.first_output.map(|_| now);
    }

    /// Whether no more records may be put into it, with so many bytes of output. What time alone
    /// brings about keeps no record out: live events must not wait until a storm is over.
    ///
    /// Until its transaction has begun nobody would see it sooner if it ended, so it may grow as
    /// large as one that works off a backlog. But no older: what came much later than its ceiling
    /// would be refused as from the future.
    pub(super) fn is_full(&self, bytes: u64, now: Timestamp, begun: bool) -> bool {
        let fill = self.fill(bytes - self.by_time, now);
        match begun {
            true => self.pacing.is_full(&fill),
            false => self.widest.is_full(&fill) || self.is_old(now),
        }
    }

    /// Whether no unit may become older.
    fn is_old(&self, now: Timestamp) -> bool {
        now - self.opened >= self.widest.age_max
    }

    /// Whether it is to be committed now, with so many bytes of output.
    pub(super) fn is_due(&self, bytes: u64, now: Timestamp) -> bool {
        self.pacing.is_due(&self.fill(bytes, now)) || self.is_old(now)
    }

    fn fill(&self, bytes: u64, now: Timestamp) -> Fill {
        Fill {
            records: self.records,
            bytes,
            age_ms: (now - self.began).0,
            waiting_ms: self.first_output.map(|first| (now - first).0),
        }
    }

    /// When it is to be committed at the latest, by its limits of time.
    pub(super) fn due(&self) -> Timestamp {
        let latest = self.began + self.pacing.age_max;
        let latest = latest.min(self.opened + self.widest.age_max);
        let wait = self.pacing.change_wait;
        let change = self.first_output.map(|first| first + wait);
        change.map_or(latest, |change| change.min(latest))
    }
}

/// How long from now to an instant; nothing if it is past.
pub(super) fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from((at - now).0).unwrap_or(0))
}
