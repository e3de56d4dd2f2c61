//! Loops that decide nothing: what the client alone costs, for reading and for publishing as much
//! as tidemark does.

use std::ffi::CString;
use std::thread;
use std::time::Duration;

use rdkafka::Message as _;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tidemark::kafka::client::Target;
use tidemark::kafka::ffi::{Message, Native, PartitionQueue};

use crate::machine::{Spent, Watch};
use crate::stage::LANES;

/// Records asked for at once, as tidemark does.
const BATCH: usize = 2_000;
/// Events of a transaction: as many as eight of tidemark's ordinary units.
const UNIT: u64 = 80_000;
/// Means of the demonstration: bytes of a change, its headers, and bytes of a standing.
const CHANGE_BYTES: usize = 390;
const CHANGE_HEADERS: usize = 10;
const STANDING_BYTES: usize = 500;

/// A consumer with tidemark's own settings that reads all inputs from their start.
pub(crate) fn consumer(target: &Target) -> BaseConsumer {
    let consumer: BaseConsumer = target.consumer().create().expect("a consumer can be made");
    let mut list = TopicPartitionList::new();
    for topic in &target.inputs {
        for lane in 0..LANES {
            list.add_partition_offset(topic, lane, Offset::Beginning)
                .expect("an offset can be named");
        }
    }
    consumer.assign(&list).expect("partitions can be assigned");
    consumer
}

/// The queues of all partitions, by topic and lane; records wake the calling thread.
pub(crate) fn queues(target: &Target, consumer: &BaseConsumer) -> Vec<PartitionQueue> {
    let native = Native::new(consumer.client().native_ptr());
    let mut queues = Vec::new();
    for topic in &target.inputs {
        let topic = CString::new(topic.as_str()).expect("no zero byte");
        for lane in 0..LANES {
            let queue = PartitionQueue::take(native, &topic, lane, thread::current());
            queues.push(queue.expect("an assigned partition has a queue"));
        }
    }
    queues
}

/// Reads all events in batches, as tidemark does, touching each key and value.
pub(crate) fn batches(target: &Target, events: u64, ours: &[u32]) -> Spent {
    let watch = Watch::start(std::process::id(), ours);
    let consumer = consumer(target);
    let mut queues = queues(target, &consumer);
    let mut batch: Vec<Message> = Vec::new();
    let (mut read, mut bytes) = (0, 0);
    while read < events {
        let before = read;
        for queue in &mut queues {
            queue.batch(BATCH, &mut batch);
            for message in batch.drain(..) {
                if message.error().is_none() {
                    read += 1;
                    bytes += touch(message.key()) + touch(message.value());
                }
            }
        }
        if read == before {
            // Errors and group news.
            assert!(consumer.poll(Duration::ZERO).is_none_or(|it| it.is_err()));
            thread::park_timeout(Duration::from_millis(5));
        }
    }
    assert!(bytes > 0, "events have bytes");
    let spent = watch.look();
    drop(queues);
    spent
}

/// How much is to be published.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    /// Changes per event.
    pub(crate) changes: f64,
    /// Standings per event.
    pub(crate) standings: f64,
}

/// Reads all events in batches and publishes as many records as tidemark, as large and with as many
/// headers, in transactions as long as its own are while it works off a backlog.
pub(crate) fn publishes(target: &Target, events: u64, load: Load, ours: &[u32]) -> Spent {
    let watch = Watch::start(std::process::id(), ours);
    let producer: ThreadedProducer<DefaultProducerContext> =
        target.producer().create().expect("a producer can be made");
    producer
        .init_transactions(target.patience)
        .expect("transactions can begin");
    let consumer = consumer(target);
    let mut queues = queues(target, &consumer);
    let mut batch: Vec<Message> = Vec::new();
    let (mut read, mut open) = (0_u64, 0);
    let (mut changes, mut standings) = (0.0, 0.0);
    while read < events {
        let before = read;
        for queue in &mut queues {
            queue.batch(BATCH, &mut batch);
            for message in batch.drain(..).filter(|it| it.error().is_none()) {
                if open == 0 {
                    producer.begin_transaction().expect("it can begin");
                }
                (read, open) = (read + 1, open + 1);
                changes += load.changes;
                standings += load.standings;
                let key = message.key().expect("events have keys");
                if changes >= 1.0 {
                    changes -= 1.0;
                    publish(
                        &producer,
                        &target.changes,
                        key,
                        CHANGE_BYTES,
                        CHANGE_HEADERS,
                    );
                }
                if standings >= 1.0 {
                    standings -= 1.0;
                    publish(&producer, &target.current, key, STANDING_BYTES, 2);
                }
            }
        }
        if open >= UNIT || read == events {
            open = 0;
            Native::new(producer.client().native_ptr())
                .commit_transaction(target.patience)
                .expect("it can be committed");
        } else if read == before {
            assert!(consumer.poll(Duration::ZERO).is_none_or(|it| it.is_err()));
            thread::park_timeout(Duration::from_millis(5));
        }
    }
    let spent = watch.look();
    drop(queues);
    spent
}

fn publish(
    producer: &ThreadedProducer<DefaultProducerContext>,
    topic: &str,
    key: &[u8],
    bytes: usize,
    headers: usize,
) {
    let mut all = OwnedHeaders::new_with_capacity(headers);
    for _ in 0..headers {
        let (key, value) = ("ce_specversion", Some("2026-11-22T08:00:00.000Z"));
        all = all.insert(Header { key, value });
    }
    let value = vec![b'x'; bytes];
    let mut record = BaseRecord::to(topic).key(key).payload(&value).headers(all);
    while let Err((error, again)) = producer.send(record) {
        let full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
        assert_eq!(error, full, "a record is refused");
        record = again;
        thread::park_timeout(Duration::from_millis(1));
    }
}

/// Reads all events one by one, as most programs on this client do.
pub(crate) fn polls(target: &Target, events: u64, ours: &[u32]) -> Spent {
    let watch = Watch::start(std::process::id(), ours);
    let consumer = consumer(target);
    let (mut read, mut bytes) = (0, 0);
    while read < events {
        if let Some(Ok(record)) = consumer.poll(Duration::from_millis(100)) {
            read += 1;
            bytes += touch(record.key()) + touch(record.payload());
        }
    }
    assert!(bytes > 0, "events have bytes");
    watch.look()
}

fn touch(bytes: Option<&[u8]>) -> u64 {
    bytes.map_or(0, |bytes| {
        bytes.len() as u64 + u64::from(bytes.last().copied().unwrap_or_default())
    })
}
