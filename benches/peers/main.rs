//! tidemark beside a Kafka Streams application that does the same, on the same topics, in one run.
//!
//! `cargo bench --bench peers` measures; as one of `cargo test --benches`, or with `-- --test`, a
//! minute shows that both still move the same customers at the same instants. The application and
//! its settings stand in `streams/`; what came out, in docs/performance.md.

#[path = "../../tests/broker/mod.rs"]
mod broker;
#[path = "../pipeline/load.rs"]
#[allow(dead_code, reason = "each bench uses its own part")]
mod load;
#[path = "../pipeline/machine.rs"]
#[allow(dead_code, reason = "each bench uses its own part")]
mod machine;
#[path = "../pipeline/observer.rs"]
mod observer;
#[path = "../pipeline/service.rs"]
mod service;
#[path = "../pipeline/stage.rs"]
mod stage;

mod agreement;
mod backlog;
mod history;
mod live;
mod peer;
mod progress;
mod silence;
mod streams;
mod trial;

use std::collections::BTreeMap;

use clap::{Parser, ValueEnum};

use broker::Broker;
use peer::Peer;

/// What to measure, and how much of it.
#[derive(Clone, Debug, Parser)]
struct Args {
    /// Whom to measure.
    #[arg(long, num_args = 1.., default_values_t = Peer::ALL)]
    peers: Vec<Peer>,
    /// Events to catch up with.
    #[arg(long, default_value_t = 1_200_000)]
    events: u64,
    /// Events per customer: few make a load that is heavy in changes, many a light one.
    #[arg(long, num_args = 1.., default_values_t = [1, 60])]
    each: Vec<u64>,
    /// How often everybody is measured, one after the other, again and again.
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Events per second at which latency is measured.
    #[arg(long, default_value_t = 10_000)]
    rate: u64,
    /// Seconds that latency is measured for, after those that are left out.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Seconds at the begin of each latency measurement that do not count.
    #[arg(long, default_value_t = 20)]
    drop: u64,
    /// Customers who fall silent.
    #[arg(long, default_value_t = 40)]
    silent: u64,
    /// What a day is cut down to while customers fall silent.
    #[arg(long, default_value_t = 500)]
    day_ms: u64,
    /// Events of the history that all must take in the same way.
    #[arg(long, default_value_t = 100_000)]
    history: u64,
    /// Seconds to wait for the broker to compact changelogs, at most.
    #[arg(long, default_value_t = 120)]
    compaction: u64,
    /// `commit.interval.ms` of Streams while it works off a backlog.
    #[arg(long, default_value_t = 1_000)]
    backlog_commit_ms: u64,
    /// `commit.interval.ms` of Streams while it is live.
    #[arg(long, default_value_t = 25)]
    live_commit_ms: u64,
    /// `num.stream.threads` of Streams.
    #[arg(long, default_value_t = 1)]
    threads: u64,
    /// Largest heap of Streams, as Java's -Xmx takes it.
    #[arg(long, default_value = "3g")]
    heap: String,
    /// Record cache of Streams, in MiB, where it is on.
    #[arg(long, default_value_t = 64)]
    cache: u64,
    /// An option of Streams' JVM, besides its heap.
    #[arg(long, num_args = 1.., allow_hyphen_values = true, default_values = streams::JVM)]
    jvm: Vec<String>,
    /// Seconds between tidemark's snapshots of a lane.
    #[arg(long, default_value_t = 20)]
    snapshots: u64,
    /// A setting of tidemark, as section.key=value, over its defaults.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Only this; agreement is checked in any case.
    #[arg(long)]
    only: Option<Part>,
    /// A minute of everything.
    #[arg(long)]
    test: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The parts of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Whether all move the same customers.
    Agreement,
    /// Due instant to visible change, without any event.
    Silence,
    /// A backlog, then a restart, then live events.
    Trial,
}

impl Args {
    fn read() -> Self {
        let mut args = Self::parse();
        if args.test || !args.bench {
            args.peers = vec![Peer::Tidemark, Peer::RocksCached];
            args.events = 20_000;
            args.each = vec![10];
            args.rounds = 1;
            args.rate = 500;
            args.seconds = 1;
            args.drop = 0;
            args.silent = 2;
            args.day_ms = 20;
            args.history = 10_000;
            args.compaction = 0;
            args.snapshots = 1;
            args.heap = "512m".to_owned();
            // Little of it runs often enough to be worth compiling well.
            args.jvm = [
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-XX:TieredStopAtLevel=1",
            ]
            .map(str::to_owned)
            .into();
        }
        args
    }

    fn wants(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

fn main() {
    let args = Args::read();
    if broker::left_out("the peers bench") {
        return;
    }
    if !machine::has("java") || !machine::has("javac") {
        println!("peers: nothing measured: Kafka Streams needs a JDK 17, and there is none here");
        return;
    }
    let broker = Broker::start();
    println!("{}", machine::describe(broker.id()));
    println!("{}", streams::describe(&args));
    agreement::check(&broker, &args);
    let mut idle = BTreeMap::new();
    if args.wants(Part::Silence) || args.wants(Part::Trial) {
        idle = silence::measure(&broker, &args);
    }
    if args.wants(Part::Trial) {
        for each in &args.each {
            trial::measure(&broker, &args, *each, &idle);
        }
    }
}
