//! Whether the keys of the newest records lie where Java's partitioner puts them.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};

use crate::kafka::context::Outsider;
use crate::kafka::trouble::restart;
use crate::model::ids::LaneId;
use crate::model::partitioner::lane_of;
use crate::port::Trouble;

use super::{Difference, Survey};

/// Newest records of each partition whose keys are checked.
const SAMPLE: i64 = 50;

/// What is seen of one partition's keys.
#[derive(Clone, Default)]
struct Seen {
    /// Whether all that was there has been read.
    ended: bool,
    misplaced: usize,
    /// One of them: its offset, and where it belongs.
    example: Option<(i64, LaneId)>,
}

/// What is seen of that partition.
fn of(all: &mut [Seen], partition: i32) -> Option<&mut Seen> {
    all.get_mut(usize::try_from(partition).ok()?)
}

/// Checks the keys of the newest records of all partitions of a topic. They are read at once: each
/// read waits for the broker a few times.
pub(super) fn sample(
    consumer: &BaseConsumer<Outsider>,
    topic: &str,
    partitions: i32,
    patience: Duration,
    found: &mut Survey,
) -> Result<(), Trouble> {
    let mut list = TopicPartitionList::new();
    let mut all = Vec::new();
    for partition in 0..partitions {
        let (low, high) = consumer
            .fetch_watermarks(topic, partition, patience)
            .map_err(restart("read a partition's ends"))?;
        let first = KafkaOffset::Offset(low.max(high - SAMPLE));
        list.add_partition_offset(topic, partition, first)
            .map_err(restart("name an offset"))?;
        all.push(Seen {
            ended: low >= high,
            ..Seen::default()
        });
    }
    consumer.assign(&list).map_err(restart("read a sample"))?;
    let given_up = Instant::now() + patience;
    while all.iter().any(|seen| !seen.ended) && Instant::now() < given_up {
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(record)) => {
                // Without a key it is a dead letter, wherever it lies.
                let Some(key) = record.key().filter(|key| !key.is_empty()) else {
                    continue;
                };
                found.keys += 1;
                let lane = lane_of(key, partitions);
                if lane.0 != record.partition()
                    && let Some(seen) = of(&mut all, record.partition())
                {
                    seen.misplaced += 1;
                    seen.example.get_or_insert((record.offset(), lane));
                }
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                if let Some(seen) = of(&mut all, partition) {
                    seen.ended = true;
                }
            }
            Some(Err(_)) | None => {}
        }
    }
    for (partition, seen) in all.iter().enumerate() {
        if let Some((offset, lane)) = seen.example {
            let misplaced = seen.misplaced;
            found.differences.push(Difference {
                what: format!(
                    "{topic} partition {partition} holds {misplaced} sampled keys that belong \
                     elsewhere (offset {offset} belongs in partition {lane}): its producer does \
                     not use Java's murmur2 partitioner"
                ),
                mend: "set partitioner=murmur2_random in its producer, if it is built on \
                       librdkafka, and write the records again into a new topic"
                    .to_owned(),
            });
        }
    }
    Ok(())
}
