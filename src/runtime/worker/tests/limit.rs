//! A worker whose memory reaches its limit.

use super::*;

/// A worker at its limit, with a purchase of bob unread.
fn full() -> Scene {
    let mut scene = Scene::new();
    scene.shore.take(LIMIT);
    scene.shore.pass(100);
    scene.shore.purchase("bob");
    assert_eq!(scene.turn(), [""; 0]);
    scene
}

#[test]
fn at_the_limit_of_memory_nothing_is_taken_and_nothing_lost() {
    let mut scene = full();
    let paused = |scene: &Scene| scene.counts("tidemark_intake_paused");
    for _ in 0..3 {
        scene.shore.pass(100);
        scene.shore.naps();
        assert_eq!(scene.turn(), [""; 0]);
        assert_eq!(scene.shore.naps(), [Duration::from_millis(20)]);
    }
    assert_eq!(paused(&scene), 1);
    assert_eq!(scene.counts("tidemark_memory_in_use_bytes"), LIMIT);
    assert_eq!(scene.counts("tidemark_memory_limit_bytes"), LIMIT);
    let lane = &scene.worker.lanes[&LANE];
    assert_eq!((lane.lane.next(), lane.waiting()), (&[Offset(0)][..], 1));

    scene.shore.take(LIMIT / 100 * 95);
    scene.shore.pass(100);
    assert_eq!(scene.turn(), [""; 0]);
    scene.shore.take(LIMIT / 100 * 95 - 1);
    assert_eq!(scene.turn(), [""; 0], "it has looked a moment ago");
    scene.shore.pass(100);
    assert_eq!(scene.turn(), ["begin", "change bob"]);
    assert_eq!(paused(&scene), 0);
    scene.shore.pass(5);
    assert_eq!(scene.turn(), ["ledger", "commit 0 to 1"]);
}

#[test]
fn what_is_open_at_the_limit_of_memory_is_committed() {
    let mut scene = Scene::new();
    scene.shore.pass(100);
    scene.turn();
    scene.shore.pass(95);
    scene.shore.purchase("ann");
    assert_eq!(scene.turn(), ["begin", "change ann"]);
    scene.shore.take(LIMIT);
    scene.shore.purchase("bob");
    scene.shore.pass(5);
    assert_eq!(scene.turn(), ["ledger", "commit 0 to 1"]);
    scene.shore.end(Ok(()));
    scene.turn();
    scene.assert_committed(1, 1);
    assert_eq!(scene.worker.lanes[&LANE].lane.next(), [Offset(1)]);
}

#[test]
fn what_has_arrived_before_the_limit_of_memory_waits_too() {
    let mut scene = Scene::committing();
    for customer in 0..9 {
        scene.shore.purchase(&format!("c-{customer}"));
    }
    scene.turn();
    scene.shore.take(LIMIT);
    scene.shore.pass(100);
    scene.shore.end(Ok(()));
    assert_eq!(scene.turn().last().expect("it is full"), "commit 0 to 7");
    scene.shore.end(Ok(()));
    scene.shore.pass(100);
    assert_eq!(scene.turn(), [""; 0]);
    assert_eq!(scene.worker.lanes[&LANE].waiting(), 3);
    scene.shore.take(0);
    scene.shore.pass(100);
    let said = scene.turn();
    assert_eq!(said.last().expect("it is full"), "commit 0 to 10");
}

#[test]
fn no_clock_coasts_at_the_limit_of_memory() {
    for (in_use, due) in [(LIMIT - 1, true), (LIMIT, false)] {
        let mut scene = Scene::committing();
        scene.shore.end(Ok(()));
        scene.turn();
        scene.shore.take(in_use);
        scene.shore.pass(2 * DAY);
        let said = scene.turn();
        assert_eq!(!said.is_empty(), due, "{said:?}");
        assert_eq!(scene.worker.feed().caught_up, due);
    }
}

#[test]
fn a_lane_is_restored_once_there_is_memory_for_it() {
    let mut scene = full();
    let turn = |scene: &mut Scene, in_use: u64, phase: Phase| {
        scene.shore.take(in_use);
        scene.shore.pass(100);
        scene.shore.naps();
        let said = scene.turn();
        assert_eq!(scene.worker.lanes[&LANE].phase, phase);
        (said, scene.shore.naps())
    };
    let nothing = |millis: u64| (Vec::new(), vec![Duration::from_millis(millis)]);
    scene.shore.notice(Notice::Revoked);
    assert_eq!(scene.turn(), ["release"]);
    scene.shore.notice(Notice::Assigned(vec![LANE]));
    scene.shore.hold_ledgers(true);
    assert_eq!(turn(&mut scene, LIMIT, Phase::Restoring), nothing(20));
    assert_eq!(turn(&mut scene, 0, Phase::Restoring), nothing(1));
    scene.shore.hold_ledgers(false);
    assert_eq!(turn(&mut scene, LIMIT, Phase::Restoring), nothing(20));
    let (said, _) = turn(&mut scene, 0, Phase::Running);
    assert_eq!(said, ["begin", "change bob"]);
}

/// Else it would be taken out of order, although the other was not looked for.
#[test]
fn a_pause_is_no_wait_for_a_lagging_topic() {
    let shore = Shore::default();
    shore.lag();
    let mut scene = Scene::on(shore, &["shop", "other"]);
    scene.shore.purchase("bob");
    assert_eq!(scene.turn(), [""; 0]);
    for in_use in [LIMIT, 0] {
        scene.shore.take(in_use);
        scene.shore.pass(29_900);
        assert_eq!(scene.turn(), [""; 0]);
    }
    scene.shore.pass(30_000);
    assert_eq!(scene.turn(), ["begin", "change bob"]);
}
