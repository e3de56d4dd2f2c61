//! The ledger as accounts: what was sent, what was consumed, what came of it, and what was refused.

use std::collections::BTreeMap;

use tidemark::lane::ledger::Counts;
use tidemark::model::ids::Offset;
use tidemark::wire::dead_letter;

use super::shop_load::{Fate, Sent};
use super::verdict::Evidence;
use crate::broker::{NewRecord, Record};

/// Topic, partition and offset.
pub(crate) type Place = (String, i64, i64);

pub(crate) fn place(record: &Record) -> Place {
    (record.topic.clone(), record.partition.into(), record.offset)
}

/// Each lane's units follow each other without a gap; what they come to together.
#[track_caller]
pub(crate) fn follow_each_other(evidence: &Evidence) -> Counts {
    let mut sum = Counts::default();
    for (lane, entries) in &evidence.ledger {
        let mut next: Option<Vec<Offset>> = None;
        let mut policy = &entries[0].policy;
        assert!(entries[0].adopts.is_some(), "lane {lane} begins with none");
        for (unit, entry) in (1..).zip(entries) {
            assert_eq!(entry.unit.0, unit, "lane {lane}");
            if entry.adopts.is_some() {
                policy = &entry.policy;
            }
            assert_eq!(&entry.policy, policy, "lane {lane}, unit {unit}");
            let from = entry.reads.iter().map(|read| read.from).collect();
            assert_eq!(
                next.get_or_insert(from),
                &from_of(entry),
                "lane {lane}, unit {unit}"
            );
            next = Some(entry.reads.iter().map(|read| read.next).collect());
            add(&mut sum, entry.counts);
        }
    }
    sum
}

/// The units account for every record sent and every record published.
#[track_caller]
pub(crate) fn balance(evidence: &Evidence, sent: &[Sent]) {
    let sum = follow_each_other(evidence);
    let fate = |fate: fn(&Fate) -> bool| sent.iter().filter(|it| fate(&it.fate)).count() as u64;
    let ends = |it: &&Sent| it.fate == Fate::Counts && (it.is_erasure() || it.is_a("merge"));
    let receipts = sent.iter().filter(ends).count() as u64;
    let expected = Counts {
        applied: fate(|fate| *fate == Fate::Counts),
        duplicates: fate(|fate| *fate == Fate::Copy),
        transfers: 0,
        dead_letters: fate(|fate| matches!(fate, Fate::Refused(_))),
        suppressed: fate(|fate| *fate == Fate::Suppressed),
        changes: evidence.moves().count() as u64,
        warnings: evidence.warnings().count() as u64,
        standings: evidence.current.len() as u64,
        receipts,
    };
    assert_eq!(
        sum, expected,
        "the ledger against what was sent and published"
    );
    let held: usize = evidence.inputs.iter().map(Vec::len).sum();
    assert_eq!(
        sum.consumed(),
        held as u64,
        "consumed against what the inputs hold"
    );
}

fn from_of(entry: &tidemark::lane::ledger::Entry) -> Vec<Offset> {
    entry.reads.iter().map(|read| read.from).collect()
}

fn add(sum: &mut Counts, more: Counts) {
    sum.applied += more.applied;
    sum.duplicates += more.duplicates;
    sum.dead_letters += more.dead_letters;
    sum.transfers += more.transfers;
    sum.changes += more.changes;
    sum.suppressed += more.suppressed;
    sum.warnings += more.warnings;
    sum.standings += more.standings;
    sum.receipts += more.receipts;
}

/// The group has committed what the last unit of each lane says, and that is all there is.
#[track_caller]
pub(crate) fn end_where_the_group_is(
    evidence: &Evidence,
    committed: &BTreeMap<(String, i32), i64>,
    marks: &BTreeMap<(String, i32), String>,
) {
    let mut held: BTreeMap<(String, i32), i64> = BTreeMap::new();
    for record in evidence.inputs.iter().flatten() {
        held.insert((record.topic.clone(), record.partition), record.offset + 1);
    }
    assert_eq!(
        committed, &held,
        "the group's offsets against the ends of the inputs"
    );
    for (lane, entries) in &evidence.ledger {
        let last = entries.last().expect("a lane with entries has a last one");
        for read in &last.reads {
            let place = (read.topic.clone(), lane.0);
            let at = committed.get(&place).copied().unwrap_or(0);
            assert_eq!(
                read.next.0, at,
                "the ledger's end against the group: {place:?}"
            );
            // It alone tells of a unit in which nothing but time has passed.
            if committed.contains_key(&place) {
                assert_eq!(marks[&place], format!("unit {}", last.unit), "{place:?}");
            }
        }
    }
}

/// Every bad record, and no other, is a dead letter: with its own key, value and headers, behind
/// them those that say what was wrong and where it lies.
#[track_caller]
pub(crate) fn bad_records_came_back(evidence: &Evidence, sent: &[Sent]) {
    let mut expected: Vec<(NewRecord, &str, &str)> = Vec::new();
    for one in sent {
        if let Fate::Refused(as_told) = one.fate {
            let own = NewRecord {
                partition: None,
                ..one.record.clone()
            };
            expected.push((own, as_told.refusal.code(), as_told.field));
        }
    }
    let inputs = evidence.inputs.iter().flatten();
    let inputs: BTreeMap<Place, &Record> = inputs.map(|it| (place(it), it)).collect();
    let mut found = Vec::new();
    for letter in &evidence.dead_letters {
        let origin = inputs[&origin_of(letter)];
        assert_eq!((&letter.key, &letter.value), (&origin.key, &origin.value));
        let (own, ours) = letter.headers.split_at(origin.headers.len());
        assert_eq!(own, origin.headers, "its own headers stand first");
        let text = |name: &str| {
            let header = ours.iter().find(|(its_name, _)| its_name == name);
            let value = header.and_then(|(_, value)| value.as_deref());
            std::str::from_utf8(value.expect("the header is there")).expect("headers are UTF-8")
        };
        let (code, field) = (text("tidemark.errors.code"), text("tidemark.errors.field"));
        let refusals = tidemark::model::refusal::REFUSALS;
        let (refusal, _) = refusals
            .iter()
            .find(|(_, it)| *it == code)
            .expect("a code of the list");
        let all: Vec<(String, Option<Vec<u8>>)> = [
            (
                "__streams.errors.exception",
                format!("tidemark.refused.{code}"),
            ),
            (
                "__streams.errors.message",
                dead_letter::message(*refusal).to_owned(),
            ),
            ("__streams.errors.topic", origin.topic.clone()),
            ("__streams.errors.partition", origin.partition.to_string()),
            ("__streams.errors.offset", origin.offset.to_string()),
            ("tidemark.errors.code", code.to_owned()),
            ("tidemark.errors.field", field.to_owned()),
            ("tidemark.errors.policy", evidence.policy.hash.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), Some(value.into_bytes())))
        .to_vec();
        assert_eq!(ours, all, "the headers that say why");
        let own = NewRecord {
            key: letter.key.clone(),
            value: letter.value.clone(),
            headers: own.to_vec(),
            ..NewRecord::default()
        };
        found.push((own, code, field));
    }
    let by_text = |it: &(NewRecord, &str, &str)| format!("{it:?}");
    expected.sort_by_cached_key(by_text);
    found.sort_by_cached_key(by_text);
    assert!(
        expected == found,
        "dead letters: {} expected, {} found, or they differ in what is \
        said of them",
        expected.len(),
        found.len()
    );
}

/// Where a dead letter says that it lay.
#[track_caller]
pub(crate) fn origin_of(letter: &Record) -> Place {
    let last = |name: &str| {
        let header = letter
            .headers
            .iter()
            .rfind(|(its_name, _)| its_name == name);
        let value = header.and_then(|(_, value)| value.clone());
        String::from_utf8(value.expect("the header is there")).expect("headers are UTF-8")
    };
    let number = |name: &str| last(name).parse().expect("it is a number");
    (
        last("__streams.errors.topic"),
        number("__streams.errors.partition"),
        number("__streams.errors.offset"),
    )
}
