//! How long after its due instant a demotion is seen, when nothing at all comes in.

use std::time::{Duration, SystemTime};

use tidemark::kafka::feeder::Feeder;

use crate::Args;
use crate::broker::{Broker, Seen, until};
use crate::load::{Crowd, Written};
use crate::observer::{latencies, micros, summary};
use crate::service::{Rules, Service};
use crate::stage::Stage;

/// Time between two deadlines.
const APART: u64 = 100;
/// Time from the last event to the first deadline.
const QUIET: u64 = 5_000;
/// For anything here to happen, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// The declared lateness: by so much a demotion is to be late.
const LATENESS: u64 = 1_000;
/// Silence after which a customer is demoted.
const WINDOW: u64 = 60_000;

/// Whoever bought in the last minute is active.
const POLICY: &str = r#"
name = "minute"
version = 1
currency = "GBP"
zone = "Europe/London"
[time]
lateness = "1s"
[feature.since_purchase]
aggregate = "since_last"
of = ["purchase"]
resolution = "exact"
[[ladder]]
name = "alive"
[[ladder.tier]]
name = "silent"
[[ladder.tier]]
name = "active"
enter = "since_purchase <= 1m"
"#;

/// Lets customers fall silent, one after the other.
pub(crate) fn measure(broker: &Broker, args: &Args) {
    let deadlines = args.deadlines;
    let inputs = Stage::inputs(broker, "silence");
    let stage = Stage::new(broker, "silence-app", &inputs);
    let watcher = broker.watch(&[&stage.target.changes]);
    let mut service = Service::start(&stage, &Rules::Text(POLICY), &args.set);
    let feeder = Feeder::new(broker.bootstrap(), Duration::ZERO).expect("a feeder");
    let mut written = Written::default();
    let mut crowd = Crowd::new(1);
    let mut buy = |id: u64, customer: &str, at: u64| {
        let at = i64::try_from(at).expect("before year 292,000,000");
        written.purchase(id, customer, at, &mut crowd);
        written.send(&feeder, &inputs[0]);
    };
    buy(deadlines, "first", micros(SystemTime::now()) / 1000);
    until("tidemark is there", PATIENCE, || {
        service.assert_running();
        (!watcher.seen().is_empty()).then_some(())
    });
    let first = micros(SystemTime::now()) / 1000 + QUIET - WINDOW;
    for i in 0..deadlines {
        buy(i, &format!("s-{i}"), first + i * APART);
    }
    let most = PATIENCE + Duration::from_millis(QUIET + deadlines * APART);
    let count = usize::try_from(deadlines).expect("few");
    let demoted = until("each customer is demoted", most, || {
        service.assert_running();
        let mut demoted = watcher.seen();
        demoted.retain(is_demotion);
        (demoted.len() >= count).then_some(demoted)
    });
    let due = |seen: &Seen| {
        let key = seen.record.key_text().strip_prefix("s-").expect("our key");
        let i: u64 = key.parse().expect("our key");
        (first + i * APART + WINDOW + LATENESS) * 1000
    };
    let [p50, p99, max] = summary(&latencies(&demoted, 0, due));
    println!(
        "### Demotions on a silent feed: {deadlines}, one each {APART} ms\n\n\
         From the due instant plus the declared lateness of 1 s to a read_committed consumer. \
         Milliseconds.\n\n| p50 | p99 | max |\n|---|---|---|\n| {p50:.1} | {p99:.1} | {max:.1} |\n"
    );
}

fn is_demotion(seen: &Seen) -> bool {
    seen.record.key_text() != "first" && seen.record.value_text().contains(r#""to":"silent""#)
}
