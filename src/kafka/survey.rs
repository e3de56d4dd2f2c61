//! Looks at the topics before anything is read: do they exist, do their partitions match, do keys
//! lie where they should?

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};

use crate::model::ids::LaneId;
use crate::model::partitioner::lane_of;
use crate::port::Trouble;

use super::client::Target;
use super::context::Outsider;
use super::trouble::restart;

/// Newest records of each partition whose keys are checked.
const SAMPLE: i64 = 50;

/// What the survey found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Partitions of the input topics: the number of lanes.
    pub lanes: i32,
    /// Keys looked at.
    pub keys: usize,
    /// Everything that is not as it must be; empty if the topics can be used.
    pub differences: Vec<String>,
}

/// Looks at all topics of a target.
///
/// # Errors
/// The broker does not answer.
pub fn survey(target: &Target) -> Result<Survey, Trouble> {
    let consumer = Outsider::consumer(target)?;
    let mut found = Survey::default();
    let mut inputs = Vec::new();
    for topic in &target.inputs {
        if let Some(partitions) = partitions(&consumer, topic, target, &mut found)? {
            inputs.push((topic, partitions));
        }
    }
    found.lanes = inputs.first().map_or(0, |(_, partitions)| *partitions);
    if inputs
        .iter()
        .any(|(_, partitions)| *partitions != found.lanes)
    {
        let all: Vec<String> = inputs
            .iter()
            .map(|(topic, partitions)| format!("{topic} has {partitions}"))
            .collect();
        found.differences.push(format!(
            "the input topics must have equal partition counts, but {}",
            all.join(", ")
        ));
    }
    for topic in [&target.changes, &target.current, &target.dead_letters] {
        partitions(&consumer, topic, target, &mut found)?;
    }
    if let Some(ledger) = partitions(&consumer, &target.ledger, target, &mut found)?
        && ledger != found.lanes
    {
        found.differences.push(format!(
            "{} has {ledger} partitions, but must have one for each of {} lanes",
            target.ledger, found.lanes
        ));
    }
    if let Some(topic) = &target.policies
        && let Some(count) = partitions(&consumer, topic, target, &mut found)?
        && count != 1
    {
        found.differences.push(format!(
            "{topic} has {count} partitions, but policies have one order, in one partition"
        ));
    }
    for (topic, partitions) in inputs {
        sample(&consumer, topic, partitions, target.patience, &mut found)?;
    }
    Ok(found)
}

/// How many partitions a topic has; nothing, and a difference, if it does not exist.
fn partitions(
    consumer: &BaseConsumer<Outsider>,
    topic: &str,
    target: &Target,
    found: &mut Survey,
) -> Result<Option<i32>, Trouble> {
    let metadata = consumer
        .fetch_metadata(Some(topic), target.patience)
        .map_err(restart("reach the broker"))?;
    let count = metadata
        .topics()
        .iter()
        .find(|known| known.name() == topic)
        .map_or(0, |known| known.partitions().len());
    if count == 0 {
        found
            .differences
            .push(format!("topic {topic} does not exist"));
        return Ok(None);
    }
    Ok(Some(i32::try_from(count).unwrap_or(i32::MAX)))
}

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
fn sample(
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
            found.differences.push(format!(
                "{topic} partition {partition} holds {misplaced} sampled keys that belong \
                 elsewhere (offset {offset} belongs in partition {lane}): its producer does not \
                 use Java's murmur2 partitioner; with librdkafka set partitioner=murmur2_random"
            ));
        }
    }
    Ok(())
}
