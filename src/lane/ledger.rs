//! The ledger: one entry per lane and unit, from which anyone can repeat what the lane did.

use std::sync::Arc;

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
    /// The policy, where the lane begins with it or adopted it just before the tick.
    pub adopts: Option<Adopts>,
    /// The transactional id that wrote it.
    pub owner: String,
    /// The tick that opened the unit: its ceiling ...
    pub ceiling: Timestamp,
    /// ... and where the clock was let go without an event.
    pub coast: Option<Timestamp>,
    /// How many deadlines might fire in it, where they are paced.
    pub firings: Option<u64>,
    /// In a unit in which nothing happens, what the lane passes over.
    pub gap: Option<Gap>,
    /// The clock at the end of the unit.
    pub clock: Timestamp,
    /// What was read of each input topic, in the order of the settings; topics without records too.
    pub reads: Vec<Read>,
    /// The order of the records: (index into `reads`, how many in a row).
    pub runs: Vec<(usize, u32)>,
    /// What came of them.
    pub counts: Counts,
    /// XXH3-64 over the values of all change, warning, standing, dead-letter and transfer records
    /// of the unit, in order.
    pub checksum: u64,
}

/// A policy that a lane decides by from a unit on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopts {
    /// Its text.
    pub text: Arc<str>,
    /// How many customers are passed over to it after each tick; 0 where the lane begins with it.
    pub pace: u32,
}

/// Records that a lane passes over, because they are gone: from where the unit reads its topic to
/// where it reads on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Of which topic.
    pub topic: String,
    /// When somebody said so.
    pub at: Timestamp,
}

/// What one unit read of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Topic name.
    pub topic: String,
    /// The next offset to read when the unit began.
    pub from: Offset,
    /// The next offset to read after it. More than `records` further where the log has gaps; less
    /// than `from` where the unit is a gap and the log was cut off.
    pub next: Offset,
    /// How many records were taken.
    pub records: u64,
}

/// The conservation law: consumed = applied + duplicates + suppressed + dead letters + transfers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events that count.
    pub applied: u64,
    /// Copies of events that counted.
    pub duplicates: u64,
    /// Events from before their customer was erased.
    pub suppressed: u64,
    /// Records refused.
    pub dead_letters: u64,
    /// Records that were another lane's and were sent on, or have brought customers from one.
    pub transfers: u64,
    /// Change records published.
    pub changes: u64,
    /// Warning records published, among the change records.
    pub warnings: u64,
    /// Standing records published, tombstones among them.
    pub standings: u64,
    /// Receipts published.
    pub receipts: u64,
}

impl Counts {
    /// Records consumed.
    #[must_use]
    pub fn consumed(&self) -> u64 {
        self.applied + self.duplicates + self.suppressed + self.dead_letters + self.transfers
    }
}

/// Where what a lane did again differs from what its ledger says it did.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "lane {lane}, unit {unit}: {field} is {made} when done again, but the ledger says {written}"
)]
pub struct Mismatch {
    /// The lane.
    pub lane: LaneId,
    /// The unit.
    pub unit: UnitId,
    /// What differs.
    pub field: &'static str,
    /// As it came out now.
    pub made: String,
    /// As the ledger has it.
    pub written: String,
}

impl Entry {
    /// Holds what came out of repeating a unit (`self`) against what the ledger says of it.
    ///
    /// # Errors
    /// The first field in which they differ.
    pub fn agrees_with(&self, written: &Self) -> Result<(), Mismatch> {
        if self == written {
            return Ok(());
        }
        let fields: [(&'static str, String, String); 6] = [
            ("unit", self.unit.to_string(), written.unit.to_string()),
            ("policy", self.policy.clone(), written.policy.clone()),
            (
                "reads",
                format!("{:?}", self.reads),
                format!("{:?}", written.reads),
            ),
            (
                "counts",
                format!("{:?}", self.counts),
                format!("{:?}", written.counts),
            ),
            (
                "clock",
                self.clock.0.to_string(),
                written.clock.0.to_string(),
            ),
            (
                "checksum",
                self.checksum.to_string(),
                written.checksum.to_string(),
            ),
        ];
        let (field, made, written_value) = fields
            .into_iter()
            .find(|(_, made, written)| made != written)
            .unwrap_or(("entry", format!("{self:?}"), format!("{written:?}")));
        Err(Mismatch {
            lane: self.lane,
            unit: written.unit,
            field,
            made,
            written: written_value,
        })
    }
}
