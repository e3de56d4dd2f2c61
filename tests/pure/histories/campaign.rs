//! Many histories: one seed each, two threads, and the smallest failing one told to the end.

use std::cell::{Cell, RefCell};
use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::thread;

use proptest::strategy::{BoxedStrategy, Strategy};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::Plan;
use super::staging::Stage;

const THREADS: u64 = 2;

/// How many histories to play, and from which seed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Campaign {
    name: &'static str,
    first: u64,
    histories: u64,
    /// Whether to look for the smallest failing relative of what fails.
    shrinks: bool,
}

impl Campaign {
    /// One of `histories` histories. `TIDEMARK_HISTORIES` asks for `share` percent of as many as
    /// it says, `TIDEMARK_SEED` for others than usual, `TIDEMARK_SMALLEST=no` for what fails as it
    /// is.
    pub(crate) fn new(name: &'static str, histories: u64, share: u64) -> Self {
        let asked = number("TIDEMARK_HISTORIES");
        Self {
            name,
            first: number("TIDEMARK_SEED").unwrap_or(1),
            histories: asked.map_or(histories, |asked| (asked * share / 100).max(1)),
            shrinks: !env::var("TIDEMARK_SMALLEST").is_ok_and(|smallest| smallest == "no"),
        }
    }

    /// Plays them all and checks each.
    ///
    /// # Panics
    /// One does not pass: its seed, its smallest failing relative and the failure are told.
    pub(crate) fn run<T, C>(self, plans: fn() -> BoxedStrategy<Plan>, check: C) -> Vec<T>
    where
        T: Send,
        C: Fn(&Stage) -> Result<T, String> + Sync,
    {
        quieten();
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let check = &check;
                    scope.spawn(move || {
                        let seeds = (self.first..self.first + self.histories)
                            .filter(|seed| seed % THREADS == thread);
                        seeds.map(|seed| self.play(seed, &plans(), check)).collect()
                    })
                })
                .collect();
            let done: Vec<Vec<T>> = threads
                .into_iter()
                .map(|thread| match thread.join() {
                    Ok(done) => done,
                    Err(failure) => panic::resume_unwind(failure),
                })
                .collect();
            done.into_iter().flatten().collect()
        })
    }

    fn play<T>(
        self,
        seed: u64,
        plans: &BoxedStrategy<Plan>,
        check: &impl Fn(&Stage) -> Result<T, String>,
    ) -> T {
        let mut runner = runner(seed, self.shrinks);
        let tree = plans
            .new_tree(&mut runner)
            .expect("plans are never rejected");
        let passed = RefCell::new(None);
        let result = runner.run_one(tree, |plan| match quietly(|| check(&Stage::play(&plan))) {
            Ok(result) => {
                passed.replace(Some(result));
                Ok(())
            }
            Err(difference) => Err(TestCaseError::fail(difference)),
        });
        match result {
            Ok(_) => passed.take().expect("it has passed"),
            Err(TestError::Fail(why, failing)) => {
                let (smallest, why) = match self.shrinks {
                    true => fewest(failing, why.to_string(), check),
                    false => (failing, why.to_string()),
                };
                panic!(
                    "{}: seed {seed} fails (TIDEMARK_SEED={seed} TIDEMARK_HISTORIES=1 plays it)\n\
                     {why}\nthe smallest history that fails:\n{}",
                    self.name,
                    told(&smallest)
                )
            }
            Err(TestError::Abort(why)) => panic!("{}: seed {seed} aborted: {why}", self.name),
        }
    }
}

thread_local! {
    /// Whether this thread is checking a history, and what a panic meanwhile has said.
    static CHECKING: Cell<bool> = const { Cell::new(false) };
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Lets panics of checked histories be kept, not printed: shrinking meets many.
fn quieten() {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |said| {
            if CHECKING.get() {
                SAID.replace(said.to_string());
            } else {
                loud(said);
            }
        }));
    });
}

/// A panic becomes a failure with its words.
fn quietly<T>(check: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    CHECKING.set(true);
    let checked = panic::catch_unwind(AssertUnwindSafe(check));
    CHECKING.set(false);
    checked.unwrap_or_else(|_| Err(SAID.take()))
}

/// Leaves out steps for as long as what is left still fails.
fn fewest<T>(
    mut plan: Plan,
    mut why: String,
    check: &impl Fn(&Stage) -> Result<T, String>,
) -> (Plan, String) {
    let mut step = 0;
    while step < plan.steps.len() {
        let mut fewer = plan.clone();
        fewer.steps.remove(step);
        match quietly(|| check(&Stage::play(&fewer))) {
            Ok(_) => step += 1,
            Err(still) => (plan, why, step) = (fewer, still, 0),
        }
    }
    (plan, why)
}

fn told(plan: &Plan) -> String {
    quietly(|| Ok(Stage::play(plan).history.tell())).unwrap_or_else(|_| format!("{plan:?}"))
}

fn runner(seed: u64, shrinks: bool) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: if shrinks { 4_000 } else { 0 },
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable} is not a number: {text:?}")))
}
