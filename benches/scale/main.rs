//! What ten million customers cost: memory, the longest pause while there come to be as many, the
//! step with its decoding, a tick when nobody is due, a snapshot of all and an engine made of it,
//! and a second worker beside the first.
//!
//! The shop of the step bench runs for 120 days from nothing, with visits of three events on
//! average, or of one if `glances` is said. Time is processor time of the thread that works, but
//! for two workers, which are timed by the wall against one.
//!
//! `cargo bench --bench scale [-- CUSTOMERS [zipf] [both] [glances] [steps]]`, ten million uniform
//! ones unless told; without `--bench` a thousand, for a moment. `both` is uniform, then zipf, each
//! in a process of its own, so that the memory is its own. `steps` takes more of the steps with
//! their decoding and leaves out all that comes after them. With default features memory is the
//! service's allocator's.

#[path = "../step/cpu.rs"]
mod cpu;
#[path = "../step/policy.rs"]
mod policy;
#[path = "../step/running.rs"]
mod running;
#[path = "../step/shop.rs"]
mod shop;
mod snapshot;
#[path = "../step/written.rs"]
mod written;

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use tidemark::engine::Engine;
use tidemark::engine::effect::Judged;
use tidemark::engine::input::Tick;
use tidemark::model::event::Event;
use tidemark::model::time::{Span, Timestamp};
use tidemark::model::zone::show_utc;
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
/// Where nothing but the steps is wanted.
const ROUNDS_OF_STEPS: usize = 40;
const TICKS: u32 = 1_000;

/// Bytes of this process that are in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// The longest that one event took, and its instant in the shop.
struct Longest {
    spent: Duration,
    at: Timestamp,
}

/// Comes from nothing to so many days, one event at a time; none is read ahead.
fn grow(running: &mut Running, days: i64) -> Longest {
    let mut longest = Longest {
        spent: Duration::ZERO,
        at: Timestamp::MIN,
    };
    let mut batch = Batch::default();
    while running.day() < days {
        running.make(BATCH);
        let (engine, deeds) = running.next();
        for event in deeds.iter().map(Deed::event) {
            let (start, at) = (cpu_time(), event.at);
            batch.apply(engine, &[event], |_| {});
            let spent = cpu_time() - start;
            if spent > longest.spent {
                longest = Longest { spent, at };
            }
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
        measured(&decoder, &mut scratch, &mut batch, engine, together);
        spent += cpu_time() - start;
    }
    spent / events as u32
}

/// What is measured of it; scripts/flamegraph looks for its name.
#[inline(never)]
fn measured(
    decoder: &Decoder,
    scratch: &mut Scratch,
    batch: &mut Batch,
    engine: &mut Engine,
    written: &[String],
) {
    scratch.clear();
    let events = written.iter().map(|text| {
        let decoded = decoder.decode(text.as_bytes(), scratch);
        decoded.expect("what a producer writes reads")
    });
    let events: Vec<Event<'_>> = events.collect();
    batch.apply(engine, &events, |_| {});
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

/// What was asked for.
struct Asked {
    customers: u64,
    spread: Spread,
    visits: Visits,
    /// Events of a round.
    events: u64,
    /// Whether nothing is wanted but the way there and the steps.
    only_steps: bool,
}

impl Asked {
    fn of(words: &[String]) -> Self {
        let said = |known: &str| words.iter().any(|word| word == known);
        let named = words.iter().find_map(|word| word.parse::<u64>().ok());
        let (customers, events) = match said("--bench") {
            true => (named.unwrap_or(10_000_000), 500_000),
            false => (1_000, 1_000),
        };
        let spread = match said("zipf") {
            true => Spread::Zipf,
            false => Spread::Uniform,
        };
        let visits = match said("glances") {
            true => Visits::Glances,
            false => Visits::Sessions,
        };
        Self {
            customers,
            spread,
            visits,
            events,
            only_steps: said("steps"),
        }
    }

    fn shop(&self, customers: u64) -> Shop {
        Shop::new(customers, self.spread, self.visits)
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "both") {
        both(&words);
        return;
    }
    let asked = Asked::of(&words);
    let mut running = come(&asked);
    let rounds = match asked.only_steps {
        true => ROUNDS_OF_STEPS,
        false => ROUNDS,
    };
    let step = |_| decode_and_step(&mut running, asked.events).as_nanos() as f64;
    let step = median((0..rounds).map(step).collect());
    println!(
        "step with decoding: {step} ns, {:.0} events a CPU-second",
        1e9 / step
    );
    if asked.only_steps {
        return;
    }
    let [longest, mean] = ticks(&mut running.engine);
    println!("tick, nobody due: {longest:?} at most, {mean:?} on average");
    snapshot::measure(&mut running.engine);
    drop(running);
    workers(&asked);
}

/// Uniform and zipf, one after the other.
fn both(words: &[String]) {
    let program = std::env::current_exe().expect("a program knows where it is");
    for spread in ["uniform", "zipf"] {
        let words = words.iter().filter(|word| *word != "both");
        let ended = Command::new(&program).args(words).arg(spread).status();
        assert!(ended.expect("it starts").success(), "{spread} ended well");
        println!();
    }
}

/// Lets everybody come.
fn come(asked: &Asked) -> Running {
    let shop = asked.shop(asked.customers);
    let before = resident();
    let mut running = Running::new(shop, 0);
    let longest = grow(&mut running, DAYS);
    let customers = running.engine.customers() as u64;
    let each = resident().saturating_sub(before) / customers.max(1);
    let (spread, visits) = (asked.spread, asked.visits);
    println!("{customers} customers, {spread}, {visits}, after {DAYS} days");
    println!("memory: {each} bytes a customer, the bench's batch of events among them");
    println!(
        "longest step of one event while they came: {:?}, of {}",
        longest.spent,
        show_utc(longest.at)
    );
    running
}

/// One worker, and two side by side.
fn workers(asked: &Asked) {
    let few = (asked.customers / 20).max(100);
    let [one, two] = [1, 2].map(|workers| {
        let rounds = (0..ROUNDS).map(|_| side_by_side(workers, || asked.shop(few), asked.events));
        median(rounds.collect())
    });
    println!(
        "one worker {one:.0} events/s, two {two:.0}: {:.2} times, of {few} customers",
        two / one
    );
}
