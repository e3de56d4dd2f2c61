//! A worker on a bus whose commits end when a test says so.

mod limit;
mod lost;
mod producer;

use std::time::Duration;

use super::*;
use crate::directory::Directory;
use crate::lane::pacing::Pacing;
use crate::model::ids::{Offset, UnitId};
use crate::model::time::Span;
use crate::runtime::policies::Policies;
use crate::runtime::shore::{Boat, Shore};
use crate::telemetry::Telemetry;
use crate::wire::policy::edition;

const LANE: LaneId = LaneId(0);
/// Whoever has bought within the day is a buyer.
const POLICY: &str = r#"
name = "buyers"
version = 1
currency = "GBP"
zone = "Europe/London"
[time]
stall_after = "3d"
[feature.bought]
aggregate = "count"
of = ["purchase"]
window = "1d"
[[ladder]]
name = "value"
[[ladder.tier]]
name = "none"
[[ladder.tier]]
name = "buyer"
enter = "bought >= 1"
"#;
/// Bytes of memory that may be in use.
const LIMIT: u64 = 1_000_000;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A worker with one lane, which has nothing to do.
struct Scene {
    shore: Shore,
    telemetry: Telemetry,
    worker: Worker<Boat, Shore, Shore>,
}

impl Scene {
    fn new() -> Self {
        Self::on(Shore::default(), &["shop"])
    }

    /// The same with these topics.
    fn on(shore: Shore, topics: &[&str]) -> Self {
        let edition = edition("policy.toml", POLICY).expect("a valid policy");
        let telemetry = Telemetry::new(&edition.policy, topics, 1);
        let plan = Plan {
            policies: Policies::new(edition, 500),
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            transfers: None,
            lanes: 1,
            source: "here".to_owned(),
            pacing: Pacing {
                records_max: 3,
                bytes_max: 1 << 20,
                age_max: Span(25),
                change_wait: Span(5),
                stretch: 2,
            },
            deadlines_per_second: None,
            pause: Span(12),
            merge_wait: Span(30_000),
            memory_max: Some(LIMIT),
            record_bytes_max: 65_536,
            agreement_wait: Span(1_000),
            snapshots: None,
        };
        let desk = Desk::new(&telemetry, &Directory::new(), 0);
        let boat = Boat::of(&shore);
        let pulse = Pulse::default();
        let allowance = Allowance::new(shore.clone(), plan.memory_max, &telemetry);
        let (plan, clock) = (Arc::new(plan), shore.clone());
        let mut worker = Worker::new(
            plan,
            boat,
            clock,
            desk,
            pulse,
            allowance,
            Standby::in_step(),
        );
        shore.notice(Notice::Assigned(vec![LANE]));
        worker.turn().expect("the lane is restored");
        assert_eq!(worker.lanes[&LANE].phase, Phase::Running);
        Self {
            shore,
            telemetry,
            worker,
        }
    }

    /// The same, with a purchase of ann being committed, begun 5 ms ago.
    fn committing() -> Self {
        let mut scene = Self::new();
        scene.shore.purchase("ann");
        assert_eq!(scene.turn(), ["begin", "change ann"]);
        scene.shore.pass(5);
        assert_eq!(scene.turn(), ["ledger", "commit 0 to 1"]);
        scene
    }

    /// What is said in a turn.
    #[track_caller]
    fn turn(&mut self) -> Vec<String> {
        self.worker.turn().expect("all is well");
        self.shore.said()
    }

    fn counts(&self, series: &str) -> u64 {
        let page = self.telemetry.page();
        let mut lines = page.lines();
        let value = lines.find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        value.expect("a series").parse().expect("a whole number")
    }

    #[track_caller]
    fn assert_committed(&self, transactions: u64, records: u64) {
        let committed = self.counts(r#"tidemark_transactions_total{result="committed"}"#);
        let consumed = self.counts(r#"tidemark_records_consumed_total{topic="shop"}"#);
        assert_eq!((committed, consumed), (transactions, records));
    }
}

fn restart() -> Trouble {
    Trouble::Restart("a broker went away".to_owned())
}

#[test]
fn what_arrives_during_a_commit_is_in_the_next_transaction() {
    let mut scene = Scene::committing();
    for customer in ["bob", "cid"] {
        scene.shore.purchase(customer);
        assert_eq!(scene.turn(), [""; 0]);
        scene.shore.pass(4);
    }
    assert_eq!(scene.worker.lanes[&LANE].lane.next(), [Offset(3)]);
    assert_eq!(scene.worker.lanes[&LANE].lane.engine().customers(), 3);
    scene.assert_committed(0, 0);
    scene.shore.end(Ok(()));
    assert_eq!(scene.turn(), ["begin", "change bob", "change cid"]);
    scene.assert_committed(1, 1);
    // It waits for others as long as any.
    scene.shore.pass(4);
    assert_eq!(scene.turn(), [""; 0]);
    scene.shore.pass(1);
    assert_eq!(scene.turn(), ["ledger", "commit 0 to 3"]);
    scene.assert_committed(1, 1);
    scene.shore.end(Ok(()));
    scene.turn();
    scene.assert_committed(2, 3);
}

#[test]
fn a_unit_waits_for_the_one_before_and_for_its_time() {
    let mut scene = Scene::committing();
    scene.shore.purchase("bob");
    for _ in 0..3 {
        scene.shore.naps();
        assert_eq!(scene.turn(), [""; 0]);
        // Its end wakes the worker; till then it looks after the group now and then.
        assert_eq!(scene.shore.naps(), [Duration::from_millis(20)]);
    }
    scene.shore.pass(2);
    scene.shore.end(Ok(()));
    assert_eq!(scene.turn(), [""; 0]);
    assert_eq!(scene.shore.naps(), [Duration::from_millis(5)]);
    scene.shore.pass(5);
    assert_eq!(scene.turn(), ["begin", "change bob"]);
    assert_eq!(scene.shore.naps(), [Duration::from_millis(5)]);
}

#[test]
fn what_is_due_during_a_commit_is_in_the_next_transaction() {
    let mut scene = Scene::committing();
    scene.shore.pass(2 * DAY);
    assert_eq!(scene.turn(), [""; 0]);
    assert!(scene.worker.lanes[&LANE].lane.is_open());
    scene.shore.purchase("bob");
    assert_eq!(scene.turn(), [""; 0]);
    scene.shore.pass(5);
    scene.shore.end(Ok(()));
    assert_eq!(scene.turn(), ["begin", "change ann", "change bob"]);
}

#[test]
fn a_unit_in_wait_grows_as_large_as_any_and_no_older() {
    let mut scene = Scene::committing();
    for customer in 0..9 {
        scene.shore.purchase(&format!("c-{customer}"));
    }
    scene.turn();
    scene.turn();
    assert_eq!(scene.worker.lanes[&LANE].lane.next(), [Offset(7)]);
    scene.shore.pass(10);
    scene.shore.end(Ok(()));
    let said = scene.turn();
    assert_eq!(said.len(), 1 + 6 + 2, "{said:?}");
    assert_eq!(scene.counts("tidemark_commit_wait_seconds_count"), 1);

    scene.turn();
    assert_eq!(scene.worker.lanes[&LANE].lane.next(), [Offset(10)]);
    scene.shore.pass(50);
    scene.shore.purchase("late");
    scene.turn();
    assert_eq!(scene.worker.lanes[&LANE].lane.next(), [Offset(10)]);
    scene.shore.end(Ok(()));
    let said = scene.turn();
    assert_eq!(said.last().expect("it is committed"), "commit 0 to 10");
    assert_eq!(scene.counts("tidemark_commit_wait_seconds_count"), 2);
    scene.shore.end(Ok(()));
    scene.turn();
    assert_eq!(scene.counts("tidemark_commit_wait_seconds_count"), 2);
}

#[test]
fn lanes_are_given_up_once_all_is_committed() {
    for by_group in [true, false] {
        let mut scene = Scene::committing();
        scene.shore.purchase("bob");
        scene.turn();
        if by_group {
            scene.shore.notice(Notice::Revoked);
            scene.turn();
        } else {
            let result = scene.worker.run(&AtomicBool::new(true));
            assert_eq!(result, Ok(()));
        }
        scene.assert_committed(2, 2);
        assert!(scene.worker.lanes.is_empty());
        assert_eq!(scene.worker.parked.len(), 1);
    }
}

/// The offsets are where they were: the broker tells the ledger's partition last how the
/// transaction has ended, and whoever has the lane by then would do the unit again.
#[test]
fn a_unit_of_time_alone_is_waited_for() {
    let mut scene = Scene::committing();
    scene.shore.end(Ok(()));
    scene.turn();
    scene.shore.notice(Notice::Revoked);
    scene.turn();
    for (unit, phase) in [(2, Phase::Restoring), (1, Phase::Running)] {
        let committed = Some((UnitId(unit), Offset(1)));
        scene.shore.0.committed.set(committed);
        scene.shore.notice(Notice::Assigned(vec![LANE]));
        scene.turn();
        assert_eq!(scene.worker.lanes[&LANE].phase, phase, "unit {unit}");
        scene.shore.notice(Notice::Revoked);
        scene.turn();
    }
}

/// It would come back as one that has read so far and done nothing.
#[test]
fn a_lane_whose_customers_are_still_on_a_shelf_is_not_remembered() {
    for (is_hollow, parked) in [(true, 0), (false, 1)] {
        let mut scene = Scene::new();
        let lanes = &mut scene.worker.lanes;
        lanes.get_mut(&LANE).expect("it was assigned").is_hollow = is_hollow;
        scene.shore.notice(Notice::Revoked);
        scene.turn();
        assert_eq!(scene.worker.parked.len(), parked);
    }
}

#[test]
fn lanes_are_given_up_in_order() {
    let mut scene = Scene::committing();
    scene.shore.purchase("bob");
    scene.turn();
    scene.shore.notice(Notice::Revoked);
    let said = [
        "hear out",
        "begin",
        "change bob",
        "ledger",
        "commit 0 to 2",
        "hear out",
        "release",
    ];
    assert_eq!(scene.turn(), said);
}

#[test]
fn what_arrives_in_the_end_counts() {
    for (ending, committed, aborted) in [(Ok(()), 1, 0), (Err(restart()), 0, 1)] {
        let mut scene = Scene::committing();
        scene.shore.purchase("bob");
        scene.turn();
        scene.shore.notice(Notice::Lost);
        scene.shore.end(ending);
        let result = scene.worker.run(&AtomicBool::new(false));
        assert!(matches!(result, Err(Trouble::Restart(_))), "{result:?}");
        assert_eq!(scene.shore.said(), ["hear out"]);
        scene.assert_committed(committed, committed);
        let series = r#"tidemark_transactions_total{result="aborted"}"#;
        assert_eq!(scene.counts(series), aborted);
    }
}

/// A ledger read from there on would be lacking what the new one has yet to do.
#[test]
fn a_lane_that_is_made_anew_has_not_the_place_of_the_one_before() {
    let mut scene = Scene::new();
    scene.worker.places.insert(LANE, Offset(7));
    let back = [Notice::Revoked, Notice::Assigned(vec![LANE])];
    let anew = [
        Notice::Revoked,
        Notice::Assigned(Vec::new()),
        Notice::Revoked,
        Notice::Assigned(vec![LANE]),
    ];
    for (notices, place) in [(&back[..], Some(Offset(7))), (&anew[..], None)] {
        for notice in notices {
            scene.shore.notice(notice.clone());
            scene.turn();
        }
        assert_eq!(scene.worker.places.get(&LANE).copied(), place);
    }
}
