//! The same events from a file: whether customers moved as `tidemark replay` moves them.
//!
//! That holds for a customer whose events the lane took in the order in which they happened. A lane
//! takes one topic's records in their order, and it chooses between topics by instant only among
//! what has arrived. So it is checked for all customers whose records lie in one topic, none dated
//! before the one in front of it, and none overtaken by the lane's clock, which goes on without
//! events while the feed is alive: none came when the clock had passed its instant. Refused records
//! change nothing and are left out. The lane has fired all deadlines before its last clock; the
//! file's clock goes on from there, so whatever it has more must be moves by time alone, at that
//! clock or later.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde::Deserialize;
use tidemark::model::time::Timestamp;
use tidemark::model::zone::{parse_instant, show_utc};

use super::books::{Place, origin_of, place};
use super::chains::Said;
use super::deployment::Deployment;
use super::shop_load::now;
use super::verdict::Evidence;
use crate::broker::Record;

/// What is read of an event.
#[derive(Deserialize)]
struct Happened {
    kind: String,
    occurred_at: i64,
}

#[track_caller]
pub(crate) fn lead_to_the_same(deployment: &Deployment, evidence: &Evidence) {
    let orderly = orderly(evidence);
    assert!(
        orderly.len() > 20,
        "only {} customers can be compared",
        orderly.len()
    );
    let events = deployment.file("events.ndjson");
    let mut file = std::fs::File::create(&events).expect("a writable directory");
    for record in orderly.values().flatten() {
        let value = record
            .value
            .as_deref()
            .expect("refused records were left out");
        file.write_all(&[value, b"\n"].concat())
            .expect("a writable directory");
    }
    let changes = deployment.file("from-files.ndjson");
    let policy = deployment.policy();
    let paths = [&policy, &events, &changes].map(|path| path.to_str().expect("a UTF-8 path"));
    let until = show_utc(Timestamp(now()));
    let replay = deployment.run_to_end(&[
        "replay",
        "--policy",
        paths[0],
        "--events",
        paths[1],
        "--changes",
        paths[2],
        "--until",
        &until,
    ]);
    let said = String::from_utf8_lossy(&replay.stderr);
    assert!(replay.status.success(), "replay: {}\n{said}", replay.status);
    let text = std::fs::read(&changes).expect("the replay has written it");
    let lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let from_files = by_customer(lines);
    let published = by_customer(evidence.changes.iter().filter_map(|it| it.value.as_deref()));
    let none = Vec::new();
    for customer in orderly.keys() {
        let [published, from_files] =
            [&published, &from_files].map(|it| it.get(customer).unwrap_or(&none));
        let entries = &evidence.ledger[&evidence.lane(customer.as_bytes())];
        let clock = entries.last().expect("the lane has done something").clock;
        assert!(
            from_files.len() >= published.len(),
            "{customer}: published and not from files"
        );
        let (both, later) = from_files.split_at(published.len());
        assert_eq!(published, both, "{customer}");
        for later in later {
            let told: Dated = serde_json::from_str(later).expect("a body is JSON as documented");
            let at = parse_instant(&told.effective_at).expect("an instant");
            assert!(
                told.cause == "clock" && at >= clock,
                "{customer}: not published: {later}"
            );
        }
    }
    println!(
        "{} customers compared with a replay of files",
        orderly.len()
    );
}

/// When a change or warning became true, and why.
#[derive(Deserialize)]
struct Dated {
    effective_at: String,
    cause: String,
}

fn happened(record: &Record) -> Option<Happened> {
    serde_json::from_slice(record.value.as_deref()?).ok()
}

fn instant(record: &Record) -> Option<i64> {
    happened(record).map(|it| it.occurred_at)
}

/// No clock goes by a command.
fn is_erasure(record: &Record) -> bool {
    happened(record).is_some_and(|it| it.kind == "erase")
}

/// By customer, the records that were not refused, of customers whose events came in order.
fn orderly(evidence: &Evidence) -> BTreeMap<String, Vec<&Record>> {
    let letters = evidence.dead_letters.iter();
    let refused: BTreeSet<Place> = letters.map(origin_of).collect();
    let mut orderly: BTreeMap<String, Vec<&Record>> = BTreeMap::new();
    let mut disorderly = BTreeSet::new();
    for record in evidence.inputs.iter().flatten() {
        if refused.contains(&place(record)) {
            continue;
        }
        let records = orderly.entry(record.key_text().to_owned()).or_default();
        if let Some(last) = records.last()
            && (last.topic != record.topic || instant(last) > instant(record))
        {
            disorderly.insert(record.key_text().to_owned());
        }
        records.push(record);
    }
    orderly.retain(|customer, _| !disorderly.contains(customer));
    let overtaken = overtaken(evidence, &refused);
    let before = orderly.len();
    orderly.retain(|_, records| !records.iter().any(|it| overtaken.contains(&place(it))));
    let left = orderly.len();
    println!("{left} of {before} orderly customers were not overtaken");
    // A busy machine may hold one topic back for longer than the policy waits, but not always.
    assert!(
        left * 5 >= before * 4,
        "{left} of {before} were not overtaken"
    );
    orderly
}

/// The records that came when the clock of their lane had passed their instant without them, by
/// following each lane's clock along its ledger.
fn overtaken(evidence: &Evidence, refused: &BTreeSet<Place>) -> BTreeSet<Place> {
    let mut overtaken = BTreeSet::new();
    for (lane, entries) in &evidence.ledger {
        let mut clock = Timestamp::MIN;
        let inputs = evidence.inputs.iter();
        let of_lane = inputs.map(|records| records.iter().filter(|it| it.partition == lane.0));
        let mut lanes: Vec<_> = of_lane.collect();
        for entry in entries {
            let coast = entry.coast.unwrap_or(Timestamp::MIN);
            clock = clock.max(coast.min(entry.ceiling));
            for (topic, count) in &entry.runs {
                for record in lanes[*topic].by_ref().take(*count as usize) {
                    let at = instant(record).filter(|_| !refused.contains(&place(record)));
                    let Some(at) = at.map(Timestamp) else {
                        continue;
                    };
                    if at < clock {
                        overtaken.insert(place(record));
                    }
                    if !is_erasure(record) {
                        let news = at - evidence.policy.time.lateness;
                        clock = clock.max(news.min(entry.ceiling));
                    }
                }
            }
            assert_eq!(clock, entry.clock, "lane {lane}, unit {}", entry.unit);
        }
    }
    overtaken
}

fn by_customer<'a>(bodies: impl Iterator<Item = &'a [u8]>) -> BTreeMap<String, Vec<&'a str>> {
    let mut all: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for body in bodies {
        let text = std::str::from_utf8(body).expect("changes are UTF-8");
        let customer = Said::read(body).customer().to_owned();
        all.entry(customer).or_default().push(text);
    }
    all
}
