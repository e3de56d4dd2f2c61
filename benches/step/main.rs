//! How fast the engine steps: events applied per second on one core, decoding left out.
//!
//! The shop (`shop.rs`) runs for 120 days before anything is measured. What is measured is
//! processor time of this one thread, in rounds whose events were made beforehand: the median of
//! the rounds, with the smallest and the largest. The engine reads ahead as a worker does. How many
//! changes an event brings about stands beside its cost, since changes cost more than events.
//!
//! `cargo bench --no-default-features --bench step [-- WORDS]` runs the cases whose names contain
//! all words, such as `1M zipf`; without `--bench` each runs for a moment only.

mod cpu;
mod policy;
mod running;
mod shop;

use std::time::Duration;

use tidemark::engine::Engine;
use tidemark::model::change::Cause;

use cpu::cpu_time;
use running::{BATCH, Batch, Running};
use shop::{Deed, Shop, Spread, Visits};

/// How long the cases run.
struct Extent {
    /// Customers are divided by that.
    smaller: u64,
    /// Days before anything is measured.
    days: i64,
    rounds: usize,
    events_per_round: u64,
}

const MEASURED: Extent = Extent {
    smaller: 1,
    days: 120,
    rounds: 7,
    events_per_round: 500_000,
};
const TRIED: Extent = Extent {
    smaller: 1_000,
    days: 3,
    rounds: 1,
    events_per_round: 1_000,
};

/// What came of some events.
#[derive(Default)]
struct Spent {
    time: Duration,
    changes: u64,
    /// Changes that came about by time alone.
    by_clock: u64,
}

/// Applies the next events.
fn step(running: &mut Running, events: u64) -> Spent {
    let mut spent = Spent::default();
    let mut left = events;
    let mut batch = Batch::default();
    while left > 0 {
        running.make(left.min(BATCH));
        let (engine, deeds) = running.next();
        let events: Vec<_> = deeds.iter().map(Deed::event).collect();
        left -= events.len() as u64;
        let start = cpu_time();
        for together in events.chunks(Engine::AHEAD) {
            batch.apply(engine, together, |judged| {
                for change in &judged.changes {
                    spent.changes += 1;
                    spent.by_clock += u64::from(change.cause == Cause::Clock);
                }
            });
        }
        spent.time += cpu_time() - start;
    }
    spent
}

/// Runs one case and prints a row of a table.
fn run(name: &str, shop: Shop, extent: &Extent) {
    let mut running = Running::new(shop, extent.days);
    let mut rounds: Vec<Spent> = (0..extent.rounds)
        .map(|_| step(&mut running, extent.events_per_round))
        .collect();
    rounds.sort_by_key(|round| round.time);
    let all = extent.events_per_round as f64 * rounds.len() as f64;
    let per_event = |n: fn(&Spent) -> u64| rounds.iter().map(n).sum::<u64>() as f64 / all;
    let events = extent.events_per_round as f64;
    let cost = |round: &Spent| round.time.as_secs_f64() * 1e9 / events;
    let (least, median, most) = (
        cost(&rounds[0]),
        cost(&rounds[rounds.len() / 2]),
        cost(&rounds[rounds.len() - 1]),
    );
    println!(
        "| {name} | {:.2} | {:.2} | {median:.0} ({least:.0}-{most:.0}) | {:.0} |",
        per_event(|round| round.changes),
        per_event(|round| round.by_clock),
        1e9 / median,
    );
}

fn main() {
    let (options, words): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|word| word.starts_with("--"));
    let said = |option: &str| options.iter().any(|known| known == option);
    let extent = match said("--bench") && !said("--test") {
        true => MEASURED,
        false => TRIED,
    };
    println!("| case | changes/event | of them by time | CPU ns/event (min-max) | events/CPU-s |");
    println!("|---|---|---|---|---|");
    for (size, customers) in [("100k", 100_000), ("1M", 1_000_000)] {
        for spread in [Spread::Uniform, Spread::Zipf] {
            for visits in [Visits::Glances, Visits::Sessions] {
                let name = format!("{size} customers, {spread}, {visits}");
                if words.iter().all(|word| name.contains(word.as_str())) {
                    let shop = Shop::new(customers / extent.smaller, spread, visits);
                    run(&name, shop, &extent);
                }
            }
        }
    }
}
