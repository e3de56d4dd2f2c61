//! What one worker has done so far, and its signs of life.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::figures::{Figures, UnitFigures};
use super::happening::Happening;

/// The counts of one worker. Only its own thread writes here, once for each transaction and not for
/// each event; the lock makes a scrape see whole transactions, so that what must add up does, and
/// is contended by scrapes alone.
#[derive(Debug)]
pub struct WorkerShard {
    worker: usize,
    figures: Mutex<Figures>,
    /// When time began for `turned`.
    started: Instant,
    /// Milliseconds from `started` to the last turn of the worker's loop.
    turned: AtomicU64,
    /// Whether the group has said which lanes are the worker's, be it none.
    assigned: AtomicBool,
    /// Whether it has a producer that is of use.
    publishing: AtomicBool,
}

impl WorkerShard {
    pub(super) fn new(worker: usize, figures: Figures) -> Self {
        Self {
            worker,
            figures: Mutex::new(figures),
            started: Instant::now(),
            turned: AtomicU64::new(0),
            assigned: AtomicBool::new(false),
            publishing: AtomicBool::new(true),
        }
    }

    /// Which worker: 0, 1, 2 ...
    #[must_use]
    pub fn worker(&self) -> usize {
        self.worker
    }

    /// A transaction was committed: everything it came to, at once.
    pub fn unit_committed(&self, unit: &UnitFigures<'_>) {
        self.figures().committed(unit);
    }

    /// Records were read again to restore a lane.
    pub fn records_replayed(&self, records: u64) {
        self.figures().replayed(records);
    }

    /// Something happened to this worker: counted and logged.
    pub fn tell(&self, happening: &impl Happening) {
        happening.count(&mut self.figures());
        if let Some(assigned) = happening.assignment() {
            self.assigned.store(assigned, Relaxed);
        }
        if let Some(publishing) = happening.publishing() {
            self.publishing.store(publishing, Relaxed);
        }
        happening.log();
    }

    /// The worker's loop has come round once more.
    pub fn turn(&self) {
        let millis = self.started.elapsed().as_millis();
        self.turned
            .store(u64::try_from(millis).unwrap_or(u64::MAX), Relaxed);
    }

    /// How long ago the worker's loop came round.
    #[must_use]
    pub fn since_turn(&self) -> Duration {
        self.started
            .elapsed()
            .saturating_sub(Duration::from_millis(self.turned.load(Relaxed)))
    }

    /// Whether the group has said which lanes are the worker's, be it none.
    #[must_use]
    pub fn is_assigned(&self) -> bool {
        self.assigned.load(Relaxed)
    }

    /// Whether it has a producer that is of use; one that begins anew has, as far as known.
    #[must_use]
    pub fn is_publishing(&self) -> bool {
        self.publishing.load(Relaxed)
    }

    /// Counts are whole after every statement that changes them, so a panic elsewhere spoils none.
    pub(super) fn figures(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
