//! Which lane a customer's records lie in: Java Kafka's default partitioner.

use super::ids::LaneId;

/// The lane of a key among `lanes` partitions, as Kafka's Java producer chooses it
/// (`org.apache.kafka.clients.producer.internals.BuiltInPartitioner`: positive 32-bit murmur2 of
/// the key's bytes, modulo the number of partitions).
///
/// # Panics
/// `lanes` is not positive.
#[must_use]
pub fn lane_of(key: &[u8], lanes: i32) -> LaneId {
    assert!(lanes > 0, "a topic has at least one partition");
    LaneId((murmur2(key) & 0x7fff_ffff) as i32 % lanes)
}

/// 32-bit murmur2 with Kafka's seed.
fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut h: u32 = 0x9747_b28c ^ data.len() as u32;
    let mut words = data.chunks_exact(4);
    for word in &mut words {
        let mut k = u32::from_le_bytes([word[0], word[1], word[2], word[3]]).wrapping_mul(M);
        k ^= k >> 24;
        h = h.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    let tail = words.remainder();
    if !tail.is_empty() {
        for (i, byte) in tail.iter().enumerate() {
            h ^= u32::from(*byte) << (8 * i);
        }
        h = h.wrapping_mul(M);
    }
    h ^= h >> 13;
    h = h.wrapping_mul(M);
    h ^ h >> 15
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of Kafka's own `UtilsTest.testMurmur2`.
    #[test]
    fn hashes_are_those_of_kafkas_java_client() {
        for (text, hash) in [
            ("21", -973_932_308_i32),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            (
                "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
                -58_897_971,
            ),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(text.as_bytes()) as i32, hash, "{text}");
        }
    }
}
