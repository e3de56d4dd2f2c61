//! How fast a backlog is worked off.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use tidemark::lane::ledger::{Counts, Entry};
use tidemark::wire::ledger;

use crate::Args;
use crate::bare;
use crate::broker::{Broker, Seen, until};
use crate::load::{self, DAYS};
use crate::machine::{Spent, Watch, cpu_time, median};
use crate::service::{Delivery, Rules, Service};
use crate::stage::Stage;

/// For anything here to end, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// One catch-up of tidemark.
pub(crate) struct Run {
    /// From the start of the process until its ledger shows that nothing is left.
    all: Spent,
    /// From the first unit seen on.
    pub(crate) steady: Spent,
    pub(crate) steady_events: u64,
    /// Processor time of the broker meanwhile.
    pub(crate) broker: Duration,
    pub(crate) counts: Counts,
    units: usize,
    /// Whether its ledger has places that hold no entry: transactions end in such.
    pub(crate) has_markers: bool,
}

impl Run {
    /// What it published.
    fn load(&self, events: u64) -> bare::Load {
        bare::Load {
            changes: self.counts.changes as f64 / events as f64,
            standings: self.counts.standings as f64 / events as f64,
        }
    }
}

/// Loads events and works them off in each way, again and again.
pub(crate) fn measure(broker: &Broker, args: &Args, customers: u64) {
    let (events, rounds) = (args.events, args.rounds);
    let name = format!("backlog-{customers}");
    let inputs = Stage::inputs(broker, &name);
    let filled = load::fill(broker, &inputs, events, customers, SystemTime::now());
    let (mut batches, mut polls) = (Vec::new(), Vec::new());
    let (mut publishes, mut runs) = (Vec::new(), Vec::<Run>::new());
    for round in 0..rounds {
        let stage = Stage::new(broker, &format!("{name}-{round}"), &inputs);
        let ours = [std::process::id(), broker.id()];
        batches.push(bare::batches(&stage.target, events, &ours));
        polls.push(bare::polls(&stage.target, events, &ours));
        runs.push(work_off(broker, &stage, args, Delivery::ExactlyOnce));
        let load = runs[0].load(events);
        let stage = Stage::new(broker, &format!("{name}-bare-{round}"), &inputs);
        publishes.push(bare::publishes(&stage.target, events, load, &ours));
    }
    let counts = runs[0].counts;
    println!(
        "### Catch-up: {events} events of {} B, {customers} customers, {rounds} rounds\n\n\
         1 purchase : 9 views over {DAYS} days, lz4, shipped policy; {:.2} changes and {:.2} \
         standings per event, {} units.\n",
        filled.bytes / events,
        counts.changes as f64 / events as f64,
        counts.standings as f64 / events as f64,
        runs[0].units,
    );
    println!(
        "| what | events/s | process ns/event | events per CPU-second | to batches, wall | \
         to batches, CPU | other load, cores |\n|---|---|---|---|---|---|---|"
    );
    let base = batches.clone();
    row("bare, batches", events, &batches, &base, events);
    row("bare, `BaseConsumer::poll`", events, &polls, &base, events);
    row(
        "bare, publishing as much",
        events,
        &publishes,
        &base,
        events,
    );
    let all: Vec<Spent> = runs.iter().map(|run| run.all).collect();
    row(
        "tidemark, process start to lag 0",
        events,
        &all,
        &base,
        events,
    );
    let steady: Vec<Spent> = runs.iter().map(|run| run.steady).collect();
    let steady_events = runs[0].steady_events;
    row(
        "tidemark, first unit to lag 0",
        steady_events,
        &steady,
        &base,
        events,
    );
    let ratio = |of: fn(&Spent, u64) -> f64| {
        let pairs = runs.iter().zip(&publishes);
        let all = pairs.map(|(run, bare)| of(&run.steady, run.steady_events) / of(bare, events));
        median(all).0
    };
    println!(
        "\ntidemark, first unit to lag 0, to the bare loop that publishes as much: {:.2} by wall, \
         {:.2} by CPU.\n",
        ratio(Spent::per_second),
        1.0 / ratio(Spent::nanoseconds),
    );
}

/// One line of the table: medians, with the extremes in brackets.
fn row(name: &str, events: u64, spent: &[Spent], base: &[Spent], base_events: u64) {
    let (rate, slowest, fastest) = median(spent.iter().map(|one| one.per_second(events)));
    let (cost, least, most) = median(spent.iter().map(|one| one.nanoseconds(events)));
    let (others, ..) = median(spent.iter().map(|one| one.others));
    let pairs = || spent.iter().zip(base);
    let (wall, ..) =
        median(pairs().map(|(one, base)| one.per_second(events) / base.per_second(base_events)));
    let (cpu, ..) =
        median(pairs().map(|(one, base)| base.nanoseconds(base_events) / one.nanoseconds(events)));
    println!(
        "| {name} | {rate:.0} ({slowest:.0}-{fastest:.0}) | {cost:.0} ({least:.0}-{most:.0}) | \
         {:.0} | {wall:.2} | {cpu:.2} | {others:.2} |",
        1e9 / cost,
    );
}

/// Lets tidemark work off the backlog, and watches its ledger.
pub(crate) fn work_off(broker: &Broker, stage: &Stage, args: &Args, delivery: Delivery) -> Run {
    let events = args.events;
    let watcher = broker.watch(&[&stage.target.ledger]);
    let mut service = Service::delivering(delivery, stage, &Rules::Shipped, &args.set);
    let ours = [std::process::id(), broker.id(), service.id()];
    let watch = Watch::start(service.id(), &ours);
    let (first, begun) = until("the first unit is committed", PATIENCE, || {
        service.assert_running();
        let seen = entries(&watcher.seen());
        let consumed: u64 = seen.iter().map(|entry| entry.counts.consumed()).sum();
        (consumed > 0).then(|| (consumed, Watch::start(service.id(), &ours)))
    });
    let before = cpu_time(broker.id());
    let mut counted = 0;
    let mut consumed = 0;
    until("everything is consumed", PATIENCE, || {
        service.assert_running();
        let seen = watcher.seen();
        consumed += entries(&seen[counted..])
            .iter()
            .map(|entry| entry.counts.consumed())
            .sum::<u64>();
        counted = seen.len();
        (consumed >= events).then_some(())
    });
    let (all, steady) = (watch.look(), begun.look());
    let broker = cpu_time(broker.id()) - before;
    let seen = watcher.seen();
    let last = seen
        .iter()
        .map(|seen| (seen.record.partition, seen.record.offset));
    let last: BTreeMap<i32, i64> = last.collect();
    let places: i64 = last.values().map(|offset| offset + 1).sum();
    let entries = entries(&seen);
    let mut counts = Counts::default();
    for entry in &entries {
        counts.applied += entry.counts.applied;
        counts.duplicates += entry.counts.duplicates;
        counts.dead_letters += entry.counts.dead_letters;
        counts.changes += entry.counts.changes;
        counts.standings += entry.counts.standings;
    }
    assert_eq!(counts.applied, events, "each event counts once: {counts:?}");
    Run {
        all,
        steady,
        steady_events: events - first,
        broker,
        counts,
        units: entries.len(),
        has_markers: places != i64::try_from(seen.len()).expect("few"),
    }
}

fn entries(seen: &[Seen]) -> Vec<Entry> {
    seen.iter()
        .filter_map(|seen| seen.record.value.as_deref())
        .map(|value| ledger::decode(value).expect("the ledger holds entries"))
        .collect()
}
