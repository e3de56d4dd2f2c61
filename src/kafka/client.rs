//! What a connection is to: brokers, names and times, and the librdkafka properties that follow
//! from them.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};

use crate::settings::TopicSettings;

/// How a worker is a member of its consumer group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// Leaves when it stops; its lanes move at once.
    Dynamic,
    /// Keeps its lanes over a restart within the session timeout.
    Static,
}

/// One worker's place in a cluster.
#[derive(Clone)]
pub struct Target {
    /// `host:port,...` of the first brokers to ask.
    pub brokers: String,
    /// Further librdkafka properties: security and the like. May hold secrets, hence never shown.
    pub properties: BTreeMap<String, String>,
    /// Consumer group.
    pub app: String,
    /// The transactional id: the same after a restart, so that it fences its own ghost.
    pub owner: String,
    /// How it is a member of the group.
    pub membership: Membership,
    /// Input topics, in the order in which equal instants are taken.
    pub inputs: Vec<String>,
    /// The one of them that lanes use among themselves, if there is one.
    pub transfers: Option<String>,
    /// Topic of changes.
    pub changes: String,
    /// Topic of standings.
    pub current: String,
    /// Topic of dead letters.
    pub dead_letters: String,
    /// Topic of the ledger.
    pub ledger: String,
    /// Topic of the policies, if there is one.
    pub policies: Option<String>,
    /// Topic of the snapshots, if there is one.
    pub snapshots: Option<String>,
    /// What is done about settings of these topics that do not fit.
    pub topic_settings: TopicSettings,
    /// After which the group gives a silent worker's lanes away.
    pub session_timeout: Duration,
    /// After which the broker aborts a silent worker's transaction.
    pub transaction_timeout: Duration,
    /// How long a blocking call to the broker may take.
    pub patience: Duration,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("brokers", &self.brokers)
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}

impl Target {
    /// Properties of every client. Each that carries meaning is set; none is left to the library's
    /// default.
    fn base(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", &self.owner)
            .set("allow.auto.create.topics", "false")
            .set("socket.nagle.disable", "true")
            .set("socket.timeout.ms", "10000")
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "1000")
            .set("topic.metadata.refresh.interval.ms", "60000")
            .set_log_level(RDKafkaLogLevel::Info);
        config
    }

    /// Properties of a consumer that reads committed records and commits nothing by itself.
    fn reading(&self) -> ClientConfig {
        let mut config = self.base();
        config
            .set("isolation.level", "read_committed")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("check.crcs", "true")
            .set("enable.partition.eof", "true")
            .set("fetch.wait.max.ms", "20")
            .set("fetch.min.bytes", "1")
            // With the default of 1 s a fast reader sleeps a second whenever its queue is full.
            .set("fetch.queue.backoff.ms", "5")
            .set("fetch.error.backoff.ms", "50")
            // Per partition, since each has its own queue: 8 MiB hold about 40,000 events.
            .set("queued.max.messages.kbytes", "8192")
            .set("queued.min.messages", "1000000")
            .set("fetch.message.max.bytes", "1048576")
            .set("receive.message.max.bytes", "100000000");
        config
    }

    /// Properties of the consumer of the input topics.
    #[must_use]
    pub fn consumer(&self) -> ClientConfig {
        let mut config = self.reading();
        config
            .set("group.id", &self.app)
            // Keeps partition p of all topics with one member.
            .set("partition.assignment.strategy", "range")
            .set(
                "session.timeout.ms",
                self.session_timeout.as_millis().to_string(),
            )
            .set(
                "heartbeat.interval.ms",
                (self.session_timeout.as_millis() / 4).to_string(),
            )
            .set("max.poll.interval.ms", "300000");
        if self.membership == Membership::Static {
            config.set("group.instance.id", &self.owner);
        }
        config
    }

    /// Properties of a reader outside any group: of the ledger, of samples, of a whole topic.
    #[must_use]
    pub fn reader(&self) -> ClientConfig {
        let mut config = self.reading();
        config.set("group.id", format!("{}.reader", self.app));
        config
    }

    /// Properties of a reader of snapshots: one partition at a time, as fast as it comes.
    #[must_use]
    pub fn snapshot_reader(&self) -> ClientConfig {
        let mut config = self.reader();
        config
            .set("fetch.message.max.bytes", "4194304")
            .set("queued.max.messages.kbytes", "16384");
        config
    }

    /// Properties of the producer of snapshots.
    #[must_use]
    pub fn snapshot_writer(&self) -> ClientConfig {
        let mut config = self.writer();
        config
            // A batch is one record: several might be larger than what the topic takes.
            .set("batch.num.messages", "1")
            .set("linger.ms", "0")
            .set("compression.type", "lz4")
            // Pieces that wait for a slow broker are memory.
            .set("queue.buffering.max.kbytes", "16384");
        config
    }

    /// Properties of a client that asks for settings.
    #[must_use]
    pub fn admin(&self) -> ClientConfig {
        self.base()
    }

    /// Properties of a producer outside of transactions.
    #[must_use]
    pub fn writer(&self) -> ClientConfig {
        let mut config = self.base();
        config
            .set("enable.idempotence", "true")
            .set("message.timeout.ms", self.patience.as_millis().to_string());
        config
    }

    /// Properties of the transactional producer.
    #[must_use]
    pub fn producer(&self) -> ClientConfig {
        let mut config = self.base();
        config
            .set("transactional.id", &self.owner)
            .set("enable.idempotence", "true")
            .set(
                "transaction.timeout.ms",
                self.transaction_timeout.as_millis().to_string(),
            )
            .set(
                "message.timeout.ms",
                (self.transaction_timeout.as_millis() / 2).to_string(),
            )
            .set("partitioner", "murmur2_random")
            // How large a record may be is for its topic to say: what was taken from one must go
            // into the dead letters, and a million, the default, is less than brokers take.
            .set("message.max.bytes", "100000000")
            // As long as a unit waits for more changes; its commit sends at once what still lies
            // here. Without it each record wakes the sender, for a fifth of the processor time.
            .set("linger.ms", "5")
            .set("compression.type", "lz4")
            .set("delivery.report.only.error", "true")
            // A transaction that meets the previous one's markers is tried again after this; the
            // default is 100.
            .set("retry.backoff.ms", "3")
            .set("retry.backoff.max.ms", "100")
            // One unit makes at most about 20,000 records of 1 kB.
            .set("queue.buffering.max.messages", "200000")
            .set("queue.buffering.max.kbytes", "262144");
        config
    }
}
