//! What a worker is to do, apart from where.

use std::sync::Arc;

use crate::lane::lane::Lane;
use crate::lane::pacing::Pacing;
use crate::model::ids::{LaneId, Offset, TopicIx};
use crate::model::time::Span;

use super::intake::Reading;
use super::policies::Policies;
pub use super::saver::Shelves;

/// Everything a worker needs to know besides its connection.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What to decide by.
    pub policies: Policies,
    /// Input topics, in the order in which equal instants are taken.
    pub topics: Arc<[String]>,
    /// Which of them lanes use among themselves, if customers may be merged across lanes.
    pub transfers: Option<TopicIx>,
    /// How many lanes there are, here and elsewhere.
    pub lanes: i32,
    /// `ce_source` of the changes.
    pub source: String,
    /// Where units end.
    pub pacing: Pacing,
    /// How many deadlines each lane may fire a second, those of customers whose events come aside;
    /// nothing for no limit.
    pub deadlines_per_second: Option<u64>,
    /// Least time between the begins of two transactions: the broker is still closing the last one
    /// for a few milliseconds.
    pub pause: Span,
    /// How long a lane waits for records that are known to be unread in one topic, while it has
    /// records of another.
    pub merge_wait: Span,
    /// Bytes of memory that the program may have in use; nothing for no limit.
    pub memory_max: Option<u64>,
    /// Largest record that is decoded.
    pub record_bytes_max: usize,
    /// How long a restored lane may take to agree with the committed offsets.
    pub agreement_wait: Span,
    /// How lanes are written down, if they are.
    pub snapshots: Option<Snapshots>,
}

/// How lanes are written down.
#[derive(Clone, Debug)]
pub struct Snapshots {
    /// Whose they are.
    pub app: Box<str>,
    /// How long after its last snapshot a lane is written down again.
    pub every: Span,
    /// Bytes a second that a worker writes, those of customers who are about to change aside.
    pub bytes_per_second: u64,
    /// Where they are kept.
    pub shelves: Shelves,
}

impl Plan {
    /// A lane that begins at these offsets, with nothing done yet.
    #[must_use]
    pub(super) fn lane(&self, id: LaneId, next: Vec<Offset>) -> Lane {
        let first = self.policies.first();
        Lane::new(id, self.topics.clone(), first, next).among(self.lanes)
    }

    /// What a lane reads.
    #[must_use]
    pub(super) fn reading(&self) -> Reading {
        Reading {
            bytes_max: self.record_bytes_max,
            transfers: self.transfers,
        }
    }
}
