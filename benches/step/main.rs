//! How fast the engine steps: events applied per second on one core, decoding left out.

mod shop;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tidemark::engine::Engine;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::model::time::Timestamp;

use shop::{Deed, Shop, Spread};

/// Events made ahead of time, so that making them is not measured.
const BATCH: u64 = 100_000;

/// An engine that has seen a shop for a while.
struct Running {
    shop: Shop,
    engine: Engine,
    deeds: Vec<Deed>,
}

impl Running {
    fn new(customers: u64, spread: Spread, days: i64) -> Self {
        let shop = Shop::new(customers, spread);
        let mut engine = Engine::new(shop::policy());
        let forever = Tick {
            ceiling: Timestamp::MAX,
            coast: None,
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

    /// Applies the next events; the time that took, and how many changes came about.
    fn step(&mut self, events: u64) -> (Duration, u64) {
        let (mut spent, mut changes, mut left) = (Duration::ZERO, 0, events);
        while left > 0 {
            self.shop.make(&mut self.deeds, left.min(BATCH));
            let start = Instant::now();
            let mut effects = Vec::new();
            for deed in &self.deeds {
                let outcome = self.engine.apply(&self.shop.event(deed), &mut effects);
                debug_assert!(!matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
                changes += effects.iter().map(|e| e.changes.len() as u64).sum::<u64>();
                black_box(&effects);
                effects.clear();
            }
            spent += start.elapsed();
            left -= self.deeds.len() as u64;
        }
        (spent, changes)
    }
}

fn step(criterion: &mut Criterion) {
    // Where criterion only tries each benchmark once, a small shop will do.
    let said = |word| std::env::args().any(|arg| arg == word);
    let measured = said("--bench") && !said("--test");
    let mut group = criterion.benchmark_group("step");
    group.throughput(Throughput::Elements(1));
    group.sample_size(10);
    for (name, customers) in [("100k", 100_000), ("1M", 1_000_000)] {
        for spread in [Spread::Uniform, Spread::Skewed] {
            let mut running = None;
            let (mut events, mut changes) = (0, 0);
            group.bench_function(format!("{name} customers, {spread}"), |bencher| {
                let (customers, days) = if measured { (customers, 120) } else { (100, 3) };
                let running = running.get_or_insert_with(|| Running::new(customers, spread, days));
                bencher.iter_custom(|iterations| {
                    let (spent, moved) = running.step(iterations);
                    events += iterations;
                    changes += moved;
                    spent
                });
            });
            if measured && events > 0 {
                println!("{changes} changes in {events} events");
            }
        }
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
