//! The transaction that is being filled, over all lanes of a worker.

use std::time::Duration;

use crate::lane::pacing::{Fill, Pacing};
use crate::model::time::Timestamp;

/// How far it has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenUnit {
    pacing: Pacing,
    opened: Timestamp,
    /// When its first output came about.
    pub(super) first_output: Option<Timestamp>,
    /// Records taken.
    pub(super) records: u64,
    /// Bytes of output that time alone has brought about.
    pub(super) by_time: u64,
}

impl OpenUnit {
    /// One that begins now, with its limits.
    pub(super) fn new(pacing: Pacing, now: Timestamp) -> Self {
        Self {
            pacing,
            opened: now,
            first_output: None,
            records: 0,
            by_time: 0,
        }
    }

    /// Whether no more records may be put into it, with so many bytes of output. What time alone
    /// brings about keeps no record out: live events must not wait until a storm is over.
    pub(super) fn is_full(&self, bytes: u64, now: Timestamp) -> bool {
        self.pacing.is_full(&self.fill(bytes - self.by_time, now))
    }

    /// Whether it is to be committed now, with so many bytes of output.
    pub(super) fn is_due(&self, bytes: u64, now: Timestamp) -> bool {
        self.pacing.is_due(&self.fill(bytes, now))
    }

    fn fill(&self, bytes: u64, now: Timestamp) -> Fill {
        Fill {
            records: self.records,
            bytes,
            age_ms: (now - self.opened).0,
            waiting_ms: self.first_output.map(|first| (now - first).0),
        }
    }

    /// When it is to be committed at the latest, by its limits of time.
    pub(super) fn due(&self) -> Timestamp {
        let latest = self.opened + self.pacing.age_max;
        let wait = self.pacing.change_wait;
        let change = self.first_output.map(|first| first + wait);
        change.map_or(latest, |change| change.min(latest))
    }
}

/// How long from now to an instant; nothing if it is past.
pub(super) fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from((at - now).0).unwrap_or(0))
}
