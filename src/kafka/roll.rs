//! The topic of the policies: their texts in the one order that all instances see.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};

use crate::model::ids::Offset;
use crate::port::Trouble;

use super::client::Target;
use super::context::{Outsider, Publisher};
use super::trouble::{restart, say};

/// Reads all policies there are and will be.
pub struct Roll {
    consumer: BaseConsumer<Outsider>,
}

/// One look into the roll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RollLook {
    /// The next text, and where it lies.
    Text(Offset, Vec<u8>),
    /// Nothing has come yet.
    NotYet,
    /// Everything has been read.
    End,
}

impl Roll {
    /// Reads the topic from its start.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn open(target: &Target, topic: &str) -> Result<Self, Trouble> {
        let consumer = Outsider::consumer(target)?;
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, 0, KafkaOffset::Beginning)
            .map_err(restart("name an offset"))?;
        consumer
            .assign(&list)
            .map_err(restart("read the policies"))?;
        Ok(Self { consumer })
    }

    /// The next record, waiting for it at most so long.
    ///
    /// # Errors
    /// The topic cannot be read.
    pub fn look(&self, most: Duration) -> Result<RollLook, Trouble> {
        match self.consumer.poll(most) {
            Some(Ok(record)) => {
                let text = record.payload().unwrap_or_default().to_vec();
                Ok(RollLook::Text(Offset(record.offset()), text))
            }
            Some(Err(KafkaError::PartitionEOF(_))) => Ok(RollLook::End),
            Some(Err(error)) => say(&error).map(|()| RollLook::NotYet),
            None => Ok(RollLook::NotYet),
        }
    }
}

/// Puts a text at the end of the roll.
///
/// # Errors
/// It has not arrived in time; it may still.
pub fn enter(target: &Target, topic: &str, text: &str) -> Result<(), Trouble> {
    let producer: ThreadedProducer<Publisher> = target
        .writer()
        .create_with_context(Publisher::default())
        .map_err(restart("make a producer"))?;
    let record = BaseRecord::<[u8], [u8]>::to(topic)
        .key(target.app.as_bytes())
        .payload(text.as_bytes())
        .partition(0);
    producer
        .send(record)
        .map_err(|(error, _)| restart("publish a policy")(error))?;
    producer
        .flush(target.patience)
        .map_err(restart("publish a policy"))?;
    match producer.context().take_lost() {
        Some(lost) => Err(Trouble::Restart(format!(
            "the policy was not delivered: {lost}"
        ))),
        None => Ok(()),
    }
}
