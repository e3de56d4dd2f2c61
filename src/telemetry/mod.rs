//! Being seen: counts, gauges, latencies and log lines; the door for `prometheus`, `hdrhistogram`
//! and `tracing`.

pub mod client;
mod figures;
pub mod happening;
mod labels;
mod lane;
mod latency;
pub mod log;
mod memory;
mod names;
mod page;
mod standby;
mod worker;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use prometheus::process_collector::ProcessCollector;
use prometheus::{Registry, TextEncoder};

use crate::model::ids::LaneId;
use crate::policy::declared::Policy;

pub use figures::{Figures, Move, Refusals, UnitFigures};
pub use happening::Happening;
pub use labels::Enrolled;
use labels::{Labels, Scale};
pub use lane::{LaneGauges, Lanes};
pub use latency::LatencySummary;
pub use memory::MemoryGauges;
pub use names::{Declined, Ending, Kept, LaneState, Outcome, Rebalance, Renewal, Restart, Saved};
pub use standby::StandbyGauges;
pub use worker::WorkerShard;

/// What the page of metrics is served as.
pub const PAGE_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything that is known about how the service is doing.
#[derive(Clone, Debug)]
pub struct Telemetry {
    board: Arc<Board>,
    registry: Registry,
}

/// How many customers stand where on one ladder or map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// Name of the ladder or map.
    pub scale: String,
    /// Each tier, lowest first, or segment, as declared, with its customers.
    pub ranks: Vec<(String, u64)>,
}

/// What is counted and gauged, shared with the page.
#[derive(Debug)]
struct Board {
    labels: Mutex<Labels>,
    /// The policy given last.
    policy: Mutex<Arc<Policy>>,
    /// Policies refused, in the order of [`Declined`].
    refused: [AtomicU64; Declined::ALL.len()],
    workers: Vec<Arc<WorkerShard>>,
    /// The gauges of each lane, for as long as its worker holds them.
    lanes: Mutex<BTreeMap<LaneId, Weak<LaneGauges>>>,
    memory: MemoryGauges,
    standby: StandbyGauges,
    stopping: AtomicBool,
}

impl Telemetry {
    /// Nothing has happened yet, to a service with this policy, these input topics (in the order of
    /// the settings) and so many workers.
    #[must_use]
    pub fn new(policy: &Arc<Policy>, topics: &[&str], workers: usize) -> Self {
        let mut labels = Labels::new(topics);
        labels.enrol(policy);
        let nothing = Figures::of(&labels);
        let workers = (0..workers)
            .map(|worker| Arc::new(WorkerShard::new(worker, nothing.clone())))
            .collect();
        let lanes = Mutex::default();
        let board = Arc::new(Board {
            labels: Mutex::new(labels),
            policy: Mutex::new(policy.clone()),
            refused: Default::default(),
            workers,
            lanes,
            memory: MemoryGauges::default(),
            standby: StandbyGauges::default(),
            stopping: AtomicBool::new(false),
        });
        let registry = Registry::new();
        registry
            .register(Box::new(page::Page::new(Arc::clone(&board))))
            .and_then(|()| registry.register(Box::new(ProcessCollector::for_self())))
            .expect("each metric has its own name");
        Self { board, registry }
    }

    /// Where a worker (0, 1, 2 ...) records; the same after it began anew.
    ///
    /// # Panics
    /// There is no such worker.
    #[must_use]
    pub fn worker(&self, worker: usize) -> Arc<WorkerShard> {
        Arc::clone(&self.board.workers[worker])
    }

    /// All workers.
    #[must_use]
    pub fn workers(&self) -> &[Arc<WorkerShard>] {
        &self.board.workers
    }

    /// Gauges for a lane that a worker has just been given, to be held for as long as it has it.
    #[must_use]
    pub fn lane(&self, lane: LaneId) -> Arc<LaneGauges> {
        let topics = self.board.labels().topics.len();
        let gauges = Arc::new(LaneGauges::new(lane, topics));
        self.board
            .lanes_held()
            .insert(lane, Arc::downgrade(&gauges));
        gauges
    }

    /// The lanes of this instance, in ascending order.
    #[must_use]
    pub fn lanes(&self) -> Vec<Arc<LaneGauges>> {
        self.board.lanes()
    }

    /// Customers of this instance's lanes by tier or segment, for each ladder, then each map.
    #[must_use]
    pub fn population(&self) -> Vec<Population> {
        let scales = self.board.labels().scales.clone();
        let counts = population(&scales, &self.lanes());
        let all = scales.into_iter().zip(counts);
        all.map(|(scale, counts)| Population {
            scale: scale.name,
            ranks: scale.ranks.into_iter().zip(counts).collect(),
        })
        .collect()
    }

    /// The policy given last.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.board.policy().clone()
    }

    /// Another policy was given to all lanes.
    pub fn set_policy(&self, policy: &Arc<Policy>) {
        let _ = self.enrol(policy);
        *self.board.policy() = policy.clone();
    }

    /// A policy was refused.
    pub fn refused(&self, why: Declined) {
        self.board.refused[why as usize].fetch_add(1, Relaxed);
    }

    /// Under which numbers what a policy names is counted.
    #[must_use]
    pub fn enrol(&self, policy: &Arc<Policy>) -> Enrolled {
        self.board.labels().enrol(policy)
    }

    /// How many customers are still to be passed over to the policies that their lanes have
    /// adopted.
    #[must_use]
    pub fn awaiting(&self) -> u64 {
        self.lanes().iter().map(|lane| lane.awaiting()).sum()
    }

    /// From the broker's time of an event to the acknowledged change that it caused.
    #[must_use]
    pub fn event_to_change(&self) -> LatencySummary {
        self.board.total().event_to_change.summary()
    }

    /// Records consumed so far.
    #[must_use]
    pub fn consumed(&self) -> u64 {
        self.board.total().consumed.iter().sum()
    }

    /// The memory of this instance.
    #[must_use]
    pub fn memory(&self) -> &MemoryGauges {
        &self.board.memory
    }

    /// The lanes of others that are kept up.
    #[must_use]
    pub fn standby(&self) -> &StandbyGauges {
        &self.board.standby
    }

    /// The service was asked to stop: it is not ready any more.
    pub fn stop(&self) {
        self.board.stopping.store(true, Relaxed);
    }

    /// Whether the service was asked to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.board.stopping.load(Relaxed)
    }

    /// The page of metrics in Prometheus' text format, as [`PAGE_TYPE`].
    #[must_use]
    pub fn page(&self) -> String {
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .expect("every family has a name and samples, and memory takes any text")
    }
}

impl Board {
    fn lanes_held(&self) -> MutexGuard<'_, BTreeMap<LaneId, Weak<LaneGauges>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lanes that somebody holds; the others are forgotten.
    fn lanes(&self) -> Vec<Arc<LaneGauges>> {
        let mut lanes = self.lanes_held();
        lanes.retain(|_, gauges| gauges.strong_count() > 0);
        lanes.values().filter_map(Weak::upgrade).collect()
    }

    fn policy(&self) -> MutexGuard<'_, Arc<Policy>> {
        self.policy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn labels(&self) -> MutexGuard<'_, Labels> {
        self.labels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn total(&self) -> Figures {
        let mut total = Figures::of(&self.labels());
        for worker in &self.workers {
            total.add(&worker.figures());
        }
        total
    }
}

/// Customers by ladder or map and tier or segment, over some lanes.
fn population(scales: &[Scale], lanes: &[Arc<LaneGauges>]) -> Vec<Vec<u64>> {
    let zeros = |scale: &Scale| vec![0; scale.ranks.len()];
    let mut total: Vec<Vec<u64>> = scales.iter().map(zeros).collect();
    for lane in lanes {
        lane.add_population(&mut total);
    }
    total
}
