//! What live events feel of a storm: very many customers who are due at one and the same instant.

use std::time::{Duration, SystemTime};

use tidemark::kafka::feeder::Feeder;

use crate::Args;
use crate::broker::{Broker, Seen};
use crate::latency::{CUSTOMERS, POLICY};
use crate::load::{EVENTS_PER_CHANGE, LINGER, Written, send};
use crate::observer::{due_of, latencies, micros, summary};
use crate::service::{Rules, Service};
use crate::stage::Stage;

/// For anything here to happen, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);
/// Live events per second.
const RATE: u64 = 2_000;
/// Seconds before the storm at which live events are measured, and those in which nobody is heard
/// of before that.
const BEFORE: u64 = 15;

/// A first purchase moves a customer at once; who has been here for a while is moved by time alone.
fn policy(seconds: u64) -> String {
    format!(
        r#"{POLICY}
[feature.views]
aggregate = "count"
of = ["view"]
window = "lifetime"
[feature.age]
aggregate = "since_first"
of = ["view"]
resolution = "exact"
[[ladder]]
name = "tenure"
[[ladder.tier]]
name = "new"
[[ladder.tier]]
name = "settled"
enter = {{ all = ["views >= 1", "age >= {seconds}s"] }}
"#
    )
}

/// Measures unpaced, and at a pace.
pub(crate) fn measure(broker: &Broker, args: &Args) {
    println!(
        "### Live events in a storm: {} customers due at one instant, {RATE} events/s\n\n\
         From the scheduled instant of sending to a read_committed consumer; one change per \
         {EVENTS_PER_CHANGE} events, linger {} ms. Milliseconds.\n\n\
         | deadlines per second and lane | before p50 | p99 | max | during p50 | p99 | max | over \
         after, s |\n|---|---|---|---|---|---|---|---|",
        args.storm,
        LINGER.as_millis()
    );
    for pace in &args.paces {
        storm(broker, args, *pace);
    }
    println!();
}

fn storm(broker: &Broker, args: &Args, pace: u64) {
    let name = format!("storm-{pace}");
    let inputs = Stage::inputs(broker, &name);
    let stage = Stage::new(broker, &format!("{name}-app"), &inputs);
    let feeder = Feeder::new(broker.bootstrap(), LINGER).expect("a feeder");
    let mut settings = args.set.clone();
    settings.push(format!("unit.deadlines_per_second={pace}"));
    let mut service = Service::start(&stage, &Rules::Text(&policy(args.gather)), &settings);
    let watcher = broker.watch(&[&stage.target.changes]);

    let first = micros(SystemTime::now()) / 1000;
    let due = (first + args.gather * 1000) * 1000;
    gather(&feeder, &stage, args.storm, first);
    let ahead = Duration::from_secs(BEFORE.min(args.gather / 2));
    let begin = Duration::from_micros(due) - ahead;
    let now = Duration::from_micros(micros(SystemTime::now()));
    assert!(
        now < begin,
        "all who will be due are here in time: give them longer to gather"
    );
    std::thread::sleep(begin - now);
    service.assert_running();

    let events = RATE * (ahead.as_secs() + args.lasts);
    send(&feeder, &stage, RATE, events, CUSTOMERS);
    let changes = usize::try_from(events.div_ceil(EVENTS_PER_CHANGE) + args.storm);
    let changes = changes.expect("they fit into memory");
    let seen = watcher.wait("each change is seen", PATIENCE, |seen| {
        (seen.len() >= changes).then(|| seen.to_vec())
    });
    assert_eq!(seen.len(), changes, "each change is seen once");

    let is_live = |one: &&Seen| live_due(one).is_some();
    let over = seen.iter().filter(|one| !is_live(one));
    let over = over
        .map(|one| micros(one.at))
        .max()
        .expect("there was a storm");
    let between = |from: u64, to: u64| {
        let live = seen.iter().filter(is_live);
        let live = live.filter(|one| live_due(one).is_some_and(|at| from <= at && at < to));
        let live: Vec<Seen> = live.cloned().collect();
        summary(&latencies(&live, 0, |one| {
            live_due(one).expect("it is live")
        }))
    };
    // The instant itself has nothing due yet, so the last second before is left out.
    let [p50, p99, max] = between(0, due - 1_000_000);
    let [storm_p50, storm_p99, storm_max] = between(due, over);
    println!(
        "| {pace} | {p50:.1} | {p99:.1} | {max:.1} | {storm_p50:.1} | {storm_p99:.1} | \
         {storm_max:.1} | {:.1} |",
        Duration::from_micros(over - due).as_secs_f64()
    );
}

/// When a live event was due to be sent; nothing of one of the storm.
fn live_due(one: &Seen) -> Option<u64> {
    one.record.key.as_deref().and_then(due_of)
}

/// Lets so many customers be seen for the first time, all at one instant.
fn gather(feeder: &Feeder, stage: &Stage, customers: u64, at: u64) {
    let at = i64::try_from(at).expect("before year 292,000,000");
    let mut written = Written::default();
    for i in 0..customers {
        written.view(i, &format!("c-{i:08}"), at);
        written.send(feeder, &stage.target.inputs[1]);
    }
    feeder.flush(PATIENCE).expect("all events arrive");
}
