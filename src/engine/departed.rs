//! Customers who are no more: of each a hash, until when events are suppressed, and how often each
//! ladder and map has moved or warned the customer.

use hashbrown::HashTable;

use crate::features::fingerprint::Fingerprint;
use crate::model::time::Timestamp;

/// The customers who were erased.
#[derive(Clone, Debug, Default)]
pub(super) struct Departed {
    table: HashTable<Trace>,
    /// Of all ladders and maps that there ever were.
    names: Vec<Box<str>>,
}

/// All that is left of one.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    /// Of the id.
    hash: u64,
    id: Fingerprint,
    /// The instant up to which nothing that happened counts.
    pub(super) at: Timestamp,
    /// Per ladder and map, by the numbers of their names, the version of the last change. Those
    /// that came later are left out.
    pub(super) versions: Box<[u32]>,
    /// Per ladder, by the same numbers, the number of the last warning; empty if there was none.
    pub(super) numbers: Box<[u32]>,
}

impl Departed {
    /// The numbers of the names of ladders and maps; those that are new are noted.
    pub(super) fn numbers<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> Vec<usize> {
        let number = |name: &str| {
            let known = self.names.iter().position(|known| **known == *name);
            known.unwrap_or_else(|| {
                self.names.push(name.into());
                self.names.len() - 1
            })
        };
        names.map(number).collect()
    }

    /// The name of that number.
    pub(super) fn name(&self, number: usize) -> &str {
        &self.names[number]
    }

    /// Whether there ever was a ladder or map of that name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.iter().any(|known| **known == *name)
    }

    /// What is left of the customer of that id, which has that hash.
    pub(super) fn find(&self, hash: u64, id: &str) -> Option<&Trace> {
        if self.table.is_empty() {
            return None;
        }
        let is_it = |trace: &Trace| trace.hash == hash && trace.id == Fingerprint::of(id);
        self.table.find(hash, is_it)
    }

    /// What is left of the customer of that id is left here no longer.
    pub(super) fn take(&mut self, hash: u64, id: &str) -> Option<Trace> {
        let id = Fingerprint::of(id);
        let is_it = |trace: &Trace| trace.hash == hash && trace.id == id;
        let found = self.table.find_entry(hash, is_it).ok()?;
        Some(found.remove().0)
    }

    /// A customer has gone, after so many changes on the ladders and maps of these numbers, and so
    /// many warnings.
    pub(super) fn enter(
        &mut self,
        hash: u64,
        id: &str,
        at: Timestamp,
        changes: impl Iterator<Item = (usize, u32)>,
        warnings: impl Iterator<Item = (usize, u32)>,
    ) {
        let names = self.names.len();
        let before = self.find(hash, id);
        let mut versions = before.map_or_else(Vec::new, |trace| trace.versions.to_vec());
        versions.resize(names, 0);
        for (name, version) in changes {
            versions[name] = version;
        }
        let mut numbers = before.map_or_else(Vec::new, |trace| trace.numbers.to_vec());
        for (name, number) in warnings {
            numbers.resize(names, 0);
            numbers[name] = number;
        }
        let id = Fingerprint::of(id);
        let trace = Trace {
            hash,
            id,
            at,
            versions: versions.into(),
            numbers: numbers.into(),
        };
        let is_it = |old: &Trace| old.hash == hash && old.id == id;
        match self.table.find_mut(hash, is_it) {
            Some(old) => *old = trace,
            None => _ = self.table.insert_unique(hash, trace, |trace| trace.hash),
        }
    }
}
