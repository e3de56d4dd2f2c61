//! A checksum over output, to tell whether it came out the same again; the door for xxhash.

use xxhash_rust::xxh3::Xxh3Default;

/// XXH3-64 over a series of values, each after its length as a 64-bit little-endian number.
#[derive(Clone, Default)]
pub struct Checksum(Xxh3Default);

impl Checksum {
    /// Adds one value.
    pub fn add(&mut self, value: &[u8]) {
        self.0.update(&(value.len() as u64).to_le_bytes());
        self.0.update(value);
    }

    /// The checksum of all values added.
    #[must_use]
    pub fn finish(&self) -> u64 {
        self.0.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_between_two_values_counts() {
        let sum = |values: &[&str]| {
            let mut checksum = Checksum::default();
            for value in values {
                checksum.add(value.as_bytes());
            }
            checksum.finish()
        };
        assert_eq!(sum(&["ab", "c"]), sum(&["ab", "c"]));
        assert_ne!(sum(&["ab", "c"]), sum(&["a", "bc"]));
        assert_ne!(sum(&[]), sum(&[""]));
    }
}
