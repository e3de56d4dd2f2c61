//! Customers who are no more: of each a hash, until when events are suppressed, and how often each
//! ladder and map has moved or warned the customer.

use std::collections::BTreeMap;

use crate::features::fingerprint::Fingerprint;
use crate::model::time::Timestamp;

/// The customers who were erased.
#[derive(Clone, Debug, Default)]
pub(super) struct Departed {
    traces: BTreeMap<(u64, Fingerprint), Trace>,
    /// Of all ladders and maps that there ever were.
    names: Vec<Box<str>>,
}

/// All that is left of one.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    /// The instant up to which nothing that happened counts.
    pub(super) at: Timestamp,
    /// Per ladder and map, by the numbers of their names, the version of the last change. Those
    /// that came later are left out.
    pub(super) versions: Box<[u32]>,
    /// Per ladder, by the same numbers, the number of the last warning; empty if there was none.
    pub(super) numbers: Box<[u32]>,
}

impl Departed {
    /// Nobody yet, with these names of ladders and maps.
    pub(super) fn named(names: Vec<Box<str>>) -> Self {
        Self {
            traces: BTreeMap::new(),
            names,
        }
    }

    /// The names of all ladders and maps that there ever were, by their numbers.
    pub(super) fn names(&self) -> &[Box<str>] {
        &self.names
    }

    /// What is left of all: of each the hash of the id, and what stands for it.
    pub(super) fn traces(&self) -> impl ExactSizeIterator<Item = (&(u64, Fingerprint), &Trace)> {
        self.traces.iter()
    }

    /// What is left of one, of whom nothing is here yet.
    pub(super) fn put_back(&mut self, (hash, id): (u64, Fingerprint), trace: Trace) {
        self.traces.insert((hash, id), trace);
    }

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
        if self.traces.is_empty() {
            return None;
        }
        self.traces.get(&(hash, Fingerprint::of(id)))
    }

    /// What is left of the customer of that id is left here no longer.
    pub(super) fn take(&mut self, hash: u64, id: &str) -> Option<Trace> {
        self.traces.remove(&(hash, Fingerprint::of(id)))
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
        let trace = Trace {
            at,
            versions: versions.into(),
            numbers: numbers.into(),
        };
        self.traces.insert((hash, Fingerprint::of(id)), trace);
    }
}
