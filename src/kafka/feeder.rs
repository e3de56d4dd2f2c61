//! A plain producer: what a shop would have, for demonstrations and benches.

use std::thread;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};

use crate::port::Trouble;

use super::trouble::restart;

/// An idempotent producer that places keys as Java's does.
pub struct Feeder {
    producer: ThreadedProducer<DefaultProducerContext>,
}

impl Feeder {
    /// A producer to these brokers; records wait up to `linger` for company.
    ///
    /// # Errors
    /// librdkafka cannot make it.
    pub fn new(brokers: &str, linger: Duration) -> Result<Self, Trouble> {
        let producer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("client.id", "tidemark-feeder")
            .set("enable.idempotence", "true")
            .set("partitioner", "murmur2_random")
            .set("compression.type", "lz4")
            .set("linger.ms", linger.as_millis().to_string())
            .set("queue.buffering.max.messages", "200000")
            .set("allow.auto.create.topics", "false")
            .create()
            .map_err(restart("make a producer"))?;
        Ok(Self { producer })
    }

    /// Sends one record; waits while the producer's queue is full.
    ///
    /// # Errors
    /// The producer refuses the record.
    pub fn send(&self, topic: &str, key: &str, value: &[u8]) -> Result<(), Trouble> {
        let mut record = BaseRecord::to(topic).key(key).payload(value);
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), again)) => {
                    record = again;
                    thread::park_timeout(Duration::from_millis(1));
                }
                Err((error, _)) => return Err(restart("feed a record")(error)),
            }
        }
    }

    /// Waits until all that was sent has arrived.
    ///
    /// # Errors
    /// It has not within `most`.
    pub fn flush(&self, most: Duration) -> Result<(), Trouble> {
        self.producer
            .flush(most)
            .map_err(restart("feed all records"))
    }
}
