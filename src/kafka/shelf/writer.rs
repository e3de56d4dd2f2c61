//! The producer of snapshots: outside of transactions, since a record of its own makes one whole.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header as KafkaHeader, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ThreadedProducer};

use crate::kafka::client::Target;
use crate::kafka::context::Clerk;
use crate::model::ids::{LaneId, Offset};
use crate::wire::snapshot::piece::{HEADER, Heading, Place};

/// Wait before it is tried again to hand over a record.
const AGAIN: Duration = Duration::from_millis(2);

/// A producer that knows what has arrived.
pub(super) struct Writer {
    producer: ThreadedProducer<Clerk>,
    topic: String,
    patience: Duration,
    sent: AtomicU64,
}

impl Writer {
    pub(super) fn open(target: &Target, topic: &str) -> io::Result<Self> {
        let config = target.snapshot_writer();
        let producer = config.create_with_context(Clerk::default());
        Ok(Self {
            producer: producer.map_err(io::Error::other)?,
            topic: topic.to_owned(),
            patience: target.patience,
            sent: AtomicU64::new(0),
        })
    }

    /// Hands a record over; waits while too much is under way.
    pub(super) fn send(
        &self,
        lane: LaneId,
        place: Place,
        value: Option<&[u8]>,
        heading: &Heading,
    ) -> io::Result<()> {
        let (key, heading) = (place.key(), heading.encode());
        let header = KafkaHeader {
            key: HEADER,
            value: Some(&heading),
        };
        let mut record = BaseRecord::<[u8], [u8]>::to(&self.topic);
        record.partition = Some(lane.0);
        record.key = Some(key.as_bytes());
        record.payload = value;
        record.headers = Some(OwnedHeaders::new_with_capacity(1).insert(header));
        let given_up = Instant::now() + self.patience;
        loop {
            match self.producer.send(record) {
                Ok(()) => {
                    self.sent.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), again))
                    if Instant::now() < given_up =>
                {
                    record = again;
                    thread::park_timeout(AGAIN);
                }
                Err((error, _)) => return Err(io::Error::other(error)),
            }
        }
    }

    /// Waits until all that was sent has arrived; where the last record lies.
    pub(super) fn settle(&self) -> io::Result<Offset> {
        let sent = self.sent.load(Ordering::Relaxed);
        // A record that does not arrive is given up, and told, after the same time.
        let heard = self.producer.context().hear(sent, self.patience * 2);
        let last = heard.map_err(io::Error::other)?;
        let last = last.ok_or_else(|| io::Error::other("nothing was sent"))?;
        Ok(Offset(last))
    }
}
