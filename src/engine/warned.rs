//! How many warnings each ladder has given each customer. As with the versions of changes, the
//! numbers of a ladder go on for ever under its name, whatever its policy says meanwhile.

use super::customers::Slot;

/// By the numbers of the names of ladders, then by customer; who was never warned may be left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Warned {
    ladders: Vec<Vec<u32>>,
}

impl Warned {
    /// One more warning to a customer by the ladder of that name: its number, 1, 2, 3 ...
    pub(super) fn next(&mut self, name: usize, slot: Slot) -> u32 {
        let number = self.number(name, slot);
        *number += 1;
        *number
    }

    /// How many warnings a customer has had from the ladders of these names, of those from which
    /// there was one.
    pub(super) fn given(&self, slot: Slot) -> impl Iterator<Item = (usize, u32)> {
        let ladders = self.ladders.iter().enumerate();
        let given = ladders.filter_map(move |(name, numbers)| {
            let number = *numbers.get(slot.0 as usize)?;
            Some((name, number))
        });
        given.filter(|(_, number)| *number > 0)
    }

    /// A customer has had so many warnings, by the name of the ladder.
    pub(super) fn put(&mut self, slot: Slot, numbers: &[u32]) {
        for (name, had) in numbers.iter().enumerate().filter(|(_, had)| **had > 0) {
            *self.number(name, slot) = *had;
        }
    }

    /// Nobody is there any more.
    pub(super) fn clear(&mut self, slot: Slot) {
        for numbers in &mut self.ladders {
            if let Some(number) = numbers.get_mut(slot.0 as usize) {
                *number = 0;
            }
        }
    }

    fn number(&mut self, name: usize, slot: Slot) -> &mut u32 {
        if self.ladders.len() <= name {
            self.ladders.resize_with(name + 1, Vec::new);
        }
        let (numbers, ix) = (&mut self.ladders[name], slot.0 as usize);
        if numbers.len() <= ix {
            numbers.resize(ix + 1, 0);
        }
        &mut numbers[ix]
    }
}
