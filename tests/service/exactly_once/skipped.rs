//! A lane whose records are gone for good, made to go on past them: once, with a gap in its books
//! that every later start passes over, too.

use std::fs;

use tidemark::model::ids::LaneId;

use super::deployment::{Deployment, Instance, Plan};
use super::lost_records::{delete_before, of_lane, wait_for_log};
use super::own_topics::{Desk, LOOKS, names, wait_for};
use super::shop_load::now;
use crate::broker::{self, needs_kafka};

const LOST: LaneId = LaneId(2);
const UNAVAILABLE: i32 = 69;
const CONFIG: i32 = 78;

/// Ends with that code, saying all of that.
#[track_caller]
fn ends(deployment: &Deployment, arguments: &[&str], code: i32, says: &[&str]) {
    let output = deployment.run_to_end(arguments);
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for what in says {
        assert!(said.contains(what), "{what}\n{said}");
    }
}

/// Records come and go while it stands still; gives those whose they were.
fn lose(deployment: &Deployment, desk: &Desk, one: &mut Instance, read: i64) -> Vec<String> {
    let [_, browsing] = deployment.inputs();
    one.signal("STOP");
    let (theirs, _) = of_lane(&names("q", 40), deployment.lanes(), LOST);
    assert!(theirs.len() > 3, "{theirs:?}");
    desk.send(LOOKS, "view", &theirs, now(), "");
    delete_before(deployment, (&browsing, LOST), read + 3);
    one.signal("CONT");
    theirs
}

/// It is skipped once, when nobody is there, by the command that the log has.
fn skip(deployment: &Deployment, mut one: Instance, read: i64) {
    let [_, browsing] = deployment.inputs();
    let command = format!("tidemark skip --lane {LOST} --topic {browsing}");
    let log = wait_for_log(&mut one, "lane stopped", 1);
    assert!(log.contains(&format!("next=\"{command}\"")), "{log}");
    let skip: Vec<&str> = command.split(' ').skip(1).collect();
    let does = [&skip[..], &["--yes"]].concat();
    let tells = [
        &format!("up to offset {read} by unit")[..],
        &format!("would go on at offset {}", read + 3),
        "3 offsets are passed over",
        "the group has 1 member",
        "nothing was written",
    ];
    ends(deployment, &skip, 0, &tells);
    ends(
        deployment,
        &does,
        UNAVAILABLE,
        &["stop all instances first"],
    );
    assert!(one.terminate().success());
    let elsewhere = ["skip", "--lane", "2", "--topic", "nowhere", "--yes"];
    ends(
        deployment,
        &elsewhere,
        CONFIG,
        &["is none of the input topics"],
    );
    let before = [&does[..], &["--to", "1"]].concat();
    ends(deployment, &before, CONFIG, &["there is no offset 1"]);
    let tells = ["has one\n", "goes on at offset"];
    ends(deployment, &does, 0, &tells);
    ends(deployment, &does, CONFIG, &["nothing is gone"]);
}

#[test]
fn a_lane_goes_on_past_what_is_gone() {
    needs_kafka!();
    let plan = Plan {
        app: "skipped",
        policy: include_str!("own_topics.toml"),
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let desk = Desk::new(&deployment, deployment.all_inputs());
    let [_, browsing] = deployment.inputs();
    let patient = ["kafka.session_timeout=30s"];
    let mut one = deployment.start_with("one", &patient);
    let buyers = names("k", 40);
    desk.buy(&buyers, "large", 200);
    desk.send(LOOKS, "view", &buyers, now(), "");
    wait_for(&deployment, &watcher, "gold", 40);
    deployment.wait_until_caught_up();
    let read = deployment.committed()[&(browsing.clone(), LOST.0)];

    let theirs = lose(&deployment, &desk, &mut one, read);
    skip(&deployment, one, read);

    // Once by the snapshot from before the gap, once more by whatever there is then.
    for (round, customers) in [(1, &theirs), (2, &buyers)] {
        let mut one = deployment.start_with("one", &patient);
        let log = wait_for_log(&mut one, "lane restored", 4);
        assert!(!log.contains("lane stopped"), "{log}");
        desk.buy(customers, "large", 200);
        desk.send(LOOKS, "view", customers, now(), "");
        if round == 1 {
            wait_for(&deployment, &watcher, "gold", 40 + theirs.len());
        }
        deployment.wait_until_caught_up();
        assert!(one.terminate().success());
    }
    let over = format!("passes over {browsing} from offset {read} to {}", read + 3);
    let audit = ["audit", "--from-kafka"];
    ends(&deployment, &audit, 0, &[&over, "the books are in order"]);

    // Nothing else is left of what the lane had read before the gap.
    fs::remove_dir_all(deployment.snapshots()).expect("there are snapshots");
    let mut one = deployment.start_with("one", &patient);
    let log = wait_for_log(&mut one, "lane stopped", 1);
    assert!(log.contains("only a snapshot of unit"), "{log}");
    wait_for_log(&mut one, "lane restored", 3);
    assert!(one.terminate().success());
}
