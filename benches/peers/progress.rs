//! How far a group has come with its topics, as the offsets say that it has committed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::broker::{Broker, until};
use crate::stage::{LANES, Stage};

/// For one answer of the broker.
const ANSWER: Duration = Duration::from_secs(30);
/// For no more records to come.
const SILENT: Duration = Duration::from_secs(2);

/// Somebody else's place in the inputs of a stage.
pub(crate) struct Progress {
    consumer: BaseConsumer,
    places: TopicPartitionList,
}

impl Progress {
    /// Of the group that is named as the stage's deployment.
    pub(crate) fn new(broker: &Broker, stage: &Stage) -> Self {
        let mut config = broker.config();
        config.set("group.id", &stage.target.app);
        let mut places = TopicPartitionList::new();
        for topic in &stage.target.inputs {
            places.add_partition_range(topic, 0, LANES - 1);
        }
        Self {
            consumer: config.create().expect("a consumer can be made"),
            places,
        }
    }

    /// How many records have been committed; 0 while the broker cannot say, as in the middle of a
    /// commit.
    pub(crate) fn events(&self) -> u64 {
        let answer = self.consumer.committed_offsets(self.places.clone(), ANSWER);
        let Ok(answer) = answer else {
            return 0;
        };
        let offsets = answer.elements().into_iter();
        let sum: i64 = offsets
            .filter_map(|place| match place.offset() {
                Offset::Offset(offset) => Some(offset),
                _ => None,
            })
            .sum();
        u64::try_from(sum).expect("offsets are not negative")
    }
}

/// Waits until nothing has been added to a topic for a while.
pub(crate) fn settled(broker: &Broker, topic: &str) {
    let consumer: BaseConsumer = broker.config().create().expect("a consumer can be made");
    let end = || -> i64 {
        let ends = (0..LANES).map(|lane| {
            let (_, end) = consumer
                .fetch_watermarks(topic, lane, ANSWER)
                .expect("the broker answers");
            end
        });
        ends.sum()
    };
    let mut last = (end(), Instant::now());
    until("nothing is added any more", ANSWER * 10, || {
        let now = end();
        if now != last.0 {
            last = (now, Instant::now());
        }
        (last.1.elapsed() >= SILENT).then_some(())
    });
}

/// How many records of a topic have been committed, and are of the two ladders.
pub(crate) fn moves(broker: &Broker, topic: &str) -> u64 {
    use rdkafka::Message as _;

    let mut config = broker.config();
    config
        .set("group.id", "counting")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("isolation.level", "read_committed");
    let consumer: BaseConsumer = config.create().expect("a consumer can be made");
    let mut places = TopicPartitionList::new();
    for lane in 0..LANES {
        places
            .add_partition_offset(topic, lane, Offset::Beginning)
            .expect("an offset can be named");
    }
    consumer
        .assign(&places)
        .expect("partitions can be assigned");
    let mut unread: BTreeSet<i32> = (0..LANES).collect();
    let mut moves = 0;
    while !unread.is_empty() {
        match consumer.poll(ANSWER).expect("the broker answers") {
            Ok(record) => {
                let body = record.payload().unwrap_or_default();
                moves += u64::from(is_of_ladders(body));
            }
            Err(KafkaError::PartitionEOF(lane)) => {
                unread.remove(&lane);
            }
            Err(error) => panic!("{topic} cannot be read: {error}"),
        }
    }
    moves
}

/// Whether a change is of one of the ladders that all have; tidemark has maps besides.
pub(crate) fn is_of_ladders(body: &[u8]) -> bool {
    is_of(body, "value") || is_of(body, "behaviour")
}

/// Whether a change is of that ladder: the first one that is named, since reasons may name others.
pub(crate) fn is_of(body: &[u8], ladder: &str) -> bool {
    let key = br#","ladder":""#;
    let place = body.windows(key.len()).position(|part| part == key);
    let rest = place.and_then(|place| body[place + key.len()..].strip_prefix(ladder.as_bytes()));
    rest.is_some_and(|rest| rest.starts_with(b"\""))
}
