//! A worker with a lane whose records are gone.

use super::*;

#[test]
fn a_lane_whose_records_are_gone_stands_still() {
    let mut scene = Scene::committing();
    scene.shore.end(Ok(()));
    scene.turn();
    scene.shore.0.first.set(2);
    scene.shore.notice(Notice::Revoked);
    scene.turn();
    scene.shore.notice(Notice::Assigned(vec![LANE]));
    scene.turn();
    assert!(scene.worker.lanes.is_empty());
    assert_eq!(scene.counts("tidemark_lanes{state=\"stopped\"}"), 1);
    scene.shore.purchase("bob");
    assert_eq!(scene.turn(), [""; 0], "nothing is done for it");

    // Whoever is given it looks again.
    scene.shore.0.first.set(0);
    scene.shore.notice(Notice::Revoked);
    scene.turn();
    scene.shore.notice(Notice::Assigned(vec![LANE]));
    assert_eq!(scene.counts("tidemark_lanes{state=\"stopped\"}"), 0);
}
