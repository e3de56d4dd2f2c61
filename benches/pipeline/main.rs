//! The whole pipeline on a real Kafka, beside bare loops of the same client, all in one run.
//!
//! `cargo bench --bench pipeline` measures; as one of `cargo test --benches`, or with `-- --test`,
//! a few seconds show that it still runs.
//! What the figures mean, and what came out, stands in docs/performance.md.

#[path = "../../tests/broker/mod.rs"]
mod broker;

mod bare;
mod catch_up;
mod cold_start;
mod exactly_once;
mod latency;
mod load;
mod machine;
mod observer;
mod relay;
mod service;
mod silence;
mod stage;
mod storm;

use clap::{Parser, ValueEnum};

use broker::Broker;
use latency::Way;
use service::Delivery;

/// What to measure, and how much of it.
#[derive(Clone, Debug, Parser)]
struct Args {
    /// Events to catch up with.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    /// Customers that those events are of; several for several tables.
    #[arg(long, num_args = 1.., default_values_t = [200_000, 20_000])]
    customers: Vec<u64>,
    /// How often each way is measured, one after the other, again and again.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Events per second at which latency is measured.
    #[arg(long, num_args = 1.., default_values_t = [2_000, 10_000])]
    rates: Vec<u64>,
    /// Seconds that each latency is measured for, after those that are left out.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Seconds at the begin of each latency measurement that do not count.
    #[arg(long, default_value_t = 5)]
    drop: u64,
    /// Deadlines that come due on a silent feed.
    #[arg(long, default_value_t = 200)]
    deadlines: u64,
    /// Customers who are due at one instant.
    #[arg(long, default_value_t = 1_000_000)]
    storm: u64,
    /// Deadlines per second and lane to which a storm is paced, one storm after the other; 0 paces
    /// nothing.
    #[arg(long, num_args = 1.., default_values_t = [0, 10_000])]
    paces: Vec<u64>,
    /// Seconds from the first event of those customers to the storm.
    #[arg(long, default_value_t = 75)]
    gather: u64,
    /// Seconds for which live events go on from the instant at which the storm is due.
    #[arg(long, default_value_t = 60)]
    lasts: u64,
    /// A setting of tidemark, as section.key=value, over its defaults.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Only this.
    #[arg(long)]
    only: Option<Part>,
    /// A few seconds of everything.
    #[arg(long)]
    test: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The parts of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Events per second and per CPU-second.
    CatchUp,
    /// What transactions cost of both, with --features bench-at-least-once.
    ExactlyOnce,
    /// From nothing to the first event decided.
    ColdStart,
    /// Event to visible change.
    Latency,
    /// Due instant to visible change, without any event.
    Silence,
    /// Event to visible change, while very many customers are due.
    Storm,
}

impl Args {
    fn read() -> Self {
        let mut args = Self::parse();
        if args.test || !args.bench {
            args.events = 20_000;
            args.customers = vec![2_000];
            args.rounds = 1;
            args.rates = vec![500];
            args.seconds = 1;
            args.drop = 0;
            args.deadlines = 5;
            args.storm = 2_000;
            args.paces = vec![1_000];
            args.gather = 20;
            args.lasts = 3;
        }
        args
    }

    fn wants(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

fn main() {
    let args = Args::read();
    if broker::left_out("the pipeline bench") {
        return;
    }
    if !machine::has("java") {
        println!("pipeline: nothing measured: Kafka needs Java 17, and there is none here");
        return;
    }
    let broker = Broker::start();
    println!("{}", machine::describe(broker.id()));
    if args.wants(Part::CatchUp) {
        for customers in &args.customers {
            catch_up::measure(&broker, &args, *customers);
        }
    }
    if args.wants(Part::Latency) {
        for rate in &args.rates {
            let tidemark = Way::Tidemark(Delivery::ExactlyOnce);
            latency::measure(&broker, &args, *rate, [Way::Bare, tidemark]);
        }
    }
    if args.wants(Part::ExactlyOnce) {
        exactly_once::measure(&broker, &args);
    }
    if args.wants(Part::ColdStart) {
        cold_start::measure(&broker, &args);
    }
    if args.wants(Part::Silence) {
        silence::measure(&broker, &args);
    }
    if args.wants(Part::Storm) {
        storm::measure(&broker, &args);
    }
}
