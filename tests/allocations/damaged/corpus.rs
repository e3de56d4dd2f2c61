//! Damaged bytes that are worth keeping: of each outcome the first, a line each, in
//! `tests/data/damaged`. Every run reads them all; `UPDATE_CORPUS=1` adds what was new.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::PathBuf;

/// Lines of one file, at most.
const LINES: usize = 64;
/// Bytes of a line worth keeping.
const LONGEST: usize = 700;

/// What is kept of one sort.
pub(super) struct Corpus {
    path: PathBuf,
    pub(super) kept: Vec<Vec<u8>>,
    outcomes: BTreeSet<String>,
    grows: bool,
}

impl Corpus {
    pub(super) fn of(sort: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let path = path.join(format!("tests/data/damaged/{sort}.txt"));
        let text = fs::read_to_string(&path).unwrap_or_default();
        Self {
            path,
            kept: text.lines().map(whole).collect(),
            outcomes: BTreeSet::new(),
            grows: env::var_os("UPDATE_CORPUS").is_some(),
        }
    }

    /// What has become of some bytes.
    pub(super) fn note(&mut self, outcome: &str, bytes: &[u8], is_kept: bool) {
        if !self.grows {
            return;
        }
        // What was found is told among it, and would make each outcome another one.
        let words = outcome.split(|c: char| !c.is_ascii_alphabetic());
        let words = words.filter(|word| word.len() > 1).take(6);
        let is_new = self.outcomes.insert(words.collect::<Vec<_>>().join(" "));
        let room = self.kept.len() < LINES && bytes.len() <= LONGEST;
        if is_new && !is_kept && room {
            self.kept.push(bytes.to_vec());
        }
    }
}

impl Drop for Corpus {
    fn drop(&mut self) {
        if self.grows && !self.kept.is_empty() && !std::thread::panicking() {
            let lines = self.kept.iter();
            let text: String = lines.map(|it| format!("{}\n", it.escape_ascii())).collect();
            fs::write(&self.path, text).expect("the corpus can be written");
        }
    }
}

/// The bytes of a line.
fn whole(line: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), line.chars());
    while let Some(next) = rest.next() {
        let byte = match next {
            '\\' => match rest.next().expect("an escape is whole") {
                'n' => b'\n',
                'r' => b'\r',
                't' => b'\t',
                'x' => {
                    let digits: String = rest.by_ref().take(2).collect();
                    u8::from_str_radix(&digits, 16).expect("two digits")
                }
                other => other as u8,
            },
            other => other as u8,
        };
        bytes.push(byte);
    }
    bytes
}

#[test]
fn a_line_is_the_bytes_that_it_was() {
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(whole(&all.escape_ascii().to_string()), all);
}
