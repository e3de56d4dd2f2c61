//! Reads the ledger of one lane from its start to its end.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};

use crate::model::ids::LaneId;
use crate::port::{LedgerLook, Trouble};

use super::client::Target;
use super::context::Outsider;
use super::trouble::{restart, say};

/// A reader of the ledger, outside the group.
pub(super) struct Ledger {
    consumer: BaseConsumer<Outsider>,
    topic: String,
    at_end: bool,
}

impl Ledger {
    pub(super) fn new(target: &Target) -> Result<Self, Trouble> {
        let consumer = Outsider::consumer(target)?;
        Ok(Self {
            consumer,
            topic: target.ledger.clone(),
            at_end: false,
        })
    }

    pub(super) fn open(&mut self, lane: LaneId) -> Result<(), Trouble> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.topic, lane.0, KafkaOffset::Beginning)
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
}
