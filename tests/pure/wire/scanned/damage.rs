//! Records that were whole: a few bytes changed, gone, doubled, or from another record.

use crate::dice::Dice;

/// Bytes that mean something to JSON, or nearly.
const BYTES: &[u8] = b"\"\\{}[]:,0-19eE+. \t\n\r\x0b\x0c\0\x1f\x7f\x80\xbf\xc3\xe2\xf0\xfftfnu/";
/// Texts that do.
const TEXTS: [&str; 16] = [
    "null",
    "true",
    "false",
    "\\u0000",
    "\\ud800",
    "\\\"",
    "-0",
    "1e9",
    "0.5",
    "{}",
    "[]",
    "\"\"",
    "\u{feff}",
    "\u{2028}",
    "é",
    "9223372036854775808",
];

/// Damages a record once or twice.
pub(super) fn damage(dice: &mut Dice, corpus: &[Vec<u8>], bytes: &mut Vec<u8>) {
    for _ in 0..=dice.roll(2) {
        let at = below(dice, bytes.len() + 1);
        let until = at + below(dice, (bytes.len() - at).min(12) + 1);
        match dice.roll(9) {
            0 => drop(bytes.drain(at..until)),
            1 => bytes.truncate(at),
            2 => {
                let again = bytes[at..until].to_vec();
                bytes.splice(at..at, again);
            }
            3 => {
                let other = &corpus[below(dice, corpus.len())];
                let from = below(dice, other.len() + 1);
                let part = other[from..].iter().take(1 + below(dice, 24)).copied();
                bytes.splice(at..until, part);
            }
            4 => {
                let text = TEXTS[below(dice, TEXTS.len())];
                bytes.splice(at..at, text.bytes());
            }
            5 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
            6 if at < bytes.len() => bytes[at] = BYTES[below(dice, BYTES.len())],
            _ => bytes.insert(at, BYTES[below(dice, BYTES.len())]),
        }
    }
}

fn below(dice: &mut Dice, sides: usize) -> usize {
    dice.roll(sides as u64) as usize
}
