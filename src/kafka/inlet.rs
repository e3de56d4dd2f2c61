//! The consuming half of a connection: lanes as the group gives them, records by lane and topic.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::CString;
use std::thread;
use std::time::Duration;

#[cfg(feature = "bench-at-least-once")]
use rdkafka::consumer::CommitMode;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerGroupMetadata};
use rdkafka::message::Message as _;
use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};
use rdkafka::types::RDKafkaRespErr;

use crate::model::ids::{LaneId, Offset, TopicIx};
#[cfg(feature = "bench-at-least-once")]
use crate::port::Offsets;
use crate::port::{Loss, Notice, Reached, Trouble};
use crate::telemetry::Happening;
use crate::telemetry::client::{ClientSaid, Severity};

use super::client::Target;
use super::context::{Member, Rebalance};
use super::ffi::{Message, Native, PartitionQueue};
#[cfg(feature = "bench-at-least-once")]
use super::offsets::marked;
use super::offsets::reached;
use super::record::Fetched;
use super::trouble::{restart, say};

/// How much the library may still have to say at the end: some minutes of a broker that is away.
const HEARD_OUT: usize = 10_000;

/// A member of the consumer group.
pub(super) struct Inlet {
    // Queues and their records go before the consumer that they belong to.
    queues: BTreeMap<(i32, usize), Queue>,
    batch: Vec<Message>,
    topics: Vec<String>,
    names: Vec<CString>,
    patience: Duration,
    notices: VecDeque<Rebalance>,
    native: Native,
    consumer: BaseConsumer<Member>,
}

/// One partition's queue, and whether its end has been seen.
struct Queue {
    partition: PartitionQueue,
    /// The offset at which the end was reported.
    end_seen: Option<Offset>,
    /// Whether a record has come since the queue was taken.
    is_fetched: bool,
    /// The next offset that it is to give.
    next: Offset,
    /// Where a gap began that was passed over. That it is not there may still be told.
    left: Option<Offset>,
    /// The batch that could not be unpacked, once that has been told.
    packed: Option<Offset>,
}

impl Inlet {
    /// Joins the group.
    pub(super) fn join(target: &Target) -> Result<Self, Trouble> {
        let inlet = Self::outside(target)?;
        let topics: Vec<&str> = target.inputs.iter().map(String::as_str).collect();
        inlet
            .consumer
            .subscribe(&topics)
            .map_err(restart("subscribe"))?;
        Ok(inlet)
    }

    /// Stays outside the group: sees its offsets, but takes none of its lanes.
    pub(super) fn outside(target: &Target) -> Result<Self, Trouble> {
        let consumer: BaseConsumer<Member> = target
            .consumer()
            .create_with_context(Member::default())
            .map_err(|error| Trouble::Fatal(format!("cannot make a consumer: {error}")))?;
        let names = target
            .inputs
            .iter()
            .map(|topic| CString::new(topic.as_str()))
            .collect::<Result<_, _>>()
            .map_err(|_| Trouble::Fatal("a topic name holds a zero byte".to_owned()))?;
        Ok(Self {
            queues: BTreeMap::new(),
            batch: Vec::new(),
            topics: target.inputs.clone(),
            names,
            patience: target.patience,
            notices: VecDeque::new(),
            native: Native::new(consumer.client().native_ptr()),
            consumer,
        })
    }

    pub(super) fn poll(&mut self) -> Result<Option<Notice>, Trouble> {
        match self.consumer.poll(Duration::ZERO) {
            // Records go to the partitions' own queues; one that came here first would be out of
            // its place.
            Some(Ok(record)) => {
                return Err(Trouble::Restart(format!(
                    "a record of {} {} came before its queue was taken",
                    record.topic(),
                    record.partition()
                )));
            }
            Some(Err(error)) => say(&error)?,
            None => {}
        }
        self.notices.extend(self.consumer.context().take());
        let notice = match self.notices.pop_front() {
            None => return Ok(None),
            Some(Rebalance::Assign(partitions)) => Notice::Assigned(self.lanes_of(&partitions)?),
            Some(Rebalance::Revoke) if self.consumer.assignment_lost() => Notice::Lost,
            Some(Rebalance::Revoke) => Notice::Revoked,
        };
        Ok(Some(notice))
    }

    /// The lanes of an assignment; each must be whole.
    fn lanes_of(&self, partitions: &[(String, i32)]) -> Result<Vec<LaneId>, Trouble> {
        let mut topics_of: BTreeMap<i32, usize> = BTreeMap::new();
        for (_, partition) in partitions {
            *topics_of.entry(*partition).or_default() += 1;
        }
        match topics_of
            .iter()
            .find(|(_, topics)| **topics != self.topics.len())
        {
            None => Ok(topics_of.into_keys().map(LaneId).collect()),
            Some((lane, topics)) => Err(Trouble::Fatal(format!(
                "lane {lane} was assigned {topics} of {} input topics: \
                 all members of the group must use range assignment and the same topics, and a \
                 static member that has others now may be back after kafka.session_timeout only",
                self.topics.len()
            ))),
        }
    }

    pub(super) fn committed(&mut self, lane: LaneId) -> Result<Reached, Trouble> {
        let mut asked = TopicPartitionList::new();
        for topic in &self.topics {
            asked.add_partition(topic, lane.0);
        }
        let answer = self
            .consumer
            .committed_offsets(asked, self.patience)
            .map_err(restart("read the committed offsets"))?;
        Ok(reached(&self.topics, lane, &answer))
    }

    pub(super) fn ends(&mut self, lane: LaneId) -> Result<Vec<(Offset, Offset)>, Trouble> {
        self.topics
            .iter()
            .map(|topic| {
                self.consumer
                    .fetch_watermarks(topic, lane.0, self.patience)
                    .map(|(low, high)| (Offset(low), Offset(high)))
                    .map_err(restart("read the ends of the topics"))
            })
            .collect()
    }

    pub(super) fn start(&mut self, lanes: &[(LaneId, Vec<Offset>)]) -> Result<(), Trouble> {
        self.queues.clear();
        let list = self.places(lanes)?;
        // Taken before the assignment: afterwards the first records may be quicker and land in the
        // consumer's own queue. What has been taken once is left alone by librdkafka.
        for (lane, offsets) in lanes {
            for (ix, (name, next)) in self.names.iter().zip(offsets).enumerate() {
                let partition = PartitionQueue::take(self.native, name, lane.0, thread::current())
                    .ok_or_else(|| {
                        Trouble::Restart(format!("lane {lane} has no queue of its own"))
                    })?;
                self.queues.insert(
                    (lane.0, ix),
                    Queue {
                        partition,
                        end_seen: None,
                        is_fetched: false,
                        next: *next,
                        left: None,
                        packed: None,
                    },
                );
            }
        }
        self.consumer
            .assign(&list)
            .map_err(restart("take on the lanes"))
    }

    pub(super) fn release(&mut self) -> Result<(), Trouble> {
        self.queues.clear();
        self.consumer
            .unassign()
            .map_err(restart("give up the lanes"))
    }

    pub(super) fn fetch(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        most: usize,
        into: &mut VecDeque<Fetched>,
    ) -> Result<(), Trouble> {
        let Some(queue) = self.queues.get_mut(&(lane.0, topic.0)) else {
            return Ok(());
        };
        queue.partition.batch(most, &mut self.batch);
        for message in self.batch.drain(..) {
            match message.error() {
                None => {
                    queue.end_seen = None;
                    queue.is_fetched = true;
                    queue.next = Offset(message.offset()).next();
                    into.push_back(Fetched(message));
                }
                Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR__PARTITION_EOF) => {
                    queue.end_seen = Some(Offset(message.offset()));
                }
                Some(
                    RDKafkaRespErr::RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET
                    | RDKafkaRespErr::RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE,
                ) if queue.left != Some(Offset(message.offset())) => {
                    return Err(out_of_place(&self.topics[topic.0], lane, &message));
                }
                Some(
                    RDKafkaRespErr::RD_KAFKA_RESP_ERR__BAD_COMPRESSION
                    | RDKafkaRespErr::RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED,
                ) => {
                    let at = Some(Offset(message.offset()));
                    if std::mem::replace(&mut queue.packed, at) != at {
                        tell_packed(&self.topics[topic.0], lane, &message);
                    }
                }
                // The library goes on trying by itself.
                Some(_) => {}
            }
        }
        Ok(())
    }

    pub(super) fn pass_over(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        from: Offset,
        to: Offset,
    ) -> Result<(), Trouble> {
        let Some(queue) = self.queues.get_mut(&(lane.0, topic.0)) else {
            return Ok(());
        };
        (queue.left, queue.next) = (Some(from), to);
        // All are assigned anew, each where it is: a partition that was found without the place
        // where it was to be read takes no other one.
        let mut list = TopicPartitionList::new();
        for ((lane, topic), queue) in &mut self.queues {
            (queue.end_seen, queue.is_fetched) = (None, false);
            let next = KafkaOffset::Offset(queue.next.0);
            list.add_partition_offset(&self.topics[*topic], *lane, next)
                .map_err(restart("name an offset"))?;
        }
        self.consumer
            .assign(&list)
            .map_err(restart("read on past a gap"))
    }

    pub(super) fn unread(&mut self, lane: LaneId, topic: TopicIx, next: Offset) -> u64 {
        let Some(queue) = self.queues.get(&(lane.0, topic.0)) else {
            return 1;
        };
        // Control records take offsets too: an end that was reported counts, wherever it is.
        if queue.end_seen.is_some_and(|end| end >= next) {
            return 0;
        }
        match self.native.end_of(&self.names[topic.0], lane.0) {
            Some(end) if queue.is_fetched => u64::try_from(end - next.0).unwrap_or(0),
            // librdkafka keeps the end that it saw when the lane was here the last time.
            Some(end) => u64::try_from(end - next.0).unwrap_or(0).max(1),
            None => 1,
        }
    }

    pub(super) fn group_metadata(&self) -> Result<ConsumerGroupMetadata, Trouble> {
        self.consumer
            .group_metadata()
            .ok_or_else(|| Trouble::Restart("the consumer is in no group".to_owned()))
    }

    /// Begins to commit these offsets outside of any transaction.
    #[cfg(feature = "bench-at-least-once")]
    pub(super) fn commit(&self, lanes: &[Offsets]) -> Result<(), Trouble> {
        self.consumer
            .commit(&marked(&self.topics, lanes)?, CommitMode::Async)
            .map_err(restart("commit offsets"))
    }

    /// These offsets as the client lists them.
    fn places(&self, lanes: &[(LaneId, Vec<Offset>)]) -> Result<TopicPartitionList, Trouble> {
        let mut list = TopicPartitionList::new();
        for (lane, offsets) in lanes {
            for (topic, offset) in self.topics.iter().zip(offsets) {
                list.add_partition_offset(topic, lane.0, KafkaOffset::Offset(offset.0))
                    .map_err(restart("name an offset"))?;
            }
        }
        Ok(list)
    }

    pub(super) fn topics(&self) -> &[String] {
        &self.topics
    }
}

/// What it comes to that a partition is not read on.
fn out_of_place(topic: &str, lane: LaneId, message: &Message) -> Trouble {
    match message.offset() {
        // librdkafka takes the log for cut off before the place where it reads. After a broker's
        // death that is often wrong; whether it is shows when everything is read again.
        offset if offset < 0 => Trouble::Restart(format!(
            "{topic} {lane} may have lost records: {}",
            String::from_utf8_lossy(message.value().unwrap_or_default())
        )),
        offset => Trouble::Lost(Loss {
            topic: topic.to_owned(),
            why: format!("{topic} {lane}: offset {offset} is not in the log any more"),
        }),
    }
}

/// The library tries such a batch for ever, and by itself says nothing.
fn tell_packed(topic: &str, lane: LaneId, message: &Message) {
    let (at, why) = (message.offset(), message.value().unwrap_or_default());
    let why = String::from_utf8_lossy(why);
    let text = format!(
        "{topic} {lane}: the batch at offset {at} cannot be unpacked, and nothing after it is \
         read: {why}"
    );
    ClientSaid {
        severity: Severity::Error,
        facility: "FETCH",
        text: &text,
    }
    .log();
}

impl Drop for Inlet {
    fn drop(&mut self) {
        self.consumer.context().close();
        self.queues.clear();
        self.batch.clear();
        // A revocation that nobody has answered would keep the consumer from closing.
        let _ = self.consumer.unassign();
        // One that is answered although the consumer has just closed hangs: librdkafka forgets the
        // answer, and whoever gave it waits forever (confluentinc/librdkafka#4884). So what is left
        // of them is heard before.
        for _ in 0..HEARD_OUT {
            if self.native.unheard() == 0 {
                break;
            }
            let _ = self.consumer.poll(Duration::ZERO);
        }
    }
}
