//! One partition: records and the ends of transactions, each with an offset.

use std::rc::Rc;

use crate::model::ids::{LaneId, Offset};
use crate::model::time::Timestamp;
use crate::port::{Header, Record};

/// The number of a transaction, over all producers.
pub(super) type Serial = usize;

/// What a record holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) key: Option<Box<[u8]>>,
    pub(super) value: Option<Box<[u8]>>,
    pub(super) headers: Vec<Header>,
    /// How many its producer had sent before it in the same transaction.
    pub(super) order: u32,
}

/// What lies at an offset.
pub(super) enum Slot {
    /// A record, and the transaction that it belongs to, if any.
    Record(Rc<Payload>, Option<Serial>),
    /// The end of a transaction.
    Marker,
}

/// The log of a partition; offsets are indexes.
#[derive(Default)]
pub(super) struct Log {
    pub(super) slots: Vec<Slot>,
    /// Transactions without an end here yet, and where they begin.
    open: Vec<(Serial, usize)>,
}

impl Log {
    /// Appends a record.
    pub(super) fn append(&mut self, payload: Rc<Payload>, serial: Option<Serial>) {
        if let Some(serial) = serial
            && self.open.iter().all(|(open, _)| *open != serial)
        {
            self.open.push((serial, self.slots.len()));
        }
        self.slots.push(Slot::Record(payload, serial));
    }

    /// Ends a transaction here.
    pub(super) fn mark(&mut self, serial: Serial) {
        self.open.retain(|(open, _)| *open != serial);
        self.slots.push(Slot::Marker);
    }

    /// The next offset to be written.
    pub(super) fn end(&self) -> usize {
        self.slots.len()
    }

    /// The first offset that those who read committed records do not get yet.
    pub(super) fn stable_end(&self) -> usize {
        let first = self.open.iter().map(|(_, first)| *first).min();
        first.unwrap_or(self.slots.len())
    }
}

/// A record as it is read.
pub(in crate::runtime) struct Found {
    pub(super) offset: usize,
    pub(super) payload: Rc<Payload>,
}

/// An index as an offset.
pub(super) fn offset(index: usize) -> Offset {
    Offset(i64::try_from(index).expect("logs are short"))
}

/// An offset as an index.
pub(super) fn index(offset: Offset) -> usize {
    usize::try_from(offset.0).expect("offsets begin at 0")
}

/// The number of a lane as an index.
pub(super) fn lane_ix(lane: LaneId) -> usize {
    usize::try_from(lane.0).expect("lanes begin at 0")
}

impl Record for Found {
    fn offset(&self) -> Offset {
        offset(self.offset)
    }

    fn key(&self) -> Option<&[u8]> {
        self.payload.key.as_deref()
    }

    fn value(&self) -> Option<&[u8]> {
        self.payload.value.as_deref()
    }

    fn stamped_at(&self) -> Option<Timestamp> {
        None
    }

    fn headers(&self) -> Vec<Header> {
        self.payload.headers.clone()
    }
}
