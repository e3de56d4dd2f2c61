//! The publishing half of a connection: one transaction at a time.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header as KafkaHeader, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};

use crate::port::{Offsets, Outgoing, Output, Trouble};

use super::client::Target;
use super::committer::{Committer, End, commit};
use super::context::Publisher;
use super::offsets::marked;
use super::trouble::{restart, restart_unit};

/// A transactional producer.
pub(super) struct Outlet {
    // It ends before the producer that it commits for.
    committer: Committer,
    producer: Arc<ThreadedProducer<Publisher>>,
    changes: String,
    current: String,
    dead_letters: String,
    dead_letter_partitions: i32,
    ledger: String,
    transfers: Option<String>,
    patience: Duration,
}

impl Outlet {
    /// Takes over the transactional id: a transaction that its last holder left open is over after
    /// this.
    pub(super) fn open(target: &Target) -> Result<Self, Trouble> {
        let producer: ThreadedProducer<Publisher> = target
            .producer()
            .create_with_context(Publisher::default())
            .map_err(|error| Trouble::Fatal(format!("cannot make a producer: {error}")))?;
        producer
            .init_transactions(target.patience)
            .map_err(restart("begin to publish"))?;
        Self::of(producer, target, commit)
    }

    /// Publishes by this producer, whose units end in this way.
    pub(super) fn of(
        producer: ThreadedProducer<Publisher>,
        target: &Target,
        end: End,
    ) -> Result<Self, Trouble> {
        let metadata = producer
            .client()
            .fetch_metadata(Some(&target.dead_letters), target.patience)
            .map_err(restart("read the dead letters' partitions"))?;
        let partitions = metadata
            .topics()
            .first()
            .map_or(0, |topic| topic.partitions().len());
        let producer = Arc::new(producer);
        Ok(Self {
            committer: Committer::start(producer.clone(), target.patience, end)?,
            producer,
            changes: target.changes.clone(),
            current: target.current.clone(),
            dead_letters: target.dead_letters.clone(),
            dead_letter_partitions: i32::try_from(partitions.max(1)).unwrap_or(i32::MAX),
            ledger: target.ledger.clone(),
            transfers: target.transfers.clone(),
            patience: target.patience,
        })
    }

    pub(super) fn begin(&mut self) -> Result<(), Trouble> {
        self.producer
            .begin_transaction()
            .map_err(restart("begin a transaction"))
    }

    pub(super) fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        let (topic, partition) = match outgoing.output {
            Output::Changes => (&self.changes, None),
            Output::Current => (&self.current, None),
            Output::DeadLetters => (
                &self.dead_letters,
                Some(outgoing.lane.0 % self.dead_letter_partitions),
            ),
            Output::Ledger => (&self.ledger, Some(outgoing.lane.0)),
            Output::Transfers => {
                let nowhere = || Trouble::Bug("a transfer without a topic".to_owned());
                let topic = self.transfers.as_ref().ok_or_else(nowhere)?;
                (topic, Some(outgoing.lane.0))
            }
        };
        let mut record = BaseRecord::<[u8], [u8]>::to(topic);
        record.key = outgoing.key;
        record.payload = outgoing.value;
        record.partition = partition;
        if !outgoing.headers.is_empty() {
            let mut headers = OwnedHeaders::new_with_capacity(outgoing.headers.len());
            for (key, value) in outgoing.headers {
                headers = headers.insert(KafkaHeader { key, value: *value });
            }
            record.headers = Some(headers);
        }
        let given_up = Instant::now() + self.patience;
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), again))
                    if Instant::now() < given_up =>
                {
                    record = again;
                    // The queue drains in the producer's own threads.
                    thread::park_timeout(Duration::from_millis(1));
                }
                Err((error, _)) => {
                    let trouble = restart_unit("publish a record")(error);
                    return Err(self.sorted(trouble));
                }
            }
        }
    }

    /// Begins to add offsets to the open transaction and to commit it.
    pub(super) fn commit(
        &mut self,
        topics: &[String],
        lanes: &[Offsets],
        group: ConsumerGroupMetadata,
    ) -> Result<(), Trouble> {
        self.committer.begin(marked(topics, lanes)?, group)
    }

    pub(super) fn is_committed(&self) -> Result<bool, Trouble> {
        self.committer.look().map_err(|it| self.sorted(it))
    }

    pub(super) fn hear_out(&self) -> Result<(), Trouble> {
        self.committer.hear_out().map_err(|it| self.sorted(it))
    }

    fn sorted(&self, trouble: Trouble) -> Trouble {
        self.producer.context().sorted(trouble)
    }
}
