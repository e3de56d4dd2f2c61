//! A connection that can do without transactions, at least once, to measure what they cost.

use std::time::Duration;

use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::producer::{Producer, ThreadedProducer};
use rdkafka::topic_partition_list::TopicPartitionList;

use crate::kafka::client::Target;
use crate::kafka::context::Publisher;
use crate::kafka::ffi::Native;
use crate::kafka::outlet::Outlet;
use crate::model::ids::LaneId;
use crate::port::{Bus, Offsets, Outgoing, Sink, Trouble};

use super::{Connection, Reading};

/// A connection with transactions, or the same without: then a unit ends when all of its records
/// have arrived, and its offsets are committed after that. What it published before a death is
/// published again, and a lane whose ledger is ahead of its offsets cannot be restored.
pub struct Loose {
    connection: Connection,
    /// The offsets of the unit that is ending, without transactions.
    next: Option<Vec<Offsets>>,
    at_least_once: bool,
}

impl Loose {
    /// Joins the group, with transactions or without.
    ///
    /// # Errors
    /// The broker does not answer or refuses.
    pub fn open(target: &Target, at_least_once: bool) -> Result<Self, Trouble> {
        let connection = match at_least_once {
            true => Connection::of(plain(target)?, target)?,
            false => Connection::open(target)?,
        };
        Ok(Self {
            connection,
            next: None,
            at_least_once,
        })
    }

    fn ended(&mut self) -> Result<(), Trouble> {
        match self.next.take() {
            Some(next) => self.connection.reading.inlet.commit(&next),
            None => Ok(()),
        }
    }
}

/// The producer of a worker, but for its transactions.
fn plain(target: &Target) -> Result<Outlet, Trouble> {
    let mut config = target.producer();
    config.remove("transactional.id");
    config.remove("transaction.timeout.ms");
    let producer = config
        .create_with_context(Publisher::default())
        .map_err(|error| Trouble::Fatal(format!("cannot make a producer: {error}")))?;
    Outlet::of(producer, target, flush)
}

/// Waits until all that was published has arrived.
fn flush(
    producer: &ThreadedProducer<Publisher>,
    _: &TopicPartitionList,
    _: &ConsumerGroupMetadata,
    patience: Duration,
) -> Result<(), Trouble> {
    Native::new(producer.client().native_ptr())
        .flush(patience)
        .map_err(|error| Trouble::Restart(format!("cannot publish all records: {error}")))?;
    producer.context().delivered()
}

impl Sink for Loose {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        self.connection.send(outgoing)
    }
}

impl Bus for Loose {
    type Reading = Reading;

    fn reading(&mut self) -> &mut Reading {
        self.connection.reading()
    }

    fn begin(&mut self) -> Result<(), Trouble> {
        match self.at_least_once {
            true => Ok(()),
            false => self.connection.begin(),
        }
    }

    fn commit(&mut self, lanes: &[Offsets]) -> Result<(), Trouble> {
        self.next = self.at_least_once.then(|| lanes.to_vec());
        self.connection.commit(lanes)
    }

    fn is_committed(&mut self) -> Result<bool, Trouble> {
        let ended = self.connection.is_committed()?;
        if ended {
            self.ended()?;
        }
        Ok(ended)
    }

    fn hear_out(&mut self) -> Result<(), Trouble> {
        self.connection.hear_out()?;
        self.ended()
    }

    /// What a unit without a transaction has published cannot be told from what it has not.
    fn renew(&mut self) -> Result<(), Trouble> {
        match self.at_least_once {
            true => Err(Trouble::Fatal(
                "without transactions no unit is published again".to_owned(),
            )),
            false => self.connection.renew(),
        }
    }

    fn ledger_ends(&mut self, lanes: &[LaneId]) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
        self.connection.ledger_ends(lanes)
    }

    fn owner(&self) -> &str {
        self.connection.owner()
    }
}
