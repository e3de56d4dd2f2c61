//! How long an event takes to a change that readers of committed records see, at a steady rate.

use std::time::{Duration, SystemTime};

use tidemark::kafka::feeder::Feeder;

use crate::Args;
use crate::broker::{Broker, Seen, until};
use crate::load::{Crowd, EVENTS_PER_CHANGE, Kept, LINGER, Written, send};
use crate::machine::{Spent, Watch, median};
use crate::observer::{due_of, key_of, latencies, micros, summary};
use crate::relay::Relay;
use crate::service::{Delivery, Rules, Service};
use crate::stage::Stage;

/// Customers whose events change nothing.
pub(crate) const CUSTOMERS: u64 = 200_000;
/// For the last change to be seen.
const PATIENCE: Duration = Duration::from_secs(60);
/// The part of its rate that a load must reach to have held it.
const HELD: f64 = 0.99;

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

/// Whoever makes changes of events.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// The loop without an engine.
    Bare,
    /// The program.
    Tidemark(Delivery),
}

impl Way {
    /// As it stands in tables.
    fn title(self) -> &'static str {
        match self {
            Self::Bare => "bare consume-produce-commit",
            Self::Tidemark(Delivery::ExactlyOnce) => "tidemark",
            Self::Tidemark(Delivery::AtLeastOnce) => "tidemark at least once",
        }
    }

    /// As its topics begin.
    fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Tidemark(Delivery::ExactlyOnce) => "live",
            Self::Tidemark(Delivery::AtLeastOnce) => "loose",
        }
    }
}

/// What one run came to.
struct Run {
    /// p50, p99, longest, in ms.
    latency: [f64; 3],
    spent: Spent,
    kept: Kept,
}

/// Measures two ways in turn, again and again; ratios are of the second to the first.
pub(crate) fn measure(broker: &Broker, args: &Args, rate: u64, ways: [Way; 2]) {
    let load = Load {
        rate,
        seconds: args.seconds,
        drop: args.drop,
    };
    // One way may stand in two comparisons on one broker.
    let compared = ways.map(Way::name).join("-");
    let mut runs = [Vec::new(), Vec::new()];
    for round in 0..args.rounds {
        for (way, runs) in ways.iter().zip(&mut runs) {
            let name = format!("{compared}-{rate}-{round}-{}", way.name());
            runs.push(match way {
                Way::Bare => through_relay(broker, &name, load),
                Way::Tidemark(delivery) => through_tidemark(broker, &name, load, args, *delivery),
            });
        }
    }
    println!(
        "### Latency at {rate} events/s: {} rounds of {} s after {} s, linger {} ms\n\n\
         From the scheduled instant of sending to a read_committed consumer; one change per \
         {EVENTS_PER_CHANGE} events. Milliseconds. *Sent late*: the longest that an event was \
         given to the load's client after its instant, which is in the latencies.\n",
        args.rounds,
        load.seconds,
        load.drop,
        LINGER.as_millis()
    );
    println!(
        "| what | p50 | p99 | max | process CPU, us/event | other load, cores | sent late |\n\
         |---|---|---|---|---|---|---|"
    );
    for (way, runs) in ways.iter().zip(&runs) {
        row(way.title(), runs, load);
    }
    let ratio = |place: usize| {
        let pairs = runs[1].iter().zip(&runs[0]);
        let (middle, least, most) =
            median(pairs.map(|(one, base)| one.latency[place] / base.latency[place]));
        format!("{middle:.2} ({least:.2}-{most:.2})")
    };
    println!(
        "| ratio, paired | {} | {} | {} | | | |\n",
        ratio(0),
        ratio(1),
        ratio(2)
    );
    let kept = runs
        .iter()
        .flatten()
        .map(|run| run.kept.reached(load.events()));
    let reached = kept.fold(f64::INFINITY, f64::min);
    if reached < HELD * rate as f64 {
        println!("**The load did not hold its rate: {reached:.0} events/s in one round.**\n");
    }
}

fn row(name: &str, runs: &[Run], load: Load) {
    let place = |place: usize| {
        let (middle, least, most) = median(runs.iter().map(|run| run.latency[place]));
        format!("{middle:.1} ({least:.1}-{most:.1})")
    };
    let events = load.events();
    let (cpu, ..) = median(runs.iter().map(|run| run.spent.nanoseconds(events) / 1e3));
    let (others, ..) = median(runs.iter().map(|run| run.spent.others));
    let (late, ..) = median(runs.iter().map(|run| run.kept.latest.as_secs_f64() * 1e3));
    println!(
        "| {name} | {} | {} | {} | {cpu:.1} | {others:.2} | {late:.1} |",
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

impl Load {
    fn events(self) -> u64 {
        self.rate * (self.seconds + self.drop)
    }
}

fn through_relay(broker: &Broker, name: &str, load: Load) -> Run {
    let inputs = Stage::inputs(broker, name);
    let stage = Stage::new(broker, &format!("{name}-app"), &inputs);
    let _relay = Relay::start(&stage.target);
    let ours = [std::process::id(), broker.id()];
    through(broker, &stage, load, Relay::id(), &ours, || ())
}

fn through_tidemark(
    broker: &Broker,
    name: &str,
    load: Load,
    args: &Args,
    delivery: Delivery,
) -> Run {
    let inputs = Stage::inputs(broker, name);
    let stage = Stage::new(broker, &format!("{name}-app"), &inputs);
    let mut service = Service::delivering(delivery, &stage, &Rules::Text(POLICY), &args.set);
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
    let events = load.events();
    // Whoever reads shall be there first: a change that is seen shows it, and does not count.
    feed_one(&feeder, stage);
    until("the first change is seen", PATIENCE, || {
        alive();
        (!watcher.seen().is_empty()).then_some(())
    });
    let watch = Watch::start(pid, ours);
    let kept = send(&feeder, stage, load.rate, events, CUSTOMERS);
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
    let all = latencies(&seen, kept.began + load.drop * 1_000_000, due);
    Run {
        latency: summary(&all),
        spent,
        kept,
    }
}

fn feed_one(feeder: &Feeder, stage: &Stage) {
    let mut written = Written::default();
    let now = micros(SystemTime::now());
    let at = i64::try_from(now / 1000).expect("before year 292,000,000");
    written.purchase(u64::MAX / 2, &key_of(now), at, &mut Crowd::new(1));
    written.send(feeder, &stage.target.inputs[0]);
}
