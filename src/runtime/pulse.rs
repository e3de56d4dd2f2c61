//! The newest instant that any worker of this instance has seen: the feed as a whole is as live as
//! its liveliest lane.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use crate::model::time::Timestamp;

/// Shared by the workers, and touched once a turn by each.
#[derive(Clone, Debug)]
pub(super) struct Pulse(Arc<AtomicI64>);

impl Default for Pulse {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(Timestamp::MIN.0)))
    }
}

impl Pulse {
    /// A worker's lanes have come to this instant; says how far all workers' have.
    pub(super) fn beat(&self, newest: Timestamp) -> Timestamp {
        Timestamp(self.0.fetch_max(newest.0, Relaxed).max(newest.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_liveliest_worker_counts() {
        let pulse = Pulse::default();
        let other = pulse.clone();
        assert_eq!(pulse.beat(Timestamp(5)), Timestamp(5));
        assert_eq!(other.beat(Timestamp(3)), Timestamp(5));
        assert_eq!(pulse.beat(Timestamp::MIN), Timestamp(5));
    }
}
