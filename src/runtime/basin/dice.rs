//! Numbers that look random and come from a seed alone.

use std::cell::Cell;

/// A die of 64 bits (SplitMix64); whoever shares it shares one row of throws.
pub(super) struct Dice(Cell<u64>);

impl Dice {
    /// The row of throws of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    fn throw(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of 0, 1 ... `sides - 1`.
    pub(super) fn below(&self, sides: usize) -> usize {
        let wide = u128::from(self.throw()) * sides as u128;
        usize::try_from(wide >> 64).expect("less than the sides")
    }

    /// Whether a chance of one in so many comes true.
    pub(super) fn one_in(&self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    /// A number of milliseconds, both ends included.
    pub(super) fn span(&self, least: i64, most: i64) -> i64 {
        least + self.below(usize::try_from(most - least + 1).expect("a span")) as i64
    }
}
