//! A disk on which there is no room for snapshots for a while: the instance goes on without, keeps
//! those that it has, and keeps the next ones once there is room.

use std::fs;
use std::path::PathBuf;

use super::deployment::{Deployment, PATIENCE, Plan, QUICK};
use super::dice::Dice;
use super::shop_load::ShopLoad;
use super::snapshots::{of_lane, restored, wait_for_snapshots};
use super::verdict::verdict;
use crate::broker::{self, needs_kafka, until};

/// The snapshots of all lanes.
fn kept(deployment: &Deployment) -> Vec<PathBuf> {
    let lanes = 0..deployment.lanes();
    lanes.flat_map(|lane| of_lane(deployment, lane)).collect()
}

fn bytes(path: &PathBuf) -> u64 {
    fs::metadata(path).expect("it is kept").len()
}

/// There is room for less than the least that a snapshot takes, and for the log.
#[test]
fn without_room_for_snapshots_it_goes_on_and_then_keeps_them_again() {
    needs_kafka!();
    let plan = Plan {
        app: "room",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let load = ShopLoad::open(&deployment, Dice::of("room", 10), 400, true);
    let one = deployment.start_with_room("one");
    load.wait_for_more(3_000);
    wait_for_snapshots(&deployment);
    let least = kept(&deployment).iter().map(bytes).min();
    let room = least.expect("there are snapshots") / 2;
    let log = one.log().len() as u64;
    assert!(2 * log < room, "a log of {log} bytes, room for {room}");

    one.limit_files(Some(room));
    until("a snapshot of each lane fails", PATIENCE, || {
        let lane = |lane| format!("lane={lane} ");
        let log = one.log();
        let failed = log
            .lines()
            .filter(|line| line.contains("snapshot not kept"));
        let failed: Vec<&str> = failed.collect();
        let mut lanes = 0..deployment.lanes();
        lanes
            .all(|it| failed.iter().any(|line| line.contains(&lane(it))))
            .then_some(())
    });
    let before = kept(&deployment);
    let sizes: Vec<u64> = before.iter().map(bytes).collect();
    assert_eq!(before.len() as i32, 2 * deployment.lanes());
    load.wait_for_more(1_000);
    let after: Vec<u64> = kept(&deployment).iter().map(bytes).collect();
    assert_eq!((kept(&deployment), after), (before, sizes));

    one.limit_files(None);
    wait_for_snapshots(&deployment);
    one.kill();
    let two = deployment.start("one");
    load.wait_for_more(1_000);
    let sent = load.close();
    deployment.wait_until_caught_up();
    for line in restored(&deployment, &two.log()) {
        assert!(line.contains(" snapshot="), "{line}");
    }
    assert!(two.terminate().success());
    verdict(&deployment, &sent, watcher);
}
