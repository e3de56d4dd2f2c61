//! A thread that commits transactions, so that their worker need not wait.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::producer::{Producer, ThreadedProducer};
use rdkafka::topic_partition_list::TopicPartitionList;

use crate::port::Trouble;

use super::context::Publisher;
use super::ffi::Native;
use super::trouble::restart_unit;

/// How long librdkafka waits before it sends the offsets of a transaction again. It does so by
/// itself when the group's coordinator does not answer, and says so nowhere: that is another
/// connection than the one whose disturbances are counted. The first copy may still arrive, while
/// the next transaction is open, and would set the offsets back with it. So whatever took as long
/// may have been sent twice.
const OFFSETS_AGAIN: Duration = Duration::from_millis(500);

/// How a unit of a producer ends, within a patience for each call.
pub(super) type End = fn(
    &ThreadedProducer<Publisher>,
    &TopicPartitionList,
    &ConsumerGroupMetadata,
    Duration,
) -> Result<(), Trouble>;

/// Commits the transactions of one producer, one at a time. When it is dropped, what is on its way
/// is waited for: at most two calls, each as long as its patience.
pub(super) struct Committer {
    /// Nothing once it is to end.
    asked: Option<Sender<Commit>>,
    ended: Receiver<Result<(), Trouble>>,
    thread: Option<JoinHandle<()>>,
}

/// What it is asked to do.
struct Commit {
    offsets: TopicPartitionList,
    group: ConsumerGroupMetadata,
    /// To be woken at the end.
    worker: Thread,
}

impl Committer {
    /// Starts it.
    pub(super) fn start(
        producer: Arc<ThreadedProducer<Publisher>>,
        patience: Duration,
        end: End,
    ) -> Result<Self, Trouble> {
        let (asked, commits) = mpsc::channel::<Commit>();
        let (results, ended) = mpsc::channel();
        let work = move || {
            for Commit {
                offsets,
                group,
                worker,
            } in commits
            {
                let result = end(&producer, &offsets, &group, patience);
                // Whoever has asked may have gone meanwhile.
                let _ = results.send(result);
                worker.unpark();
            }
        };
        let thread = thread::Builder::new()
            .name("commits".to_owned())
            .spawn(work)
            .map_err(|error| Trouble::Fatal(format!("cannot start a thread: {error}")))?;
        Ok(Self {
            asked: Some(asked),
            ended,
            thread: Some(thread),
        })
    }

    /// Begins to add the offsets to the open transaction and to commit it; its end wakes this
    /// thread.
    pub(super) fn begin(
        &self,
        offsets: TopicPartitionList,
        group: ConsumerGroupMetadata,
    ) -> Result<(), Trouble> {
        let commit = Commit {
            offsets,
            group,
            worker: thread::current(),
        };
        let sent = self.asked.as_ref().map(|asked| asked.send(commit));
        sent.and_then(Result::ok).ok_or_else(gone)
    }

    /// Whether the commit has ended well; false while it is on its way.
    pub(super) fn look(&self) -> Result<bool, Trouble> {
        match self.ended.try_recv() {
            Ok(result) => result.map(|()| true),
            Err(TryRecvError::Empty) => Ok(false),
            Err(TryRecvError::Disconnected) => Err(gone()),
        }
    }

    /// Waits until the commit has ended.
    pub(super) fn hear_out(&self) -> Result<(), Trouble> {
        self.ended.recv().unwrap_or_else(|_| Err(gone()))
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.asked = None;
        if let Some(thread) = self.thread.take() {
            // If it has panicked, its worker has been told so.
            let _ = thread.join();
        }
    }
}

fn gone() -> Trouble {
    Trouble::Bug("the thread that commits has ended".to_owned())
}

/// Adds the offsets to the open transaction and commits it.
pub(super) fn commit(
    producer: &ThreadedProducer<Publisher>,
    offsets: &TopicPartitionList,
    group: &ConsumerGroupMetadata,
    patience: Duration,
) -> Result<(), Trouble> {
    let context = producer.context();
    let asked = Instant::now();
    producer
        .send_offsets_to_transaction(offsets, group, patience)
        .map_err(restart_unit("add the offsets to the transaction"))?;
    let once = asked.elapsed() < OFFSETS_AGAIN;
    Native::new(producer.client().native_ptr())
        .commit_transaction(patience)
        .map_err(|error| Trouble::InDoubt(format!("cannot commit a transaction: {error}")))?;
    context.delivered()?;
    if context.was_disturbed() && !is_credulous() {
        return Err(Trouble::InDoubt(
            "a connection of the producer was disturbed before the end of a commit".to_owned(),
        ));
    }
    if !once {
        return Err(Trouble::InDoubt(
            "the offsets of a transaction may have been sent twice".to_owned(),
        ));
    }
    Ok(())
}

/// Whether it believes what it is told: for a test that sees what doubt is good for.
fn is_credulous() -> bool {
    cfg!(feature = "teeth") && std::env::var_os("TIDEMARK_TOOTH").is_some_and(|it| it == "doubt")
}

#[cfg(test)]
mod tests {
    use rdkafka::config::ClientConfig;
    use rdkafka::consumer::{BaseConsumer, Consumer};
    use rdkafka::mocking::MockCluster;
    use rdkafka::producer::BaseRecord;
    use rdkafka::topic_partition_list::Offset;
    use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    /// The client tries again and reports success.
    #[test]
    fn a_commit_whose_offsets_were_sent_twice_is_in_doubt() {
        let cluster = MockCluster::new(1).expect("a test broker");
        cluster.create_topic("shop", 1, 1).expect("a topic");
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", cluster.bootstrap_servers());
        let consumer: BaseConsumer = config
            .clone()
            .set("group.id", "crm")
            .create()
            .expect("a consumer");
        let producer: ThreadedProducer<Publisher> = config
            .set("transactional.id", "crm.1")
            .create_with_context(Publisher::default())
            .expect("a producer");
        producer.init_transactions(PATIENCE).expect("it begins");
        let mut offsets = TopicPartitionList::new();
        offsets
            .add_partition_offset("shop", 0, Offset::Offset(1))
            .expect("an offset");
        for (errors, expected) in [(0, "Ok(())"), (1, "sent twice")] {
            let error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;
            cluster.request_errors(RDKafkaApiKey::TxnOffsetCommit, &vec![error; errors]);
            producer.begin_transaction().expect("none is open");
            let record = BaseRecord::<[u8], [u8]>::to("shop").payload(b"a");
            producer.send(record).expect("it is taken");
            let group = consumer.group_metadata().expect("it has a group");
            let committed = format!("{:?}", commit(&producer, &offsets, &group, PATIENCE));
            assert!(committed.contains(expected), "{committed}");
        }
    }
}
