//! The bare consume-produce-commit loop: exactly once like tidemark, with the same client settings,
//! and nothing decided.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tidemark::kafka::client::Target;
use tidemark::kafka::ffi::{Message, Native, PartitionQueue};

use crate::bare;
use crate::observer::due_of;
use crate::stage::LANES;

/// A unit with a change in it ends so long after its first event ...
const CHANGE_WAIT: Duration = Duration::from_millis(5);
/// ... and any other after this.
const AGE_MAX: Duration = Duration::from_millis(25);
/// Least time between the begins of two transactions, as tidemark has it.
const PAUSE: Duration = Duration::from_millis(12);
/// As long as a small change of tidemark.
const CHANGE_BYTES: usize = 400;

/// A running loop; ended when dropped.
pub(crate) struct Relay {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Makes one change of each event whose key says when it was due.
    pub(crate) fn start(target: &Target) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (target, its_stop) = (target.clone(), Arc::clone(&stop));
        let thread = thread::spawn(move || Loop::new(&target).run(&its_stop));
        Self {
            stop,
            thread: Some(thread),
        }
    }

    /// The process it runs in.
    pub(crate) fn id() -> u32 {
        process::id()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !thread::panicking()
        {
            panic!("the relay panicked");
        }
    }
}

struct Loop<'a> {
    target: &'a Target,
    queues: Vec<PartitionQueue>,
    /// The next offset of each partition, in the order of the queues, once a record was read.
    next: Vec<Option<i64>>,
    batch: Vec<Message>,
    open: Option<Open>,
    began: Instant,
    producer: ThreadedProducer<DefaultProducerContext>,
    consumer: BaseConsumer,
}

/// The open transaction.
struct Open {
    since: Instant,
    has_change: bool,
}

impl<'a> Loop<'a> {
    fn new(target: &'a Target) -> Self {
        let producer: ThreadedProducer<DefaultProducerContext> =
            target.producer().create().expect("a producer can be made");
        producer
            .init_transactions(target.patience)
            .expect("transactions can begin");
        let consumer = bare::consumer(target);
        let queues = bare::queues(target, &consumer);
        Self {
            target,
            next: vec![None; queues.len()],
            queues,
            batch: Vec::new(),
            open: None,
            began: Instant::now(),
            producer,
            consumer,
        }
    }

    fn run(mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            assert!(
                self.consumer
                    .poll(Duration::ZERO)
                    .is_none_or(|it| it.is_err())
            );
            let pause = PAUSE.saturating_sub(self.began.elapsed());
            if self.open.is_none() && !pause.is_zero() {
                thread::park_timeout(pause);
                continue;
            }
            self.read();
            let left = self.open.as_ref().map_or(AGE_MAX, |open| {
                let most = if open.has_change {
                    CHANGE_WAIT
                } else {
                    AGE_MAX
                };
                most.saturating_sub(open.since.elapsed())
            });
            if left.is_zero() {
                self.commit();
            } else {
                thread::park_timeout(left);
            }
        }
        // Queues and records go before the consumer that they belong to.
        self.batch.clear();
        self.queues.clear();
    }

    fn read(&mut self) {
        for (ix, queue) in self.queues.iter_mut().enumerate() {
            queue.batch(2_000, &mut self.batch);
            for message in self.batch.drain(..) {
                if message.error().is_some() {
                    continue;
                }
                let open = self.open.get_or_insert_with(|| {
                    self.producer.begin_transaction().expect("it can begin");
                    self.began = Instant::now();
                    Open {
                        since: self.began,
                        has_change: false,
                    }
                });
                self.next[ix] = Some(message.offset() + 1);
                let key = message.key().expect("events have keys");
                if due_of(key).is_some() {
                    open.has_change = true;
                    let change = BaseRecord::to(&self.target.changes)
                        .key(key)
                        .payload(&[b'x'; CHANGE_BYTES]);
                    let sent = self.producer.send(change);
                    sent.unwrap_or_else(|(error, _)| panic!("a change is refused: {error}"));
                }
            }
        }
    }

    fn commit(&mut self) {
        self.open = None;
        let mut offsets = TopicPartitionList::new();
        let topics = self.target.inputs.iter();
        let places = topics.flat_map(|topic| (0..LANES).map(move |lane| (topic, lane)));
        for ((topic, lane), next) in places.zip(&self.next) {
            if let Some(next) = next {
                offsets
                    .add_partition_offset(topic, lane, Offset::Offset(*next))
                    .expect("an offset can be named");
            }
        }
        let group = self.consumer.group_metadata().expect("it names a group");
        self.producer
            .send_offsets_to_transaction(&offsets, &group, self.target.patience)
            .expect("offsets can be added");
        Native::new(self.producer.client().native_ptr())
            .commit_transaction(self.target.patience)
            .expect("it can be committed");
    }
}
