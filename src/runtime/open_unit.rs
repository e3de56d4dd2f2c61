//! The transaction that is being filled, over all lanes of a worker.

use std::time::Duration;

use crate::lane::pacing::{Fill, Pacing};
use crate::model::time::Timestamp;

/// How far it has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenUnit {
    opened: Timestamp,
    /// When its first output came about.
    pub(super) first_output: Option<Timestamp>,
    /// Records taken.
    pub(super) records: u64,
}

impl OpenUnit {
    /// One that begins now.
    pub(super) fn at(now: Timestamp) -> Self {
        Self {
            opened: now,
            first_output: None,
            records: 0,
        }
    }

    /// How full it is, with so many bytes of output.
    pub(super) fn fill(&self, bytes: u64, now: Timestamp) -> Fill {
        Fill {
            records: self.records,
            bytes,
            age_ms: (now - self.opened).0,
            waiting_ms: self.first_output.map(|first| (now - first).0),
        }
    }

    /// When it is to be committed at the latest, by its limits of time.
    pub(super) fn due(&self, pacing: &Pacing) -> Timestamp {
        let latest = self.opened + pacing.age_max;
        let change = self.first_output.map(|first| first + pacing.change_wait);
        change.map_or(latest, |change| change.min(latest))
    }
}

/// How long from now to an instant; nothing if it is past.
pub(super) fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from((at - now).0).unwrap_or(0))
}
