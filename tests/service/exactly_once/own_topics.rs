//! Profiles and commands on topics of their own: merged with the others, repeated to the byte, and
//! neither needed nor missed.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Deserialize;
use tidemark::model::partitioner::lane_of;

use super::books::bad_records_came_back;
use super::chains::Merged;
use super::deployment::{Deployment, PATIENCE, Plan};
use super::shop_load::{Fate, Sent, now};
use super::verdict::{Evidence, basics};
use crate::broker::{self, Isolation, NewRecord, Record, Watcher, needs_kafka};

const POLICY: &str = include_str!("own_topics.toml");
const CUSTOMERS: usize = 30;
const HOUR_MS: i64 = 3_600_000;

/// The topics, by the place of [`Sent`].
pub(super) const BUYS: usize = 0;
pub(super) const LOOKS: usize = 1;
pub(super) const SAYS: usize = 2;
const ASKS: usize = 3;

/// What is read of a change or warning.
#[derive(Debug, Deserialize)]
struct Told {
    from: Option<String>,
    to: Option<String>,
    cause: String,
    warning: Option<String>,
    version: Option<u32>,
}

fn told(record: &Record) -> Option<Told> {
    serde_json::from_slice(record.value.as_deref()?).ok()
}

pub(super) fn plan(app: &str, static_membership: bool) -> Plan<'_> {
    Plan {
        app,
        policy: POLICY,
        static_membership,
    }
}

/// What a test sends, and where.
pub(super) struct Desk<'a> {
    deployment: &'a Deployment,
    topics: Vec<String>,
    pub(super) sent: RefCell<Vec<Sent>>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(deployment: &'a Deployment, topics: Vec<String>) -> Self {
        Self {
            deployment,
            topics,
            sent: RefCell::default(),
        }
    }

    /// Sends one event of each customer to a topic; all of them count.
    pub(super) fn send(&self, input: usize, kind: &str, customers: &[String], at: i64, more: &str) {
        let mut sent = self.sent.borrow_mut();
        let event = |(number, customer): (usize, &String)| {
            let number = sent.len() + number;
            let value = format!(
                r#"{{"event_id":"e-{number}","customer_id":"{customer}","kind":"{kind}","occurred_at":{at}{more}}}"#
            );
            NewRecord::new(customer.as_str(), value)
        };
        let records: Vec<NewRecord> = customers.iter().enumerate().map(event).collect();
        let client = self.deployment.client();
        client.produce(&self.topics[input], &records);
        sent.extend(records.into_iter().map(|record| Sent {
            input,
            record,
            fate: Fate::Counts,
        }));
    }

    pub(super) fn ask(&self, input: usize, kind: &str, customers: &[String], more: &str) {
        let more = format!(r#","by":"ann","why":"a call"{more}"#);
        self.send(input, kind, customers, now(), &more);
    }

    pub(super) fn say(&self, input: usize, customers: &[String], at: i64, member: bool) {
        let more = format!(r#","attrs":{{"member":{member}}}"#);
        self.send(input, "profile", customers, at, &more);
    }

    pub(super) fn buy(&self, customers: &[String], order: &str, pounds: u32) {
        let more = format!(r#","order_id":"{order}","amount":"{pounds}""#);
        self.send(BUYS, "purchase", customers, now(), &more);
    }
}

pub(super) fn names(of: &str, how_many: usize) -> Vec<String> {
    (0..how_many).map(|i| format!("{of}-{i}")).collect()
}

/// Waits until so many customers have come to a place.
#[track_caller]
pub(super) fn wait_for(deployment: &Deployment, watcher: &Watcher, place: &str, how_many: usize) {
    let changes = deployment.changes();
    let what = format!("{how_many} come to {place}");
    watcher.wait(&what, PATIENCE, |seen| {
        let there = |told: &Told| told.to.as_deref() == Some(place) && told.version.is_some();
        let seen = seen.iter().filter(|it| it.record.topic == changes);
        let count = seen.filter_map(|it| told(&it.record)).filter(there).count();
        (count >= how_many).then_some(())
    });
}

/// Four pairs of customers of one lane each.
fn pairs(customers: &[String], lanes: i32) -> Vec<[String; 2]> {
    let mut by_lane: BTreeMap<_, Vec<&String>> = BTreeMap::new();
    for customer in customers {
        let lane = lane_of(customer.as_bytes(), lanes);
        by_lane.entry(lane).or_default().push(customer);
    }
    let pairs = by_lane.values().flat_map(|of_one| of_one.as_chunks().0);
    pairs.take(4).map(|pair| pair.map(Clone::clone)).collect()
}

/// The profiles of a book, support at work, refunds and silence, with an instance that is killed
/// between them; then all that came of it.
#[test]
fn profiles_and_commands_are_merged_with_the_rest_once() {
    needs_kafka!();
    let deployment = Deployment::with_own_topics(broker::shared(), &plan("own-topics", true));
    let watcher = deployment.watch();
    let desk = Desk::new(&deployment, deployment.all_inputs());
    let (buyers, others) = (names("k", CUSTOMERS), names("q", 10));
    let (rich, common) = buyers.split_at(4);
    let (gifted, mergeable) = common.split_at(4);
    let pairs = pairs(&mergeable[1..], deployment.lanes());

    // A book that is a year old, of people who have bought nothing too.
    desk.say(SAYS, &buyers, now() - 365 * 24 * HOUR_MS, true);
    desk.say(SAYS, &others, now() - 365 * 24 * HOUR_MS, true);
    let one = deployment.start("one");
    desk.buy(common, "small", 20);
    desk.buy(rich, "large", 200);
    wait_for(&deployment, &watcher, "members", CUSTOMERS + 10);
    wait_for(&deployment, &watcher, "gold", rich.len());
    one.kill();

    let refunded = r#","order_id":"large","amount":"200""#;
    desk.send(BUYS, "refund", &rich[..2], now(), refunded);
    let until = now() + HOUR_MS;
    let gift = format!(r#","ladder":"value","verb":"gift","tier":"gold","until":{until}"#);
    desk.ask(ASKS, "override", gifted, &gift);
    for [from, into] in &pairs {
        let into = format!(r#","into":"{into}""#);
        desk.ask(ASKS, "merge", std::slice::from_ref(from), &into);
    }
    // Every kind is read on every topic.
    desk.say(LOOKS, &gifted[..1], now(), false);
    desk.ask(SAYS, "erase", &mergeable[..1], "");
    desk.send(ASKS, "view", &gifted[1..2], now(), "");
    let one = deployment.start("one");
    deployment.wait_until_caught_up();
    one.kill();
    let one = deployment.start("one");
    desk.ask(ASKS, "unmerge", &pairs[0][..1], "");
    deployment.wait_until_caught_up();
    // Everybody falls by time alone but for those on gold, those who went, and one of each pair.
    let fallen = CUSTOMERS - rich.len() - gifted.len() - 1 - (pairs.len() - 1);
    let refunded = 2;
    wait_for(&deployment, &watcher, "none", fallen + refunded);
    assert!(one.terminate().success());

    let sent = desk.sent.take();
    let evidence = basics(&deployment, &sent, watcher);
    bad_records_came_back(&evidence, &sent);
    assert!(evidence.dead_letters.is_empty(), "nothing is refused");
    each_topic_was_read(&deployment, &evidence, &sent);
    let moved = |from: &str, to: &str, cause: &str| moved(&evidence, [from, to], cause);
    assert_eq!(moved("unasked", "members", "event"), CUSTOMERS + 10);
    assert_eq!(moved("members", "left", "event"), 1);
    assert_eq!(moved("low", "gold", "command"), gifted.len());
    assert_eq!(moved("gold", "none", "event"), refunded);
    let warned = evidence.changes.iter().filter_map(told);
    let warned = warned.filter(|it| it.warning.as_deref() == Some("at-risk"));
    assert!(warned.count() >= fallen, "somebody fell unwarned");
    let merged = evidence.changes.iter().filter_map(|it| it.value.as_deref());
    let merged = merged.filter(|body| serde_json::from_slice::<Merged>(body).is_ok());
    assert_eq!(merged.count(), pairs.len());
}

/// How many moves there were from one place to another by that cause.
fn moved(evidence: &Evidence, [from, to]: [&str; 2], cause: &str) -> usize {
    let all = evidence.changes.iter().filter_map(told);
    let as_asked = |it: &Told| {
        (it.from.as_deref(), it.to.as_deref(), &*it.cause) == (Some(from), Some(to), cause)
    };
    all.filter(as_asked).count()
}

/// The ledger has taken from each topic what was sent to it.
#[track_caller]
fn each_topic_was_read(deployment: &Deployment, evidence: &Evidence, sent: &[Sent]) {
    for (input, topic) in deployment.all_inputs().iter().enumerate() {
        let entries = evidence.ledger.values().flatten();
        let reads = entries.filter_map(|entry| entry.read_of(topic));
        let taken: u64 = reads.map(|read| read.records).sum();
        let sent = sent.iter().filter(|it| it.input == input).count();
        assert_eq!(taken, sent as u64, "{topic}");
        assert!(sent > 0, "{topic}");
    }
}

/// The bodies of all changes, lane by lane.
pub(super) fn published(deployment: &Deployment) -> Vec<Vec<u8>> {
    let client = deployment.client();
    let mut all = client.read_all(&deployment.changes(), Isolation::Committed);
    all.sort_by_key(|it| (it.partition, it.offset));
    all.into_iter().filter_map(|it| it.value).collect()
}

/// The instances are dynamic members: a static one is given its old lanes while its session lasts.
#[test]
fn a_topic_comes_later_and_stays_once_it_was_read() {
    needs_kafka!();
    let deployment = Deployment::new(broker::shared(), &plan("added", false));
    let watcher = deployment.watch();
    let [profiles, commands] = deployment.own_inputs();
    let [buys, looks] = deployment.inputs();
    let own = [&profiles, &commands];
    let set = [("profiles", &profiles), ("commands", &commands)];
    let set = set.map(|(key, topic)| format!("input.{key}={topic}"));
    let set = set.each_ref().map(String::as_str);
    let desk = Desk::new(
        &deployment,
        vec![buys, looks, profiles.clone(), commands.clone()],
    );
    let buyers = names("k", CUSTOMERS);

    let one = deployment.start("one");
    desk.buy(&buyers, "large", 200);
    wait_for(&deployment, &watcher, "gold", CUSTOMERS);
    assert!(one.terminate().success());
    for topic in own {
        deployment.create_input(topic);
    }
    desk.say(SAYS, &buyers, now() - HOUR_MS, true);

    // From its first record on, and again after each start.
    let one = deployment.start_with("one", &set);
    wait_for(&deployment, &watcher, "members", CUSTOMERS);
    one.kill();
    desk.say(SAYS, &buyers[..10], now(), false);
    let one = deployment.start_with("one", &set);
    wait_for(&deployment, &watcher, "left", 10);
    assert!(one.terminate().success());

    // Of the commands nothing has been read.
    let one = deployment.start_with("one", &set[..1]);
    desk.buy(&names("new", 5), "large", 200);
    wait_for(&deployment, &watcher, "gold", CUSTOMERS + 5);
    assert!(one.terminate().success());

    let without = deployment.run_to_end(&["run", "--set", set[1]]);
    let said = String::from_utf8_lossy(&without.stderr);
    assert_eq!(without.status.code(), Some(69), "{said}");
    let unread = format!("records of {profiles}, which is none of the input topics ({commands}, ");
    assert!(said.contains(&unread), "{said}");

    let out = deployment.file("repeated.ndjson");
    let out_text = out.to_str().expect("a UTF-8 path");
    let replay = [
        "replay",
        "--from-kafka",
        "--changes",
        out_text,
        "--set",
        set[0],
    ];
    let replayed = deployment.run_to_end(&replay);
    let said = String::from_utf8_lossy(&replayed.stderr);
    assert!(replayed.status.success(), "{said}");
    let repeated = std::fs::read(&out).expect("the replay has written it");
    let mut expected = published(&deployment).join(&b'\n');
    expected.push(b'\n');
    assert!(
        repeated == expected,
        "repeated, it is not what was published"
    );
}
