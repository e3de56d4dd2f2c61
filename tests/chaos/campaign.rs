//! Kills by the hundred, most of them within an open transaction, among other damage; each run is
//! written down. `TIDEMARK_MINUTES` has one run follow another, each with a seed of its own;
//! `TIDEMARK_A_SECOND` says how much happens in the shop, for many runs side by side.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::nemesis::{Nemesis, Tally};
use super::stage::{Outcome, SOON, Stage, number, rounds};
use crate::broker::needs_kafka;

/// Kills in the test command, and in each run of a campaign.
const KILLS: u64 = 100;
/// What customers do in a second.
const A_SECOND: u64 = 200;
/// How many of a hundred kills must have come within an open transaction.
const INSIDE: u64 = 60;
/// Two of them share what there is, with a guest who comes and goes.
const INSTANCES: [&str; 2] = ["one", "two"];
const GUEST: &str = "three";

#[test]
fn a_hundred_kills_and_other_damage_leave_no_trace() {
    needs_kafka!();
    let minutes = number("TIDEMARK_MINUTES").unwrap_or(0);
    let end = Instant::now() + Duration::from_secs(60 * minutes);
    let mut seed = first_seed(minutes > 0);
    loop {
        run(seed);
        seed += 1;
        if Instant::now() >= end {
            return;
        }
    }
}

/// A campaign has seeds that no other run had; the test command always the same.
fn first_seed(is_campaign: bool) -> u64 {
    match number("TIDEMARK_SEED") {
        Some(seed) => seed,
        None if is_campaign => crate::exactly_once::shop_load::now() as u64,
        None => 1,
    }
}

fn run(seed: u64) {
    let began = Instant::now();
    let mut tally = Tally::default();
    let played = catch_unwind(AssertUnwindSafe(|| play(seed, &mut tally)));
    let said = match &played {
        Ok(_) => "0".to_owned(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied());
            format!(
                "1: {}",
                text.unwrap_or("?").lines().next().unwrap_or_default()
            )
        }
    };
    write_down(seed, began.elapsed(), &tally, played.as_ref().ok(), &said);
    if let Err(panic) = played {
        resume_unwind(panic);
    }
    let inside = 100 * tally.inside() / tally.killed().max(1);
    assert!(
        inside >= INSIDE,
        "{inside} % of the kills came within a transaction"
    );
}

/// Does the damage, then looks what came of it.
fn play(seed: u64, told: &mut Tally) -> Outcome {
    let a_second = number("TIDEMARK_A_SECOND").unwrap_or(A_SECOND);
    let stage = Stage::crowded(&format!("chaos-{seed}"), seed, a_second);
    let mut nemesis = Nemesis::with(stage, &INSTANCES, GUEST);
    for name in INSTANCES {
        let owner = nemesis.stage.deployment.owner(name);
        let begun = nemesis
            .stage
            .proxy
            .witness()
            .wait_for_begun(&owner, 2, SOON);
        assert!(begun, "{name} does nothing:\n{}", nemesis.stage.log());
    }
    let kills = rounds(KILLS);
    while nemesis.tally.killed() < kills {
        nemesis.strike();
        told.clone_from(&nemesis.tally);
    }
    let (stage, instances) = nemesis.rest();
    stage.disperse(instances)
}

/// A line for the run in `target/chaos/campaigns.tsv`, and a file with all that was done.
fn write_down(seed: u64, took: Duration, tally: &Tally, outcome: Option<&Outcome>, said: &str) {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/chaos");
    fs::create_dir_all(&home).expect("target/chaos can be made");
    let log = tally.log.join("\n") + "\n";
    fs::write(home.join(format!("{seed}.log")), log).expect("a log can be written");
    let commit = Command::new("git")
        .args(["describe", "--always", "--dirty"])
        .output();
    let commit = commit.map_or_else(|_| "?".into(), |it| it.stdout);
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let others: u64 = tally.others.values().sum();
    let (killed, inside, took) = (tally.killed(), tally.inside(), took.as_secs());
    let mut line = format!("{commit}\t{seed}\t{took} s\t{killed}\t{inside}\t{others}");
    let (events, changes, recovery) = outcome.map_or((0, 0, 0), |it| {
        (it.events, it.changes, it.recovery.as_millis())
    });
    write!(line, "\t{events}\t{changes}\t{recovery} ms\t{said}").expect("text can be written");
    println!("{line}\n{:?}\n{:?}", tally.kills, tally.others);
    let all = home.join("campaigns.tsv");
    let file = File::options().create(true).append(true).open(all);
    let written = file.and_then(|mut file| writeln!(file, "{line}"));
    written.expect("a line can be written");
}
