//! Which customers of a lane are taken for one.

use std::collections::BTreeMap;

use super::customers::Slot;

/// Who has been merged into whom. A customer who goes on with others keeps the past that was theirs
/// alone in a slot of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Unions {
    /// Of each who goes on, the members in the order of merging; the first is their own past.
    members: BTreeMap<Slot, Vec<Slot>>,
    /// Of each member, who goes on.
    wholes: BTreeMap<Slot, Slot>,
}

impl Unions {
    /// Whether everybody stands for themselves.
    pub(super) fn are_none(&self) -> bool {
        self.wholes.is_empty()
    }

    /// How many customers have been merged into others.
    pub(super) fn merged(&self) -> usize {
        self.wholes.len() - self.members.len()
    }

    /// Whether somebody, or a past of their own, is a member of somebody.
    pub(super) fn is_member(&self, slot: Slot) -> bool {
        self.wholes.contains_key(&slot)
    }

    /// Who goes on for somebody.
    pub(super) fn whole(&self, slot: Slot) -> Slot {
        self.wholes.get(&slot).copied().unwrap_or(slot)
    }

    /// Who has been merged into a customer, their own past first; nobody for most.
    pub(super) fn members(&self, whole: Slot) -> &[Slot] {
        self.members.get(&whole).map_or(&[], Vec::as_slice)
    }

    /// From now on these are the members of a customer. One alone is none.
    pub(super) fn set(&mut self, whole: Slot, members: Vec<Slot>) {
        for member in self.members.remove(&whole).unwrap_or_default() {
            self.wholes.remove(&member);
        }
        if members.len() > 1 {
            let wholes = members.iter().map(|member| (*member, whole));
            self.wholes.extend(wholes);
            self.members.insert(whole, members);
        }
    }
}
