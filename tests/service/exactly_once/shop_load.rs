//! A shop at work: its customers' events, drawn from a seed, sent at a steady rate while a test
//! does its worst.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DefaultProducerContext, Producer, ThreadedProducer};

use super::deployment::{Deployment, PATIENCE};
use super::dice::Dice;
use super::poison::{Expected, poison};
use crate::broker::{NewRecord, until, wait_for};

/// Between two batches of events.
const BEAT: Duration = Duration::from_millis(20);
/// Customers that are in the shop at one time; the others have fallen silent.
const PRESENT: u64 = 60;
/// All customers.
const CUSTOMERS: u64 = 400;
/// After so many events one customer goes and the next comes.
const STAY: u64 = 25;
/// Events at the beginning that bad records refer to.
pub(crate) const OPENING: u64 = 20;
/// How long nothing new comes of a customer who was erased, in ms.
const GONE: i64 = 5_000;
/// Records and orders that copies, refunds and cancels are drawn from.
const REMEMBERED: usize = 200;

/// What should become of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Counts,
    Copy,
    /// From before its customer was erased.
    Suppressed,
    Refused(Expected),
}

/// A record that was sent: to purchases (0), browsing (1), profiles (2) or commands (3).
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) input: usize,
    pub(crate) record: NewRecord,
    pub(crate) fate: Fate,
}

impl Sent {
    /// Whether it erases its customer.
    pub(crate) fn is_erasure(&self) -> bool {
        self.is_a("erase")
    }

    /// Whether it is of that kind.
    pub(crate) fn is_a(&self, kind: &str) -> bool {
        let value = self.record.value.as_deref().unwrap_or_default();
        String::from_utf8_lossy(value).contains(&format!(r#""kind":"{kind}""#))
    }
}

/// Events as they come to mind.
struct Shop {
    dice: Dice,
    /// Whether bad records are among them.
    poisoned: bool,
    lanes: i32,
    events: u64,
    orders: VecDeque<(u64, u64)>,
    recent: VecDeque<Sent>,
    /// Customers who were erased, and when.
    erased: BTreeMap<u64, i64>,
}

impl Shop {
    /// The next record, at an instant.
    fn next(&mut self, now: i64) -> Sent {
        self.events += 1;
        if self.poisoned && self.events <= OPENING {
            return opening(self.events, now);
        }
        // Some time later the clock of every lane has started.
        if self.poisoned && self.events > 800 && self.dice.one_in(12) {
            return poison(&mut self.dice, self.events, now, self.lanes);
        }
        if self.dice.one_in(25)
            && let Some(sent) = self.copy()
        {
            return sent;
        }
        let customer = (self.events / STAY + self.dice.roll(PRESENT)) % CUSTOMERS;
        if let Some(at) = self.erased.get(&customer).filter(|at| now - **at < GONE) {
            let late = ("purchase", at - self.dice.roll(3_000) as i64);
            return Sent {
                fate: Fate::Suppressed,
                ..sent(0, customer, self.events, late, r#","amount":"1""#)
            };
        }
        // Those who only buy: all that is known of them lies in one topic, in order.
        if customer.is_multiple_of(3) && self.dice.one_in(400) {
            self.erased.insert(customer, now);
            self.orders.retain(|(whose, _)| *whose != customer);
            let more = r#","by":"the shop","why":"asked for""#;
            let erasure = sent(0, customer, self.events, ("erase", now), more);
            self.recent.retain(|it| it.record.key != erasure.record.key);
            return erasure;
        }
        let sent = match (customer % 3, self.dice.roll(10)) {
            // Some only buy, some only look, and some do both.
            (0, _) | (2, 0..4) => self.buy(customer, now),
            _ => self.look(customer, now),
        };
        self.recent.push_back(sent.clone());
        if self.recent.len() > REMEMBERED {
            self.recent.pop_front();
        }
        sent
    }

    /// The last record again; or an older one of a customer who does both.
    fn copy(&mut self) -> Option<Sent> {
        let place = self.dice.roll(self.recent.len().max(1) as u64) as usize;
        let older = self.recent.get(place).filter(|sent| {
            sent.record
                .key
                .as_deref()
                .is_some_and(|key| key.ends_with(b"-both"))
        });
        let sent = older.or(self.recent.back())?.clone();
        Some(Sent {
            fate: Fate::Copy,
            ..sent
        })
    }

    fn buy(&mut self, customer: u64, now: i64) -> Sent {
        let number = self.events;
        let back = self.orders.iter().position(|(whose, _)| *whose == customer);
        if let Some(place) = back.filter(|_| self.dice.one_in(6)) {
            let (_, order) = self.orders.remove(place).expect("its place was just found");
            let (kind, amount) = match self.dice.one_in(3) {
                true => ("cancel", String::new()),
                false => (
                    "refund",
                    format!(r#","amount":"{}.50""#, 1 + self.dice.roll(120)),
                ),
            };
            let more = format!(r#","order_id":"o-{order}"{amount}"#);
            return sent(0, customer, number, (kind, now), &more);
        }
        self.orders.push_back((customer, number));
        if self.orders.len() > REMEMBERED {
            self.orders.pop_front();
        }
        let (pounds, pence) = (1 + self.dice.roll(120), self.dice.roll(100));
        let more = format!(r#","order_id":"o-{number}","amount":"{pounds}.{pence:02}""#);
        sent(
            0,
            customer,
            number,
            ("purchase", self.late(customer, now)),
            &more,
        )
    }

    fn look(&mut self, customer: u64, now: i64) -> Sent {
        let kind = ["view", "view", "view", "search", "cart", "visit"][self.dice.roll(6) as usize];
        sent(
            1,
            customer,
            self.events,
            (kind, self.late(customer, now)),
            "",
        )
    }

    /// The instant of an event; those of customers who do both are late now and then.
    fn late(&mut self, customer: u64, now: i64) -> i64 {
        match customer % 3 == 2 && self.dice.one_in(20) {
            true => now - self.dice.roll(5_000) as i64,
            false => now,
        }
    }
}

/// The orders that a bad record may name.
pub(crate) fn opening(number: u64, now: i64) -> Sent {
    let customer = 3 * number - 1;
    let more = format!(r#","order_id":"known-{customer}","amount":"10""#);
    sent(0, customer, number, ("purchase", now), &more)
}

fn sent(input: usize, customer: u64, number: u64, (kind, at): (&str, i64), more: &str) -> Sent {
    let habit = ["buys", "looks", "both"][customer as usize % 3];
    let customer = format!("c-{customer}-{habit}");
    let value = format!(
        r#"{{"event_id":"e-{number}","customer_id":"{customer}","kind":"{kind}","occurred_at":{at}{more}}}"#
    );
    Sent {
        input,
        record: NewRecord::new(customer, value),
        fate: Fate::Counts,
    }
}

/// Wall time in epoch milliseconds.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.expect("the clock is past 1970");
    i64::try_from(since.as_millis()).expect("the clock is before the year 292 million")
}

/// A shop that sends in the background.
pub(crate) struct ShopLoad {
    stop: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
    thread: Option<JoinHandle<Vec<Sent>>>,
}

impl ShopLoad {
    /// Opens the shop.
    pub(crate) fn open(deployment: &Deployment, dice: Dice, a_second: u64, poisoned: bool) -> Self {
        let mut shop = Shop {
            dice,
            poisoned,
            lanes: deployment.lanes(),
            events: 0,
            orders: VecDeque::new(),
            recent: VecDeque::new(),
            erased: BTreeMap::new(),
        };
        Self::of(deployment, a_second, move |now| shop.next(now))
    }

    /// Sends so many records a second, each as it comes to mind at an instant.
    pub(crate) fn of(
        deployment: &Deployment,
        a_second: u64,
        mut next: impl FnMut(i64) -> Sent + Send + 'static,
    ) -> Self {
        let mut config = deployment.client().config();
        config
            .set("partitioner", "murmur2_random")
            .set("enable.idempotence", "true");
        config.set("linger.ms", "5");
        let producer: ThreadedProducer<DefaultProducerContext> =
            config.create().expect("a producer can be made");
        let (stop, count) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let (its_stop, its_count) = (stop.clone(), count.clone());
        let topics = deployment.all_inputs();
        for topic in &topics {
            // Costs less than to let an idempotent producer find the topic itself: that takes 1 s.
            let found = producer.client().fetch_metadata(Some(topic), PATIENCE);
            found.expect("the topic is there");
        }
        let thread = thread::spawn(move || {
            let (mut all, opened) = (Vec::new(), Instant::now());
            while !its_stop.load(Ordering::Relaxed) {
                let due = opened.elapsed().as_millis() as u64 * a_second / 1_000;
                while (all.len() as u64) < due {
                    let sent = next(now());
                    send(&producer, &topics[sent.input], &sent.record);
                    all.push(sent);
                }
                its_count.store(all.len(), Ordering::Relaxed);
                wait_for(Instant::now() + BEAT);
            }
            producer
                .flush(PATIENCE)
                .expect("all records are acknowledged");
            all
        });
        Self {
            stop,
            count,
            thread: Some(thread),
        }
    }

    /// Waits until it has sent so many records more.
    #[track_caller]
    pub(crate) fn wait_for_more(&self, records: usize) {
        let wanted = self.count.load(Ordering::Relaxed) + records;
        let what = format!("{wanted} records are sent");
        until(&what, PATIENCE, || {
            (self.count.load(Ordering::Relaxed) >= wanted).then_some(())
        });
    }

    /// Closes the shop and says what it has sent, all of it acknowledged.
    pub(crate) fn close(mut self) -> Vec<Sent> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().expect("it is closed once");
        thread
            .join()
            .expect("all records are taken and acknowledged")
    }
}

impl Drop for ShopLoad {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn send(producer: &ThreadedProducer<DefaultProducerContext>, topic: &str, record: &NewRecord) {
    until(
        "the producer's queue has room",
        PATIENCE,
        || match producer.send(record.to_topic(topic)) {
            Ok(()) => Some(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => None,
            Err((error, _)) => panic!("{topic}: a record was refused: {error}"),
        },
    );
}
