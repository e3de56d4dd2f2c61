//! Snapshots of lanes as frames of bytes, and back with suspicion: nothing that was not written as
//! one, whole and in order, is taken for one. The contract is docs/snapshots.md.

mod bad;
pub mod piece;

use xxhash_rust::xxh3::xxh3_64;

use crate::lane::ledger::Entry;
use crate::model::ids::{LaneId, Offset, UnitId};
use crate::model::tape::{Garbled, Tape};
use crate::model::time::Timestamp;

use super::{ledger, tape};

pub use bad::BadFrame;

/// The version of the format that is written and read.
pub const VERSION: u8 = 1;
/// How every frame begins; the last byte is the version.
const MAGIC: [u8; 4] = *b"tsn\x01";
/// Bytes before the tape of a frame: magic, sort, number, mark and length.
pub const HEADER: usize = 4 + 1 + 4 + 8 + 4;
/// Bytes of the checksum behind it.
pub const CHECKSUM: usize = 8;
/// The longest tape of a frame: one customer with very many orders.
pub const LENGTH_MAX: usize = 256 << 20;
/// Stamps and ends are read alike under all policies.
const FORM: u64 = 0;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Which lane it is, and when: the first one.
    Stamp = 1,
    /// What there is besides customers: the second.
    Lane = 2,
    /// Customers.
    Page = 3,
    /// That there are no more.
    End = 4,
}

/// Which lane was written down, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The service.
    pub app: Box<str>,
    /// What the ledger says of the last unit that is in it.
    pub entry: Entry,
    /// The place of that entry in the ledger, or of one before it.
    pub ledger: Offset,
    /// When it was begun.
    pub at: Timestamp,
}

impl Stamp {
    /// The lane.
    #[must_use]
    pub fn lane(&self) -> LaneId {
        self.entry.lane
    }

    /// The last unit that is in it.
    #[must_use]
    pub fn unit(&self) -> UnitId {
        self.entry.unit
    }
}

/// How many there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Pages.
    pub pages: u64,
    /// Rows in them.
    pub rows: u64,
}

/// One frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The first.
    Stamp(Box<Stamp>),
    /// The second, with the form in which customers are kept.
    Lane(u64, Tape),
    /// One of those that follow.
    Page(Tape),
    /// The last.
    End(End),
}

/// The version of the format of a snapshot that begins like this, if it is a later one than this
/// program reads.
#[must_use]
pub fn later_version(begin: &[u8]) -> Option<u8> {
    let (magic, version) = (begin.get(..3)?, *begin.get(3)?);
    (*magic == MAGIC[..3] && version > VERSION).then_some(version)
}

/// Writes the frames of one snapshot.
#[derive(Clone, Debug)]
pub struct Writer {
    mark: u64,
    number: u32,
    pages: u64,
    is_over: bool,
}

impl Writer {
    /// Begins with the stamp.
    #[must_use]
    pub fn begin(stamp: &Stamp, out: &mut Vec<u8>) -> Self {
        let mut tape = Tape::default();
        let mut entry = Vec::new();
        ledger::encode(&stamp.entry, &mut entry);
        tape.put_text(&stamp.app);
        tape.put_text(&String::from_utf8(entry).expect("JSON is UTF-8"));
        tape.put(stamp.ledger.0);
        tape.put(stamp.at.0);
        let mut bytes = Vec::new();
        tape::encode(FORM, &tape, &mut bytes);
        let mut writer = Self {
            mark: xxh3_64(&bytes),
            number: 0,
            pages: 0,
            is_over: false,
        };
        writer.frame(Sort::Stamp, &bytes, out);
        writer
    }

    /// What there is besides customers, who are kept in that form.
    pub fn lane(&mut self, form: u64, tape: &Tape, out: &mut Vec<u8>) {
        self.tape(Sort::Lane, form, tape, out);
    }

    /// Some customers.
    pub fn page(&mut self, tape: &Tape, out: &mut Vec<u8>) {
        self.pages += 1;
        self.tape(Sort::Page, FORM, tape, out);
    }

    /// The end of a snapshot with so many rows.
    pub fn end(&mut self, rows: u64, out: &mut Vec<u8>) {
        self.is_over = true;
        let mut tape = Tape::default();
        tape.put(self.pages.cast_signed());
        tape.put(rows.cast_signed());
        self.tape(Sort::End, FORM, &tape, out);
    }

    /// Whether the end has been written.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    fn tape(&mut self, sort: Sort, form: u64, tape: &Tape, out: &mut Vec<u8>) {
        let mut bytes = Vec::new();
        tape::encode(form, tape, &mut bytes);
        self.frame(sort, &bytes, out);
    }

    fn frame(&mut self, sort: Sort, tape: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        let length = u32::try_from(tape.len()).expect("a page is no longer than its customers");
        out.reserve(HEADER + tape.len() + CHECKSUM);
        out.extend(MAGIC);
        out.push(sort as u8);
        out.extend(self.number.to_le_bytes());
        out.extend(self.mark.to_le_bytes());
        out.extend(length.to_le_bytes());
        out.extend(tape);
        let checksum = xxh3_64(&out[start..]);
        out.extend(checksum.to_le_bytes());
        self.number += 1;
    }
}

/// Reads the frames of one snapshot, one after another: for each [`Reader::length`] of its header,
/// then [`Reader::frame`] of all of it.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    mark: Option<u64>,
    number: u32,
    pages: u64,
    is_over: bool,
}

/// What the header of a frame says.
struct Header {
    sort: u8,
    number: u32,
    mark: u64,
    length: usize,
}

impl Reader {
    /// How many bytes follow the header of the next frame.
    ///
    /// # Errors
    /// It is no header, or not of that frame.
    pub fn length(&self, header: &[u8; HEADER]) -> Result<usize, BadFrame> {
        Ok(self.header(header)?.length + CHECKSUM)
    }

    /// Whether the end has been read.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Pages read.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.pages
    }

    /// Holds a whole frame against its checksum and its place, without a look at what it says.
    ///
    /// # Errors
    /// See [`BadFrame`].
    pub fn check(&mut self, frame: &[u8]) -> Result<(), BadFrame> {
        self.next(frame).map(drop)
    }

    /// Reads a whole frame.
    ///
    /// # Errors
    /// See [`BadFrame`].
    pub fn frame(&mut self, frame: &[u8]) -> Result<Frame, BadFrame> {
        let (sort, tape) = self.next(frame)?;
        let (form, tape) = tape::decode(tape)?;
        let read = match sort {
            Sort::Stamp => Frame::Stamp(Box::new(stamp(&tape)?)),
            Sort::Lane => Frame::Lane(form, tape),
            Sort::Page => Frame::Page(tape),
            Sort::End => {
                let end = end(&tape)?;
                if end.pages != self.pages {
                    let (found, expected) = (self.pages, end.pages);
                    return Err(BadFrame::Pages { found, expected });
                }
                Frame::End(end)
            }
        };
        Ok(read)
    }

    fn next<'f>(&mut self, frame: &'f [u8]) -> Result<(Sort, &'f [u8]), BadFrame> {
        let number = self.number;
        let (found, ends) = (frame.len(), |expected| BadFrame::Ends {
            number,
            found: frame.len(),
            expected,
        });
        let header = frame.first_chunk().ok_or(ends("has a header"))?;
        let header = self.header(header)?;
        if found != HEADER + header.length + CHECKSUM {
            return Err(ends("says another length"));
        }
        let (bytes, checksum) = frame.split_last_chunk().ok_or(ends("has a checksum"))?;
        let (found, expected) = (u64::from_le_bytes(*checksum), xxh3_64(bytes));
        if found != expected {
            return Err(BadFrame::Checksum {
                number,
                found,
                expected,
            });
        }
        let sort = self.sort(header.sort)?;
        self.mark = Some(header.mark);
        self.number += 1;
        self.pages += u64::from(sort == Sort::Page);
        self.is_over = sort == Sort::End;
        Ok((sort, &bytes[HEADER..]))
    }

    /// The sort of a frame that says it is of this one.
    fn sort(&self, found: u8) -> Result<Sort, BadFrame> {
        let number = self.number;
        let (sort, expected) = match (number, found) {
            _ if self.is_over => (None, "nothing after the end"),
            (0, 1) => (Some(Sort::Stamp), ""),
            (0, _) => (None, "a stamp"),
            (1, 2) => (Some(Sort::Lane), ""),
            (1, _) => (None, "a lane"),
            (_, 3) => (Some(Sort::Page), ""),
            (_, 4) => (Some(Sort::End), ""),
            _ => (None, "a page or the end"),
        };
        sort.ok_or(BadFrame::Sort {
            number,
            found,
            expected,
        })
    }

    fn header(&self, bytes: &[u8; HEADER]) -> Result<Header, BadFrame> {
        let (magic, rest) = bytes.split_first_chunk().expect("a header has a magic");
        let same = MAGIC.iter().zip(magic).take_while(|(a, b)| a == b).count();
        match same {
            4 => {}
            3 => return Err(BadFrame::Version { found: magic[3] }),
            _ => return Err(BadFrame::Magic { found: *magic }),
        }
        let (sort, rest) = rest.split_first().expect("then a sort");
        let (number, rest) = rest.split_first_chunk().expect("then a number");
        let (mark, rest) = rest.split_first_chunk().expect("then a mark");
        let length = rest.first_chunk().expect("then a length");
        let header = Header {
            sort: *sort,
            number: u32::from_le_bytes(*number),
            mark: u64::from_le_bytes(*mark),
            length: u32::from_le_bytes(*length) as usize,
        };
        let mark = self.mark.unwrap_or(header.mark);
        if (header.number, header.mark) != (self.number, mark) {
            let told = |number: u32, mark: u64| format!("{number} of {mark:016x}");
            return Err(BadFrame::Order {
                number: self.number,
                found: told(header.number, header.mark),
                expected: told(self.number, mark),
            });
        }
        if header.length > LENGTH_MAX {
            let (number, found) = (self.number, header.length);
            return Err(BadFrame::Length { number, found });
        }
        Ok(header)
    }
}

fn stamp(tape: &Tape) -> Result<Stamp, BadFrame> {
    let mut reel = tape.reel();
    let app = reel.take_text("a service")?.into();
    let entry = ledger::decode(reel.take_text("an entry of the ledger")?.as_bytes())?;
    let ledger = Offset(reel.take_within("a place in the ledger", 0, i64::MAX)?);
    let at = Timestamp(reel.take("when it was begun")?);
    reel.end()?;
    Ok(Stamp {
        app,
        entry,
        ledger,
        at,
    })
}

fn end(tape: &Tape) -> Result<End, BadFrame> {
    let mut reel = tape.reel();
    let mut count = |what| Ok::<_, Garbled>(reel.take_within(what, 0, i64::MAX)?.cast_unsigned());
    let (pages, rows) = (count("a number of pages")?, count("a number of rows")?);
    reel.end()?;
    Ok(End { pages, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::ledger::{Counts, Read};

    fn stamped() -> Stamp {
        let read = Read {
            topic: "shop.purchase.v1".to_owned(),
            from: Offset(1),
            next: Offset(3),
            records: 2,
        };
        let entry = Entry {
            lane: LaneId(3),
            unit: UnitId(41),
            policy: "00ff".to_owned(),
            adopts: None,
            owner: "tidemark.1.0".to_owned(),
            ceiling: Timestamp(1_000),
            coast: None,
            firings: None,
            gap: None,
            clock: Timestamp(900),
            reads: vec![read],
            runs: vec![(0, 2)],
            counts: Counts {
                applied: 2,
                ..Counts::default()
            },
            checksum: 7,
        };
        Stamp {
            app: "tidemark".into(),
            entry,
            ledger: Offset(80),
            at: Timestamp(950),
        }
    }

    fn tape(numbers: usize) -> Tape {
        let mut tape = Tape::default();
        (0..numbers as i64).for_each(|number| tape.put(number * number));
        tape
    }

    /// The frames of a snapshot with so many numbers on each of its pages.
    fn frames(pages: &[usize]) -> Vec<Vec<u8>> {
        let mut frames = vec![Vec::new()];
        let mut writer = Writer::begin(&stamped(), &mut frames[0]);
        let mut next = |write: &mut dyn FnMut(&mut Vec<u8>)| {
            let mut frame = Vec::new();
            write(&mut frame);
            frames.push(frame);
        };
        next(&mut |out| writer.lane(9, &tape(3), out));
        for numbers in pages {
            next(&mut |out| writer.page(&tape(*numbers), out));
        }
        next(&mut |out| writer.end(5, out));
        frames
    }

    /// As whoever reads a file reads it.
    fn read(bytes: &[u8]) -> Result<Vec<Frame>, BadFrame> {
        let mut reader = Reader::default();
        let (mut frames, mut at) = (Vec::new(), 0);
        while !reader.is_over() || at < bytes.len() {
            let (number, found) = (frames.len() as u32, bytes.len());
            let ends = |expected| BadFrame::Ends {
                number,
                found,
                expected,
            };
            let header = bytes[at..].first_chunk().ok_or(ends("has a header"))?;
            let end = at + HEADER + reader.length(header)?;
            let frame = bytes.get(at..end).ok_or(ends("is longer"))?;
            frames.push(reader.frame(frame)?);
            at = end;
        }
        Ok(frames)
    }

    #[test]
    fn what_was_written_is_read() {
        let read = read(&frames(&[4, 5]).concat()).expect("it was written so");
        let expected = [
            Frame::Stamp(Box::new(stamped())),
            Frame::Lane(9, tape(3)),
            Frame::Page(tape(4)),
            Frame::Page(tape(5)),
            Frame::End(End { pages: 2, rows: 5 }),
        ];
        assert_eq!(read, expected);
    }

    /// All flips of a bit of a small one, and of one byte in each place of a large one.
    #[test]
    fn every_flip_and_every_cut_is_told() {
        let small = frames(&[2]).concat();
        for bit in 0..small.len() * 8 {
            let mut bytes = small.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&bytes).is_err(), "bit {bit}");
        }
        for length in 0..small.len() {
            assert!(read(&small[..length]).is_err(), "{length}");
        }
        let more = [&small[..], &[0]].concat();
        assert!(read(&more).is_err(), "one more");
    }

    #[test]
    fn frames_that_are_missing_swapped_or_of_another_snapshot_are_told() {
        let whole = frames(&[4, 5, 6]);
        for gone in 0..whole.len() {
            let mut frames = whole.clone();
            frames.remove(gone);
            assert!(read(&frames.concat()).is_err(), "without {gone}");
        }
        let mut swapped = whole.clone();
        swapped.swap(2, 3);
        assert!(read(&swapped.concat()).is_err());
        let mut twice = whole.clone();
        twice.insert(2, whole[2].clone());
        assert!(read(&twice.concat()).is_err());
        let mut other = Vec::new();
        let later = Stamp {
            at: Timestamp(951),
            ..stamped()
        };
        let mut writer = Writer::begin(&later, &mut Vec::new());
        writer.lane(9, &tape(3), &mut other);
        let mut mixed = whole.clone();
        mixed[1] = other;
        let error = read(&mixed.concat()).expect_err("it is of another");
        assert!(
            matches!(error, BadFrame::Order { number: 1, .. }),
            "{error}"
        );
    }

    #[test]
    fn another_version_is_told_before_anything_else() {
        let mut bytes = frames(&[1]).concat();
        bytes[3] = VERSION + 1;
        let error = read(&bytes).expect_err("of a later version");
        let told = "its format has version 2, this program reads version 1";
        assert_eq!(error.to_string(), told);
        assert_eq!(later_version(&bytes), Some(VERSION + 1));
        assert_eq!(later_version(&frames(&[1]).concat()), None);
        bytes[..4].copy_from_slice(b"PK\x03\x04");
        assert!(matches!(read(&bytes), Err(BadFrame::Magic { .. })));
    }

    #[test]
    fn no_frame_is_longer_than_any_can_be() {
        let mut bytes = frames(&[1]).concat();
        bytes[17..21].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(read(&bytes), Err(BadFrame::Length { .. })));
    }
}
