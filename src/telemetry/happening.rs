//! What can happen to the service, one type each: its log line and its count stand together.

mod memory;
mod policy;
mod producer;
mod snapshot;
mod standby;
mod topics;

use std::net::SocketAddr;
use std::time::Duration;

use tracing::{error, info, warn};

use crate::model::ids::{LaneId, UnitId};
use crate::policy::declared::Policy;

use super::figures::Figures;
use super::lane::Lanes;
use super::names::{Rebalance, Restart};

pub use memory::{IntakeGoesOn, IntakePaused, MemoryNearLimit};
pub use policy::{
    AllPassedOver, LeftBehind, PolicyAdopted, PolicyEntered, PolicyGiven, PolicyKnown,
    PolicyRefused, RollLost,
};
pub use producer::{LettersNarrowed, ProducerLost, ProducerRenewed};
pub use snapshot::{SnapshotFailed, SnapshotKept, SnapshotOvertaken, SnapshotUnfit};
pub use standby::{LaneKeptUp, LaneNotKeptUp, StandbyGivenUp, StandbyRestarted};
pub use topics::{TopicWarning, TopicsChanged};

/// Something that happened. Told by [`WorkerShard::tell`](super::WorkerShard::tell) where it
/// happened to a worker, else by its own [`log`](Self::log).
pub trait Happening {
    /// Writes its line to the log.
    fn log(&self);

    /// Counts it.
    fn count(&self, _figures: &mut Figures) {}

    /// Whether from now on the worker knows its lanes; nothing where that stays as it was.
    fn assignment(&self) -> Option<bool> {
        None
    }

    /// Whether from now on the worker can publish; nothing where that stays as it was.
    fn publishing(&self) -> Option<bool> {
        None
    }
}

/// The service has read its settings and policy and begins.
#[derive(Clone, Copy, Debug)]
pub struct Started<'a> {
    /// Name of the service.
    pub app: &'a str,
    /// Which instance of it.
    pub instance: &'a str,
    /// How many workers it will have.
    pub workers: usize,
    /// The policy in force.
    pub policy: &'a Policy,
}

impl Happening for Started<'_> {
    fn log(&self) {
        info!(
            version = env!("CARGO_PKG_VERSION"),
            app = self.app,
            instance = self.instance,
            workers = self.workers,
            policy = self.policy.name,
            policy_version = self.policy.version,
            policy_hash = self.policy.hash,
            "started"
        );
    }
}

/// HTTP is answered.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
}

impl Happening for Listening {
    fn log(&self) {
        info!("answering http://{}/", self.address);
    }
}

/// The group gave lanes to a worker or took them.
#[derive(Clone, Copy, Debug)]
pub struct LanesMoved<'a> {
    /// The worker.
    pub worker: usize,
    /// Given or taken, and how.
    pub kind: Rebalance,
    /// The lanes concerned, in ascending order.
    pub lanes: &'a [LaneId],
}

impl Happening for LanesMoved<'_> {
    fn log(&self) {
        let (worker, lanes) = (self.worker, Lanes(self.lanes));
        match self.kind {
            Rebalance::Assigned => info!(worker, %lanes, "lanes assigned"),
            Rebalance::Revoked => info!(worker, %lanes, "lanes given back"),
            Rebalance::Lost => warn!(worker, %lanes, "lanes lost: another member may have them"),
        }
    }

    fn count(&self, figures: &mut Figures) {
        figures.rebalanced(self.kind);
    }

    fn assignment(&self) -> Option<bool> {
        Some(self.kind == Rebalance::Assigned)
    }
}

/// A lane's past has been replayed and agrees with the ledger.
#[derive(Clone, Copy, Debug)]
pub struct LaneRestored {
    /// The lane.
    pub lane: LaneId,
    /// Its customers.
    pub customers: usize,
    /// The last unit of the snapshot that it was made of, if it was.
    pub snapshot: Option<UnitId>,
    /// Whether it was kept up here while others worked on it.
    pub kept_up: bool,
    /// Ledger entries replayed.
    pub units: u64,
    /// Records replayed.
    pub records: u64,
    /// How long it took.
    pub took: Duration,
}

impl Happening for LaneRestored {
    fn log(&self) {
        info!(
            lane = %self.lane,
            customers = self.customers,
            snapshot = self.snapshot.map(|unit| unit.0),
            kept_up = self.kept_up.then_some(true),
            units = self.units,
            records = self.records,
            took_ms = self.took.as_millis(),
            "lane restored"
        );
    }
}

/// Records that a lane needs are gone: it stands still, and the others go on.
#[derive(Clone, Copy, Debug)]
pub struct LaneStopped<'a> {
    /// The lane.
    pub lane: LaneId,
    /// The topic that had it.
    pub topic: &'a str,
    /// What is gone.
    pub why: &'a str,
}

impl Happening for LaneStopped<'_> {
    fn log(&self) {
        let (lane, topic) = (self.lane, self.topic);
        error!(
            %lane,
            why = self.why,
            next = format!("tidemark skip --lane {lane} --topic {topic}"),
            "lane stopped: records that it needs are gone; see \"a lane that stands still\" in \
             docs/operations.md"
        );
    }
}

/// The replay of a unit differs from what the ledger says of it.
#[derive(Clone, Copy, Debug)]
pub struct LedgerMismatch<'a> {
    /// The lane.
    pub lane: LaneId,
    /// The unit.
    pub unit: UnitId,
    /// What differs.
    pub what: &'a str,
    /// As the ledger has it.
    pub ledger: &'a str,
    /// As the replay has it.
    pub replay: &'a str,
}

impl Happening for LedgerMismatch<'_> {
    fn log(&self) {
        error!(
            lane = %self.lane,
            unit = %self.unit,
            ledger = self.ledger,
            replay = self.replay,
            "the replay of the lane differs from its ledger in its {}",
            self.what
        );
    }

    fn count(&self, figures: &mut Figures) {
        figures.mismatched();
    }
}

/// A transaction was aborted; what it held will be done again.
#[derive(Clone, Copy, Debug)]
pub struct TransactionAborted<'a> {
    /// The worker.
    pub worker: usize,
    /// What made it necessary.
    pub why: &'a str,
}

impl Happening for TransactionAborted<'_> {
    fn log(&self) {
        warn!(worker = self.worker, why = self.why, "transaction aborted");
    }

    fn count(&self, figures: &mut Figures) {
        figures.aborted();
    }
}

/// A worker drops its client and state and begins anew.
#[derive(Clone, Copy, Debug)]
pub struct WorkerRestarted<'a> {
    /// The worker.
    pub worker: usize,
    /// What kind of trouble it had.
    pub reason: Restart,
    /// The trouble in words.
    pub why: &'a str,
}

impl Happening for WorkerRestarted<'_> {
    fn log(&self) {
        let (worker, reason, why) = (self.worker, self.reason.name(), self.why);
        warn!(worker, reason, why, "worker begins anew");
    }

    fn count(&self, figures: &mut Figures) {
        figures.restarted(self.reason);
    }

    fn assignment(&self) -> Option<bool> {
        Some(false)
    }

    fn publishing(&self) -> Option<bool> {
        Some(true)
    }
}

/// The service was asked to stop.
#[derive(Clone, Copy, Debug)]
pub struct Stopping<'a> {
    /// By what.
    pub by: &'a str,
}

impl Happening for Stopping<'_> {
    fn log(&self) {
        info!(
            by = self.by,
            "stopping: the units at work are finished first"
        );
    }
}

/// The service has stopped in order.
#[derive(Clone, Copy, Debug)]
pub struct Stopped;

impl Happening for Stopped {
    fn log(&self) {
        info!("stopped");
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::telemetry::names::Renewal;

    /// A log that can be read.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(happening: &impl Happening) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .finish();
        tracing::subscriber::with_default(subscriber, || happening.log());
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().trim().to_owned()
    }

    #[test]
    fn what_happens_is_told_in_one_line() {
        let lanes = [LaneId(0), LaneId(1), LaneId(4)];
        let lost = LanesMoved {
            worker: 2,
            kind: Rebalance::Lost,
            lanes: &lanes,
        };
        assert_eq!(
            logged(&lost),
            "WARN lanes lost: another member may have them worker=2 lanes=0-1, 4"
        );
        let (ledger, replay) = ("17", "18");
        let differs = LedgerMismatch {
            lane: LaneId(3),
            unit: UnitId(9),
            what: "applied",
            ledger,
            replay,
        };
        assert_eq!(
            logged(&differs),
            "ERROR the replay of the lane differs from its ledger in its applied lane=3 unit=9 \
             ledger=\"17\" replay=\"18\""
        );
        let (in_use, limit) = (1_001, 1_000);
        assert_eq!(
            logged(&IntakePaused { in_use, limit }),
            "ERROR intake paused: memory has reached state.max_bytes; raise it if the machine has \
             more, or start another instance in_use=1001 limit=1000"
        );
        let why = "broker 1 went away";
        let restarted = WorkerRestarted {
            worker: 0,
            reason: Restart::AmbiguousCommit,
            why,
        };
        assert_eq!(
            logged(&restarted),
            "WARN worker begins anew worker=0 reason=\"ambiguous_commit\" \
             why=\"broker 1 went away\""
        );
        assert_eq!(
            logged(&ProducerLost { worker: 0, why }),
            "WARN producer given up: another takes its place worker=0 why=\"broker 1 went away\""
        );
        let narrowed = LettersNarrowed {
            worker: 0,
            bytes: 800_000,
        };
        assert_eq!(
            logged(&narrowed),
            "WARN dead letters of more bytes are published without their values: their topic does \
             not take them worker=0 bytes=800000"
        );
        for (arrived, line) in [
            (true, "the unit had been committed"),
            (false, "the unit is published again"),
        ] {
            let renewed = ProducerRenewed {
                worker: 0,
                reason: Renewal::AmbiguousCommit,
                arrived,
            };
            assert_eq!(
                logged(&renewed),
                format!("INFO producer renewed: {line} worker=0 reason=\"ambiguous_commit\"")
            );
        }
    }
}
