//! What happens to lanes that others work on and that are kept up here.

use tracing::{info, warn};

use super::{Happening, LaneRestored};

/// A lane stands where its ledger ends, for the first time.
#[derive(Clone, Copy, Debug)]
pub struct LaneKeptUp(pub LaneRestored);

impl Happening for LaneKeptUp {
    fn log(&self) {
        info!(
            lane = %self.0.lane,
            customers = self.0.customers,
            snapshot = self.0.snapshot.map(|unit| unit.0),
            units = self.0.units,
            records = self.0.records,
            took_ms = self.0.took.as_millis(),
            "lane kept up for a takeover"
        );
    }
}

/// A lane cannot be kept up for now.
#[derive(Clone, Copy, Debug)]
pub struct LaneNotKeptUp<'a> {
    /// Why.
    pub why: &'a str,
}

impl Happening for LaneNotKeptUp<'_> {
    fn log(&self) {
        warn!(
            why = self.why,
            "a lane is not kept up: a takeover of it would restore all of it; tried again by itself"
        );
    }
}

/// All lanes of others are given up for want of memory.
#[derive(Clone, Copy, Debug)]
pub struct StandbyGivenUp {
    /// How many there were.
    pub lanes: usize,
}

impl Happening for StandbyGivenUp {
    fn log(&self) {
        warn!(
            lanes = self.lanes,
            "no lanes are kept up for a while: memory is near state.max_bytes, and the lanes of \
             this instance come first"
        );
    }
}

/// The connection for lanes of others is of no use; another is made.
#[derive(Clone, Copy, Debug)]
pub struct StandbyRestarted<'a> {
    /// Why.
    pub why: &'a str,
}

impl Happening for StandbyRestarted<'_> {
    fn log(&self) {
        warn!(why = self.why, "standby restarted");
    }
}
