//! How fast the engine steps: events applied per second on one core, decoding left out.
//!
//! The shop (`shop.rs`) runs for 120 days before anything is measured. What is measured is
//! processor time of this one thread, in rounds whose events were made beforehand: the median of
//! the rounds, with the smallest and the largest. The engine reads ahead as a worker does. How many
//! changes an event brings about stands beside its cost, since changes cost more than events.
//!
//! `cargo bench --no-default-features --bench step [-- WORDS]` runs the cases whose names contain
//! all words, such as `1M zipf`; without `--bench` each runs for a moment only.

mod policy;
mod shop;

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tidemark::engine::Engine;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::engine::key::Key;
use tidemark::model::change::Cause;
use tidemark::model::time::Timestamp;

use shop::{Deed, Shop, Spread, Visits};

/// Events made ahead of time, so that making them is not measured.
const BATCH: u64 = 100_000;

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

/// An engine that has seen a shop for a while.
struct Running {
    shop: Shop,
    engine: Engine,
    deeds: Vec<Deed>,
}

/// What came of some events.
#[derive(Default)]
struct Spent {
    time: Duration,
    changes: u64,
    /// Changes that came about by time alone.
    by_clock: u64,
}

impl Running {
    fn new(shop: Shop, days: i64) -> Self {
        let mut engine = Engine::new(policy::retail());
        let forever = Tick {
            ceiling: Timestamp::MAX,
            coast: None,
            firings: None,
        };
        engine.tick(forever, &mut Vec::new());
        let mut running = Self {
            shop,
            engine,
            deeds: Vec::new(),
        };
        while running.shop.day() < days {
            running.step(BATCH);
        }
        running
    }

    /// Applies the next events.
    fn step(&mut self, events: u64) -> Spent {
        let mut spent = Spent::default();
        let (mut effects, mut left) = (Vec::new(), events);
        let mut keys = Vec::with_capacity(Engine::AHEAD);
        while left > 0 {
            self.shop.make(&mut self.deeds, left.min(BATCH));
            left -= self.deeds.len() as u64;
            let events: Vec<_> = self.deeds.iter().map(Deed::event).collect();
            let start = cpu_time();
            for together in events.chunks(Engine::AHEAD) {
                keys.clear();
                keys.extend(together.iter().map(Key::of));
                self.engine.read_ahead(keys.iter().copied());
                for known in together.iter().zip(keys.iter().copied()) {
                    let outcome = self.engine.apply_known(known, &mut effects);
                    debug_assert!(!matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
                    for change in effects.iter().flat_map(|judged| &judged.changes) {
                        spent.changes += 1;
                        spent.by_clock += u64::from(change.cause == Cause::Clock);
                    }
                    black_box(&effects);
                    effects.clear();
                }
            }
            spent.time += cpu_time() - start;
        }
        spent
    }
}

/// Processor time of this thread so far.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("time spent is not negative")
}

/// Runs one case and prints a row of a table.
fn run(name: &str, shop: Shop, extent: &Extent) {
    let mut running = Running::new(shop, extent.days);
    let mut rounds: Vec<Spent> = (0..extent.rounds)
        .map(|_| running.step(extent.events_per_round))
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
