//! Records that are worth keeping: the shortest of each sort.

use std::collections::BTreeMap;
use std::{env, fs};

use tidemark::model::event::Event;
use tidemark::model::refusal::Refused;

use crate::tidy::top;

const PATH: &str = "tests/data/wire/scanned.txt";
/// Bytes that JSON has a use for, as a set of those that a record has.
const TELLING: &[u8] = b"\\[\n";

/// What makes a record another sort than others: what it comes to, and which bytes are in it.
type Sort = (String, u32);

/// The shortest record of each sort.
#[derive(Default)]
pub(super) struct Corpus(BTreeMap<Sort, Vec<u8>>);

impl Corpus {
    /// Notes a record that came to something, where a corpus is being made.
    pub(super) fn meet(&mut self, bytes: &[u8], outcome: &Result<Event<'_>, Refused>) {
        if !is_wanted() {
            return;
        }
        let came_to = match outcome {
            Ok(event) => format!("{:?}", event.kind),
            Err(refused) => format!("{refused:?}"),
        };
        let has = |(bit, byte): (usize, &u8)| {
            u32::from(bytes.iter().skip(1).any(|one| one == byte)) << bit
        };
        let telling = TELLING.iter().enumerate().map(has).sum();
        let kept = self
            .0
            .entry((came_to, telling))
            .or_insert_with(|| bytes.into());
        if bytes.len() < kept.len() {
            kept.clear();
            kept.extend(bytes);
        }
    }

    /// Writes them down, where a corpus is being made.
    pub(super) fn keep(self) {
        if !is_wanted() {
            return;
        }
        let lines = self.0.values().map(|bytes| escaped(bytes) + "\n");
        fs::write(top().join(PATH), lines.collect::<String>())
            .expect("a corpus that can be written");
    }
}

fn is_wanted() -> bool {
    env::var_os("UPDATE_CORPUS").is_some()
}

/// The records that were kept.
pub(crate) fn kept() -> Vec<Vec<u8>> {
    let golden = include_str!("../../../data/wire/events.txt").lines();
    let golden = golden.filter_map(|line| line.strip_prefix("in   "));
    let kept = fs::read_to_string(top().join(PATH)).expect("a corpus");
    let golden = golden.map(|line| line.as_bytes().to_vec());
    golden.chain(kept.lines().map(unescaped)).collect()
}

/// On one line: bytes other than those of plain ASCII, and the backslash, as `\xNN`.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    let plain = |byte: u8| (b' '..0x7f).contains(&byte) && byte != b'\\';
    let shown = bytes.iter().map(|byte| match plain(*byte) {
        true => char::from(*byte).to_string(),
        false => format!("\\x{byte:02x}"),
    });
    shown.collect()
}

fn unescaped(line: &str) -> Vec<u8> {
    let mut parts = line.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
        bytes.extend(rest.as_bytes());
    }
    bytes
}
