//! What is kept of customers: how much memory it may take, and where it is written down.

use std::path::PathBuf;

use crate::settings::{Snapshots, State, raw};

use super::topics::topic_of_snapshots;
use super::{Check, named, seconds};

/// Least limit of memory: what the program takes with the buffers of a few lanes and hardly any
/// customers.
const MEMORY_LEAST: u64 = 128 << 20;
/// Fewest bytes of snapshots a second: a page in some seconds.
const PACE_LEAST: i64 = 65_536;
/// Most: more than any disk takes.
const PACE_MOST: i64 = 100_000_000_000;

impl Check<'_> {
    pub(super) fn snapshots(&mut self, raw: &raw::Raw) -> Option<Snapshots> {
        let topic = topic_of_snapshots(raw);
        let raw = &raw.snapshots;
        let every = self.length("snapshots.every", &raw.every, seconds(1)..=seconds(86_400));
        let paced = ("snapshots.bytes_per_second", raw.bytes_per_second);
        let paced = self.number(paced.0, paced.1, PACE_LEAST..=PACE_MOST);
        Some(Snapshots {
            folder: Some(PathBuf::from(&raw.folder)).filter(|_| !raw.folder.is_empty()),
            topic: named(&topic),
            every: every?,
            bytes_per_second: paced? as u64,
        })
    }

    pub(super) fn state(&mut self, raw: &raw::State) -> Option<State> {
        let bytes = u64::try_from(raw.max_bytes).ok();
        let fits = bytes.is_some_and(|bytes| bytes == 0 || bytes >= MEMORY_LEAST);
        if !fits {
            let given = raw.max_bytes;
            let what =
                format!("is {given}; 0, for no limit, or at least {MEMORY_LEAST} is allowed");
            self.fault("state.max_bytes", what);
            return None;
        }
        Some(State {
            max_bytes: bytes.filter(|bytes| *bytes > 0),
        })
    }
}
