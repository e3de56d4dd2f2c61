//! What exactly-once costs: the program with transactions beside itself without, in catching up and
//! live.

use std::time::SystemTime;

use crate::Args;
use crate::broker::Broker;
use crate::catch_up::{Run, work_off};
use crate::latency::{self, Way};
use crate::load;
use crate::machine::median;
use crate::service::Delivery;
use crate::stage::Stage;

/// Both, the one that is compared with first.
const BOTH: [Delivery; 2] = [Delivery::AtLeastOnce, Delivery::ExactlyOnce];

/// Measures both in turn, again and again.
pub(crate) fn measure(broker: &Broker, args: &Args) {
    if !cfg!(feature = "bench-at-least-once") {
        println!("exactly-once: not measured without --features bench-at-least-once\n");
        return;
    }
    for customers in &args.customers {
        catch_up(broker, args, *customers);
    }
    for rate in &args.rates {
        latency::measure(broker, args, *rate, BOTH.map(Way::Tidemark));
    }
}

fn catch_up(broker: &Broker, args: &Args, customers: u64) {
    let Args { events, rounds, .. } = *args;
    let name = format!("once-{customers}");
    let inputs = Stage::inputs(broker, &name);
    load::fill(broker, &inputs, events, customers, SystemTime::now());
    let mut runs = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        // Neither is always the one that comes after the other.
        for which in [round % 2, 1 - round % 2] {
            let delivery = BOTH[which];
            let stage = Stage::new(broker, &format!("{name}-{round}-{which}"), &inputs);
            let run = work_off(broker, &stage, args, delivery);
            let is_exact = delivery == Delivery::ExactlyOnce;
            assert_eq!(run.has_markers, is_exact, "transactions of {delivery:?}");
            runs[which].push(run);
        }
    }
    println!(
        "### Exactly-once in catching up: {events} events, {customers} customers, {rounds} \
         rounds\n\n{:.2} changes per event, shipped policy; from the first unit to lag 0.\n\n\
         | what | events/s | process ns/event | broker ns/event | other load, cores |\n\
         |---|---|---|---|---|",
        runs[0][0].counts.changes as f64 / events as f64,
    );
    row("at least once", &runs[0]);
    row("exactly once", &runs[1]);
    let lost = |of: fn(&Run) -> f64| {
        let pairs = runs[1].iter().zip(&runs[0]);
        let (middle, least, most) = median(pairs.map(|(ours, base)| of(ours) / of(base)));
        format!("{middle:.2} ({least:.2}-{most:.2})")
    };
    println!(
        "| ratio, paired | {} | {} | {} | |\n",
        lost(rate),
        lost(process),
        lost(broker_cost)
    );
}

fn rate(run: &Run) -> f64 {
    run.steady.per_second(run.steady_events)
}

fn process(run: &Run) -> f64 {
    run.steady.nanoseconds(run.steady_events)
}

fn broker_cost(run: &Run) -> f64 {
    run.broker.as_secs_f64() * 1e9 / run.steady_events as f64
}

fn row(name: &str, runs: &[Run]) {
    let of = |figure: fn(&Run) -> f64| {
        let (middle, least, most) = median(runs.iter().map(figure));
        format!("{middle:.0} ({least:.0}-{most:.0})")
    };
    let (others, ..) = median(runs.iter().map(|run| run.steady.others));
    println!(
        "| {name} | {} | {} | {} | {others:.2} |",
        of(rate),
        of(process),
        of(broker_cost)
    );
}
