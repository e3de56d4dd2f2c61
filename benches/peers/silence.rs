//! How long after its due instant a demotion is seen when nothing comes in; and how much memory
//! those take who have next to nobody to remember.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use tidemark::kafka::feeder::Feeder;

use crate::Args;
use crate::broker::{Broker, Seen, until};
use crate::load::{Crowd, Written};
use crate::observer::{latencies, micros, summary};
use crate::peer::{self, Occasion, Peer};
use crate::stage::Stage;

/// For anything here to happen, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);
/// The first day begins so many milliseconds before.
const SINCE: u64 = 10 * 60 * 1000;
/// The declared lateness: by so much a demotion is to be late.
const LATENESS: u64 = 1_000;
/// Days from a purchase to each of the three moves down that follow from it.
const DUE: [(&str, u64); 3] = [
    (r#""to":"potential""#, 46),
    (r#""to":"none""#, 90),
    (r#""to":"dormant""#, 121),
];

/// The same three moves for days of so many milliseconds, for who knows no other days than those of
/// the calendar.
fn policy(day: u64) -> String {
    let [active, value, seen] = DUE.map(|(_, days)| days * day);
    format!(
        r#"
name = "minute"
version = 1
currency = "GBP"
zone = "Europe/London"
[time]
lateness = "1s"
[feature.orders]
aggregate = "count"
of = ["purchase"]
window = "{value}ms"
resolution = "exact"
[feature.since_purchase]
aggregate = "since_last"
of = ["purchase"]
resolution = "exact"
[[ladder]]
name = "value"
[[ladder.tier]]
name = "none"
[[ladder.tier]]
name = "low"
enter = "orders >= 1"
[[ladder]]
name = "behaviour"
[[ladder.tier]]
name = "dormant"
[[ladder.tier]]
name = "potential"
enter = "since_purchase <= {seen}ms"
[[ladder.tier]]
name = "active"
enter = "since_purchase <= {active}ms"
"#
    )
}

/// Lets customers fall silent, one after the other; gives the resident bytes of each peer.
pub(crate) fn measure(broker: &Broker, args: &Args) -> BTreeMap<Peer, u64> {
    println!(
        "### Demotions on a silent feed: {} in all, {} ms apart\n\nFrom the due instant plus \
         the declared lateness of 1 s to a read_committed consumer. Milliseconds.\n\n\
         | what | p50 | p99 | max | resident, MiB |\n|---|---|---|---|---|",
        args.silent * 3,
        args.day_ms,
    );
    let mut idle = BTreeMap::new();
    for peer in &args.peers {
        let ([p50, p99, max], resident) = fall_silent(broker, args, *peer);
        println!(
            "| {} | {p50:.1} | {p99:.1} | {max:.1} | {} |",
            peer.title(),
            resident >> 20
        );
        idle.insert(*peer, resident);
    }
    println!();
    idle
}

fn fall_silent(broker: &Broker, args: &Args, peer: Peer) -> ([f64; 3], u64) {
    let now = || micros(SystemTime::now()) / 1000;
    let since = now() - SINCE;
    let inputs = Stage::inputs(broker, &format!("silence-{peer}"));
    let stage = Stage::new(broker, &format!("silence-{peer}-app"), &inputs);
    let watcher = broker.watch(&[&stage.target.changes]);
    let state = peer::state();
    let day = args.day_ms;
    let policy = policy(day);
    let occasion = Occasion::Hurry(&policy, (day, since));
    let mut running = peer.start(&stage, args, &occasion, state.path());
    let feeder = Feeder::new(broker.bootstrap(), Duration::ZERO).expect("a feeder");
    let mut written = Written::default();
    let mut crowd = Crowd::new(1);
    let mut buy = |id: u64, customer: &str, at: u64| {
        let at = i64::try_from(at).expect("before year 292,000,000");
        written.purchase(id, customer, at, &mut crowd);
        written.send(&feeder, &inputs[0]);
    };
    buy(args.silent, "first", now());
    until("somebody is there", PATIENCE, || {
        running.assert_running();
        (!watcher.seen().is_empty()).then_some(())
    });
    let latest = since + (now() - since) / day * day;
    for i in (0..args.silent).rev() {
        let at = latest - i * day;
        buy(i, &format!("s-{at}"), at);
    }
    let count = usize::try_from(3 * args.silent).expect("few");
    let demoted = until("each customer is demoted", PATIENCE, || {
        running.assert_running();
        let mut demoted = watcher.seen();
        demoted.retain(|seen| due(seen, day).is_some());
        (demoted.len() >= count).then_some(demoted)
    });
    let all = latencies(&demoted, 0, |seen| {
        due(seen, day).expect("others are left out")
    });
    let resident = running.resident();
    running.stop();
    (summary(&all), resident)
}

/// When a demotion of one of ours was due to be seen, in microseconds.
fn due(seen: &Seen, day: u64) -> Option<u64> {
    let at: u64 = seen.record.key_text().strip_prefix("s-")?.parse().ok()?;
    let body = seen.record.value_text();
    let is_down = body.contains(r#""direction":"down""#);
    let (_, days) = DUE.iter().find(|(to, _)| is_down && body.contains(to))?;
    Some((at + days * day + LATENESS) * 1000)
}
