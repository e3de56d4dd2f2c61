//! The ledger: one entry per lane and unit, from which anyone can repeat what the lane did.

use crate::model::ids::{LaneId, Offset, UnitId};
use crate::model::time::Timestamp;

/// What one unit of one lane read, in which order, at which clock, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The lane.
    pub lane: LaneId,
    /// 1, 2, 3 ... without gap.
    pub unit: UnitId,
    /// Hash of the policy it was decided under.
    pub policy: String,
    /// The transactional id that wrote it.
    pub owner: String,
    /// The tick that opened the unit: its ceiling ...
    pub ceiling: Timestamp,
    /// ... and where the clock was let go without an event.
    pub coast: Option<Timestamp>,
    /// The clock at the end of the unit.
    pub clock: Timestamp,
    /// What was read of each input topic, in the order of the settings; topics without records too.
    pub reads: Vec<Read>,
    /// The order of the records: (index into `reads`, how many in a row).
    pub runs: Vec<(usize, u32)>,
    /// What came of them.
    pub counts: Counts,
    /// XXH3-64 over the values of all change, standing and dead-letter records of the unit, in
    /// order.
    pub checksum: u64,
}

/// What one unit read of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Topic name.
    pub topic: String,
    /// The next offset to read when the unit began.
    pub from: Offset,
    /// The next offset to read after it. More than `records` further where the log has gaps.
    pub next: Offset,
    /// How many records were taken.
    pub records: u64,
}

/// The conservation law: consumed = applied + duplicates + dead letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events that count.
    pub applied: u64,
    /// Copies of events that counted.
    pub duplicates: u64,
    /// Records refused.
    pub dead_letters: u64,
    /// Change records published.
    pub changes: u64,
    /// Standing records published.
    pub standings: u64,
}

impl Counts {
    /// Records consumed.
    #[must_use]
    pub fn consumed(&self) -> u64 {
        self.applied + self.duplicates + self.dead_letters
    }
}
