//! Customers who are no more: of each a hash, until when events are suppressed, and how often each
//! ladder and map has moved the customer.

use hashbrown::HashTable;

use crate::features::fingerprint::Fingerprint;
use crate::model::standing::Place;
use crate::model::time::Timestamp;

/// The customers who were erased.
#[derive(Clone, Debug, Default)]
pub(super) struct Departed {
    table: HashTable<Trace>,
}

/// All that is left of one.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    /// Of the id.
    hash: u64,
    id: Fingerprint,
    /// The instant up to which nothing that happened counts.
    pub(super) at: Timestamp,
    /// Per ladder and map, the version of the last change.
    pub(super) versions: Box<[u32]>,
}

impl Departed {
    /// What is left of the customer of that id; `hash` gives the id's, if there is any need.
    pub(super) fn find(&self, hash: impl FnOnce() -> u64, id: &str) -> Option<&Trace> {
        if self.table.is_empty() {
            return None;
        }
        let hash = hash();
        let is_it = |trace: &Trace| trace.hash == hash && trace.id == Fingerprint::of(id);
        self.table.find(hash, is_it)
    }

    /// A customer has gone from these places.
    pub(super) fn enter(&mut self, hash: u64, id: &str, at: Timestamp, places: &[Place]) {
        let id = Fingerprint::of(id);
        let trace = Trace {
            hash,
            id,
            at,
            versions: places.iter().map(|place| place.version).collect(),
        };
        let is_it = |old: &Trace| old.hash == hash && old.id == id;
        match self.table.find_mut(hash, is_it) {
            Some(old) => *old = trace,
            None => _ = self.table.insert_unique(hash, trace, |trace| trace.hash),
        }
    }
}
