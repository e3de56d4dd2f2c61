//! How long an event takes to a change that readers of committed records see, at a steady rate.

use std::time::{Duration, SystemTime};

use tidemark::kafka::feeder::Feeder;

use crate::Args;
use crate::broker::{Broker, Seen, until};
use crate::load::{Crowd, EVENTS_PER_CHANGE, LINGER, Written, send};
use crate::machine::{Spent, Watch, median};
use crate::observer::{due_of, key_of, latencies, micros, summary};
use crate::relay::Relay;
use crate::service::{Rules, Service};
use crate::stage::Stage;

/// Customers whose events change nothing.
pub(crate) const CUSTOMERS: u64 = 200_000;
/// For the last change to be seen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The first purchase of a customer makes a change, and nothing else does.
pub(crate) const POLICY: &str = r#"
name = "first_purchase"
version = 1
currency = "GBP"
zone = "Europe/London"
[feature.orders]
aggregate = "count"
of = ["purchase"]
window = "lifetime"
[feature.spend_90d]
aggregate = "sum"
field = "amount"
of = ["purchase"]
window = "90d"
[[ladder]]
name = "value"
[[ladder.tier]]
name = "none"
[[ladder.tier]]
name = "buyer"
enter = "orders >= 1"
[[ladder.tier]]
name = "regular"
enter = { all = ["orders >= 3", "spend_90d >= 1000"] }
"#;

/// What one run came to.
struct Run {
    /// p50, p99, longest, in ms.
    latency: [f64; 3],
    spent: Spent,
}

/// Measures both ways in turn, again and again.
pub(crate) fn measure(broker: &Broker, args: &Args, rate: u64) {
    let Args {
        seconds,
        drop,
        rounds,
        ..
    } = *args;
    let (mut bare, mut tidemark) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let load = Load {
            rate,
            seconds,
            drop,
        };
        bare.push(through_relay(broker, &format!("bare-{rate}-{round}"), load));
        let name = format!("live-{rate}-{round}");
        tidemark.push(through_tidemark(broker, &name, load, &args.set));
    }
    println!(
        "### Latency at {rate} events/s: {rounds} rounds of {seconds} s after {drop} s, linger \
         {} ms\n\nFrom the scheduled instant of sending to a read_committed consumer; one change \
         per {EVENTS_PER_CHANGE} events. Milliseconds.\n",
        LINGER.as_millis()
    );
    println!(
        "| what | p50 | p99 | max | process CPU, us/event | other load, cores |\n\
         |---|---|---|---|---|---|"
    );
    row(
        "bare consume-produce-commit",
        &bare,
        rate * (seconds + drop),
    );
    row("tidemark", &tidemark, rate * (seconds + drop));
    let ratio = |place: usize| {
        let pairs = tidemark.iter().zip(&bare);
        let (middle, least, most) =
            median(pairs.map(|(ours, bare)| ours.latency[place] / bare.latency[place]));
        format!("{middle:.2} ({least:.2}-{most:.2})")
    };
    println!(
        "| ratio, paired | {} | {} | {} | | |\n",
        ratio(0),
        ratio(1),
        ratio(2)
    );
}

fn row(name: &str, runs: &[Run], events: u64) {
    let place = |place: usize| {
        let (middle, least, most) = median(runs.iter().map(|run| run.latency[place]));
        format!("{middle:.1} ({least:.1}-{most:.1})")
    };
    let (cpu, ..) = median(runs.iter().map(|run| run.spent.nanoseconds(events) / 1e3));
    let (others, ..) = median(runs.iter().map(|run| run.spent.others));
    println!(
        "| {name} | {} | {} | {} | {cpu:.1} | {others:.2} |",
        place(0),
        place(1),
        place(2)
    );
}

/// A steady stream of events.
#[derive(Clone, Copy)]
struct Load {
    rate: u64,
    seconds: u64,
    drop: u64,
}

fn through_relay(broker: &Broker, name: &str, load: Load) -> Run {
    let inputs = Stage::inputs(broker, name);
    let stage = Stage::new(broker, &format!("{name}-app"), &inputs);
    let _relay = Relay::start(&stage.target);
    let ours = [std::process::id(), broker.id()];
    through(broker, &stage, load, Relay::id(), &ours, || ())
}

fn through_tidemark(broker: &Broker, name: &str, load: Load, settings: &[String]) -> Run {
    let inputs = Stage::inputs(broker, name);
    let stage = Stage::new(broker, &format!("{name}-app"), &inputs);
    let mut service = Service::start(&stage, &Rules::Text(POLICY), settings);
    let ours = [std::process::id(), broker.id(), service.id()];
    through(broker, &stage, load, service.id(), &ours, || {
        service.assert_running();
    })
}

/// Sends the load and collects what comes out.
fn through(
    broker: &Broker,
    stage: &Stage,
    load: Load,
    pid: u32,
    ours: &[u32],
    mut alive: impl FnMut(),
) -> Run {
    let watcher = broker.watch(&[&stage.target.changes]);
    let feeder = Feeder::new(broker.bootstrap(), LINGER).expect("a feeder");
    let events = load.rate * (load.seconds + load.drop);
    // Whoever reads shall be there first: a change that is seen shows it, and does not count.
    feed_one(&feeder, stage);
    until("the first change is seen", PATIENCE, || {
        alive();
        (!watcher.seen().is_empty()).then_some(())
    });
    let watch = Watch::start(pid, ours);
    let began = send(&feeder, stage, load.rate, events, CUSTOMERS);
    let spent = watch.look();
    let changes = usize::try_from(events.div_ceil(EVENTS_PER_CHANGE)).expect("few") + 1;
    let seen = watcher.wait("each change is seen", PATIENCE, |seen| {
        (seen.len() >= changes).then(|| seen.to_vec())
    });
    assert_eq!(seen.len(), changes, "each change is seen once");
    let due = |seen: &Seen| {
        let key = seen.record.key.as_deref().and_then(due_of);
        key.expect("changes are of new customers")
    };
    let all = latencies(&seen, began + load.drop * 1_000_000, due);
    Run {
        latency: summary(&all),
        spent,
    }
}

fn feed_one(feeder: &Feeder, stage: &Stage) {
    let mut written = Written::default();
    let now = micros(SystemTime::now());
    let at = i64::try_from(now / 1000).expect("before year 292,000,000");
    written.purchase(u64::MAX / 2, &key_of(now), at, &mut Crowd::new(1));
    written.send(feeder, &stage.target.inputs[0]);
}
