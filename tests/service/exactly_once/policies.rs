//! Policies that come while the service runs, by SIGHUP or a topic: adopted once in each lane
//! whoever dies meanwhile, or refused as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::net::TcpListener;

use serde::Deserialize;
use tidemark::lane::ledger::Entry;
use tidemark::model::ids::LaneId;
use tidemark::model::time::Timestamp;
use tidemark::model::zone::show_utc;
use tidemark::wire::{ledger, policy};

use super::deployment::{Deployment, Instance, PATIENCE, Plan};
use super::dice::Dice;
use super::shop_load::{ShopLoad, now};
use super::verdict::{Evidence, basics};
use crate::broker::{self, Isolation, Seen, Watcher, needs_kafka, until};
use crate::client::request;

/// A policy under which places do not depend on the time.
const STEADY: &str = include_str!("steady_policy.toml");
/// So few customers are passed over in each unit that one can be disturbed meanwhile.
const PACE: &str = "policy.pace=2";

/// Another policy that can be told: tiers that come, go and lie elsewhere; a ladder that comes, a
/// map that goes.
fn other() -> String {
    let (ladder, _) = STEADY.split_once("[[map]]").expect("there is a map");
    let ladder = ladder.replace("version = 1", "version = 2");
    let ladder = ladder.replace("spend >= 150", "spend >= 90");
    let ladder = ladder.replace("name = \"high\"", "name = \"top\"");
    let looks = "[[ladder]]\nname = \"looks\"\n[[ladder.tier]]\nname = \"few\"\n\
                 [[ladder.tier]]\nname = \"many\"\nenter = \"views >= 4\"\n";
    ladder + looks
}

/// A policy that asks for what was never kept.
fn unanswerable() -> String {
    STEADY.replace(
        "[feature.views]",
        "[feature.online]\naggregate = \"count\"\nof = [\"purchase\"]\nwindow = \"lifetime\"\n\
         where = \"channel = online\"\n\n[feature.views]",
    )
}

fn hash(text: &str) -> String {
    policy::parse("policy.toml", text).expect("a policy").hash
}

/// Gives instances a policy.
fn give(deployment: &Deployment, text: &str, instances: &[&Instance]) {
    fs::write(deployment.policy(), text).expect("a writable directory");
    for instance in instances {
        instance.signal("HUP");
    }
}

/// The policies that each lane has begun with and adopted, as read along.
fn adopted(deployment: &Deployment, seen: &[Seen]) -> BTreeMap<LaneId, Vec<String>> {
    let topic = deployment.ledger();
    let mut adopted: BTreeMap<LaneId, Vec<String>> = BTreeMap::new();
    for seen in seen.iter().filter(|it| it.record.topic == topic) {
        let value = seen.record.value.as_deref().unwrap_or_default();
        let entry: Entry = ledger::decode(value).expect("the ledger holds entries");
        if entry.adopts.is_some() {
            adopted.entry(entry.lane).or_default().push(entry.policy);
        }
    }
    adopted
}

/// Waits until so many lanes have come to a policy in so many steps.
#[track_caller]
fn wait_for(
    deployment: &Deployment,
    watcher: &Watcher,
    lanes: usize,
    (hash, steps): (&str, usize),
) {
    let what = format!("{lanes} lanes adopt {hash}");
    watcher.wait(&what, PATIENCE, |seen| {
        let adopted = adopted(deployment, seen);
        let there =
            |had: &&Vec<String>| had.len() >= steps && had.last().is_some_and(|it| it == hash);
        (adopted.values().filter(there).count() >= lanes).then_some(())
    });
}

/// Waits until an instance has said something.
#[track_caller]
fn wait_until_said(instance: &Instance, what: &str, times: usize) {
    until(what, PATIENCE, || {
        (instance.log().matches(what).count() >= times).then_some(())
    });
}

/// Waits until all lanes have passed everybody over to a policy.
#[track_caller]
fn wait_until_passed(deployment: &Deployment, hash: &str, instances: &[&Instance]) {
    let lanes = deployment.lanes() as usize;
    until("everybody is passed over", PATIENCE, || {
        let logs: String = instances.iter().map(|it| it.log()).collect();
        let passed = logs
            .lines()
            .filter(|line| line.contains("all customers are passed over") && line.contains(hash));
        let lane = |line: &str| {
            line.split("lane=")
                .nth(1)?
                .split(' ')
                .next()
                .map(str::to_owned)
        };
        let passed: BTreeSet<String> = passed.filter_map(lane).collect();
        (passed.len() == lanes).then_some(())
    });
}

/// Ends the load, after which two instances have gone to another policy and back; every lane has
/// adopted just these.
#[track_caller]
fn there_and_back(
    deployment: &Deployment,
    load: ShopLoad,
    watcher: Watcher,
    [one, two]: [Instance; 2],
) -> Evidence {
    let (there, back) = (hash(&other()), hash(STEADY));
    load.wait_for_more(400);
    let sent = load.close();
    deployment.wait_until_caught_up();
    wait_until_passed(deployment, &back, &[&one, &two]);
    assert!(one.terminate().success() && two.terminate().success());

    let evidence = basics(deployment, &sent, watcher);
    for (lane, entries) in &evidence.ledger {
        let adopted = entries.iter().filter(|entry| entry.adopts.is_some());
        let adopted: Vec<&str> = adopted.map(|entry| entry.policy.as_str()).collect();
        assert_eq!(adopted, [&*back, &*there, &*back], "lane {lane}");
    }
    evidence
}

#[test]
fn there_and_back_under_load_whoever_dies() {
    needs_kafka!();
    let plan = Plan {
        app: "policies",
        policy: STEADY,
        static_membership: true,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    let watcher = deployment.watch();
    let start = |name: &str| deployment.start_with(name, &[PACE]);
    let load = ShopLoad::open(&deployment, Dice::of("policies", 5), 400, false);
    let (one, two) = (start("one"), start("two"));
    load.wait_for_more(2_500);
    let (there, back) = (other(), hash(STEADY));
    wait_for(&deployment, &watcher, 4, (&back, 1));

    give(&deployment, &there, &[&one, &two]);
    wait_for(&deployment, &watcher, 1, (&hash(&there), 2));
    one.kill();
    let one = start("one");
    wait_for(&deployment, &watcher, 4, (&hash(&there), 2));
    load.wait_for_more(1_200);

    for (text, reason) in [
        ("version = ", "invalid"),
        (&*unanswerable(), "unanswerable"),
    ] {
        give(&deployment, text, &[&one, &two]);
        for instance in [&one, &two] {
            wait_until_said(instance, &format!("reason=\"{reason}\""), 1);
        }
    }
    load.wait_for_more(400);

    give(&deployment, STEADY, &[&one, &two]);
    wait_for(&deployment, &watcher, 1, (&back, 3));
    two.kill();
    let two = start("two");
    wait_until_said(&two, "lane restored", 2);
    // It was started with the file, which says nothing about the order; so it is told.
    two.signal("HUP");
    wait_for(&deployment, &watcher, 4, (&back, 3));
    let evidence = there_and_back(&deployment, load, watcher, [one, two]);
    let body = |record: &broker::Record| record.value.clone().unwrap_or_default();
    let by_policy =
        |it: &&broker::Record| String::from_utf8_lossy(&body(it)).contains(r#""cause":"policy""#);
    let moved = evidence.changes.iter().filter(by_policy).count();
    println!("{moved} changes by the change of a policy");
    assert!(moved > 100, "only {moved} were moved by a policy");
    stand_as_under_one_policy(&deployment, &evidence);
}

/// Gives the instance at that port a policy over HTTP, and says what it answers.
fn post(port: u16, text: &str) -> u16 {
    let length = text.len();
    let head = "POST /v1/policy HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/toml";
    let address = ([127, 0, 0, 1], port).into();
    request(
        address,
        &format!("{head}\r\ncontent-length: {length}\r\n\r\n{text}"),
    )
    .status
}

/// A port that nobody listens at.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// One instance is told, and all follow: in the order of the topic, whoever dies meanwhile, and
/// whatever the file says that they are started with.
#[test]
fn a_topic_gives_all_instances_the_same() {
    needs_kafka!();
    let plan = Plan {
        app: "roll",
        policy: STEADY,
        static_membership: true,
    };
    let deployment = Deployment::new(broker::shared(), &plan);
    deployment.client().create_topic("roll.policy.v1", 1, &[]);
    let watcher = deployment.watch();
    let port = free_port();
    let listen = format!("http.listen=127.0.0.1:{port}");
    let told = [
        PACE,
        "policy.topic=roll.policy.v1",
        "http.enabled=true",
        "http.policy=true",
        &listen,
    ];
    let start =
        |name: &str| deployment.start_with(name, &told[..if name == "one" { 5 } else { 2 }]);
    let load = ShopLoad::open(&deployment, Dice::of("roll", 6), 400, false);
    let (one, two) = (start("one"), start("two"));
    load.wait_for_more(2_500);
    let (there, back) = (other(), hash(STEADY));
    wait_for(&deployment, &watcher, 4, (&back, 1));

    assert_eq!(post(port, &there), 202);
    wait_for(&deployment, &watcher, 1, (&hash(&there), 2));
    two.kill();
    let two = start("two");
    wait_for(&deployment, &watcher, 4, (&hash(&there), 2));
    load.wait_for_more(800);
    assert_eq!(post(port, &there), 200);
    assert_eq!(
        (post(port, "version = "), post(port, &unanswerable())),
        (422, 409)
    );

    // The file has been the first policy all the time.
    two.signal("HUP");
    wait_for(&deployment, &watcher, 1, (&back, 3));
    one.kill();
    let one = start("one");
    wait_for(&deployment, &watcher, 4, (&back, 3));
    let evidence = there_and_back(&deployment, load, watcher, [one, two]);
    let roll = deployment
        .client()
        .read_all("roll.policy.v1", Isolation::Committed);
    let roll: Vec<&[u8]> = roll.iter().filter_map(|it| it.value.as_deref()).collect();
    assert!(
        !roll.contains(&unanswerable().as_bytes()),
        "it was refused before"
    );
    stand_as_under_one_policy(&deployment, &evidence);
}

/// Where a customer stands.
#[derive(Deserialize)]
struct Standing {
    customer_id: String,
    standing: BTreeMap<String, Stand>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Stand {
    tier: Option<String>,
    segment: Option<String>,
}

/// Everybody stands where a replay of the same events under the last policy alone puts them.
#[track_caller]
fn stand_as_under_one_policy(deployment: &Deployment, evidence: &Evidence) {
    let (events, out) = (
        deployment.file("events.ndjson"),
        deployment.file("standings.ndjson"),
    );
    let mut file = fs::File::create(&events).expect("a writable directory");
    for record in evidence.inputs.iter().flatten() {
        let value = record.value.as_deref().expect("nothing is refused");
        file.write_all(&[value, b"\n"].concat())
            .expect("a writable directory");
    }
    let policy = deployment.policy();
    let path = |path: &std::path::Path| path.to_str().expect("a UTF-8 path").to_owned();
    let until = show_utc(Timestamp(now()));
    let replay = deployment.run_to_end(&[
        "replay",
        "--policy",
        &path(&policy),
        "--events",
        &path(&events),
        "--standings",
        &path(&out),
        "--until",
        &until,
    ]);
    let said = String::from_utf8_lossy(&replay.stderr);
    assert!(replay.status.success(), "replay: {}\n{said}", replay.status);
    let read = |line: &[u8]| serde_json::from_slice::<Standing>(line).expect("a standing");
    let mut latest: BTreeMap<String, BTreeMap<String, Stand>> = BTreeMap::new();
    for record in &evidence.current {
        match record.value.as_deref() {
            Some(value) => latest.insert(record.key_text().to_owned(), read(value).standing),
            None => latest.remove(record.key_text()),
        };
    }
    let alone = fs::read(&out).expect("the replay has written it");
    let lines = alone
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let mut compared = 0;
    for alone in lines.map(read) {
        // Who never moved has no record.
        let Some(there) = latest.remove(&alone.customer_id) else {
            continue;
        };
        assert_eq!(there, alone.standing, "{}", alone.customer_id);
        compared += 1;
    }
    assert!(latest.is_empty(), "unknown alone: {:?}", latest.keys());
    println!("{compared} customers stand as under one policy");
    assert!(compared > 50, "only {compared} customers");
}
