//! A set of slots among so many.

use super::customers::Slot;

/// Some of them.
#[derive(Clone, Debug)]
pub(super) struct Seats {
    taken: Vec<u64>,
    slots: u32,
}

impl Seats {
    /// None of so many.
    pub(super) fn new(slots: usize) -> Self {
        Self {
            taken: vec![0; slots.div_ceil(64)],
            slots: slots as u32,
        }
    }

    /// Makes it as many, where there are fewer.
    pub(super) fn grow(&mut self, slots: u32) {
        self.slots = self.slots.max(slots);
        self.taken.resize((self.slots as usize).div_ceil(64), 0);
    }

    /// How many there are to take.
    pub(super) fn slots(&self) -> u32 {
        self.slots
    }

    /// Takes one; whether it is one of them and was not taken.
    pub(super) fn take(&mut self, slot: Slot) -> bool {
        if slot.0 >= self.slots {
            return false;
        }
        let (word, bit) = (&mut self.taken[slot.0 as usize / 64], 1 << (slot.0 % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether one is taken.
    pub(super) fn is_taken(&self, slot: Slot) -> bool {
        let word = self.taken.get(slot.0 as usize / 64);
        word.is_some_and(|word| word & 1 << (slot.0 % 64) != 0)
    }
}
