//! Lanes of others as they are kept up, handed over and given up.

use std::sync::Arc;
use std::thread;

use super::*;
use crate::lane::pacing::Pacing;
use crate::model::time::Span;
use crate::port::{Clock, Trouble};
use crate::runtime::allowance::Allowance;
use crate::runtime::plan::Plan;
use crate::runtime::policies::Policies;
use crate::runtime::shore::{Boat, Shore};
use crate::telemetry::Telemetry;
use crate::wire::policy::edition;

const LIMIT: u64 = 1_000_000;
const MINE: LaneId = LaneId(0);
const OTHER: LaneId = LaneId(1);

/// Two lanes, both of others at first.
struct Scene {
    shore: Shore,
    telemetry: Telemetry,
    plan: Arc<Plan>,
    standby: Standby,
    follower: Follower<Boat, Shore, Shore>,
}

impl Scene {
    fn new() -> Self {
        let text = include_str!("../../../config/policy.toml");
        let edition = edition("policy.toml", text).expect("the shipped policy");
        let shore = Shore::default();
        let telemetry = Telemetry::new(&edition.policy, &["shop"], 1);
        let plan = Arc::new(Plan {
            policies: Policies::new(edition, 500),
            topics: ["shop".to_owned()].into(),
            transfers: None,
            lanes: 2,
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
        });
        let standby = Standby::in_step();
        standby.keep_up(true);
        let allowance = Allowance::new(shore.clone(), plan.memory_max, &telemetry);
        let (boat, clock, shared) = (Boat::of(&shore), shore.clone(), standby.clone());
        let follower = Follower::new(plan.clone(), boat, clock, shared, allowance, &telemetry);
        Self {
            shore,
            telemetry,
            plan,
            standby,
            follower,
        }
    }

    /// So many turns, some time apart.
    #[track_caller]
    fn turns(&mut self, turns: usize) {
        for _ in 0..turns {
            self.follower.turn().expect("all is well");
            self.shore.pass(20);
        }
    }

    fn standing(&self, lane: LaneId) -> Standing {
        Standing {
            lane: self.plan.lane(lane, vec![Offset(0)]),
            place: None,
            needs: vec![Offset(0)],
            stood: self.shore.now(),
        }
    }

    fn told(&self) -> u64 {
        self.telemetry.standby().lanes()
    }
}

#[test]
fn lanes_of_others_are_kept_up_and_handed_over() {
    let mut scene = Scene::new();
    scene.standby.claim(0, &[MINE]);
    scene.turns(10);
    assert_eq!(scene.told(), 1);
    assert!(scene.telemetry.standby().oldest().is_some());
    scene.standby.claim(0, &[MINE, OTHER]);
    assert!(scene.standby.take(MINE).is_none());
    let taken = scene.standby.take(OTHER).expect("it was kept up");
    assert_eq!((taken.lane.id(), taken.needs), (OTHER, vec![Offset(0)]));
    scene.standby.settle(&[MINE, OTHER]);
    scene.turns(10);
    assert_eq!(scene.told(), 0);
    // Whoever has lanes no more leaves them to be kept up.
    scene.standby.claim(0, &[]);
    scene.turns(10);
    assert_eq!(scene.told(), 2);
}

#[test]
fn a_lane_is_looked_at_twice_a_second() {
    let mut scene = Scene::new();
    scene.standby.claim(0, &[MINE]);
    scene.turns(10);
    let first = scene.telemetry.standby().oldest();
    scene.turns(10);
    assert_eq!(scene.telemetry.standby().oldest(), first);
    scene.shore.pass(500);
    scene.turns(3);
    assert!(scene.telemetry.standby().oldest() > first);
}

#[test]
fn what_a_worker_has_left_is_kept_up_from_there() {
    let scene = Scene::new();
    scene.standby.claim(0, &[MINE]);
    scene.standby.offer(scene.standing(MINE));
    scene.standby.offer(scene.standing(OTHER));
    assert!(scene.standby.take(MINE).is_none());
    assert!(scene.standby.take(OTHER).is_some());
    // Nobody keeps up anything.
    scene.standby.keep_up(false);
    scene.standby.offer(scene.standing(OTHER));
    assert!(scene.standby.take(OTHER).is_none());
}

#[test]
fn a_lane_that_was_taken_on_without_what_was_kept_up_is_not_kept_twice() {
    let scene = Scene::new();
    for (asked_before, expected) in [(false, true), (true, false)] {
        assert!(scene.standby.carry(OTHER).is_none());
        scene.standby.claim(0, &[OTHER]);
        if asked_before {
            assert!(scene.standby.take(OTHER).is_none());
        }
        scene.standby.put(OTHER, Some(scene.standing(OTHER)));
        assert_eq!(scene.standby.take(OTHER).is_some(), expected);
        scene.standby.settle(&[OTHER]);
        scene.standby.claim(0, &[]);
    }
}

/// The worker is in its own thread.
#[test]
fn a_worker_waits_for_a_lane_that_is_being_carried_on() {
    let (scene, standby) = (Scene::new(), Standby::within(Duration::from_secs(60)));
    assert!(standby.carry(OTHER).is_none());
    standby.claim(0, &[OTHER]);
    let standing = scene.standing(OTHER);
    thread::scope(|scope| {
        let worker = scope.spawn(|| standby.take(OTHER).is_some());
        while !standby.is_own(OTHER) {
            thread::yield_now();
        }
        standby.put(OTHER, Some(standing));
        assert!(worker.join().expect("it does not panic"));
    });
}

#[test]
fn lanes_of_others_make_room_for_those_of_this_instance() {
    let mut scene = Scene::new();
    scene.turns(10);
    assert_eq!(scene.told(), 2);
    scene.shore.take(LIMIT / 100 * 90);
    scene.shore.pass(100);
    scene.turns(1);
    assert_eq!((scene.told(), scene.standby.kept_up().0), (0, 0));
    // Not at once, lest they come and go.
    scene.shore.take(0);
    scene.turns(10);
    assert_eq!(scene.told(), 0);
    scene.shore.pass(600_000);
    scene.turns(10);
    assert_eq!(scene.told(), 2);
}

#[test]
fn a_lane_that_lacks_records_is_left_alone_for_a_while() {
    let mut scene = Scene::new();
    scene.standby.claim(0, &[MINE]);
    scene.standby.offer(scene.standing(OTHER));
    scene.shore.0.first.set(5);
    assert!(matches!(scene.follower.turn(), Err(Trouble::Lost(_))));
    assert_eq!(scene.standby.kept_up().0, 0);
    scene.shore.0.first.set(0);
    scene.turns(10);
    assert_eq!(scene.told(), 0);
    scene.shore.pass(30_000);
    scene.turns(10);
    assert_eq!(scene.told(), 1);
}
