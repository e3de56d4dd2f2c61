//! Snapshots of lanes: a new start is made of them, and what is damaged of them is told and makes
//! nothing wrong.

use std::fs;
use std::path::{Path, PathBuf};

use super::deployment::{Deployment, PATIENCE, Plan, QUICK};
use super::dice::Dice;
use super::shop_load::ShopLoad;
use super::verdict::verdict;
use crate::broker::{self, needs_kafka, until};

/// The snapshots of a lane, the oldest first.
pub(super) fn of_lane(deployment: &Deployment, lane: i32) -> Vec<PathBuf> {
    let name = |path: &PathBuf| path.file_name().map(|it| it.to_string_lossy().into_owned());
    let is_one = |path: &PathBuf| {
        let name = name(path).unwrap_or_default();
        name.contains(&format!(".lane-{lane}.")) && name.ends_with(".snapshot")
    };
    let entries = fs::read_dir(deployment.snapshots()).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(is_one);
    paths.sort_unstable();
    paths
}

/// Waits until each lane has been written down twice more.
pub(super) fn wait_for_snapshots(deployment: &Deployment) {
    let newest = |lane| of_lane(deployment, lane).pop();
    let before: Vec<_> = (0..deployment.lanes()).map(newest).collect();
    until("each lane has two new snapshots", PATIENCE, || {
        let has_two = |(lane, before): (i32, &Option<PathBuf>)| {
            let now = of_lane(deployment, lane);
            now.len() == 2 && Some(&now[0]) > before.as_ref()
        };
        (0..).zip(&before).all(has_two).then_some(())
    });
}

/// Of each lane, what the log says of its coming back.
pub(super) fn restored(deployment: &Deployment, log: &str) -> Vec<String> {
    let lines = log.lines().filter(|line| line.contains("lane restored"));
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    assert_eq!(lines.len() as i32, deployment.lanes(), "{log}");
    let lane = |line: &String| line.split(" lane=").nth(1).map(str::to_owned);
    lines.sort_unstable_by_key(lane);
    lines
}

fn unit(path: &Path) -> String {
    let name = path.file_name().map(|it| it.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let unit = name
        .split(".unit-")
        .nth(1)
        .and_then(|rest| rest.split('.').next());
    let unit: u64 = unit.and_then(|unit| unit.parse().ok()).expect("a unit");
    format!("snapshot={unit} ")
}

/// Of lane 0 a byte becomes another one, lane 1 ends early, lane 2 loses both, lane 3 gets what was
/// written of lane 0; the older one of each.
fn damage(deployment: &Deployment) -> Vec<PathBuf> {
    let (older, own): (Vec<PathBuf>, Vec<PathBuf>) = (0..deployment.lanes())
        .map(|lane| <[PathBuf; 2]>::try_from(of_lane(deployment, lane)).expect("two"))
        .map(|[older, newest]| (older, newest))
        .unzip();
    let bytes = |path: &PathBuf| fs::read(path).expect("it can be read");
    let write = |path: &PathBuf, bytes: &[u8]| fs::write(path, bytes).expect("it can be written");
    let mut flipped = bytes(&own[0]);
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let other = bytes(&older[0]);
    write(&own[0], &flipped);
    let whole = bytes(&own[1]);
    write(&own[1], &whole[..whole.len() - 1]);
    write(&own[2], &[]);
    fs::remove_file(&older[2]).expect("it can be removed");
    write(&own[3], &other);
    older
}

/// On a snapshot of a later version nothing begins.
fn refuse_later(deployment: &Deployment) {
    let [_, newest] = <[PathBuf; 2]>::try_from(of_lane(deployment, 3)).expect("two");
    let mut later = fs::read(&newest).expect("it can be read");
    let version = std::mem::replace(&mut later[3], u8::MAX);
    fs::write(&newest, &later).expect("it can be written");
    let ended = deployment.run_to_end(&["run"]);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(78), "{said}");
    assert!(
        said.contains("has format 255, this version of the program reads"),
        "{said}"
    );
    later[3] = version;
    fs::write(&newest, &later).expect("it can be written");
}

#[test]
fn a_new_start_is_made_of_snapshots_and_passes_over_what_is_damaged() {
    needs_kafka!();
    let plan = Plan {
        app: "snapshots",
        policy: QUICK,
        static_membership: false,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let load = ShopLoad::open(&deployment, Dice::of("snapshots", 8), 400, true);
    let first = deployment.start("one");
    load.wait_for_more(2_000);
    wait_for_snapshots(&deployment);
    first.kill();

    // Whole: each lane is made of its newest.
    let newest: Vec<PathBuf> = (0..deployment.lanes())
        .filter_map(|lane| of_lane(&deployment, lane).pop())
        .collect();
    let second = deployment.start("one");
    load.wait_for_more(1_000);
    wait_for_snapshots(&deployment);
    for (line, path) in restored(&deployment, &second.log()).iter().zip(&newest) {
        assert!(line.contains(&unit(path)), "{line} not of {path:?}");
    }
    assert!(second.terminate().success());

    let older = damage(&deployment);
    let third = deployment.start("one");
    load.wait_for_more(1_000);
    wait_for_snapshots(&deployment);
    let log = third.log();
    let lines = restored(&deployment, &log);
    for lane in [0, 1, 3] {
        let line = &lines[lane];
        assert!(line.contains(&unit(&older[lane])), "{line}");
    }
    assert!(!lines[2].contains("snapshot="), "{}", lines[2]);
    assert_eq!(log.matches("snapshot damaged").count(), 4, "{log}");
    assert!(third.terminate().success());

    refuse_later(&deployment);

    // Nowhere to write: told, and nothing else.
    let fourth = deployment.start_with("one", &["snapshots.folder=/dev/null/nowhere"]);
    load.wait_for_more(1_000);
    until("a snapshot fails", PATIENCE, || {
        fourth.log().contains("snapshot not kept").then_some(())
    });
    let sent = load.close();
    deployment.wait_until_caught_up();
    assert!(fourth.terminate().success());
    verdict(&deployment, &sent, watcher);
}
