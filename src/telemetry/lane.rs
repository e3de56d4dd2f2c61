//! How one lane is doing now: gauges that its worker sets and a scrape reads.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::model::ids::{LaneId, Offset, TopicIx};
use crate::model::time::{Span, Timestamp};

use super::labels::Enrolled;
use super::names::LaneState;

/// The gauges of one lane. They are on the page for as long as somebody holds this.
#[derive(Debug)]
pub struct LaneGauges {
    lane: LaneId,
    /// Index of a [`LaneState`].
    state: AtomicUsize,
    /// Records replayed, of so many.
    replayed: AtomicU64,
    to_replay: AtomicU64,
    /// Since when it is being restored.
    began: OnceLock<Instant>,
    /// Where a restore would read on, by input topic.
    needs: Mutex<Option<Vec<Offset>>>,
    /// How long that is still there, by input topic; nothing for ever.
    margins: Mutex<Vec<Option<Span>>>,
    clock: AtomicI64,
    live: AtomicBool,
    held: AtomicU64,
    customers: AtomicU64,
    forgotten: AtomicU64,
    awaiting: AtomicU64,
    stands: Mutex<Stands>,
    /// When the last snapshot was kept, and its bytes.
    saved: [AtomicI64; 2],
    /// By input topic.
    lag: Vec<AtomicU64>,
}

/// Where a lane's customers stand, under which policy.
#[derive(Debug, Default)]
struct Stands {
    /// The hash of the policy; empty before the first look.
    policy: String,
    enrolled: Enrolled,
    /// By ladder or map, by tier or segment.
    population: Vec<Vec<u64>>,
}

impl LaneGauges {
    /// A lane that is yet to be restored, of so many input topics.
    pub(super) fn new(lane: LaneId, topics: usize) -> Self {
        let zeros = |n: usize| (0..n).map(|_| AtomicU64::new(0)).collect::<Vec<_>>();
        Self {
            lane,
            state: AtomicUsize::new(LaneState::Restoring as usize),
            replayed: AtomicU64::new(0),
            to_replay: AtomicU64::new(0),
            began: OnceLock::new(),
            needs: Mutex::default(),
            margins: Mutex::default(),
            clock: AtomicI64::new(Timestamp::MIN.0),
            live: AtomicBool::new(false),
            held: AtomicU64::new(0),
            customers: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
            awaiting: AtomicU64::new(0),
            stands: Mutex::default(),
            saved: [AtomicI64::new(0), AtomicI64::new(0)],
            lag: zeros(topics),
        }
    }

    /// The lane.
    #[must_use]
    pub fn lane(&self) -> LaneId {
        self.lane
    }

    /// What the lane is doing from now on.
    pub fn set_state(&self, state: LaneState) {
        self.state.store(state as usize, Relaxed);
    }

    /// What the lane is doing.
    #[must_use]
    pub fn state(&self) -> LaneState {
        LaneState::ALL[self.state.load(Relaxed)]
    }

    /// How many records of its past have been replayed, of how many.
    pub fn set_restored(&self, records: u64, of: u64) {
        self.began.get_or_init(Instant::now);
        self.to_replay.store(of, Relaxed);
        self.replayed.store(records, Relaxed);
    }

    /// How much of its past has been replayed, 0 to 1.
    #[must_use]
    pub fn restored(&self) -> f64 {
        if self.state() != LaneState::Restoring {
            return 1.0;
        }
        match self.to_replay.load(Relaxed) {
            0 => 0.0,
            of => (self.replayed.load(Relaxed) as f64 / of as f64).min(1.0),
        }
    }

    /// How long its restore takes from now on, at the pace so far; nothing before the first step,
    /// and where nobody can tell.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let passed = self.began.get()?.elapsed();
        let restoring = self.state() == LaneState::Restoring;
        restoring.then(|| left(passed, self.restored()))?
    }

    /// A restore would read from here on, by input topic.
    pub fn set_needs(&self, next: &[Offset]) {
        *lock(&self.needs) = Some(next.to_vec());
    }

    /// Where a restore would read on, by input topic.
    #[must_use]
    pub fn needs(&self) -> Option<Vec<Offset>> {
        lock(&self.needs).clone()
    }

    /// How long what a restore needs is still there, by input topic; nothing for ever.
    pub fn set_margins(&self, margins: &[Option<Span>]) {
        margins.clone_into(&mut lock(&self.margins));
    }

    /// The same, as it was looked at last.
    #[must_use]
    pub fn margins(&self) -> Vec<Option<Span>> {
        lock(&self.margins).clone()
    }

    /// A snapshot was kept at that instant, of so many bytes.
    pub fn set_saved(&self, at: Timestamp, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.saved[1].store(bytes, Relaxed);
        self.saved[0].store(at.0, Relaxed);
    }

    /// When the last snapshot was kept, and its bytes; nothing before the first.
    #[must_use]
    pub fn saved(&self) -> Option<(Timestamp, u64)> {
        let [at, bytes] = [0, 1].map(|ix: usize| self.saved[ix].load(Relaxed));
        (at > 0).then_some((Timestamp(at), bytes.cast_unsigned()))
    }

    /// The lane's clock, and whether it may follow the wall without events.
    pub fn set_clock(&self, clock: Timestamp, live: bool) {
        self.clock.store(clock.0, Relaxed);
        self.live.store(live, Relaxed);
    }

    /// The lane's clock; nothing before the first event.
    #[must_use]
    pub fn clock(&self) -> Option<Timestamp> {
        Some(Timestamp(self.clock.load(Relaxed))).filter(|clock| *clock != Timestamp::MIN)
    }

    /// Whether the clock may follow the wall without events.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.live.load(Relaxed)
    }

    /// How many customers would move by time alone if the clock were the wall's.
    pub fn set_held(&self, customers: u64) {
        self.held.store(customers, Relaxed);
    }

    /// How many customers would move by time alone if the clock were the wall's.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.held.load(Relaxed)
    }

    /// Records of a topic's partition that have not been read yet.
    pub fn set_lag(&self, topic: TopicIx, records: u64) {
        self.lag[topic.0].store(records, Relaxed);
    }

    /// Records not read yet, by input topic.
    pub fn lag(&self) -> impl Iterator<Item = u64> + '_ {
        self.lag.iter().map(|records| records.load(Relaxed))
    }

    /// How many customers there are, and how many of them are still to be passed over to the policy
    /// in force.
    pub fn set_customers(&self, customers: usize, awaiting: usize) {
        self.customers.store(customers as u64, Relaxed);
        self.awaiting.store(awaiting as u64, Relaxed);
    }

    /// How often the lane has forgotten a customer, since its past began.
    pub fn set_forgotten(&self, times: u64) {
        self.forgotten.store(times, Relaxed);
    }

    /// How often the lane has forgotten a customer, since its past began.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten.load(Relaxed)
    }

    /// How many customers stand where under the policy of that hash, by ladder or map and tier or
    /// segment.
    pub fn set_population(&self, policy: &str, enrolled: &Enrolled, population: &[Vec<u64>]) {
        let mut stands = self.stands();
        if stands.policy != policy {
            stands.policy = policy.to_owned();
            stands.enrolled = enrolled.clone();
        }
        population.clone_into(&mut stands.population);
    }

    /// How many customers are still to be passed over to the policy in force.
    #[must_use]
    pub fn awaiting(&self) -> u64 {
        self.awaiting.load(Relaxed)
    }

    /// The hash of the policy in force; nothing before anybody has looked.
    #[must_use]
    pub fn policy(&self) -> Option<String> {
        Some(self.stands().policy.clone()).filter(|hash| !hash.is_empty())
    }

    /// How many customers there are.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.customers.load(Relaxed)
    }

    /// Adds its customers to those by ladder or map and tier or segment, of all that were ever
    /// enrolled.
    pub(super) fn add_population(&self, total: &mut [Vec<u64>]) {
        let stands = self.stands();
        let Enrolled { scales, ranks, .. } = &stands.enrolled;
        for ((scale, ranks), counts) in scales.iter().zip(ranks).zip(&stands.population) {
            for (rank, count) in ranks.iter().zip(counts) {
                total[*scale][*rank] += count;
            }
        }
    }

    fn stands(&self) -> MutexGuard<'_, Stands> {
        lock(&self.stands)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long something takes from now on, if so much of it took so long.
fn left(passed: Duration, done: f64) -> Option<Duration> {
    let left = passed.as_secs_f64() * (1.0 - done) / done;
    Duration::try_from_secs_f64(left).ok()
}

/// Lanes as text, runs drawn together: "0-5, 7". In ascending order; "none" without any.
#[derive(Clone, Copy, Debug)]
pub struct Lanes<'a>(pub &'a [LaneId]);

impl fmt::Display for Lanes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (i, run) in self.0.chunk_by(|a, b| a.0 + 1 == b.0).enumerate() {
            let (first, last) = (run[0], run[run.len() - 1]);
            f.write_str(if i == 0 { "" } else { ", " })?;
            match run.len() {
                1 => write!(f, "{first}")?,
                _ => write!(f, "{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_a_part_of_what_was_announced() {
        let gauges = LaneGauges::new(LaneId(3), 2);
        assert!(gauges.restored().abs() < 1e-9);
        gauges.set_restored(21, 50);
        assert!((gauges.restored() - 0.42).abs() < 1e-9);
        gauges.set_restored(60, 50);
        assert!((gauges.restored() - 1.0).abs() < 1e-9);
        gauges.set_restored(0, 0);
        gauges.set_state(LaneState::Running);
        assert!((gauges.restored() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_left_goes_by_the_pace_so_far() {
        let seconds = |passed, done| left(Duration::from_secs(passed), done);
        assert_eq!(seconds(10, 0.25), Some(Duration::from_secs(30)));
        assert_eq!(seconds(10, 1.0), Some(Duration::ZERO));
        assert_eq!(seconds(10, 0.0), None);
        let gauges = LaneGauges::new(LaneId(3), 2);
        assert_eq!(gauges.left(), None);
        gauges.set_restored(0, 50);
        assert_eq!(gauges.left(), None);
        gauges.set_restored(21, 50);
        assert!(gauges.left().is_some());
        gauges.set_state(LaneState::Running);
        assert_eq!(gauges.left(), None);
    }

    #[test]
    fn lanes_are_drawn_together() {
        for (lanes, text) in [
            (&[][..], "none"),
            (&[4][..], "4"),
            (&[0, 1, 2, 3][..], "0-3"),
            (&[0, 1, 3, 5, 6][..], "0-1, 3, 5-6"),
        ] {
            let lanes: Vec<LaneId> = lanes.iter().map(|lane| LaneId(*lane)).collect();
            assert_eq!(Lanes(&lanes).to_string(), text);
        }
    }
}
