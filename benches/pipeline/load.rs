//! The events of a shop: who does what, when, and how it looks on the wire.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tidemark::kafka::feeder::Feeder;
use tidemark::model::time::Timestamp;
use tidemark::model::zone::show_utc;

use crate::broker::Broker;
use crate::observer::{key_of, micros};
use crate::stage::Stage;

/// A backlog reaches so far back.
pub(crate) const DAYS: i64 = 120;
/// How long the producer lets an event wait for others: what Kafka's own client does by default.
pub(crate) const LINGER: Duration = Duration::from_millis(5);
/// One live event in so many is the first purchase of somebody new.
pub(crate) const EVENTS_PER_CHANGE: u64 = 20;
/// For all events to arrive, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// One event in JSON, with its key.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) customer: String,
    pub(crate) body: Vec<u8>,
}

/// Draws customers: half of the events from all alike, half from few who come often.
pub(crate) struct Crowd {
    customers: u64,
    state: u64,
}

impl Crowd {
    pub(crate) fn new(customers: u64) -> Self {
        Self {
            customers,
            state: 0x7469_6465_6d61_726b,
        }
    }

    /// The next number of a fixed sequence (splitmix64).
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Somebody: uniform, or of rank `customers * u^4`.
    pub(crate) fn draw(&mut self) -> u64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let place = if self.next() & 1 == 0 {
            unit
        } else {
            unit.powi(4)
        };
        (place * self.customers as f64) as u64
    }

    /// Pence, between 5.00 and 154.99.
    fn amount(&mut self) -> u64 {
        500 + self.next() % 15_000
    }
}

impl Written {
    /// A purchase by that customer.
    pub(crate) fn purchase(&mut self, id: u64, customer: &str, at: i64, crowd: &mut Crowd) {
        let amount = crowd.amount();
        self.begin(id, customer, "purchase", at);
        write!(
            self.body,
            r#","order_id":"o-{id:012}","amount":"{}.{:02}","currency":"GBP","quantity":{}}}"#,
            amount / 100,
            amount % 100,
            1 + amount % 4,
        )
        .expect("a vector can be written to");
    }

    /// A look at a page.
    pub(crate) fn view(&mut self, id: u64, customer: &str, at: i64) {
        self.begin(id, customer, "view", at);
        write!(
            self.body,
            r#","category":"garden","brand":"b-{}","channel":"web","session":"s-{id:012}"}}"#,
            id % 97,
        )
        .expect("a vector can be written to");
    }

    /// Gives it to a producer.
    pub(crate) fn send(&self, feeder: &Feeder, topic: &str) {
        let sent = feeder.send(topic, &self.customer, &self.body);
        sent.expect("the feeder takes it");
    }

    fn begin(&mut self, id: u64, customer: &str, kind: &str, at: i64) {
        self.customer.clear();
        self.customer.push_str(customer);
        self.body.clear();
        write!(
            self.body,
            r#"{{"event_id":"e-{id:016}","customer_id":"{customer}","kind":"{kind}","occurred_at":"{}""#,
            show_utc(Timestamp(at)),
        )
        .expect("a vector can be written to");
    }
}

/// What a backlog came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filled {
    /// Of all values together.
    pub(crate) bytes: u64,
    /// How many of the customers have come at all.
    pub(crate) customers: u64,
}

/// Writes a backlog that ends at `until`.
pub(crate) fn fill(
    broker: &Broker,
    inputs: &[String; 2],
    events: u64,
    customers: u64,
    until: SystemTime,
) -> Filled {
    let feeder = Feeder::new(broker.bootstrap(), Duration::from_millis(50)).expect("a feeder");
    let mut crowd = Crowd::new(customers);
    let mut written = Written::default();
    let span = DAYS * 24 * 60 * 60 * 1000;
    let start = i64::try_from(micros(until) / 1000).expect("before year 292,000,000") - span;
    let mut filled = Filled::default();
    let mut came = vec![false; usize::try_from(customers).expect("they fit into memory")];
    for i in 0..events {
        let part = u128::from(i) * span as u128 / u128::from(events);
        let at = start + i64::try_from(part).expect("less than the span");
        let who = crowd.draw();
        let first = &mut came[usize::try_from(who).expect("one of them")];
        filled.customers += u64::from(!std::mem::replace(first, true));
        let customer = format!("c-{who:08}");
        let topic = if i % 10 == 0 {
            written.purchase(i, &customer, at, &mut crowd);
            &inputs[0]
        } else {
            written.view(i, &customer, at);
            &inputs[1]
        };
        filled.bytes += written.body.len() as u64;
        written.send(&feeder, topic);
    }
    feeder.flush(PATIENCE).expect("all events arrive");
    filled
}

/// How a schedule was kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// When the first event was due, in microseconds since the epoch.
    pub(crate) began: u64,
    /// The longest that one was given to the client after it was due, while it had no room or the
    /// machine no time.
    pub(crate) latest: Duration,
    /// From the first instant until all had arrived.
    took: Duration,
}

impl Kept {
    /// Events a second that have arrived, of so many; what the client takes to say so, up to 100
    /// ms, left out.
    pub(crate) fn reached(&self, events: u64) -> f64 {
        let took = self.took.saturating_sub(Duration::from_millis(100));
        events as f64 / took.as_secs_f64()
    }
}

/// Sends live events on their schedule, whatever becomes of them.
pub(crate) fn send(feeder: &Feeder, stage: &Stage, rate: u64, events: u64, customers: u64) -> Kept {
    let mut crowd = Crowd::new(customers);
    let mut written = Written::default();
    let (start, wall) = (Instant::now(), micros(SystemTime::now()));
    let mut latest = Duration::ZERO;
    for i in 0..events {
        let after = i * 1_000_000 / rate;
        let due = start + Duration::from_micros(after);
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            thread::park_timeout(left);
        }
        let at = i64::try_from((wall + after) / 1000).expect("before year 292,000,000");
        let topic = if i % EVENTS_PER_CHANGE == 0 {
            written.purchase(i, &key_of(wall + after), at, &mut crowd);
            &stage.target.inputs[0]
        } else {
            written.view(i, &format!("c-{:08}", crowd.draw()), at);
            &stage.target.inputs[1]
        };
        written.send(feeder, topic);
        latest = latest.max(due.elapsed());
    }
    feeder.flush(PATIENCE).expect("all events arrive");
    Kept {
        began: wall,
        latest,
        took: start.elapsed(),
    }
}
