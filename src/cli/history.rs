//! Events from files, in the order in which they happened.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, stdin};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::model::refusal::{Refusal, Refused};
use crate::model::time::Timestamp;
use crate::wire::event::Decoder;
use crate::wire::scratch::Scratch;

use super::exit::Failure;

/// All events of some files, sorted by instant; equal instants in the order of files and lines.
/// Held in memory, about 24 bytes more an event than their text.
#[derive(Default)]
pub(crate) struct History {
    text: Vec<u8>,
    lines: Vec<Line>,
    /// Lines that are no events, by reason.
    pub refused: BTreeMap<Refusal, u64>,
    /// Where the first such line is.
    pub first_refused: Option<(String, u64, Refused)>,
}

struct Line {
    at: Timestamp,
    start: usize,
    end: usize,
}

impl History {
    /// Reads files of one JSON event a line, plain or gzip; `-` is standard input. `progress` is
    /// told the bytes of text read so far.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(crate) fn read(
        paths: &[impl AsRef<Path>],
        decoder: &Decoder,
        mut progress: impl FnMut(usize),
    ) -> Result<Self, Failure> {
        let mut history = Self::default();
        for path in paths {
            let path = path.as_ref();
            let input = open(path).map_err(|error| Failure::reading(path, &error))?;
            history
                .add(&path.display().to_string(), input, decoder, &mut progress)
                .map_err(|error| Failure::reading(path, &error))?;
        }
        history.lines.sort_by_key(|line| line.at);
        Ok(history)
    }

    fn add(
        &mut self,
        name: &str,
        mut input: impl BufRead,
        decoder: &Decoder,
        progress: &mut impl FnMut(usize),
    ) -> std::io::Result<()> {
        let mut scratch = Scratch::default();
        for number in 1.. {
            let start = self.text.len();
            if input.read_until(b'\n', &mut self.text)? == 0 {
                break;
            }
            let end = start + self.text[start..].trim_ascii_end().len();
            if start == end {
                continue;
            }
            scratch.clear();
            match decoder.decode(&self.text[start..end], &scratch) {
                Ok(event) => self.lines.push(Line {
                    at: event.at,
                    start,
                    end,
                }),
                Err(refused) => {
                    *self.refused.entry(refused.refusal).or_default() += 1;
                    self.first_refused
                        .get_or_insert((name.to_owned(), number, refused));
                }
            }
            progress(self.text.len());
        }
        Ok(())
    }

    /// The texts of all events, in order.
    pub(crate) fn events(&self) -> impl ExactSizeIterator<Item = (Timestamp, &[u8])> {
        self.lines
            .iter()
            .map(|line| (line.at, &self.text[line.start..line.end]))
    }

    /// The instant of the last event.
    #[must_use]
    pub(crate) fn last(&self) -> Option<Timestamp> {
        self.lines.last().map(|line| line.at)
    }
}

/// A file to read lines from, unpacked if it begins as gzip does.
fn open(path: &Path) -> std::io::Result<Box<dyn BufRead>> {
    let raw: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(stdin())
    } else {
        Box::new(File::open(path)?)
    };
    let mut raw = BufReader::with_capacity(1 << 16, raw);
    if raw.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(BufReader::with_capacity(
            1 << 16,
            MultiGzDecoder::new(raw),
        )));
    }
    Ok(Box::new(raw))
}
