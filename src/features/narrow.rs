//! Whole numbers in as few bytes as they need, among others in one run of bytes.

/// Bytes of a number at most, and bytes that stand before the first narrow number of a run.
pub(super) const WHOLE: usize = size_of::<i64>();

/// In how many bytes a number lies, 1 to 8; kept as the bits of a whole number that it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Width(u32);

impl Width {
    /// That of a whole number.
    pub(super) const WHOLE: Self = Self(0);

    /// So many bytes.
    #[inline]
    pub(super) fn of_bytes(bytes: usize) -> Self {
        debug_assert!((1..=WHOLE).contains(&bytes), "{bytes} bytes");
        Self(8 * (WHOLE - bytes) as u32)
    }

    /// How many.
    #[inline]
    pub(super) fn bytes(self) -> usize {
        WHOLE - self.0 as usize / 8
    }

    /// Whether a number needs no more of them.
    #[inline]
    pub(super) fn holds(self, number: i64) -> bool {
        number << self.0 >> self.0 == number
    }
}

/// The number whose last byte is the one before `end`. At least [`WHOLE`] bytes end there: reading
/// all of them at once needs no case for each width.
#[inline]
pub(super) fn get(bytes: &[u8], end: usize, width: Width) -> i64 {
    let whole = bytes[..end].last_chunk().copied();
    let whole = i64::from_le_bytes(whole.expect("a whole number ends there"));
    whole >> width.0
}

/// Sets it to one that is no wider; what stands before it stays.
#[inline]
pub(super) fn put(bytes: &mut [u8], end: usize, width: Width, number: i64) {
    debug_assert!(width.holds(number), "{number} in {} bytes", width.bytes());
    let whole = bytes[..end].last_chunk_mut::<WHOLE>();
    let whole = whole.expect("a whole number ends there");
    let before = u64::from_le_bytes(*whole) & !(u64::MAX << width.0);
    *whole = (before | (number as u64) << width.0).to_le_bytes();
}

/// How many bytes a number needs, 1 to 8.
#[inline]
pub(super) fn width_of(number: i64) -> usize {
    let bits = u64::BITS + 1 - (number ^ (number >> 63)).leading_zeros();
    bits.div_ceil(8) as usize
}

/// A number that needs as many bytes as the one of these that needs most; zero where there is none.
#[inline]
pub(super) fn spread(numbers: impl Iterator<Item = i64>) -> i64 {
    numbers.fold(0, |all, number| all | (number ^ (number >> 63)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_takes_the_bytes_that_it_needs() {
        for (number, bytes) in [
            (0, 1),
            (127, 1),
            (128, 2),
            (-128, 1),
            (-129, 2),
            (32_767, 2),
            (32_768, 3),
            (1 << 39, 6),
            (-(1 << 39), 5),
            (i64::MAX, 8),
            (i64::MIN, 8),
        ] {
            assert_eq!(width_of(number), bytes, "{number}");
            for width in 1..=WHOLE {
                let holds = Width::of_bytes(width).holds(number);
                assert_eq!(holds, width >= bytes, "{number} in {width}");
            }
        }
    }

    #[test]
    fn the_widest_of_some_numbers_tells_how_wide_all_are() {
        assert_eq!(width_of(spread([].into_iter())), 1);
        let ends = [
            0,
            127,
            -128,
            128,
            -129,
            1 << 39,
            -(1 << 39),
            i64::MAX,
            i64::MIN,
        ];
        for one in ends {
            for other in ends {
                let widest = width_of(one).max(width_of(other));
                let all = spread([one, other].into_iter());
                assert_eq!(width_of(all), widest, "{one} and {other}");
            }
        }
    }

    #[test]
    fn numbers_side_by_side_leave_each_other_alone() {
        for bytes in 1..=WHOLE {
            let width = Width::of_bytes(bytes);
            let most = i64::MAX >> (8 * (WHOLE - bytes));
            let ends: Vec<usize> = (1..=5).map(|n| WHOLE + n * bytes).collect();
            let mut run = vec![0xAA; WHOLE + 5 * bytes];
            let all = [most, -most - 1, 0, -1, 1];
            for order in [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1]] {
                for ix in order {
                    put(&mut run, ends[ix], width, all[ix]);
                }
                let read: Vec<i64> = ends.iter().map(|end| get(&run, *end, width)).collect();
                assert_eq!(read, all, "{bytes} bytes");
                assert_eq!(run[..WHOLE], [0xAA; WHOLE]);
            }
        }
    }
}
