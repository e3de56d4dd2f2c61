//! Customers of different lanes who are merged: each applied once, whoever is killed meanwhile, and
//! repeated to the byte.

use std::collections::BTreeMap;

use tidemark::lane::ledger::{Counts, Entry};
use tidemark::model::ids::LaneId;
use tidemark::model::partitioner::lane_of;
use tidemark::wire::ledger;

use super::deployment::{Deployment, PATIENCE};
use super::own_topics::{Desk, LOOKS, names, plan, published, wait_for};
use crate::broker::{self, Isolation, Record, needs_kafka, until};
use crate::client::get;

/// Pairs of customers, the first of each to be merged into the second: of a greater lane into a
/// smaller one, then the other way round.
fn pairs(lanes: i32) -> Vec<[String; 2]> {
    let lane = |id: &String| lane_of(id.as_bytes(), lanes);
    let mut of_lane: BTreeMap<LaneId, Vec<String>> = BTreeMap::new();
    for id in names("k", 60) {
        of_lane.entry(lane(&id)).or_default().push(id);
    }
    let mut pairs = Vec::new();
    for [one, into] in [[3, 0], [2, 1], [3, 2], [0, 3], [1, 2], [0, 1]] {
        let mut take = |lane| of_lane.get_mut(&LaneId(lane)).and_then(Vec::pop);
        let pair = [take(one), take(into)];
        pairs.push(pair.map(|id| id.expect("60 ids lie in all of four lanes")));
    }
    pairs
}

fn entries(deployment: &Deployment) -> Vec<Entry> {
    let client = deployment.client();
    let all = client.read_all(&deployment.ledger(), Isolation::Committed);
    let entries = all.iter().filter_map(|record| record.value.as_deref());
    let entries = entries.map(ledger::decode);
    entries.map(|entry| entry.expect("an entry")).collect()
}

fn sum(deployment: &Deployment) -> Counts {
    let mut sum = Counts::default();
    for entry in entries(deployment) {
        sum.applied += entry.counts.applied;
        sum.duplicates += entry.counts.duplicates;
        sum.suppressed += entry.counts.suppressed;
        sum.dead_letters += entry.counts.dead_letters;
        sum.transfers += entry.counts.transfers;
    }
    sum
}

/// Waits until so many events have counted.
#[track_caller]
fn wait_for_applied(deployment: &Deployment, how_many: u64) {
    until("all events have counted", PATIENCE, || {
        (sum(deployment).applied == how_many).then_some(())
    });
}

/// The last standing of each; nothing where it is a tombstone.
fn standings(deployment: &Deployment) -> BTreeMap<String, Option<String>> {
    let client = deployment.client();
    let all = client.read_all(&deployment.current(), Isolation::Committed);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let told = |it: Record| Some((text(it.key?), it.value.map(text)));
    all.into_iter().filter_map(told).collect()
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.expect("a port is free").port()
}

#[test]
fn customers_of_different_lanes_are_merged_once() {
    needs_kafka!();
    let deployment = Deployment::new(broker::shared(), &plan("crossing", true));
    let watcher = deployment.watch();
    let transfers = "crossing.transfer.v1".to_owned();
    deployment.create_input(&transfers);
    let port = free_port();
    let set = [
        format!("input.transfers={transfers}"),
        "http.enabled=true".to_owned(),
        format!("http.listen=127.0.0.1:{port}"),
    ];
    let set = set.each_ref().map(String::as_str);
    let [buys, looks] = deployment.inputs();
    let desk = Desk::new(&deployment, vec![buys.clone(), looks]);
    let pairs = pairs(deployment.lanes());
    let ones: Vec<String> = pairs.iter().map(|[one, _]| one.clone()).collect();
    let intos: Vec<String> = pairs.iter().map(|[_, into]| into.clone()).collect();
    let both = [&ones[..], &intos[..]].concat();

    let one = deployment.start_with("one", &set);
    desk.buy(&ones, "first", 60);
    desk.buy(&intos, "second", 60);
    wait_for(&deployment, &watcher, "low", both.len());
    for [from, into] in &pairs {
        let into = format!(r#","into":"{into}""#);
        desk.ask(LOOKS, "merge", std::slice::from_ref(from), &into);
    }
    // Wherever it has come to: what is half done is done once.
    one.kill();
    let one = deployment.start_with("one", &set);
    wait_for(&deployment, &watcher, "gold", pairs.len());
    one.kill();

    // Copies of what counted before the move, and stragglers, by the lanes of their ids.
    let copies: Vec<_> = {
        let sent = desk.sent.borrow();
        let first = sent.iter().take(both.len());
        first.map(|it| it.record.clone()).collect()
    };
    deployment.client().produce(&buys, &copies);
    desk.buy(&ones, "straggler", 5);
    let one = deployment.start_with("one", &set);
    wait_for_applied(&deployment, (both.len() + 2 * pairs.len()) as u64);
    all_are_found(port, &pairs);
    desk.ask(LOOKS, "unmerge", &ones[..4], "");
    wait_for_applied(&deployment, (both.len() + 2 * pairs.len() + 4) as u64);
    assert!(one.terminate().success());

    let counts = sum(&deployment);
    assert_eq!(counts.dead_letters + counts.suppressed, 0, "{counts:?}");
    assert_eq!(counts.duplicates, copies.len() as u64, "{counts:?}");
    // Downwards the one who is merged moves, and merge, copy, straggler and unmerge follow; upwards
    // the merge asks the other one to come, and only the copy of that one's order follows.
    assert_eq!(counts.transfers, 3 * 5 + 3 * 4, "{counts:?}");
    let standings = standings(&deployment);
    for (number, [from, into]) in pairs.iter().enumerate() {
        assert!(standings[into].is_some(), "{into} goes on");
        assert_eq!(standings[from].is_some(), number < 4, "{from}");
    }
    replays_to_the_byte(&deployment, set[0]);
    let without = deployment.run_to_end(&["run"]);
    let said = String::from_utf8_lossy(&without.stderr);
    assert_eq!(without.status.code(), Some(69), "{said}");
    assert!(said.contains("input.transfers names no topic"), "{said}");
}

/// Both that were paid first, and what was paid since.
#[track_caller]
fn all_are_found(port: u16, pairs: &[[String; 2]]) {
    for [_, into] in pairs {
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
        let answer = get(address, &format!("/v1/customers/{into}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.body.contains(r#""customer_id":"#), "{}", answer.body);
        assert!(answer.body.contains("125"), "{}", answer.body);
    }
}

/// Every unit agrees with its ledger, and the bodies are those that were published.
#[track_caller]
fn replays_to_the_byte(deployment: &Deployment, set: &str) {
    let out = deployment.file("repeated.ndjson");
    let path = out.to_str().expect("a UTF-8 path");
    let replay = ["replay", "--from-kafka", "--changes", path, "--set", set];
    let replayed = deployment.run_to_end(&replay);
    let said = String::from_utf8_lossy(&replayed.stderr);
    assert!(replayed.status.success(), "{said}");
    let repeated = std::fs::read(&out).expect("the replay has written it");
    let lines = |all: Vec<Vec<u8>>| {
        let mut lines = all;
        lines.sort();
        lines
    };
    let repeated = repeated.split(|byte| *byte == b'\n').map(<[u8]>::to_vec);
    let repeated = repeated.filter(|line| !line.is_empty()).collect();
    assert!(
        lines(repeated) == lines(published(deployment)),
        "not what was published"
    );
}
