//! Being seen: counts, gauges, latencies and log lines; the door for `prometheus`, `hdrhistogram`
//! and `tracing`.

pub mod client;
mod figures;
pub mod happening;
mod lane;
mod latency;
pub mod log;
mod names;
mod page;
mod worker;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use prometheus::process_collector::ProcessCollector;
use prometheus::{Registry, TextEncoder};

use crate::model::ids::LaneId;
use crate::model::standing::ScaleIx;
use crate::policy::declared::Policy;

pub use figures::{Figures, Move, Refusals, UnitFigures};
pub use happening::Happening;
pub use lane::{LaneGauges, Lanes};
pub use latency::LatencySummary;
pub use names::{Ending, LaneState, Outcome, Rebalance, Restart};
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
    labels: Labels,
    workers: Vec<Arc<WorkerShard>>,
    /// The gauges of each lane, for as long as its worker holds them.
    lanes: Mutex<BTreeMap<LaneId, Weak<LaneGauges>>>,
    stopping: AtomicBool,
}

/// The values of labels that are known from the start.
#[derive(Clone, Debug)]
struct Labels {
    topics: Vec<String>,
    /// Ladders first, then maps.
    scales: Vec<Scale>,
    /// The field and the rule of each cleaning rule of the policy.
    cleaning: Vec<[String; 2]>,
    policy: [String; 3],
}

#[derive(Clone, Debug)]
struct Scale {
    name: String,
    is_ladder: bool,
    ranks: Vec<String>,
}

impl Labels {
    fn new(policy: &Policy, topics: &[&str]) -> Self {
        let scale = |i| Scale {
            name: policy.scale_name(ScaleIx(i)).to_owned(),
            is_ladder: policy.is_ladder(ScaleIx(i)),
            ranks: policy
                .rank_names(ScaleIx(i))
                .into_iter()
                .map(str::to_owned)
                .collect(),
        };
        Self {
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            scales: (0..policy.scales()).map(scale).collect(),
            cleaning: policy
                .cleaning
                .names()
                .map(|(field, rule)| [field.to_owned(), rule.to_owned()])
                .collect(),
            policy: [
                policy.name.clone(),
                policy.version.to_string(),
                policy.hash.clone(),
            ],
        }
    }
}

impl Labels {
    /// Nothing has happened to any of them.
    fn nothing(&self) -> Figures {
        Figures::new(self.topics.len(), self.scales.len(), self.cleaning.len())
    }
}

impl Telemetry {
    /// Nothing has happened yet, to a service with this policy, these input topics (in the order of
    /// the settings) and so many workers.
    #[must_use]
    pub fn new(policy: &Policy, topics: &[&str], workers: usize) -> Self {
        let labels = Labels::new(policy, topics);
        let nothing = labels.nothing();
        let workers = (0..workers)
            .map(|worker| Arc::new(WorkerShard::new(worker, nothing.clone())))
            .collect();
        let lanes = Mutex::default();
        let board = Arc::new(Board {
            labels,
            workers,
            lanes,
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
        let labels = &self.board.labels;
        let ranks: Vec<usize> = labels
            .scales
            .iter()
            .map(|scale| scale.ranks.len())
            .collect();
        let gauges = Arc::new(LaneGauges::new(lane, &ranks, labels.topics.len()));
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
        let counts = self.board.population(&self.lanes());
        let scales = self.board.labels.scales.iter().zip(counts);
        scales
            .map(|(scale, counts)| Population {
                scale: scale.name.clone(),
                ranks: scale.ranks.iter().cloned().zip(counts).collect(),
            })
            .collect()
    }

    /// Name, version and hash of the policy in force.
    #[must_use]
    pub fn policy(&self) -> [&str; 3] {
        self.board.labels.policy.each_ref().map(String::as_str)
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

    fn total(&self) -> Figures {
        let mut total = self.labels.nothing();
        for worker in &self.workers {
            total.add(&worker.figures());
        }
        total
    }

    fn population(&self, lanes: &[Arc<LaneGauges>]) -> Vec<Vec<u64>> {
        let zeros = |scale: &Scale| vec![0; scale.ranks.len()];
        let mut total: Vec<Vec<u64>> = self.labels.scales.iter().map(zeros).collect();
        for lane in lanes {
            for (ranks, counts) in total.iter_mut().zip(lane.population()) {
                for (rank, count) in ranks.iter_mut().zip(counts) {
                    *rank += count;
                }
            }
        }
        total
    }
}
