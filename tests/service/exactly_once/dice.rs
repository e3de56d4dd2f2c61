//! Chance that can be had again: every draw follows from a seed, which is printed.

use std::env;

/// SplitMix64.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// From `TIDEMARK_SEED`, or else from the seed given; says which.
    pub(crate) fn of(test: &str, seed: u64) -> Self {
        let set = env::var("TIDEMARK_SEED").ok();
        let seed = set.map_or(seed, |text| {
            text.parse().expect("TIDEMARK_SEED is a number")
        });
        println!("{test}: TIDEMARK_SEED={seed}");
        Self(seed)
    }

    /// Further dice, independent of these.
    pub(crate) fn split(&mut self) -> Self {
        Self(self.draw())
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.draw() % sides
    }

    /// Whether one of `sides` came up.
    pub(crate) fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
