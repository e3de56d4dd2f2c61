//! Reads the topic of the snapshots, one partition at a time, at whichever record is asked for.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Headers, Message};
use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};

use crate::kafka::client::Target;
use crate::kafka::context::Outsider;
use crate::kafka::trouble::say;
use crate::model::ids::{LaneId, Offset};
use crate::wire::snapshot::piece::{HEADER, Heading, Place, Stock, Whole};

const LOOK: Duration = Duration::from_millis(100);
/// How many times further back the last record is looked for, where there is none: whatever else
/// takes offsets lies at the end.
const FURTHER: i64 = 64;

/// A consumer outside of any group.
pub(super) struct Reader {
    consumer: BaseConsumer<Outsider>,
    topic: String,
    patience: Duration,
    /// Where it reads on by itself.
    at: Option<(LaneId, Offset)>,
}

/// A record.
pub(super) struct Taken {
    pub(super) at: Offset,
    /// What it says that it is; nothing where somebody else has written it.
    pub(super) label: Option<(Place, Heading)>,
    pub(super) value: Option<Vec<u8>>,
}

impl Reader {
    pub(super) fn open(target: &Target, topic: &str) -> io::Result<Self> {
        let consumer = target.snapshot_reader().create_with_context(Outsider);
        Ok(Self {
            consumer: consumer.map_err(io::Error::other)?,
            topic: topic.to_owned(),
            patience: target.patience,
            at: None,
        })
    }

    /// What lies in a lane's partition, as its last record tells it; if that cannot be true, as all
    /// of them do.
    pub(super) fn stock(&mut self, lane: LaneId) -> io::Result<Stock> {
        let ends = self
            .consumer
            .fetch_watermarks(&self.topic, lane.0, self.patience);
        let (low, high) = ends.map_err(io::Error::other)?;
        if low == high {
            return Ok(Stock::default());
        }
        if let Some((stock, at)) = self.told_by_last(lane, low, high)? {
            // Who was thrown out before anything was whole knows of none, although there are some.
            if let Some(newest) = stock.whole.first()
                && (newest.end == at.0 || self.is_there(lane, newest)?)
            {
                return Ok(stock);
            }
        }
        let mut stock = Stock::default();
        let mut next = Offset(low);
        while let Some(taken) = self.take(lane, next)? {
            next = taken.at.next();
            if let Some((place, heading)) = &taken.label {
                stock.note(taken.at, *place, heading, taken.value.is_some());
            }
        }
        Ok(stock)
    }

    /// What the last record tells, and where it lies.
    fn told_by_last(
        &mut self,
        lane: LaneId,
        low: i64,
        high: i64,
    ) -> io::Result<Option<(Stock, Offset)>> {
        let mut back = 1_i64;
        loop {
            let from = low.max(high.saturating_sub(back));
            let (mut next, mut last) = (Offset(from), None);
            while let Some(taken) = self.take(lane, next)? {
                next = taken.at.next();
                last = Some(taken);
            }
            if let Some(Taken { at, label, value }) = last {
                let told = |(place, heading): (Place, Heading)| {
                    (Stock::told_by(at, place, &heading, value.is_some()), at)
                };
                return Ok(label.map(told));
            }
            if from == low {
                return Ok(None);
            }
            back = back.saturating_mul(FURTHER);
        }
    }

    /// Whether the record is still there that makes this one whole.
    pub(super) fn is_there(&mut self, lane: LaneId, whole: &Whole) -> io::Result<bool> {
        let taken = self.take(lane, Offset(whole.end))?;
        Ok(taken.is_some_and(|taken| {
            let label = taken.label.as_ref();
            label.is_some_and(|(place, heading)| whole.is_ended_by(taken.at, *place, heading))
        }))
    }

    /// The record at that offset, or the first one behind it; nothing at the end.
    pub(super) fn take(&mut self, lane: LaneId, at: Offset) -> io::Result<Option<Taken>> {
        if self.at.take() != Some((lane, at)) {
            let mut list = TopicPartitionList::new();
            list.add_partition_offset(&self.topic, lane.0, KafkaOffset::Offset(at.0))
                .and_then(|()| self.consumer.assign(&list))
                .map_err(io::Error::other)?;
        }
        let given_up = Instant::now() + self.patience;
        loop {
            match self.consumer.poll(LOOK) {
                Some(Ok(record)) if record.partition() == lane.0 && record.offset() >= at.0 => {
                    let taken = taken(&record);
                    self.at = Some((lane, taken.at.next()));
                    return Ok(Some(taken));
                }
                Some(Err(KafkaError::PartitionEOF(partition))) if partition == lane.0 => {
                    return Ok(None);
                }
                Some(Err(error)) => match error.rdkafka_error_code() {
                    Some(
                        RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange,
                    ) => {
                        return Err(gone());
                    }
                    _ => say(&error).map_err(io::Error::other)?,
                },
                Some(Ok(_)) | None => {}
            }
            if Instant::now() > given_up {
                return Err(ErrorKind::TimedOut.into());
            }
        }
    }
}

fn taken(record: &impl Message) -> Taken {
    let headers = record.headers();
    let mut headers = headers.iter().flat_map(|all| all.iter());
    let heading = headers.find(|one| one.key == HEADER);
    let heading = heading.and_then(|one| Heading::decode(one.value?));
    let place = record.key().and_then(Place::read);
    Taken {
        at: Offset(record.offset()),
        label: place.zip(heading),
        value: record.payload().map(<[u8]>::to_vec),
    }
}

/// Another snapshot has taken its place.
pub(super) fn gone() -> io::Error {
    io::Error::new(ErrorKind::NotFound, "it is not there any more")
}
