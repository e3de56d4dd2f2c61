//! What ten million customers cost: memory, the longest pause while there come to be as many, the
//! step with its decoding, a tick when nobody is due, and a second worker beside the first.
//!
//! The shop of the step bench runs for 120 days from nothing, with visits of three events on
//! average, or of one if `glances` is said. Time is processor time of the thread that works, but
//! for two workers, which are timed by the wall against one.
//!
//! `cargo bench --bench scale [-- CUSTOMERS [zipf] [glances]]`, ten million uniform ones unless
//! told; without `--bench` a thousand, for a moment. With default features memory is the service's
//! allocator's.

#[path = "../step/cpu.rs"]
mod cpu;
#[path = "../step/policy.rs"]
mod policy;
#[path = "../step/running.rs"]
mod running;
#[path = "../step/shop.rs"]
mod shop;
#[path = "../step/written.rs"]
mod written;

use std::hint::black_box;
use std::time::{Duration, Instant};

use tidemark::engine::Engine;
use tidemark::engine::effect::Judged;
use tidemark::engine::input::Tick;
use tidemark::model::event::Event;
use tidemark::model::time::{Span, Timestamp};
use tidemark::wire::event::Decoder;
use tidemark::wire::scratch::Scratch;

use cpu::cpu_time;
use running::{BATCH, Batch, FOREVER, Running};
use shop::{Deed, Shop, Spread, Visits};
use written::as_written;

#[cfg(feature = "service")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Days from the first event to the first that is measured.
const DAYS: i64 = 120;
const ROUNDS: usize = 5;
const TICKS: u32 = 1_000;

/// Bytes of this process that are in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Comes from nothing to so many days; the longest that an event took. None is read ahead.
fn grow(running: &mut Running, days: i64) -> Duration {
    let (mut longest, mut batch) = (Duration::ZERO, Batch::default());
    while running.day() < days {
        running.make(BATCH);
        let (engine, deeds) = running.next();
        for event in deeds.iter().map(Deed::event) {
            let start = cpu_time();
            batch.apply(engine, &[event], |_| {});
            longest = longest.max(cpu_time() - start);
        }
    }
    longest
}

/// Events read from what producers write and applied; the time of each.
fn decode_and_step(running: &mut Running, events: u64) -> Duration {
    let policy = running.engine.policy().clone();
    let (decoder, mut batch) = (Decoder::of_policy(&policy, 1 << 16), Batch::default());
    let (mut scratch, mut spent) = (Scratch::default(), Duration::ZERO);
    running.make(events);
    let (engine, deeds) = running.next();
    let written: Vec<String> = deeds.iter().map(|deed| as_written(&deed.event())).collect();
    for together in written.chunks(Engine::AHEAD) {
        let start = cpu_time();
        scratch.clear();
        let events = together.iter().map(|text| {
            let decoded = decoder.decode(text.as_bytes(), &scratch);
            decoded.expect("what a producer writes reads")
        });
        let events: Vec<Event<'_>> = events.collect();
        batch.apply(engine, &events, |_| {});
        spent += cpu_time() - start;
    }
    spent / events as u32
}

/// A tick at which nobody is due; the longest and the mean of many.
fn ticks(engine: &mut Engine) -> [Duration; 2] {
    let (mut longest, mut all) = (Duration::ZERO, Duration::ZERO);
    let mut effects = Vec::new();
    let mut now = engine.clock();
    while engine
        .next_due()
        .is_some_and(|due| due <= now + Span(i64::from(TICKS)))
    {
        let due = engine.next_due().expect("there is one");
        now = due.max(now) + Span(1);
        tick(engine, now, &mut effects);
    }
    for _ in 0..TICKS {
        now = now + Span(1);
        let start = cpu_time();
        tick(engine, now, &mut effects);
        let spent = cpu_time() - start;
        longest = longest.max(spent);
        all += spent;
    }
    [longest, all / TICKS]
}

fn tick(engine: &mut Engine, now: Timestamp, effects: &mut Vec<Judged>) {
    let tick = Tick {
        coast: Some(now),
        ..FOREVER
    };
    engine.tick(tick, effects);
    black_box(&effects);
    effects.clear();
}

/// Events a second of so many workers side by side, each with customers of its own.
fn side_by_side(workers: usize, shop: impl Fn() -> Shop, events: u64) -> f64 {
    let mut all: Vec<Running> = (0..workers)
        .map(|_| Running::new(shop(), DAYS / 4))
        .collect();
    all.iter_mut().for_each(|running| running.make(events));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for running in &mut all {
            scope.spawn(|| {
                let (engine, deeds) = running.next();
                Batch::default().apply_all(engine, deeds, |_| {});
            });
        }
    });
    (workers as u64 * events) as f64 / start.elapsed().as_secs_f64()
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_measured = words.iter().any(|word| word == "--bench");
    let named = words.iter().find_map(|word| word.parse::<u64>().ok());
    let (most, events) = match is_measured {
        true => (named.unwrap_or(10_000_000), 500_000),
        false => (1_000, 1_000),
    };
    let spread = match words.iter().any(|word| word == "zipf") {
        true => Spread::Zipf,
        false => Spread::Uniform,
    };
    let visits = match words.iter().any(|word| word == "glances") {
        true => Visits::Glances,
        false => Visits::Sessions,
    };
    let shop = Shop::new(most, spread, visits);
    let before = resident();
    let mut running = Running::new(shop, 0);
    let longest = grow(&mut running, DAYS);
    let customers = running.engine.customers() as u64;
    let each = resident().saturating_sub(before) / customers.max(1);
    println!("{customers} customers, {spread}, {visits}, after {DAYS} days");
    println!("memory: {each} bytes a customer, the bench's batch of events among them");
    println!("longest step while they came: {longest:?}");
    let rounds = (0..ROUNDS).map(|_| decode_and_step(&mut running, events).as_nanos() as f64);
    let step = median(rounds.collect());
    println!(
        "step with decoding: {step} ns, {:.0} events a CPU-second",
        1e9 / step
    );
    let [longest, mean] = ticks(&mut running.engine);
    println!("tick, nobody due: {longest:?} at most, {mean:?} on average");
    drop(running);
    let few = (most / 20).max(100);
    let rates = [1, 2].map(|workers| {
        let rounds =
            (0..ROUNDS).map(|_| side_by_side(workers, || Shop::new(few, spread, visits), events));
        median(rounds.collect())
    });
    let [one, two] = rates;
    println!(
        "one worker {one:.0} events/s, two {two:.0}: {:.2} times, of {few} customers",
        two / one
    );
}
