//! Reads the ledger of one lane from its start to its end, or its end alone.

use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};

use crate::model::ids::{LaneId, Offset};
use crate::port::{LedgerEnds, LedgerLook, Trouble};

use super::client::Target;
use super::context::Outsider;
use super::trouble::{restart, say};

/// How far before its end the last entry of a ledger is looked for at first: the ends of
/// transactions take offsets, too, and so does what was aborted.
const LOOKED_BACK: i64 = 64;
/// Wait before looking for entries that had not arrived.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// A reader of the ledger, outside the group.
pub struct Ledger {
    consumer: BaseConsumer<Outsider>,
    target: Target,
    at_end: bool,
}

impl LedgerEnds for Ledger {
    fn end_of(&mut self, lane: LaneId) -> Result<Offset, Trouble> {
        self.ends_of(lane).map(|(_, next)| Offset(next))
    }
}

impl Ledger {
    /// A reader that has not opened any.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn new(target: &Target) -> Result<Self, Trouble> {
        let consumer = Outsider::consumer(target)?;
        Ok(Self {
            consumer,
            target: target.clone(),
            at_end: false,
        })
    }

    pub(super) fn open(&mut self, lane: LaneId) -> Result<(), Trouble> {
        let (first, _) = self.ends_of(lane)?;
        self.open_at(lane, first)
    }

    /// The same from a place on, or from its start if that is later.
    pub(super) fn open_from(&mut self, lane: LaneId, place: Offset) -> Result<(), Trouble> {
        let (first, _) = self.ends_of(lane)?;
        self.open_at(lane, first.max(place.0))
    }

    /// The first offset that is there and the next one to come. To ask for them also makes the
    /// topic known: a client that is to read one it has not heard of waits for half a second.
    fn ends_of(&self, lane: LaneId) -> Result<(i64, i64), Trouble> {
        let Target {
            ledger, patience, ..
        } = &self.target;
        let ends = self.consumer.fetch_watermarks(ledger, lane.0, *patience);
        ends.map_err(restart("find the ends of the ledger"))
    }

    fn open_at(&mut self, lane: LaneId, offset: i64) -> Result<(), Trouble> {
        let mut list = TopicPartitionList::new();
        let offset = KafkaOffset::Offset(offset);
        list.add_partition_offset(&self.target.ledger, lane.0, offset)
            .map_err(restart("name an offset"))?;
        self.at_end = false;
        self.consumer
            .assign(&list)
            .map_err(restart("read the ledger"))
    }

    pub(super) fn look(&mut self) -> Result<LedgerLook, Trouble> {
        match self.consumer.poll(Duration::ZERO) {
            Some(Ok(record)) => {
                self.at_end = false;
                Ok(LedgerLook::Entry(
                    Offset(record.offset()),
                    record.payload().unwrap_or_default().to_vec(),
                ))
            }
            Some(Err(KafkaError::PartitionEOF(_))) => {
                self.at_end = true;
                Ok(LedgerLook::End)
            }
            Some(Err(error)) => say(&error).map(|()| LedgerLook::NotYet),
            None if self.at_end => Ok(LedgerLook::End),
            None => Ok(LedgerLook::NotYet),
        }
    }

    /// The last entry of the ledger of each of these lanes, as far as committed.
    pub(super) fn ends(&self, lanes: &[LaneId]) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
        let mut other = Self::new(&self.target)?;
        lanes.iter().map(|lane| other.end(*lane)).collect()
    }

    fn end(&mut self, lane: LaneId) -> Result<Option<Vec<u8>>, Trouble> {
        let given_up = Instant::now() + self.target.patience;
        let (low, high) = self.ends_of(lane)?;
        let mut back = LOOKED_BACK;
        loop {
            let from = low.max(high.saturating_sub(back));
            self.open_at(lane, from)?;
            let last = self.last(lane, given_up)?;
            if last.is_some() || from == low {
                return Ok(last);
            }
            back = back.saturating_mul(LOOKED_BACK);
        }
    }

    /// Reads on to the end.
    fn last(&mut self, lane: LaneId, given_up: Instant) -> Result<Option<Vec<u8>>, Trouble> {
        let mut last = None;
        loop {
            match self.look()? {
                LedgerLook::Entry(_, entry) => last = Some(entry),
                LedgerLook::End => return Ok(last),
                LedgerLook::NotYet if Instant::now() < given_up => thread::park_timeout(LOOK_AGAIN),
                LedgerLook::NotYet => {
                    return Err(Trouble::Restart(format!(
                        "the end of the ledger of lane {lane} cannot be read in time"
                    )));
                }
            }
        }
    }
}
