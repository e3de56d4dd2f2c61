//! Reads a topic once, from outside any group: from its first record to where it ends now,
//! committed records only.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers, Message};
use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};

use crate::model::ids::Offset;
use crate::model::time::Timestamp;
use crate::port::{Header, Trouble};

use super::client::Target;
use super::context::Outsider;
use super::trouble::{restart, say};

/// How long nothing at all may arrive, and how long transactions may be open: longer than any
/// broker takes to come back.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(100);

/// A record of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Where it lies.
    pub partition: i32,
    /// Its place there.
    pub offset: Offset,
    /// When it was written.
    pub stamped_at: Option<Timestamp>,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value.
    pub value: Option<Vec<u8>>,
    /// Its headers.
    pub headers: Vec<Header>,
}

/// The first offset of a partition that is there, and the next to come.
pub type Ends = BTreeMap<i32, (Offset, Offset)>;

/// A reader of one topic.
pub struct Pass {
    consumer: BaseConsumer<Outsider>,
    topic: String,
    ends: Ends,
    /// Where partitions end that are not read to there yet.
    unread: BTreeMap<i32, Offset>,
    heard: Instant,
}

impl Pass {
    /// Reads a topic up to where it ends now. What is in open transactions is waited for, so that
    /// all is seen that was committed by now.
    ///
    /// # Errors
    /// The broker does not answer, or there is no such topic.
    pub fn open(target: &Target, topic: &str) -> Result<Self, Trouble> {
        let ends = ends(target, topic)?;
        Self::over(target, topic, ends)
    }

    /// Reads a topic up to there.
    ///
    /// # Errors
    /// The broker does not answer.
    pub fn over(target: &Target, topic: &str, ends: Ends) -> Result<Self, Trouble> {
        let consumer = Outsider::consumer(target)?;
        let mut list = TopicPartitionList::new();
        let mut unread = BTreeMap::new();
        for (partition, (first, end)) in &ends {
            if first < end {
                list.add_partition_offset(topic, *partition, KafkaOffset::Offset(first.0))
                    .map_err(restart("name an offset"))?;
                unread.insert(*partition, *end);
            }
        }
        // Asked about, it is known: a client that reads a topic it has not heard of waits for it.
        consumer
            .fetch_metadata(Some(topic), target.patience)
            .map_err(restart("reach the broker"))?;
        consumer.assign(&list).map_err(restart("read a topic"))?;
        Ok(Self {
            consumer,
            topic: topic.to_owned(),
            ends,
            unread,
            heard: Instant::now(),
        })
    }

    /// From where to where it reads.
    #[must_use]
    pub fn ends(&self) -> &Ends {
        &self.ends
    }

    /// The next record; nothing at the end.
    ///
    /// # Errors
    /// The topic cannot be read to its end.
    pub fn record(&mut self) -> Result<Option<Passed>, Trouble> {
        while !self.unread.is_empty() {
            match self.consumer.poll(LOOK) {
                Some(Ok(record)) => {
                    self.heard = Instant::now();
                    let (partition, offset) = (record.partition(), Offset(record.offset()));
                    let Some(end) = self.unread.get(&partition) else {
                        continue;
                    };
                    if offset.next() >= *end {
                        self.unread.remove(&partition);
                    }
                    if self
                        .ends
                        .get(&partition)
                        .is_some_and(|(_, end)| offset < *end)
                    {
                        return Ok(Some(passed(&record)));
                    }
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    self.heard = Instant::now();
                    self.unread.remove(&partition);
                }
                Some(Err(error)) => say(&error)?,
                None => {}
            }
            if self.heard.elapsed() > PATIENCE {
                let topic = &self.topic;
                return Err(Trouble::Restart(format!(
                    "{topic} cannot be read to its end"
                )));
            }
        }
        Ok(None)
    }
}

fn passed(record: &impl Message) -> Passed {
    let headers = record.headers().map(|all| {
        let all = all.iter();
        all.map(|one| (one.key.to_owned(), one.value.map(<[u8]>::to_vec)))
            .collect()
    });
    Passed {
        partition: record.partition(),
        offset: Offset(record.offset()),
        stamped_at: record.timestamp().to_millis().map(Timestamp),
        key: record.key().map(<[u8]>::to_vec),
        value: record.payload().map(<[u8]>::to_vec),
        headers: headers.unwrap_or_default(),
    }
}

/// Where the partitions of a topic begin and end, once no transaction is open before those ends.
fn ends(target: &Target, topic: &str) -> Result<Ends, Trouble> {
    let committed = Outsider::consumer(target)?;
    let mut all = target.reader();
    all.set("isolation.level", "read_uncommitted");
    let written: BaseConsumer<Outsider> = all
        .create_with_context(Outsider)
        .map_err(|error| Trouble::Fatal(format!("cannot make a consumer: {error}")))?;
    let metadata = committed
        .fetch_metadata(Some(topic), target.patience)
        .map_err(restart("reach the broker"))?;
    let partitions = metadata.topics().iter().flat_map(|one| one.partitions());
    let partitions: Vec<i32> = partitions.map(|partition| partition.id()).collect();
    if partitions.is_empty() {
        return Err(Trouble::Fatal(format!("topic {topic} does not exist")));
    }
    let look = |consumer: &BaseConsumer<Outsider>, partition| {
        let (low, high) = consumer
            .fetch_watermarks(topic, partition, target.patience)
            .map_err(restart("find the ends of a topic"))?;
        Ok::<_, Trouble>((Offset(low), Offset(high)))
    };
    let given_up = Instant::now() + PATIENCE;
    let mut ends = Ends::new();
    for partition in partitions {
        let (_, end) = look(&written, partition)?;
        loop {
            let (first, visible) = look(&committed, partition)?;
            if visible >= end {
                ends.insert(partition, (first, end));
                break;
            }
            if Instant::now() > given_up {
                return Err(Trouble::Restart(format!(
                    "{topic} {partition} has a transaction that does not end"
                )));
            }
            thread::park_timeout(LOOK);
        }
    }
    Ok(ends)
}
