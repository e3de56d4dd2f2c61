//! A snapshot read frame by frame.

use std::io::{self, Read};

use crate::wire::snapshot::{BadFrame, Frame, HEADER, Reader};

/// Bytes that are read on from.
pub(super) struct Pages {
    from: Box<dyn Read + Send>,
    reader: Reader,
    frame: Vec<u8>,
}

/// Why a snapshot cannot be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::runtime) enum Unread {
    /// The system says so.
    #[error(transparent)]
    System(#[from] io::Error),
    /// It is not what was written.
    #[error(transparent)]
    Damaged(#[from] BadFrame),
    /// Bytes follow its end.
    #[error("it goes on after its end")]
    GoesOn,
}

impl Pages {
    /// A snapshot from its first byte on.
    pub(super) fn new(from: Box<dyn Read + Send>) -> Self {
        Self {
            from,
            reader: Reader::default(),
            frame: Vec::new(),
        }
    }

    /// The next frame; the last one is followed by nothing.
    pub(super) fn next(&mut self) -> Result<Frame, Unread> {
        self.bring()?;
        Ok(self.reader.frame(&self.frame)?)
    }

    /// Holds all frames that follow against their checksums and places.
    pub(super) fn check(mut self) -> Result<(), Unread> {
        while !self.reader.is_over() {
            self.bring()?;
            self.reader.check(&self.frame)?;
        }
        match self.from.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(Unread::GoesOn),
        }
    }

    fn bring(&mut self) -> Result<(), Unread> {
        let mut header = [0; HEADER];
        self.from.read_exact(&mut header)?;
        let length = self.reader.length(&header)?;
        self.frame.clear();
        self.frame.extend(header);
        let read = self
            .from
            .by_ref()
            .take(length as u64)
            .read_to_end(&mut self.frame)?;
        match read == length {
            true => Ok(()),
            false => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        }
    }
}
