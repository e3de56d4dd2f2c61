//! What can happen to snapshots of lanes.

use tracing::{debug, error, warn};

use crate::model::ids::{LaneId, UnitId};

use super::Happening;
use crate::telemetry::figures::Figures;
use crate::telemetry::names::Saved;

/// A lane was written down.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotKept<'a> {
    /// The lane.
    pub lane: LaneId,
    /// The last unit in it.
    pub unit: UnitId,
    /// How large it is.
    pub bytes: u64,
    /// Where it is kept.
    pub shelf: &'a str,
}

impl Happening for SnapshotKept<'_> {
    fn log(&self) {
        let (lane, unit, bytes) = (self.lane, self.unit, self.bytes);
        debug!(%lane, %unit, bytes, shelf = self.shelf, "snapshot kept");
    }

    fn count(&self, figures: &mut Figures) {
        figures.saved(self.shelf, Saved::Kept);
    }
}

/// A lane could not be written down.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotFailed<'a> {
    /// The lane.
    pub lane: LaneId,
    /// Where it was to be kept.
    pub shelf: &'a str,
    /// Why it is not.
    pub why: &'a str,
}

impl Happening for SnapshotFailed<'_> {
    fn log(&self) {
        error!(
            lane = %self.lane,
            shelf = self.shelf,
            why = self.why,
            "snapshot not kept: those before it are; a restart will replay more"
        );
    }

    fn count(&self, figures: &mut Figures) {
        figures.saved(self.shelf, Saved::Failed);
    }
}

/// A snapshot was given up.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotOvertaken<'a> {
    /// The worker.
    pub worker: usize,
    /// Where it was to be kept.
    pub shelves: &'a [&'a str],
}

impl Happening for SnapshotOvertaken<'_> {
    fn log(&self) {
        warn!(
            worker = self.worker,
            "snapshot given up: customers change faster than they are written down"
        );
    }

    fn count(&self, figures: &mut Figures) {
        for shelf in self.shelves {
            figures.saved(shelf, Saved::Overtaken);
        }
    }
}

/// A lane could not be made of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotUnfit<'a> {
    /// The lane.
    pub lane: LaneId,
    /// The last unit in it.
    pub unit: UnitId,
    /// Where it is kept.
    pub shelf: &'a str,
    /// What is the matter with it.
    pub why: &'a str,
    /// Whether its bytes are not those that were written.
    pub damaged: bool,
}

impl Happening for SnapshotUnfit<'_> {
    fn log(&self) {
        let (lane, unit, shelf, why) = (self.lane, self.unit, self.shelf, self.why);
        if self.damaged {
            error!(%lane, %unit, shelf, why, "snapshot damaged: an older one is taken, or none");
        } else {
            warn!(%lane, %unit, shelf, why, "snapshot not taken: an older one is, or none");
        }
    }

    fn count(&self, figures: &mut Figures) {
        let how = match self.damaged {
            true => Saved::Damaged,
            false => Saved::Unfit,
        };
        figures.saved(self.shelf, how);
    }
}
