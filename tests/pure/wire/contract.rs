//! The contracts in `docs` say what the code does.

use std::collections::BTreeSet;

use tidemark::model::command::COMMANDS;
use tidemark::model::event::{KINDS, Kind};
use tidemark::model::money::Currency;
use tidemark::model::refusal::REFUSALS;
use tidemark::wire::event::Decoder;
use tidemark::wire::scratch::Scratch;
use tidemark::wire::{dead_letter, ledger};

const EVENTS: &str = include_str!("../../../docs/events.md");
const CHANGES: &str = include_str!("../../../docs/changes.md");
const EVENT_TABLE: &str = include_str!("../../data/wire/events.txt");
const PUBLISHED: &str = include_str!("../../data/wire/published.ndjson");
const WARNINGS: &str = include_str!("../../data/wire/warnings.txt");
const EXPLANATIONS: &str = include_str!("../../data/wire/explanation.ndjson");
const HEADERS: &str = include_str!("../../data/wire/headers.txt");

fn decoder() -> Decoder {
    Decoder::new(Currency::from_code("GBP").expect("a code"), 1 << 20)
}

/// The examples of a page.
fn examples(page: &str) -> Vec<&str> {
    let mut examples = Vec::new();
    for block in page.split("```json\n").skip(1) {
        examples.push(block.split("\n```").next().expect("an end of the block"));
    }
    examples
}

/// What stands in backticks in the first column of the tables below a heading.
fn rows<'a>(page: &'a str, heading: &str) -> BTreeSet<&'a str> {
    let (_, section) = page.split_once(heading).expect("the heading");
    let section = section.split("\n## ").next().unwrap_or(section);
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect()
}

/// The keys of a JSON text, each where it stands first.
fn keys(json: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    for before in json.split("\":").take(json.matches("\":").count()) {
        let key = before.rsplit('"').next().expect("at least one piece");
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Without the keys of labels.
fn plain(mut keys: Vec<&str>) -> Vec<&str> {
    keys.retain(|key| !["labels", "benefit", "message", "priority"].contains(key));
    keys
}

fn sorted(mut keys: Vec<&str>) -> Vec<&str> {
    keys.sort_unstable();
    keys
}

#[test]
fn every_refusal_stands_in_the_table_and_nothing_else_does() {
    let codes: BTreeSet<&str> = REFUSALS.iter().map(|(_, code)| *code).collect();
    assert_eq!(rows(EVENTS, "\n## Refusals\n"), codes);
}

#[test]
fn every_kind_has_an_example_that_is_read() {
    let scratch = Scratch::default();
    let kinds: Vec<Kind> = examples(EVENTS)
        .iter()
        .map(|example| {
            let event = decoder().decode(example.as_bytes(), &scratch);
            event.expect("a valid example").kind
        })
        .collect();
    let deeds = KINDS.into_iter().map(|(kind, _)| kind);
    let commands = COMMANDS.map(|_| Kind::Command);
    let others = [Kind::Profile, Kind::Heartbeat];
    let kinds_known = deeds.chain(others).chain(commands);
    assert_eq!(kinds, kinds_known.collect::<Vec<_>>());
}

#[test]
fn every_field_is_in_the_table_and_every_field_of_the_table_is_read() {
    let fields = rows(EVENTS, "\n## Fields\n");
    let named: BTreeSet<&str> = EVENT_TABLE
        .lines()
        .filter_map(|line| line.strip_prefix("out  refused: ")?.split(' ').nth(1))
        .collect();
    assert_eq!(fields, named);
    for field in fields {
        let good = examples(EVENTS)[0];
        let twice = good.replacen('{', &format!("{{\"{field}\":[],\"{field}\":[],"), 1);
        let scratch = Scratch::default();
        let refused = decoder().decode(twice.as_bytes(), &scratch);
        assert_eq!(refused.expect_err("twice").field, field);
    }
}

#[test]
fn the_examples_of_what_is_published_have_its_keys() {
    let examples = examples(CHANGES);
    let [
        change,
        waited,
        labelled,
        overridden,
        at_risk,
        safe,
        near,
        receipt,
        merged,
        standing,
        features,
        explanation,
        _,
    ] = examples[..]
    else {
        panic!("{} examples", examples.len());
    };
    let golden: Vec<&str> = PUBLISHED.lines().collect();
    assert_eq!(keys(change), keys(golden[0]));
    assert_eq!(keys(waited), keys(golden[6]));
    assert_eq!(keys(labelled), keys(golden[7]));
    let told: Vec<&str> = WARNINGS.lines().collect();
    for (example, golden) in [at_risk, safe, near].into_iter().zip(&told) {
        assert_eq!(plain(keys(example)), plain(keys(golden)));
    }
    assert_eq!(keys(receipt), keys(golden[8]));
    assert_eq!(keys(merged), keys(golden[10]));
    let told = rows(CHANGES, "\n## A receipt\n");
    for key in keys(receipt) {
        let inner = ["changes", "orders", "name", "version", "hash"];
        assert!(told.contains(key) || inner.contains(&key), "{key}");
    }
    assert_eq!(keys(overridden), keys(golden[11]));
    assert_eq!(keys(standing), keys(golden[3]));
    assert_eq!(keys(features)[..3], keys(golden[4])[..3]);
    let names = ["spend_90d", "pieces", "days_since", "time_since"];
    let golden = keys(EXPLANATIONS.lines().next().expect("a line"));
    let golden = golden
        .into_iter()
        .filter(|key| *key == names[0] || !names.contains(key));
    assert_eq!(sorted(keys(explanation)), sorted(golden.collect()));
    let change = rows(CHANGES, "\n## A change\n");
    let [maps, labelled, overridden] = [2, 7, 11].map(|line| PUBLISHED.lines().nth(line));
    let labels = ["benefit", "message", "priority"];
    let told = [maps, labelled, overridden].into_iter().flatten();
    let told = told.flat_map(keys);
    for key in told.filter(|key| !labels.contains(key)) {
        assert!(
            change.contains(key) || ["name", "version", "hash"].contains(&key),
            "{key}"
        );
    }
}

#[test]
fn the_example_of_the_ledger_is_canonical_and_its_keys_are_told() {
    let example = examples(CHANGES)[12];
    let entry = ledger::decode(example.as_bytes()).expect("a valid example");
    let mut out = Vec::new();
    ledger::encode(&entry, &mut out);
    assert_eq!(String::from_utf8(out).expect("JSON is UTF-8"), example);
    let (_, told) = CHANGES
        .split_once("\n## The ledger\n")
        .expect("the heading");
    for key in keys(example).into_iter().filter(|key| *key != "topic") {
        assert!(told.contains(&format!("`{key}`")), "{key}");
    }
}

#[test]
fn every_header_is_told() {
    let told: BTreeSet<&str> = rows(CHANGES, "\n## A change\n")
        .union(&rows(CHANGES, "\n## Dead letters\n"))
        .copied()
        .collect();
    let headers = HEADERS.lines().filter(|line| !line.is_empty());
    let headers: BTreeSet<&str> = headers
        .map(|line| line.split_once(": ").expect("name and text").0)
        .collect();
    assert!(headers.len() > 16);
    for header in headers {
        assert!(told.contains(header), "{header}");
    }
}

#[test]
fn every_refusal_has_its_own_message() {
    let mut messages: Vec<&str> = REFUSALS
        .iter()
        .map(|(refusal, _)| dead_letter::message(*refusal))
        .collect();
    messages.sort_unstable();
    messages.dedup();
    assert_eq!(messages.len(), REFUSALS.len());
}
