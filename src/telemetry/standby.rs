//! Lanes of others that are kept up for a takeover.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use crate::model::time::Timestamp;

/// What stands by, as looked at last.
#[derive(Debug)]
pub struct StandbyGauges {
    lanes: AtomicU64,
    /// Milliseconds; [`Timestamp::MIN`] for none.
    oldest: AtomicI64,
}

impl Default for StandbyGauges {
    fn default() -> Self {
        Self {
            lanes: AtomicU64::new(0),
            oldest: AtomicI64::new(Timestamp::MIN.0),
        }
    }
}

impl StandbyGauges {
    /// So many lanes are kept up; the one that was looked at longest ago stood at its ledger's end
    /// then.
    pub fn set(&self, lanes: usize, oldest: Option<Timestamp>) {
        self.lanes.store(lanes as u64, Relaxed);
        let oldest = oldest.unwrap_or(Timestamp::MIN);
        self.oldest.store(oldest.0, Relaxed);
    }

    /// Lanes that are kept up.
    #[must_use]
    pub fn lanes(&self) -> u64 {
        self.lanes.load(Relaxed)
    }

    /// When the one that was looked at longest ago stood at its ledger's end.
    #[must_use]
    pub fn oldest(&self) -> Option<Timestamp> {
        let oldest = Timestamp(self.oldest.load(Relaxed));
        (oldest != Timestamp::MIN).then_some(oldest)
    }
}
