//! The shop of the demonstration: thirteen months of real orders, with simulated browsing, as a
//! producer would send them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use std::io::Read;

use crate::kafka::feeder::Feeder;
use crate::model::event::Kind;
use crate::model::money::Currency;
use crate::model::time::Timestamp;
use crate::port::Trouble;
use crate::wire::event::Decoder;
use crate::wire::scratch::Scratch;

use super::browsing::{Fed, around};

/// UCI Online Retail I, by order; see config/demo/README.md.
const ORDERS: &[u8] = include_bytes!("../../../config/demo/orders.ndjson.gz");
/// How often the shop sends what has happened meanwhile.
const BEAT: Duration = Duration::from_millis(5);

/// Everything that will be fed, in the order in which it happened.
pub(crate) fn timeline() -> Vec<Fed> {
    let mut text = Vec::new();
    MultiGzDecoder::new(ORDERS)
        .read_to_end(&mut text)
        .expect("the data set is part of the program and whole");
    let decoder = Decoder::new(Currency::from_code("GBP").expect("a currency"), usize::MAX);
    let scratch = Scratch::default();
    let orders: Vec<_> = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            (
                line,
                decoder
                    .decode(line, &scratch)
                    .expect("the data set holds native events only"),
            )
        })
        .collect();
    let last = orders.last().map_or(Timestamp::MIN, |(_, event)| event.at);
    let mut all: Vec<Fed> = Vec::new();
    for (line, event) in &orders {
        if event.kind == Kind::Purchase {
            all.extend(around(event, last));
        }
        all.push(Fed {
            at: event.at,
            browsing: false,
            customer: event.customer.to_owned(),
            text: line.to_vec(),
        });
    }
    all.sort_by_key(|fed| (fed.at, fed.browsing));
    all
}

/// How far the shop has come.
#[derive(Clone, Default)]
pub(crate) struct Sent(Arc<AtomicUsize>);

impl Sent {
    /// Events sent so far.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Feeds a timeline in `length`, each event at its proportional instant.
///
/// # Errors
/// The producer refuses an event.
pub(crate) fn open(
    timeline: &[Fed],
    topics: [&str; 2],
    feeder: &Feeder,
    length: Duration,
    (sent, stop): (&Sent, &AtomicBool),
) -> Result<(), Trouble> {
    let Some((first, last)) = timeline.first().zip(timeline.last()) else {
        return Ok(());
    };
    let whole = (last.at - first.at).0.max(1) as f64;
    let began = Instant::now();
    let mut next = 0;
    while next < timeline.len() && !stop.load(Ordering::Relaxed) {
        let part = began.elapsed().as_secs_f64() / length.as_secs_f64();
        let now = Timestamp(first.at.0 + (part * whole) as i64);
        while let Some(fed) = timeline.get(next).filter(|fed| fed.at <= now) {
            feeder.send(topics[usize::from(fed.browsing)], &fed.customer, &fed.text)?;
            next += 1;
        }
        sent.0.store(next, Ordering::Relaxed);
        std::thread::park_timeout(BEAT);
    }
    feeder.flush(Duration::from_secs(10))
}
