//! Consume loops that do nothing with what they read: what the client alone costs.

use std::ffi::CString;
use std::thread;
use std::time::Duration;

use rdkafka::Message as _;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tidemark::kafka::client::Target;
use tidemark::kafka::ffi::{Message, Native, PartitionQueue};

use crate::machine::{Spent, Watch};
use crate::stage::LANES;

/// Records asked for at once, as tidemark does.
const BATCH: usize = 2_000;

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
