//! Opaque ids as fixed-size numbers that stand for them; the door for xxhash.

use std::num::NonZeroU64;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed, xxh3_128};

use crate::model::tape::{Garbled, expect};

/// By which siblings differ, besides the order of their halves: digits of pi.
const SIBLING: u128 = 0x243f_6a88_85a3_08d3_1319_8a2e_0370_7344;

/// 128 bits that stand for an id. Two ids with the same fingerprint are taken for the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint {
    /// Never zero, so that an optional fingerprint takes no more room.
    high: NonZeroU64,
    low: u64,
}

impl Fingerprint {
    /// Of an id.
    #[must_use]
    pub fn of(id: &str) -> Self {
        Self::from_bits(xxh3_128(id.as_bytes()))
    }

    /// One that stands for something else about the same id.
    #[must_use]
    pub fn sibling(self) -> Self {
        let bits = (u128::from(self.low) << 64) | u128::from(self.high.get());
        Self::from_bits(bits ^ SIBLING)
    }

    /// 64 well-mixed bits of it, for a hash table.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.low
    }

    /// All bits of it.
    #[must_use]
    pub fn to_bits(self) -> u128 {
        (u128::from(self.high.get()) << 64) | u128::from(self.low)
    }

    /// The one of these bits.
    ///
    /// # Errors
    /// There is none: the high half is zero.
    pub fn of_bits(bits: u128) -> Result<Self, Garbled> {
        let one = Self::from_bits(bits);
        let is_one = one.to_bits() == bits;
        expect(is_one, "what stands for an id", bits, one.to_bits())?;
        Ok(one)
    }

    fn from_bits(bits: u128) -> Self {
        Self {
            high: NonZeroU64::new((bits >> 64) as u64).unwrap_or(NonZeroU64::MIN),
            low: bits as u64,
        }
    }
}

/// The 64-bit hash of an id, the same on every machine.
#[must_use]
pub fn hash(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// That of an id that is unique only among those of its owner, given the owner's.
#[must_use]
pub fn hash_owned(owner: u64, id: &str) -> u64 {
    xxh3_64_with_seed(id.as_bytes(), owner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_id_of_two_owners_has_two_hashes() {
        let (ann, bob) = (hash("ann"), hash("bob"));
        assert_ne!(hash_owned(ann, "e-1"), hash_owned(bob, "e-1"));
        assert_ne!(hash_owned(ann, "e-1"), hash_owned(ann, "e-2"));
        assert_eq!(hash_owned(ann, "e-1"), hash_owned(ann, "e-1"));
    }
}
