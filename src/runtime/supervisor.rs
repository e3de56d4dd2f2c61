//! Keeps workers going: starts them, starts them anew when their connection is of no use, and stops
//! all when one cannot go on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::directory::Directory;
use crate::port::{Bus, Clock, Memory, Source, Trouble};
use crate::telemetry::happening::{StandbyRestarted, WorkerRestarted};
use crate::telemetry::{Happening, Restart, Telemetry};

use super::allowance::Allowance;
use super::desk::Desk;
use super::plan::Plan;
use super::pulse::Pulse;
use super::standby::{Follower, Standby};
use super::worker::Worker;

/// First wait before a worker starts anew; doubled each time, up to the longest.
const WAIT_FIRST: Duration = Duration::from_millis(200);
/// Longest wait: short against the time that a broker takes to come back.
const WAIT_LONGEST: Duration = Duration::from_secs(5);
/// How often a worker may be fenced before it has recovered: each time it fences the other back.
const FENCED_MOST: u32 = 3;
/// A worker that went well for so long has recovered; the next trouble counts as the first.
const RECOVERED: Duration = Duration::from_secs(30);

/// What the workers share.
pub struct Crew<'a, Connect, C, M, R> {
    /// What they do.
    pub plan: Arc<Plan>,
    /// Makes the connection of the worker of that number.
    pub connect: Connect,
    /// Makes a connection to keep up the lanes of others by, if that is to be done.
    pub follow: Option<&'a (dyn Fn() -> Result<R, Trouble> + Sync)>,
    /// What time it is.
    pub clock: C,
    /// How much memory is in use.
    pub memory: M,
    /// Where they tell how they are doing; made for as many workers as there are to be.
    pub telemetry: Telemetry,
    /// Where they can be asked.
    pub directory: Directory,
    /// Set when they are to stop.
    pub stop: &'a AtomicBool,
    /// How long a worker may go without a good connection.
    pub give_up_after: Duration,
}

impl<Connect, C, M, B, R> Crew<'_, Connect, C, M, R>
where
    B: Bus<Reading = R>,
    R: Source,
    C: Clock + Clone + Sync,
    M: Memory + Clone + Sync,
    Connect: Fn(usize) -> Result<B, Trouble> + Sync,
{
    /// Works until told to stop.
    ///
    /// # Errors
    /// The first trouble for which starting anew does not help; all workers have stopped then.
    pub fn work(&self) -> Result<(), Trouble> {
        let pulse = &Pulse::default();
        let (memory, limit) = (self.memory.clone(), self.plan.memory_max);
        let allowance = &Allowance::new(memory, limit, &self.telemetry);
        let standby = &Standby::new();
        thread::scope(|scope| {
            let workers: Vec<_> = (0..self.telemetry.workers().len())
                .map(|number| {
                    thread::Builder::new()
                        .name(format!("worker-{number}"))
                        .spawn_scoped(scope, move || {
                            // Caught here, not at the join: the others must not go on meanwhile.
                            let result = catch_unwind(AssertUnwindSafe(|| {
                                self.keep_going(number, pulse, allowance, standby)
                            }))
                            .unwrap_or_else(|_| Err(panicked(number)));
                            if result.is_err() {
                                self.stop.store(true, Ordering::SeqCst);
                            }
                            result
                        })
                        .map_err(|error| Trouble::Fatal(format!("cannot start a thread: {error}")))
                })
                .collect();
            let keeper = self.follow.map(|follow| {
                thread::Builder::new()
                    .name("standby".to_owned())
                    .spawn_scoped(scope, move || self.stand_by(follow, standby, allowance))
                    .map_err(|error| Trouble::Fatal(format!("cannot start a thread: {error}")))
            });
            let mut first = Ok(());
            for worker in workers {
                let result = worker.and_then(|worker| {
                    worker.join().unwrap_or_else(|_| {
                        unreachable!("a worker's panic is caught in its thread")
                    })
                });
                first = first.and(result);
            }
            // Nobody is left to take a lane over, whether they were told to stop or not.
            self.stop.store(true, Ordering::SeqCst);
            first.and(keeper.transpose().map(drop))
        })
    }

    fn keep_going(
        &self,
        number: usize,
        pulse: &Pulse,
        allowance: &Allowance<M>,
        standby: &Standby,
    ) -> Result<(), Trouble> {
        let mut wait = WAIT_FIRST;
        let mut in_trouble_since: Option<Instant> = None;
        let mut fenced = 0;
        loop {
            let started = Instant::now();
            self.telemetry.worker(number).turn();
            let result = (self.connect)(number).and_then(|bus| {
                let desk = Desk::new(&self.telemetry, &self.directory, number);
                let (plan, clock) = (self.plan.clone(), self.clock.clone());
                let (pulse, allowance) = (pulse.clone(), allowance.clone());
                let standby = standby.clone();
                Worker::new(plan, bus, clock, desk, pulse, allowance, standby).run(self.stop)
            });
            let (reason, why) = match result {
                Ok(()) => return Ok(()),
                Err(trouble @ (Trouble::Lost(_) | Trouble::Fatal(_) | Trouble::Bug(_))) => {
                    return Err(trouble);
                }
                Err(Trouble::Restart(why) | Trouble::TooLarge(why)) => (Restart::ClientError, why),
                Err(Trouble::InDoubt(why)) => (Restart::AmbiguousCommit, why),
                Err(Trouble::Fenced(why)) => (Restart::Fenced, why),
            };
            if self.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let restarted = WorkerRestarted {
                worker: number,
                reason,
                why: &why,
            };
            self.telemetry.worker(number).tell(&restarted);
            if started.elapsed() >= RECOVERED {
                wait = WAIT_FIRST;
                in_trouble_since = None;
                fenced = 0;
            }
            fenced += u32::from(reason == Restart::Fenced);
            if fenced >= FENCED_MOST {
                return Err(Trouble::Fatal(format!(
                    "worker {number} was fenced {fenced} times: another process runs with the \
                     same app and instance; give each instance its own name ({why})"
                )));
            }
            let since = *in_trouble_since.get_or_insert(started);
            if since.elapsed() >= self.give_up_after {
                return Err(Trouble::Fatal(format!(
                    "worker {number} found no good connection for {} s; last: {why}",
                    since.elapsed().as_secs()
                )));
            }
            thread::park_timeout(wait);
            wait = (wait * 2).min(WAIT_LONGEST);
        }
    }
}

/// What is done by who is only there in case.
impl<Connect, C, M, B, R> Crew<'_, Connect, C, M, R>
where
    B: Bus<Reading = R>,
    R: Source,
    C: Clock + Clone + Sync,
    M: Memory + Clone + Sync,
    Connect: Fn(usize) -> Result<B, Trouble> + Sync,
{
    /// Keeps up the lanes of others until told to stop. Whatever comes of it, the workers go on.
    fn stand_by(
        &self,
        follow: &(dyn Fn() -> Result<R, Trouble> + Sync),
        standby: &Standby,
        allowance: &Allowance<M>,
    ) {
        let mut wait = WAIT_FIRST;
        standby.keep_up(true);
        while !self.stop.load(Ordering::Relaxed) {
            let began = Instant::now();
            let kept = catch_unwind(AssertUnwindSafe(|| {
                let (plan, clock) = (self.plan.clone(), self.clock.clone());
                let (standby, allowance) = (standby.clone(), allowance.clone());
                let source = follow()?;
                Follower::new(plan, source, clock, standby, allowance, &self.telemetry)
                    .run(self.stop)
            }));
            let why = match kept {
                Ok(Ok(())) => break,
                Ok(Err(trouble)) => trouble.to_string(),
                Err(_) => "it panicked; this is a bug".to_owned(),
            };
            StandbyRestarted { why: &why }.log();
            if began.elapsed() >= RECOVERED {
                wait = WAIT_FIRST;
            }
            thread::park_timeout(wait);
            wait = (wait * 2).min(WAIT_LONGEST);
        }
        standby.keep_up(false);
        self.telemetry.standby().set(0, None);
    }
}

fn panicked(number: usize) -> Trouble {
    Trouble::Bug(format!("worker {number} panicked; this is a bug"))
}
