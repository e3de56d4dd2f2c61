//! The same record, told with an escape that changes nothing.

use crate::dice::Dice;

/// A member that nobody knows, with an escape in its name and an array for its value.
const MORE: &[u8] = br#""\u0061":[],"#;

/// The record with one more member before its others; nothing where it has none.
pub(super) fn with_one_more(bytes: &[u8], retold: &mut Vec<u8>) -> bool {
    let spaces = |bytes: &[u8]| {
        let space = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        bytes.iter().take_while(space).count()
    };
    let open = spaces(bytes);
    let Some((b'{', rest)) = bytes[open..].split_first() else {
        return false;
    };
    if rest.get(spaces(rest)).is_none_or(|first| *first == b'}') {
        return false;
    }
    retold.clear();
    retold.extend(&bytes[..=open]);
    retold.extend(MORE);
    retold.extend(rest);
    true
}

/// The record with one letter or digit of its texts as an escape; nothing where there is none. The
/// record is valid JSON.
pub(super) fn with_one_escaped(bytes: &[u8], dice: &mut Dice, retold: &mut Vec<u8>) -> bool {
    let count = letters(bytes).count() as u64;
    if count == 0 {
        return false;
    }
    let chosen = letters(bytes).nth(dice.roll(count) as usize);
    let chosen = chosen.expect("there are that many");
    retold.clear();
    retold.extend(&bytes[..chosen]);
    let hex = b"0123456789abcdef";
    let byte = usize::from(bytes[chosen]);
    retold.extend([b'\\', b'u', b'0', b'0', hex[byte / 16], hex[byte % 16]]);
    retold.extend(&bytes[chosen + 1..]);
    true
}

/// Where the letters and digits of texts stand that are not part of an escape.
fn letters(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let (mut inside, mut skip) = (false, 0);
    bytes.iter().enumerate().filter_map(move |(at, byte)| {
        if skip > 0 {
            // What an escape consists of; `u` has four digits more.
            skip += if skip == 1 && *byte == b'u' { 3 } else { -1 };
            return None;
        }
        match byte {
            b'"' => inside = !inside,
            b'\\' => skip = 1,
            _ => return (inside && byte.is_ascii_alphanumeric()).then_some(at),
        }
        None
    })
}
