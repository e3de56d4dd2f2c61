//! One snapshot read from its topic, from its first byte to its last.

use std::io::{self, ErrorKind, Read};
use std::sync::{Arc, Mutex};

use crate::model::ids::{LaneId, Offset};
use crate::wire::snapshot::piece::Whole;

use super::reader::{Reader, Taken, gone};

/// Its bytes; whoever else uses the reader meanwhile makes it slower, and nothing else.
pub(super) struct Stream {
    reader: Arc<Mutex<Reader>>,
    lane: LaneId,
    whole: Whole,
    next: Offset,
    /// Pieces taken.
    number: u32,
    piece: Vec<u8>,
    /// How much of the last one has been read.
    read: usize,
}

impl Stream {
    /// Begins to read one that is still there.
    pub(super) fn open(reader: Arc<Mutex<Reader>>, lane: LaneId, whole: Whole) -> io::Result<Self> {
        let is_there = lock(&reader).is_there(lane, &whole)?;
        if !is_there {
            return Err(gone());
        }
        Ok(Self {
            reader,
            lane,
            next: Offset(whole.first),
            whole,
            number: 0,
            piece: Vec::new(),
            read: 0,
        })
    }

    /// Takes the next piece; false after the last. What others have written is passed over.
    fn bring(&mut self) -> io::Result<bool> {
        if self.number == self.whole.pieces {
            return Ok(false);
        }
        let missing = || {
            io::Error::new(
                ErrorKind::UnexpectedEof,
                format!("no piece {}", self.number),
            )
        };
        loop {
            let taken = lock(&self.reader).take(self.lane, self.next)?;
            let Some(Taken { at, label, value }) = taken.filter(|one| one.at.0 < self.whole.end)
            else {
                return Err(missing());
            };
            self.next = at.next();
            let number = label.and_then(|(place, heading)| self.whole.piece(at, place, &heading));
            let Some((number, piece)) = number.zip(value) else {
                continue;
            };
            if number != self.number {
                return Err(missing());
            }
            self.number += 1;
            (self.piece, self.read) = (piece, 0);
            return Ok(true);
        }
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.piece.len() {
            if !self.bring()? {
                return Ok(0);
            }
        }
        let read = (&self.piece[self.read..]).read(into)?;
        self.read += read;
        Ok(read)
    }
}

fn lock(reader: &Mutex<Reader>) -> std::sync::MutexGuard<'_, Reader> {
    reader.lock().expect("no holder of this lock panics")
}
