//! What is wrong with bytes that are not the next frame of a snapshot.

use crate::model::tape::Garbled;
use crate::wire::ledger::BadEntry;
use crate::wire::tape::BadTape;

use super::{LENGTH_MAX, MAGIC, VERSION};

/// Why bytes are not the next frame of a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum BadFrame {
    /// They do not begin like one.
    #[error("it begins with {found:02x?}, a frame begins with {MAGIC:02x?}")]
    Magic {
        /// How they begin.
        found: [u8; 4],
    },
    /// Written by another version of the program.
    #[error("its format has version {found}, this program reads version {VERSION}")]
    Version {
        /// The version it says.
        found: u8,
    },
    /// There is no frame of that sort, or not here.
    #[error("frame {number} is of sort {found}, expected {expected}")]
    Sort {
        /// The frame's place.
        number: u32,
        /// The sort it says.
        found: u8,
        /// What comes here.
        expected: &'static str,
    },
    /// It is another one, perhaps of another snapshot.
    #[error("frame {number} is marked {found}, expected {expected}")]
    Order {
        /// The frame's place.
        number: u32,
        /// Number and mark that it says.
        found: String,
        /// Number and mark of the one that comes here.
        expected: String,
    },
    /// No frame is that long.
    #[error("frame {number} is {found} bytes long, at most {LENGTH_MAX} are read")]
    Length {
        /// The frame's place.
        number: u32,
        /// The length it says.
        found: usize,
    },
    /// The bytes are not what was written.
    #[error("frame {number} has checksum {found:016x}, its bytes have {expected:016x}")]
    Checksum {
        /// The frame's place.
        number: u32,
        /// The checksum it says.
        found: u64,
        /// That of its bytes.
        expected: u64,
    },
    /// They end too early, or do not end.
    #[error("it has {found} bytes, frame {number} {expected}")]
    Ends {
        /// The frame's place.
        number: u32,
        /// How many there are.
        found: usize,
        /// What is missing.
        expected: &'static str,
    },
    /// The tape of a frame does not read.
    #[error(transparent)]
    Tape(#[from] BadTape),
    /// There is something else on it than there can be.
    #[error(transparent)]
    Garbled(#[from] Garbled),
    /// The entry of the ledger does not read.
    #[error(transparent)]
    Entry(#[from] BadEntry),
    /// There are not as many pages as its end says.
    #[error("it has {found} pages, its end says {expected}")]
    Pages {
        /// How many there are.
        found: u64,
        /// How many there should be.
        expected: u64,
    },
}

impl BadFrame {
    /// Whether a later version of the program may have written it.
    #[must_use]
    pub fn is_of_later_version(&self) -> bool {
        matches!(self, Self::Version { found } if *found > VERSION)
    }
}
