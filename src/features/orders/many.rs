//! The orders of a customer who has many, found by their ids.

use hashbrown::HashTable;

use crate::features::fingerprint::Fingerprint;
use crate::model::time::Timestamp;

use super::Order;

/// Orders of the largest table. All of them are moved in one step; so it is small.
const MOST: usize = 448;
/// Parts of what is more than a table may hold, and the bits of an id that say which.
const PARTS: usize = 16;
const BITS: u32 = PARTS.ilog2();

/// Entries, each under an id of its own.
#[derive(Clone, Debug)]
pub(super) enum Many {
    Table(HashTable<Order>),
    /// By the first bits of ids, and so on by the next ones.
    Parts(Box<[Many; PARTS]>),
}

impl Many {
    /// Entries whose ids have the bits of all levels before this one in common.
    pub(super) fn of(entries: Vec<Order>, level: u32) -> Self {
        if entries.len() > MOST / 2 {
            let mut parts: [Vec<Order>; PARTS] = Default::default();
            for entry in entries {
                parts[digit(entry.id, level)].push(entry);
            }
            return Self::Parts(Box::new(parts.map(|part| Self::of(part, level + 1))));
        }
        let mut table = HashTable::with_capacity(2 * entries.len());
        for entry in entries {
            table.insert_unique(entry.id.bits(), entry, |old| old.id.bits());
        }
        Self::Table(table)
    }

    /// The entry of an id.
    pub(super) fn find(&self, id: Fingerprint) -> Option<&Order> {
        let (mut part, mut level) = (self, 0);
        loop {
            match part {
                Self::Table(table) => return table.find(id.bits(), |entry| entry.id == id),
                Self::Parts(parts) => part = &parts[digit(id, level)],
            }
            level += 1;
        }
    }

    /// The same, to be changed.
    pub(super) fn find_mut(&mut self, id: Fingerprint) -> Option<&mut Order> {
        self.table(id).find_mut(id.bits(), |entry| entry.id == id)
    }

    /// Takes out the entry of an id, if there is one.
    pub(super) fn remove(&mut self, id: Fingerprint) {
        let table = self.table(id);
        if let Ok(entry) = table.find_entry(id.bits(), |entry| entry.id == id) {
            entry.remove();
        }
    }

    /// Enters one whose id is not among them. Room is made by forgetting those up to `limit`.
    pub(super) fn enter(&mut self, order: Order, limit: Timestamp) {
        let (mut part, mut level) = (self, 0);
        let table = loop {
            match part {
                Self::Table(table) => break table,
                Self::Parts(parts) => part = &mut parts[digit(order.id, level)],
            }
            level += 1;
        };
        if table.len() == table.capacity() {
            table.retain(|old| old.at > limit);
            if table.len() > MOST / 2 {
                let entries = std::mem::take(table).into_iter().chain([order]);
                *part = Self::of(entries.collect(), level);
                return;
            }
            if table.len() > table.capacity() / 2 {
                table.reserve(table.len(), |old| old.id.bits());
            }
        }
        table.insert_unique(order.id.bits(), order, |old| old.id.bits());
    }

    /// Keeps those of which that is true, which may be changed for it.
    pub(super) fn retain(&mut self, keep: &mut impl FnMut(&mut Order) -> bool) {
        match self {
            Self::Table(table) => table.retain(keep),
            Self::Parts(parts) => parts.iter_mut().for_each(|part| part.retain(keep)),
        }
    }

    /// All of them, in no order.
    pub(super) fn all(&self) -> Vec<Order> {
        match self {
            Self::Table(entries) => entries.iter().copied().collect(),
            Self::Parts(parts) => parts.iter().flat_map(Self::all).collect(),
        }
    }

    /// The table where an id belongs.
    fn table(&mut self, id: Fingerprint) -> &mut HashTable<Order> {
        let (mut part, mut level) = (self, 0);
        loop {
            match part {
                Self::Table(table) => return table,
                Self::Parts(parts) => part = &mut parts[digit(id, level)],
            }
            level += 1;
        }
    }
}

/// To which part of a level an entry belongs.
fn digit(id: Fingerprint, level: u32) -> usize {
    id.to_bits().rotate_left(BITS * (level + 1)) as usize % PARTS
}
