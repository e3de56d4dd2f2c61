//! Reads whole topics from outside any group: committed records only.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};

use crate::model::ids::LaneId;
use crate::model::time::Timestamp;
use crate::port::Trouble;

use super::client::Target;
use super::context::Outsider;
use super::trouble::{restart, say};

/// A reader of one topic.
pub struct Tap {
    consumer: BaseConsumer<Outsider>,
}

/// One record that a tap gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tapped {
    /// The partition it lies in.
    pub lane: LaneId,
    /// When it was written.
    pub stamped_at: Option<Timestamp>,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value.
    pub value: Option<Vec<u8>>,
}

impl Tap {
    /// Reads a topic from its start.
    ///
    /// # Errors
    /// The broker does not answer, or there is no such topic.
    pub fn open(target: &Target, topic: &str) -> Result<Self, Trouble> {
        let consumer = Outsider::consumer(target)?;
        let metadata = consumer
            .fetch_metadata(Some(topic), target.patience)
            .map_err(restart("reach the broker"))?;
        let mut list = TopicPartitionList::new();
        for partition in metadata
            .topics()
            .iter()
            .flat_map(|topic| topic.partitions())
        {
            list.add_partition_offset(topic, partition.id(), KafkaOffset::Beginning)
                .map_err(restart("name an offset"))?;
        }
        consumer.assign(&list).map_err(restart("read a topic"))?;
        Ok(Self { consumer })
    }

    /// The next record, waiting for it at most so long.
    ///
    /// # Errors
    /// The topic cannot be read.
    pub fn next(&self, most: Duration) -> Result<Option<Tapped>, Trouble> {
        match self.consumer.poll(most) {
            Some(Ok(record)) => Ok(Some(Tapped {
                lane: LaneId(record.partition()),
                stamped_at: record.timestamp().to_millis().map(Timestamp),
                key: record.key().map(<[u8]>::to_vec),
                value: record.payload().map(<[u8]>::to_vec),
            })),
            None | Some(Err(KafkaError::PartitionEOF(_))) => Ok(None),
            Some(Err(error)) => say(&error).map(|()| None),
        }
    }
}
