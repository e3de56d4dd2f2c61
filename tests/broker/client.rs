//! What any client may do on a broker: create topics, write records, read them back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{Seek, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigEntry, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::{ClientConfig, FromClientConfig};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, DeliveryResult, Producer, ProducerContext};
use rdkafka::{ClientContext, Offset, TopicPartitionList};

use super::jars;
use super::records::{NewRecord, Record};
use super::until::until;
use super::watcher::Watcher;

/// For any one answer of a broker that is up, on a busy machine.
pub(super) const ANSWER: Duration = Duration::from_secs(30);
/// For reading or writing everything a test has.
pub(super) const ALL: Duration = Duration::from_secs(120);

/// Which records a reader is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// Those outside transactions and in committed ones.
    Committed,
    /// All, of open and aborted transactions too.
    Uncommitted,
}

impl Isolation {
    fn setting(self) -> &'static str {
        match self {
            Self::Committed => "read_committed",
            Self::Uncommitted => "read_uncommitted",
        }
    }
}

/// A broker's address, and what a test does there. Clones may be used from other threads, also
/// while the broker is down.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    bootstrap: String,
}

impl Client {
    pub(super) fn new(bootstrap: String) -> Self {
        Self { bootstrap }
    }

    /// `host:port`, for `bootstrap.servers`.
    pub(crate) fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// For clients that a test makes itself. They find a restarted broker within half a second, and
    /// the leaders that it did not name at once within five: the library's own five minutes are
    /// longer than any test waits.
    pub(crate) fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.bootstrap)
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "500")
            .set("topic.metadata.refresh.interval.ms", "5000");
        config
    }

    /// Creates a topic with that many partitions and `(name, value)` settings; returns when each
    /// has a leader.
    ///
    /// Not to be called from async code: it waits on a runtime of its own.
    pub(crate) fn create_topic(&self, name: &str, partitions: i32, settings: &[(&str, &str)]) {
        let admin = self.admin();
        let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
        topic.config.extend_from_slice(settings);
        let options = AdminOptions::new().operation_timeout(Some(ANSWER));
        let created = block_on(admin.create_topics(&[topic], &options));
        for result in or_panic("topics can be created", created) {
            result.unwrap_or_else(|(name, error)| panic!("topic {name} not created: {error}"));
        }
        let probe = self.reader(Isolation::Uncommitted);
        until(
            &format!("topic {name} has {partitions} partitions with leaders"),
            ANSWER,
            || {
                let led = leaders(&probe, name)?;
                (led == usize::try_from(partitions).expect("not negative")).then_some(())
            },
        );
    }

    /// The settings a topic has, its own and those it inherits.
    ///
    /// Not to be called from async code either.
    pub(crate) fn topic_settings(&self, name: &str) -> BTreeMap<String, String> {
        let admin = self.admin();
        let options = AdminOptions::new().request_timeout(Some(ANSWER));
        let described =
            block_on(admin.describe_configs(&[ResourceSpecifier::Topic(name)], &options));
        let mut resources = or_panic("settings can be read", described);
        let resource = or_panic(name, resources.remove(0));
        let pair = |entry: ConfigEntry| Some((entry.name, entry.value?));
        resource.entries.into_iter().filter_map(pair).collect()
    }

    /// Writes `records` in their order, each key where Java's partitioner would put it; returns
    /// when the broker has acknowledged them all.
    pub(crate) fn produce(&self, topic: &str, records: &[NewRecord]) {
        let mut config = self.config();
        config
            .set("partitioner", "murmur2_random")
            .set("enable.idempotence", "true");
        let producer: BaseProducer<Failures> = config
            .create_with_context(Failures::default())
            .unwrap_or_else(|error| panic!("no producer: {error}"));
        // Costs less than to let an idempotent producer find the topic itself: that takes 1 s.
        or_panic(topic, producer.client().fetch_metadata(Some(topic), ANSWER));
        for record in records {
            send(&producer, record, topic);
        }
        or_panic("all records are acknowledged", producer.flush(ALL));
        let failures = producer.context().0.lock().expect("no delivery panics");
        assert!(
            failures.is_empty(),
            "{topic}: {} records failed: {}",
            failures.len(),
            failures[0]
        );
    }

    /// Writes keys and values, without tabs and line breaks, with Kafka's own console producer,
    /// that is, with the default partitioner of Java's `KafkaProducer`.
    pub(crate) fn produce_with_java(&self, topic: &str, records: &[(String, String)]) {
        let mut lines = tempfile::tempfile().expect("a file can be made");
        for (key, value) in records {
            let lone = |text: &str| !text.contains(['\t', '\n', '\r']);
            assert!(
                lone(key) && lone(value),
                "{key:?} {value:?}: tabs and line breaks part records"
            );
            writeln!(lines, "{key}\t{value}").expect("the file can be written");
        }
        lines.rewind().expect("the file can be read again");
        let mut console = jars::tool("org.apache.kafka.tools.ConsoleProducer");
        console.args(["--bootstrap-server", &self.bootstrap, "--topic", topic]);
        console.args([
            "--reader-property",
            "parse.key=true",
            "--request-timeout-ms",
            "30000",
        ]);
        console.stdin(Stdio::from(lines));
        let output = jars::run(console);
        // It ends with success even when records were refused, but logs each.
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !said.contains("ERROR"),
            "{topic}: the console producer failed:\n{said}"
        );
    }

    /// Does what a line says that begins with one of Kafka's own scripts, such as
    /// `kafka-configs.sh`.
    pub(crate) fn run_script(&self, line: &str) -> String {
        let mut words = line.split_whitespace();
        let class = match words.next() {
            Some("kafka-configs.sh") => "kafka.admin.ConfigCommand",
            Some("kafka-topics.sh") => "org.apache.kafka.tools.TopicCommand",
            Some("kafka-acls.sh") => "org.apache.kafka.tools.AclCommand",
            Some("kafka-delete-records.sh") => "org.apache.kafka.tools.DeleteRecordsCommand",
            other => panic!("{other:?} is no script that tests know"),
        };
        let mut tool = jars::tool(class);
        tool.args(words);
        let output = jars::run(tool);
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&said).into_owned()
    }

    /// Reads a topic from its beginning up to its ends as they are now, partition by partition, in
    /// offset order.
    ///
    /// With [`Isolation::Committed`] it first waits until no transaction is open before those ends:
    /// a commit is acknowledged before its markers are written, so a reader that comes at once may
    /// miss it.
    pub(crate) fn read_all(&self, topic: &str, isolation: Isolation) -> Vec<Record> {
        let reader = self.reader(isolation);
        let ends = end_offsets(&self.reader(Isolation::Uncommitted), topic);
        until(
            &format!("transactions in {topic} up to {ends:?} are closed"),
            ALL,
            || {
                let visible = end_offsets(&reader, topic);
                visible
                    .iter()
                    .zip(&ends)
                    .all(|(visible, end)| visible >= end)
                    .then_some(())
            },
        );
        assign_from_beginning(&reader, &[topic]);
        let mut unread: BTreeSet<i32> = partitions(&reader, topic).collect();
        let mut records = Vec::new();
        until(
            &format!("the ends of {topic}, {ends:?}, are read"),
            ALL,
            || {
                while !unread.is_empty()
                    && let Some(polled) = reader.poll(Duration::from_millis(100))
                {
                    match polled {
                        Ok(message) => records.push(Record::read(&message)),
                        Err(KafkaError::PartitionEOF(partition)) => {
                            unread.remove(&partition);
                        }
                        // The client mends a broken connection itself, or the deadline comes.
                        Err(_) => return None,
                    }
                }
                unread.is_empty().then_some(())
            },
        );
        records.sort_by_key(|record| (record.partition, record.offset));
        records
    }

    /// Starts to read `topics` from their beginnings, committed records only, and goes on until
    /// told to finish.
    pub(crate) fn watch(&self, topics: &[&str]) -> Watcher {
        let reader = self.reader(Isolation::Committed);
        assign_from_beginning(&reader, topics);
        Watcher::start(self.clone(), topics, reader)
    }

    /// The same, but sees what is in open transactions, too.
    pub(crate) fn peek(&self, topics: &[&str]) -> Watcher {
        let reader = self.reader(Isolation::Uncommitted);
        assign_from_beginning(&reader, topics);
        Watcher::start(self.clone(), topics, reader)
    }

    /// The same as `watch` for what is written to `topics` from now on.
    pub(crate) fn watch_new(&self, topics: &[&str]) -> Watcher {
        let reader = self.reader(Isolation::Committed);
        assign_from_end(&reader, topics);
        Watcher::start(self.clone(), topics, reader)
    }

    /// Whether a broker is up and knows itself.
    pub(super) fn answers(&self) -> bool {
        // The client library would take a second to try again after a refused connection.
        TcpStream::connect(&self.bootstrap).is_ok()
            && self
                .reader(Isolation::Uncommitted)
                .fetch_metadata(None, Duration::from_secs(5))
                .is_ok_and(|metadata| metadata.brokers().len() == 1)
    }

    /// A consumer that joins no group and commits nothing.
    pub(super) fn reader(&self, isolation: Isolation) -> BaseConsumer {
        let mut config = self.config();
        config
            .set("group.id", "assigned-by-hand")
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "error")
            .set("check.crcs", "true")
            .set("enable.partition.eof", "true")
            .set("fetch.wait.max.ms", "50")
            .set("isolation.level", isolation.setting());
        self.connect(&config)
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.connect(&self.config())
    }

    fn connect<T: FromClientConfig>(&self, config: &ClientConfig) -> T {
        or_panic("a client can be made", T::from_config(config))
    }
}

/// Collects why records could not be delivered.
#[derive(Default)]
struct Failures(Mutex<Vec<String>>);

impl ClientContext for Failures {}

impl ProducerContext for Failures {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.0
                .lock()
                .expect("no delivery panics")
                .push(error.to_string());
        }
    }
}

fn send(producer: &BaseProducer<Failures>, record: &NewRecord, topic: &str) {
    until("the producer's queue has room", ALL, || {
        match producer.send(record.to_topic(topic)) {
            Ok(()) => Some(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                producer.poll(Duration::from_millis(1));
                None
            }
            Err((error, _)) => panic!("{topic}: a record was refused: {error}"),
        }
    });
}

/// How many partitions of the topic have a leader; `None` while it is unknown or some have none.
fn leaders(probe: &BaseConsumer, topic: &str) -> Option<usize> {
    let metadata = probe.fetch_metadata(Some(topic), ANSWER).ok()?;
    let found = metadata
        .topics()
        .first()
        .filter(|found| found.error().is_none())?;
    let led = |it: &&rdkafka::metadata::MetadataPartition| it.error().is_none() && it.leader() >= 0;
    let count = found.partitions().iter().filter(led).count();
    (count == found.partitions().len()).then_some(count)
}

/// By partition: the offset after the last record that `reader` may see.
fn end_offsets(reader: &BaseConsumer, topic: &str) -> Vec<i64> {
    partitions(reader, topic)
        .map(|partition| {
            let (_, end) = or_panic(topic, reader.fetch_watermarks(topic, partition, ANSWER));
            end
        })
        .collect()
}

fn partitions(reader: &BaseConsumer, topic: &str) -> impl Iterator<Item = i32> + use<> {
    let metadata = or_panic(topic, reader.fetch_metadata(Some(topic), ANSWER));
    let count = metadata
        .topics()
        .first()
        .map_or(0, |it| it.partitions().len());
    assert!(count > 0, "{topic}: there is no such topic");
    0..i32::try_from(count).expect("partition counts are small")
}

/// Lets `reader` read `topics` from where they end now.
fn assign_from_end(reader: &BaseConsumer, topics: &[&str]) {
    let mut assignment = TopicPartitionList::new();
    for topic in topics {
        for (partition, end) in (0..).zip(end_offsets(reader, topic)) {
            let added = assignment.add_partition_offset(topic, partition, Offset::Offset(end));
            or_panic(topic, added);
        }
    }
    or_panic("partitions can be assigned", reader.assign(&assignment));
}

fn assign_from_beginning(reader: &BaseConsumer, topics: &[&str]) {
    let mut assignment = TopicPartitionList::new();
    for topic in topics {
        for partition in partitions(reader, topic) {
            let added = assignment.add_partition_offset(topic, partition, Offset::Beginning);
            or_panic(topic, added);
        }
    }
    or_panic("partitions can be assigned", reader.assign(&assignment));
}

fn block_on<T>(answer: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime can be built").block_on(answer)
}

#[track_caller]
fn or_panic<T>(what: &str, result: Result<T, impl Display>) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error}"))
}
