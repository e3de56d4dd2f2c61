//! Histories of seeds, as many as it takes for so many crashes.

#[cfg(feature = "teeth")]
mod teeth;

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Instant;

use super::weather::{Fault, Step};
use super::*;

/// As in the program: much of a history is memory that comes and goes.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Crashes of an ordinary run; `TIDEMARK_CRASHES` asks for more.
const CRASHES: u64 = 4_000;
/// From so many on, every fault must have met every step.
const ENOUGH: u64 = 2_000_000;

fn of_env(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number")),
    )
}

/// Plays a seed; that it panics is wrong, too.
fn play_safe(seed: u64, port: &Rc<Port>) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| play(seed, port))).unwrap_or_else(|_| Outcome {
        wrong: Some("it panics".to_owned()),
        ..Outcome::default()
    })
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.crashes += other.crashes;
        self.restarts += other.restarts;
        self.made += other.made;
        self.kept_up += other.kept_up;
        self.events += other.events;
        self.units += other.units;
        let cells = self.matrix.iter_mut().flatten();
        cells
            .zip(other.matrix.iter().flatten())
            .for_each(|(sum, more)| *sum += more);
    }
}

/// Plays seeds on all cores until there were so many crashes; all of it summed up, how many seeds
/// that took, and what was wrong.
fn campaign(first: u64, crashes: u64, tells: bool) -> (Outcome, u64, Vec<String>) {
    let (seeds, reached) = (AtomicU64::new(first), AtomicU64::new(0));
    let sum = Mutex::new((Outcome::default(), Vec::new()));
    let threads = match tells {
        true => 1,
        false => thread::available_parallelism().map_or(1, usize::from),
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let port = Port::new(tells);
                while reached.load(Relaxed) < crashes {
                    let seed = seeds.fetch_add(1, Relaxed);
                    let mut outcome = play_safe(seed, &port);
                    reached.fetch_add(outcome.crashes.max(1), Relaxed);
                    let wrong = outcome.wrong.take();
                    let mut sum = sum.lock().expect("no holder panics");
                    sum.0.add(outcome);
                    sum.1.extend(wrong.map(|wrong| again(seed, &wrong)));
                }
            });
        }
    });
    let (sum, wrong) = sum.into_inner().expect("no holder panics");
    (sum, seeds.into_inner() - first, wrong)
}

/// The line that plays it again.
fn again(seed: u64, wrong: &str) -> String {
    format!(
        "seed {seed}: {wrong}; again: TIDEMARK_SEED={seed} TIDEMARK_CRASHES=1 \
         cargo test --lib basin -- crashes"
    )
}

/// How often each fault met each step, and what cannot meet.
fn table(matrix: &Matrix) -> String {
    let mut text = format!("{:24}", "");
    for fault in Fault::ALL {
        let _ = write!(text, "{:>11}", fault.name());
    }
    text.push('\n');
    let mut reasons = Vec::new();
    for (step, row) in Step::ALL.iter().zip(matrix) {
        let _ = write!(text, "{:24}", step.name());
        for (fault, count) in Fault::ALL.iter().zip(row) {
            let cell = match fault.impossible(*step) {
                None => count.to_string(),
                Some(reason) => {
                    let known = reasons.iter().position(|it| *it == reason);
                    let number = known.unwrap_or_else(|| {
                        reasons.push(reason);
                        reasons.len() - 1
                    });
                    format!("({})", number + 1)
                }
            };
            let _ = write!(text, "{cell:>11}");
        }
        text.push('\n');
    }
    for (number, reason) in (1..).zip(reasons) {
        let _ = writeln!(text, "({number}) impossible: {reason}");
    }
    text
}

/// What could meet and has not.
fn missed(matrix: &Matrix) -> Vec<String> {
    let mut missed = Vec::new();
    for (step, row) in Step::ALL.iter().zip(matrix) {
        for (fault, count) in Fault::ALL.iter().zip(row) {
            if fault.impossible(*step).is_none() == (*count == 0) {
                missed.push(format!("{} at {}: {count}", fault.name(), step.name()));
            }
        }
    }
    missed
}

#[test]
fn crashes_leave_no_trace() {
    let first = of_env("TIDEMARK_SEED").unwrap_or(1);
    let crashes = of_env("TIDEMARK_CRASHES").unwrap_or(CRASHES);
    let began = Instant::now();
    let (sum, seeds, wrong) = campaign(first, crashes, of_env("TIDEMARK_TELL").is_some());
    println!("{}", table(&sum.matrix));
    println!(
        "seeds {first} to {}: {} crashes, {} workers begun anew, {} ledgers read in part, \
         {} lanes kept up by who took them over, \
         {} events, {} units, {} wrong, {:.1} s",
        first + seeds - 1,
        sum.crashes,
        sum.restarts,
        sum.made,
        sum.kept_up,
        sum.events,
        sum.units,
        wrong.len(),
        began.elapsed().as_secs_f64()
    );
    assert!(
        wrong.is_empty(),
        "{}",
        wrong[..wrong.len().min(20)].join("\n")
    );
    if crashes >= ENOUGH {
        assert_eq!(missed(&sum.matrix), [""; 0]);
    }
}

/// Else a seed would say nothing.
#[test]
fn a_history_is_the_same_again() {
    let all = |port: &Rc<Port>| -> Vec<(u64, u64, Matrix)> {
        let outcomes = (1..40).map(|seed| play(seed, port));
        outcomes
            .map(|it| (it.digest, it.crashes, it.matrix))
            .collect()
    };
    assert_eq!(all(&Port::new(false)), all(&Port::new(false)));
}
