//! A reader that sees what a downstream service would see, all the while a test does its worst.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::client::{ALL, Client, Isolation};
use super::records::Record;
use super::until::until;

/// Without a record for so long, a reader begins again where it is: after a broker's death the
/// client has been seen to leave a partition unread, without an error and for good.
const SILENCE: Duration = Duration::from_secs(15);

/// A record and the instant the reader was given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) record: Record,
    pub(crate) at: SystemTime,
}

/// Reads topics in the background and keeps all it saw in the order it saw
/// it. It lives through the broker's restarts, and ends when dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    client: Client,
    topics: Vec<String>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    /// Told of each.
    news: Condvar,
    stop: AtomicBool,
}

/// By topic and partition, the offset after the last record that a reader was given.
type Next = BTreeMap<(String, i32), i64>;

/// Takes each partition anew, from the record on that comes next. A seek would not do: librdkafka
/// reads a partition no more once it takes it for cut off, as it may after a broker's death, and
/// seeks only in those that it reads. Nor would its own word for where it is: it does not know that
/// of a partition of which it has been given nothing since it was last taken.
fn begin_again(reader: &BaseConsumer, next: &Next) {
    let mut all = reader.assignment().expect("a reader has its partitions");
    let fresh: Vec<(String, i32)> = all
        .elements()
        .iter()
        .filter(|at| !matches!(at.offset(), Offset::Offset(_)))
        .map(|at| (at.topic().to_owned(), at.partition()))
        .collect();
    for (topic, partition) in fresh {
        let set = all.set_partition_offset(&topic, partition, Offset::Beginning);
        set.expect("a partition of the list");
    }
    for ((topic, partition), offset) in next {
        let set = all.set_partition_offset(topic, *partition, Offset::Offset(*offset));
        set.expect("a partition of the list");
    }
    let begun = reader.assign(&all);
    begun.unwrap_or_else(|error| eprintln!("a watcher: {error}"));
}

impl Watcher {
    /// Of what `reader`, which has `topics` already, will be given.
    pub(super) fn start(client: Client, topics: &[&str], reader: BaseConsumer) -> Self {
        let shared = Arc::new(Shared::default());
        let its_shared = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let (mut last, mut next) = (Instant::now(), Next::new());
            while !its_shared.stop.load(Ordering::Relaxed) {
                if last.elapsed() > SILENCE {
                    last = Instant::now();
                    begin_again(&reader, &next);
                }
                match reader.poll(Duration::from_millis(50)) {
                    Some(Ok(message)) => {
                        last = Instant::now();
                        let seen = Seen {
                            record: Record::read(&message),
                            at: SystemTime::now(),
                        };
                        let place = (seen.record.topic.clone(), seen.record.partition);
                        next.insert(place, seen.record.offset + 1);
                        its_shared
                            .seen
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(seen);
                        its_shared.news.notify_all();
                    }
                    // Of a partition that is read no more, say: a test would wait for it in vain.
                    Some(Err(error)) if !is_expected(&error) => eprintln!("a watcher: {error}"),
                    _ => {}
                }
            }
        });
        let topics = topics.iter().map(|&topic| topic.to_owned()).collect();
        Self {
            client,
            topics,
            shared,
            thread: Some(thread),
        }
    }

    /// All it has seen so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.look(<[Seen]>::to_vec)
    }

    /// Waits until `find` finds something in what has been seen, and returns that; panics with
    /// `what` when it has not `within` that time.
    #[track_caller]
    pub(crate) fn wait<T>(
        &self,
        what: &str,
        within: Duration,
        mut find: impl FnMut(&[Seen]) -> Option<T>,
    ) -> T {
        until(what, within, || self.look(&mut find))
    }

    /// Waits until it sees one more, and returns at once; panics when it has not `within` that
    /// time.
    #[track_caller]
    pub(crate) fn wait_for_one_more(&self, within: Duration) {
        let deadline = Instant::now() + within;
        let lock = self.shared.seen.lock();
        let mut seen = lock.unwrap_or_else(PoisonError::into_inner);
        let before = seen.len();
        while seen.len() == before {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "not within {within:?}: one more is seen");
            let waited = self.shared.news.wait_timeout(seen, left);
            seen = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until it has seen the last record that is in each partition now, ends, and returns all
    /// it saw.
    pub(crate) fn finish(self) -> Vec<Seen> {
        for topic in &self.topics {
            // By partition, in offset order: the last of a partition is the last inserted.
            for last in last_of_partitions(self.client.read_all(topic, Isolation::Committed)) {
                let what = format!("{topic}-{} is seen up to {}", last.partition, last.offset);
                self.wait(&what, ALL, |seen| {
                    let is_last = |it: &&Seen| same_place(&it.record, &last);
                    seen.iter().rev().find(is_last).map(|_| ())
                });
            }
        }
        self.seen()
    }

    fn look<T>(&self, find: impl FnOnce(&[Seen]) -> T) -> T {
        find(
            &self
                .shared
                .seen
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !thread::panicking()
        {
            panic!("the watcher of {:?} panicked", self.topics);
        }
    }
}

/// Ends of partitions and broken connections are no news.
fn is_expected(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{AllBrokersDown, BrokerTransportFailure, OperationTimedOut};
    let code = error.rdkafka_error_code();
    let expected = [BrokerTransportFailure, AllBrokersDown, OperationTimedOut];
    matches!(error, KafkaError::PartitionEOF(_))
        || code.is_some_and(|code| expected.contains(&code))
}

fn last_of_partitions(mut records: Vec<Record>) -> Vec<Record> {
    records.reverse();
    records.dedup_by_key(|record| record.partition);
    records
}

fn same_place(one: &Record, other: &Record) -> bool {
    one.topic == other.topic && one.partition == other.partition && one.offset == other.offset
}
