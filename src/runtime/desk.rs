//! Where a worker tells how it is doing and answers what people ask about its customers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::directory::{Directory, Mailbox, Questions, Told, mailbox};
use crate::engine::adoption::NotAdopted;
use crate::engine::explain::explain;
use crate::lane::ledger::Mismatch;
use crate::lane::liveness::Feed;
use crate::model::ids::{LaneId, Offset, TopicIx, UnitId};
use crate::model::time::Timestamp;
use crate::port::{Loss, NotKept, Record, Trouble};
use crate::telemetry::happening::{
    AllPassedOver, LaneRestored, LaneStopped, LanesMoved, LedgerMismatch, LeftBehind,
    LettersNarrowed, PolicyAdopted, PolicyRefused, ProducerLost, ProducerRenewed, SnapshotFailed,
    SnapshotKept, SnapshotOvertaken, SnapshotUnfit, TransactionAborted,
};
use crate::telemetry::{
    Declined, Happening, LaneGauges, LaneState, Rebalance, Renewal, Telemetry, WorkerShard,
};
use crate::wire::explanation;

use super::intake::Intake;
use super::plan::Plan;
use super::restore::Unfit;
use super::transactions::News;

/// Time between two looks at the gauges: they cost a pass over the held deadlines, and nobody
/// scrapes more often.
const GAUGES_EVERY: Duration = Duration::from_millis(500);
/// The looks take one part in so many of a worker's time, at most.
const GAUGES_PART: u32 = 50;

/// The desk of one worker, in its own thread.
pub struct Desk {
    shard: Arc<WorkerShard>,
    telemetry: Telemetry,
    directory: Directory,
    questions: Questions,
    mailbox: Mailbox,
    lanes: BTreeMap<LaneId, Arc<LaneGauges>>,
    /// When the gauges were looked at last, and how long that took.
    gauged: Option<(Instant, Duration)>,
}

impl Desk {
    /// The desk of the worker of that number.
    #[must_use]
    pub fn new(telemetry: &Telemetry, directory: &Directory, worker: usize) -> Self {
        let (mailbox, questions) = mailbox();
        Self {
            shard: telemetry.worker(worker),
            telemetry: telemetry.clone(),
            directory: directory.clone(),
            questions,
            mailbox,
            lanes: BTreeMap::new(),
            gauged: None,
        }
    }

    /// What the page of metrics is made from.
    pub(super) fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// Where the worker counts.
    pub(super) fn shard(&self) -> &WorkerShard {
        &self.shard
    }

    /// The group has given these lanes; they are to be restored.
    pub(super) fn assigned(&mut self, lanes: &[LaneId]) {
        self.tell_moved(Rebalance::Assigned, lanes);
        for id in lanes {
            self.lanes.insert(*id, self.telemetry.lane(*id));
        }
    }

    /// The lanes are gone.
    pub(super) fn gone(&mut self, how: Rebalance) {
        let lanes: Vec<LaneId> = self.lanes.keys().copied().collect();
        self.tell_moved(how, &lanes);
        for id in &lanes {
            self.directory.close(*id, &self.mailbox);
        }
        self.lanes.clear();
    }

    fn tell_moved(&self, kind: Rebalance, lanes: &[LaneId]) {
        self.shard.tell(&LanesMoved {
            worker: self.shard.worker(),
            kind,
            lanes,
        });
    }

    /// A restore of a lane would read from here on.
    pub(super) fn needs(&self, id: LaneId, next: &[Offset]) {
        if let Some(gauges) = self.lanes.get(&id) {
            gauges.set_needs(next);
        }
    }

    /// A lane has repeated so many records more, so many in all of so many.
    pub(super) fn repeated(&self, id: LaneId, more: u64, (done, of): (u64, u64)) {
        self.shard.records_replayed(more);
        if let Some(gauges) = self.lanes.get(&id) {
            gauges.set_restored(done, of);
        }
    }

    /// A lane stands where its ledger ends.
    pub(super) fn restored(&self, restored: &LaneRestored) {
        self.shard.tell(restored);
        // From here on it can be asked: a half-restored lane knows half the story.
        self.directory.open(restored.lane, &self.mailbox);
        if let Some(gauges) = self.lanes.get(&restored.lane) {
            gauges.set_state(LaneState::Running);
        }
    }

    /// A snapshot of a lane is kept on a shelf: its last unit, and its bytes.
    pub(super) fn snapshot_kept(
        &self,
        lane: LaneId,
        (unit, bytes): (UnitId, u64),
        shelf: &'static str,
        now: Timestamp,
    ) {
        if let Some(gauges) = self.lanes.get(&lane) {
            gauges.set_saved(now, bytes);
        }
        self.shard.tell(&SnapshotKept {
            lane,
            unit,
            bytes,
            shelf,
        });
    }

    /// A snapshot of a lane cannot be kept on a shelf.
    pub(super) fn snapshot_failed(&self, lane: LaneId, shelf: &'static str, why: &NotKept) {
        let why = &why.to_string();
        self.shard.tell(&SnapshotFailed { lane, shelf, why });
    }

    /// A snapshot was given up: customers change faster than they are written down.
    pub(super) fn snapshot_overtaken(&self, shelves: &[&str]) {
        self.shard.tell(&SnapshotOvertaken {
            worker: self.shard.worker(),
            shelves,
        });
    }

    /// A lane is not made of a snapshot, which may be damaged.
    pub(super) fn snapshot_unfit(
        &self,
        (lane, unit): (LaneId, UnitId),
        shelf: &'static str,
        why: &Unfit,
        damaged: bool,
    ) {
        let why = &why.to_string();
        self.shard.tell(&SnapshotUnfit {
            lane,
            unit,
            shelf,
            why,
            damaged,
        });
    }

    /// A lane cannot go on; nobody can ask it any more.
    pub(super) fn stopped(&mut self, lane: LaneId, loss: &Loss) {
        let Loss { topic, why } = loss;
        self.shard.tell(&LaneStopped { lane, topic, why });
        self.directory.close(lane, &self.mailbox);
        // What was known of its customers is not kept.
        let gauges = self.telemetry.lane(lane);
        gauges.set_state(LaneState::Stopped);
        self.lanes.insert(lane, gauges);
    }

    /// The worker ends like this, perhaps with a transaction open. That will be aborted, unless its
    /// commit is in doubt.
    pub(super) fn ended(&self, how: &Result<(), Trouble>, open: bool) {
        if let (Err(trouble), true) = (how, open)
            && !matches!(trouble, Trouble::InDoubt(_))
        {
            self.shard.tell(&TransactionAborted {
                worker: self.shard.worker(),
                why: &trouble.to_string(),
            });
        }
    }

    /// What has become of the worker's producer.
    pub(super) fn producer(&self, news: &News) {
        let worker = self.shard.worker();
        match news {
            News::Lost(why) => self.shard.tell(&ProducerLost {
                worker,
                why: &why.to_string(),
            }),
            News::Narrowed(bytes) => self.shard.tell(&LettersNarrowed {
                worker,
                bytes: *bytes,
            }),
            News::Renewed { why, arrived } => {
                let (reason, why) = (reason(why), &*why.to_string());
                if !arrived {
                    self.shard.tell(&TransactionAborted { worker, why });
                }
                self.shard.tell(&ProducerRenewed {
                    worker,
                    reason,
                    arrived: *arrived,
                });
            }
        }
    }

    /// A lane did something else than its ledger says.
    pub(super) fn mismatched(&self, mismatch: &Mismatch) {
        self.shard.tell(&LedgerMismatch {
            lane: mismatch.lane,
            unit: mismatch.unit,
            what: mismatch.field,
            ledger: &mismatch.written,
            replay: &mismatch.made,
        });
    }

    /// A lane adopts the policy of that hash, so many customers are to be passed over to it.
    pub(super) fn adopted(&self, lane: LaneId, hash: &str, customers: usize) {
        self.shard.tell(&PolicyAdopted {
            lane,
            hash,
            customers,
        });
    }

    /// All customers of a lane are passed over to the policy of that hash.
    pub(super) fn passed(&self, lane: LaneId, hash: &str) {
        AllPassedOver { lane, hash }.log();
    }

    /// A lane decides by another policy than the one given to this instance, and had that before.
    pub(super) fn left_behind(&self, lane: LaneId, hash: &str, given: &str) {
        LeftBehind { lane, hash, given }.log();
    }

    /// A lane cannot adopt what the instance was given.
    pub(super) fn refused(&self, lane: LaneId, why: &NotAdopted, stays: &str) {
        let reason = Declined::Unanswerable;
        self.telemetry.refused(reason);
        let (by, why) = (format!("lane {lane}"), why.to_string());
        PolicyRefused {
            by: &by,
            reason,
            why: &why,
            stays,
        }
        .log();
    }

    /// Answers what has been asked meanwhile: as of now while the feed is live, else as of the
    /// lane's clock, since what has happened after it is not known.
    pub(super) fn answer<R: Record>(
        &mut self,
        lanes: &BTreeMap<LaneId, Intake<R>>,
        feed: Feed,
        now: Timestamp,
    ) {
        self.shard.turn();
        while let Ok(question) = self.questions.try_recv() {
            // Dropped unanswered, it tells that the lane has gone.
            let Some(intake) = lanes.get(&question.lane) else {
                continue;
            };
            let engine = intake.lane.engine();
            let live = intake.coast(feed, now).is_some();
            let at = if live { now } else { engine.clock() };
            let view = engine.view(&question.customer, at);
            let known = view.map(|view| {
                let mut json = Vec::new();
                let policy = engine.policy_on(&question.customer);
                let explanation = explain(policy, &view);
                explanation::encode(policy, &question.customer, &explanation, &mut json);
                Told::Known(String::from_utf8(json).expect("JSON is UTF-8"))
            });
            let homes = intake.lane.homes();
            let moved = homes.and_then(|homes| homes.elsewhere(&question.customer));
            let unknown = || moved.map_or(Told::Unknown, Told::Moved);
            (question.answer)(known.unwrap_or_else(unknown));
        }
    }

    /// Sets the gauges, now and then.
    pub(super) fn gauge<R: Record>(
        &mut self,
        lanes: &BTreeMap<LaneId, Intake<R>>,
        feed: Feed,
        plan: &Plan,
        now: Timestamp,
    ) {
        if self
            .gauged
            .is_some_and(|(last, took)| last.elapsed() < GAUGES_EVERY.max(took * GAUGES_PART))
        {
            return;
        }
        let began = Instant::now();
        for (id, intake) in lanes {
            let Some(gauges) = self.lanes.get(id) else {
                continue;
            };
            let engine = intake.lane.engine();
            let policy = engine.policy();
            gauges.set_clock(engine.clock(), intake.coast(feed, now).is_some());
            gauges.set_customers(engine.customers(), engine.awaiting());
            gauges.set_forgotten(engine.forgotten());
            let enrolled = self.telemetry.enrol(policy);
            gauges.set_population(&policy.hash, &enrolled, engine.population());
            gauges.set_held(engine.held(now - policy.time.lateness));
            for topic in (0..plan.topics.len()).map(TopicIx) {
                gauges.set_lag(topic, intake.lag(topic));
            }
        }
        self.gauged = Some((began, began.elapsed()));
    }
}

fn reason(trouble: &Trouble) -> Renewal {
    match trouble {
        Trouble::InDoubt(_) => Renewal::AmbiguousCommit,
        _ => Renewal::ClientError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{NotAsked, Question};
    use crate::wire::policy::parse;

    const LANE: LaneId = LaneId(3);

    fn desk() -> (Desk, Telemetry, Directory) {
        let text = include_str!("../../config/policy.toml");
        let policy = Arc::new(parse("policy.toml", text).expect("the shipped policy"));
        let (telemetry, directory) = (Telemetry::new(&policy, &["a", "b"], 1), Directory::new());
        (Desk::new(&telemetry, &directory, 0), telemetry, directory)
    }

    fn asked(directory: &Directory) -> Result<(), NotAsked> {
        directory.ask(Question {
            lane: LANE,
            customer: "c-1".to_owned(),
            answer: Box::new(|_| {}),
        })
    }

    /// Until then it would tell of a past that it is only repeating.
    #[test]
    fn a_lane_is_asked_once_it_is_restored() {
        let (mut desk, telemetry, directory) = desk();
        desk.assigned(&[LANE]);
        assert_eq!(asked(&directory), Err(NotAsked::Elsewhere(LANE)));
        desk.restored(&LaneRestored {
            lane: LANE,
            customers: 0,
            snapshot: None,
            kept_up: false,
            units: 0,
            records: 0,
            took: Duration::ZERO,
        });
        assert_eq!(asked(&directory), Ok(()));
        assert_eq!(telemetry.lanes()[0].state(), LaneState::Running);
        desk.gone(Rebalance::Revoked);
        assert_eq!(asked(&directory), Err(NotAsked::Elsewhere(LANE)));
        assert!(telemetry.lanes().is_empty());
    }

    #[test]
    fn a_transaction_in_doubt_is_not_counted_as_aborted() {
        let (desk, telemetry, _directory) = desk();
        let aborted = |count: u32| {
            let series = format!("tidemark_transactions_total{{result=\"aborted\"}} {count}\n");
            assert!(telemetry.page().contains(&series), "not {count}");
        };
        let restart = Err(Trouble::Restart("a broker went away".to_owned()));
        desk.ended(
            &Err(Trouble::InDoubt("a commit timed out".to_owned())),
            true,
        );
        desk.ended(&restart, false);
        desk.ended(&Ok(()), true);
        aborted(0);
        desk.ended(&restart, true);
        aborted(1);
    }
}
