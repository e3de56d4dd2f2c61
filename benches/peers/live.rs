//! What is seen of those who are already at work, and how soon: after a restart, and at a steady
//! rate.

use std::time::{Duration, Instant, SystemTime};

use tidemark::kafka::feeder::Feeder;

use crate::Args;
use crate::broker::{Broker, Seen, Watcher, until};
use crate::load::{Crowd, EVENTS_PER_CHANGE, Kept, LINGER, Written, send};
use crate::machine::{Spent, Watch};
use crate::observer::{due_of, key_of, latencies, micros, summary};
use crate::peer::Running;
use crate::progress;
use crate::stage::Stage;

/// For anything here to be seen, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(10);
/// So many wait for somebody to come back: some in every lane.
const WAITING: u64 = 64;

/// Lets somebody come back to work; gives how long that took, to the last of those who wait.
pub(crate) fn restart(
    broker: &Broker,
    stage: &Stage,
    start: impl FnOnce() -> Running,
) -> (Running, Duration) {
    let watcher = broker.watch_new(&[&stage.target.changes]);
    let now = come(broker, stage);
    let begun = Instant::now();
    let mut running = start();
    wait(&watcher, WAITING, now, &mut running);
    (running, begun.elapsed())
}

/// Sends a first purchase of some new customers in every lane; since when they are new.
pub(crate) fn come(broker: &Broker, stage: &Stage) -> u64 {
    let feeder = Feeder::new(broker.bootstrap(), Duration::ZERO).expect("a feeder");
    let mut written = Written::default();
    let now = micros(SystemTime::now());
    for i in 0..WAITING {
        let at = i64::try_from(now / 1000).expect("before year 292,000,000");
        written.purchase(i, &key_of(now + i), at, &mut Crowd::new(1));
        written.send(&feeder, &stage.target.inputs[0]);
    }
    feeder.flush(PATIENCE).expect("all events arrive");
    now
}

/// What a steady stream of events came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Latency {
    /// p50, p99, longest, in ms.
    pub(crate) millis: [f64; 3],
    /// For an event, in us.
    pub(crate) cost: f64,
    pub(crate) others: f64,
}

/// Sends events of known customers, and now and then the first purchase of somebody new, whose
/// change is awaited.
pub(crate) fn steady(
    broker: &Broker,
    stage: &Stage,
    running: &mut Running,
    args: &Args,
    customers: u64,
) -> Latency {
    let watcher = broker.watch_new(&[&stage.target.changes]);
    let feeder = Feeder::new(broker.bootstrap(), LINGER).expect("a feeder");
    let ours = [std::process::id(), broker.id(), running.id()];
    let warm_up = args.rate * args.drop;
    if warm_up > 0 {
        let kept = send(&feeder, stage, args.rate, warm_up, customers);
        wait(
            &watcher,
            warm_up.div_ceil(EVENTS_PER_CHANGE),
            kept.began,
            running,
        );
    }
    let events = args.rate * args.seconds;
    let watch = Watch::start(running.id(), &ours);
    let Kept { began, .. } = send(&feeder, stage, args.rate, events, customers);
    let spent: Spent = watch.look();
    let seen = wait(&watcher, events.div_ceil(EVENTS_PER_CHANGE), began, running);
    let all = latencies(&seen, began, |one| due(one).expect("others are left out"));
    Latency {
        millis: summary(&all),
        cost: spent.nanoseconds(events) / 1e3,
        others: spent.others,
    }
}

/// The first changes of those who are new since `from`, so many of them.
fn wait(watcher: &Watcher, count: u64, from: u64, running: &mut Running) -> Vec<Seen> {
    let count = usize::try_from(count).expect("they fit into memory");
    let seen = until("each change is seen", PATIENCE, || {
        running.assert_running();
        let mut seen = watcher.seen();
        seen.retain(|one| due(one).is_some_and(|due| due >= from));
        (seen.len() >= count).then_some(seen)
    });
    assert_eq!(seen.len(), count, "each change is seen once");
    seen
}

/// When the event was due to be sent that made this change on the ladder of value.
fn due(seen: &Seen) -> Option<u64> {
    let due = due_of(seen.record.key.as_deref()?)?;
    progress::is_of(seen.record.value.as_deref()?, "value").then_some(due)
}
