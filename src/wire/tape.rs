//! A tape as bytes, and back with suspicion: what is kept of customers. The contract is
//! docs/kept.md.

use xxhash_rust::xxh3::xxh3_64;

use crate::model::tape::Tape;

/// The version of the format that is written and read.
pub const VERSION: u8 = 1;

/// Bytes of the checksum at the end.
const CHECKSUM: usize = 8;
/// Bits of a number in each byte of it; the highest bit says whether another byte follows.
const BITS: u32 = 7;

/// Why bytes are not a tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTape {
    /// There are fewer than any has.
    #[error("{found} bytes are no tape")]
    Short {
        /// How many there are.
        found: usize,
    },
    /// Written by another version of the program.
    #[error("the tape has version {found}, this program reads version {VERSION}")]
    Version {
        /// The version it says.
        found: u8,
    },
    /// They are not what was written.
    #[error("the tape has checksum {found:016x}, its bytes have {expected:016x}")]
    Checksum {
        /// The checksum it says.
        found: u64,
        /// That of the bytes before it.
        expected: u64,
    },
    /// What was written is not a tape.
    #[error("the tape is wrong at byte {at}: {what}")]
    Shape {
        /// The first byte that was not read.
        at: usize,
        /// What is the matter.
        what: &'static str,
    },
}

/// Appends a tape of that form: the same bytes for the same tape.
pub fn encode(form: u64, tape: &Tape, out: &mut Vec<u8>) {
    let start = out.len();
    out.push(VERSION);
    out.extend(form.to_le_bytes());
    put(tape.numbers.len() as u64, out);
    for number in &tape.numbers {
        put(folded(*number), out);
    }
    put(tape.ids.len() as u64, out);
    for id in &tape.ids {
        out.extend(id.to_le_bytes());
    }
    put(tape.texts.len() as u64, out);
    for text in &tape.texts {
        put(text.len() as u64, out);
        out.extend(text.as_bytes());
    }
    let checksum = xxh3_64(&out[start..]);
    out.extend(checksum.to_le_bytes());
}

/// The form that bytes say they are of, without a look at the rest; none where they are no tape of
/// this version.
#[must_use]
pub fn form(bytes: &[u8]) -> Option<u64> {
    let (version, rest) = bytes.split_first()?;
    let form = rest.first_chunk().filter(|_| *version == VERSION)?;
    Some(u64::from_le_bytes(*form))
}

/// Reads a form and a tape.
///
/// # Errors
/// See [`BadTape`].
pub fn decode(bytes: &[u8]) -> Result<(u64, Tape), BadTape> {
    let found = bytes.len();
    let (Some((version, _)), Some((body, checksum))) =
        (bytes.split_first(), bytes.split_last_chunk::<CHECKSUM>())
    else {
        return Err(BadTape::Short { found });
    };
    if *version != VERSION {
        return Err(BadTape::Version { found: *version });
    }
    let (found, expected) = (u64::from_le_bytes(*checksum), xxh3_64(body));
    if found != expected {
        return Err(BadTape::Checksum { found, expected });
    }
    let mut left = Left { bytes: body, at: 1 };
    let form = u64::from_le_bytes(left.chunk("a form")?);
    let mut tape = Tape::default();
    let count = left.count(1, "how many numbers there are")?;
    tape.numbers.reserve_exact(count);
    for _ in 0..count {
        tape.put(unfolded(left.number("a number")?));
    }
    for _ in 0..left.count(16, "how many ids there are")? {
        tape.put_id(u128::from_le_bytes(left.chunk("an id")?));
    }
    for _ in 0..left.count(1, "how many texts there are")? {
        let length = left.count(1, "how long a text is")?;
        let text = str::from_utf8(left.bytes(length, "a text")?);
        tape.put_text(text.map_err(|_| left.wrong("a text is not UTF-8"))?);
    }
    if left.at < body.len() {
        return Err(left.wrong("bytes are left over"));
    }
    Ok((form, tape))
}

/// Numbers near zero, on either side, become small ones.
fn folded(number: i64) -> u64 {
    (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned()
}

fn unfolded(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Appends a number, its lowest bits first, in as few bytes as it needs.
fn put(mut number: u64, out: &mut Vec<u8>) {
    while number >> BITS > 0 {
        out.push(number as u8 | 1 << BITS);
        number >>= BITS;
    }
    out.push(number as u8);
}

/// What of some bytes is still to be read.
struct Left<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Left<'a> {
    fn wrong(&self, what: &'static str) -> BadTape {
        BadTape::Shape { at: self.at, what }
    }

    fn bytes(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], BadTape> {
        let found = self.bytes[self.at..].get(..count);
        let found = found.ok_or(self.wrong(what))?;
        self.at += count;
        Ok(found)
    }

    fn chunk<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], BadTape> {
        let bytes = self.bytes(N, what)?;
        bytes.try_into().map_err(|_| self.wrong(what))
    }

    #[inline]
    fn number(&mut self, what: &'static str) -> Result<u64, BadTape> {
        // Most are of one byte.
        match self.bytes.get(self.at) {
            Some(byte) if byte >> BITS == 0 => {
                self.at += 1;
                Ok(u64::from(*byte))
            }
            _ => self.long_number(what),
        }
    }

    fn long_number(&mut self, what: &'static str) -> Result<u64, BadTape> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let [byte] = self.chunk(what)?;
            let bits = u64::from(byte & !(1 << BITS));
            // A number has one form: none but the lowest byte is zero, and no bit falls off.
            let fits = shift < u64::BITS && bits << shift >> shift == bits;
            if !fits || (byte == 0 && shift > 0) {
                return Err(self.wrong(what));
            }
            number |= bits << shift;
            if byte >> BITS == 0 {
                return Ok(number);
            }
            shift += BITS;
        }
    }

    /// How many follow that take up so many bytes each at least.
    fn count(&mut self, size: usize, what: &'static str) -> Result<usize, BadTape> {
        let count = usize::try_from(self.number(what)?).unwrap_or(usize::MAX);
        let room = (self.bytes.len() - self.at) / size;
        if count > room {
            return Err(self.wrong(what));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each size of number, and of each sort.
    fn tape() -> Tape {
        let mut tape = Tape::default();
        for shift in 0..64 {
            let number = 1_i64.rotate_left(shift);
            for near in [number.wrapping_sub(1), number, number.wrapping_neg()] {
                tape.put(near);
            }
        }
        tape.put_id(u128::MAX);
        tape.put_id(1);
        tape.put_text("");
        tape.put_text("Zoë");
        tape
    }

    fn bytes(tape: &Tape) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(7, tape, &mut bytes);
        bytes
    }

    /// Bytes whose checksum is right.
    fn sealed(body: &[u8]) -> Vec<u8> {
        let mut bytes = body.to_vec();
        bytes.extend(xxh3_64(body).to_le_bytes());
        bytes
    }

    #[test]
    fn what_was_written_is_read() {
        for tape in [tape(), Tape::default()] {
            assert_eq!(decode(&bytes(&tape)), Ok((7, tape)));
        }
    }

    #[test]
    fn the_format_is_the_one_described() {
        let mut tape = Tape::default();
        for number in [0, -1, 1, 64, -65] {
            tape.put(number);
        }
        tape.put_id(2);
        tape.put_text("ü");
        let body = [
            &[1, 7, 0, 0, 0, 0, 0, 0, 0][..],
            &[5, 0, 1, 2, 0x80, 1, 0x81, 1],
            &[1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[1, 2, 0xc3, 0xbc],
        ];
        assert_eq!(bytes(&tape), sealed(&body.concat()));
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_refused() {
        let whole = bytes(&tape());
        for length in 0..whole.len() {
            assert!(decode(&whole[..length]).is_err(), "{length}");
        }
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&bytes).is_err(), "{bit}");
        }
    }

    /// Whoever wrote them, bytes are never trusted.
    #[test]
    fn bytes_with_a_right_checksum_are_not_trusted() {
        let head = [1, 7, 0, 0, 0, 0, 0, 0, 0];
        let all = [0xff; 9];
        for (rest, at, what) in [
            (&[][..], 9, "how many numbers there are"),
            (&[1], 10, "how many numbers there are"),
            (&[1, 0x80, 0, 0, 0], 12, "a number"),
            (&[&[1][..], &all, &[2, 0, 0]].concat(), 20, "a number"),
            (&[0, 1, 0], 11, "how many ids there are"),
            (&[0, 0, 1, 2, 0], 13, "how long a text is"),
            (&[0, 0, 1, 1, 0xff], 14, "a text is not UTF-8"),
            (&[0, 0, 0, 0], 12, "bytes are left over"),
        ] {
            let bytes = sealed(&[&head, rest].concat());
            assert_eq!(decode(&bytes), Err(BadTape::Shape { at, what }), "{rest:?}");
        }
        let other = BadTape::Version { found: 2 };
        assert_eq!(decode(&sealed(&[2])), Err(other));
    }
}
