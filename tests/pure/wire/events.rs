//! Events: the golden table, and limits.

use std::collections::BTreeSet;

use serde_json::json;
use tidemark::model::command::{Ask, Command};
use tidemark::model::event::Event;
use tidemark::model::money::Currency;
use tidemark::model::overrides::Verb;
use tidemark::model::refusal::{REFUSALS, Refusal, Refused};
use tidemark::model::zone::show_utc;
use tidemark::wire::event::{Decoder, ID_BYTES_MAX};
use tidemark::wire::scratch::Scratch;

const TABLE: &str = include_str!("../../data/wire/events.txt");
const BYTES_MAX: usize = 1024;

/// What the engine refuses, or a decoder under a policy with bounds.
const OF_A_POLICY: [Refusal; 9] = [
    Refusal::Future,
    Refusal::TooLate,
    Refusal::UnknownOrder,
    Refusal::UnknownLadder,
    Refusal::UnknownTier,
    Refusal::BadMerge,
    Refusal::OtherLane,
    Refusal::OrderExists,
    Refusal::Outlier,
];

fn decoder() -> Decoder {
    Decoder::new(Currency::from_code("GBP").expect("a code"), BYTES_MAX)
}

struct Row<'a> {
    line: usize,
    value: &'a str,
    key: Option<&'a str>,
    outcome: &'a str,
}

fn rows() -> Vec<Row<'static>> {
    let mut rows = Vec::new();
    let (mut value, mut key) = ("", None);
    for (i, line) in TABLE.lines().enumerate() {
        match line.get(..5) {
            Some("in   ") => (value, key) = (&line[5..], None),
            Some("key  ") => key = Some(&line[5..]),
            Some("out  ") => rows.push(Row {
                line: i + 1,
                value,
                key,
                outcome: &line[5..],
            }),
            _ => assert!(line.is_empty() || line.starts_with('#'), "line {}", i + 1),
        }
    }
    rows
}

fn name(event: &Event<'_>) -> &'static str {
    let asked = event.command.map(|command| command.ask.name());
    let name = event.kind.name().or(asked);
    name.expect("a kind of the contract")
}

/// What an override event asks for.
fn asked(event: &Event<'_>) -> String {
    let Some(Command { ask, by, why }) = event.command else {
        return String::new();
    };
    let wish = match ask {
        Ask::Override(wanted) => format!(
            "{} {} on {} until {}",
            wanted.verb.name(),
            wanted.tier.as_deref().unwrap_or("-"),
            wanted.ladder,
            wanted.until.map_or_else(|| "-".to_owned(), show_utc)
        ),
        Ask::Withdraw(unwanted) => format!(
            "withdraw {} on {}",
            unwanted.verb.map_or("all", Verb::name),
            unwanted.ladder
        ),
        Ask::Merge(into) => format!("into {into}"),
        _ => return String::new(),
    };
    format!(": {wish} by {by} why {why}")
}

fn shown(outcome: Result<Event<'_>, Refused>) -> String {
    match outcome {
        Ok(event) => {
            format!(
                "{} {} of {} at {} order {} amount {} {} quantity {} margin {}",
                name(&event),
                event.event_id,
                event.customer,
                show_utc(event.at),
                event.order.unwrap_or("-"),
                event.amount,
                event.currency.map_or("-", Currency::code),
                event.quantity,
                event.margin,
            ) + &asked(&event)
        }
        Err(refused) => format!("refused: {} {}", refused.refusal.code(), refused.field)
            .trim_end()
            .to_owned(),
    }
}

#[test]
fn each_record_of_the_table_becomes_what_it_says() {
    let rows = rows();
    assert!(rows.len() > 80);
    let mut seen = BTreeSet::new();
    for row in &rows {
        let large = " ".repeat(BYTES_MAX + 1);
        let value = match row.value {
            "<nothing>" => None,
            "<1025 bytes>" => Some(large.as_bytes()),
            "<empty>" => Some(&b""[..]),
            text => Some(text.as_bytes()),
        };
        let scratch = Scratch::default();
        let customer = value.and_then(|value| decoder().decode(value, &scratch).ok());
        let key = match row.key {
            Some("<empty>") => Some(""),
            key => key.or(customer.map(|event| event.customer)),
        };
        let key = key.map(str::as_bytes);
        let outcome = decoder().decode_record(key, value, &scratch);
        assert_eq!(shown(outcome), row.outcome, "line {}", row.line);
        seen.extend(outcome.err().map(|refused| refused.refusal));
    }
    let expected: BTreeSet<Refusal> = REFUSALS
        .iter()
        .map(|(refusal, _)| *refusal)
        .filter(|refusal| !OF_A_POLICY.contains(refusal))
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_record_without_a_key_is_refused() {
    let value = br#"{"event_id":"e1","customer_id":"c1","kind":"visit","occurred_at":5}"#;
    let scratch = Scratch::default();
    let outcome = decoder().decode_record(None, Some(value), &scratch);
    assert_eq!(outcome, Err(Refusal::NoKey.of("")));
}

#[test]
fn the_longest_id_fits_and_one_byte_more_does_not() {
    for (length, fits) in [(ID_BYTES_MAX, true), (ID_BYTES_MAX + 1, false)] {
        let id = "x".repeat(length);
        let value = json!({"event_id": id, "customer_id": "c", "kind": "visit", "occurred_at": 5});
        let value = value.to_string();
        let scratch = Scratch::default();
        let outcome = decoder().decode(value.as_bytes(), &scratch);
        let expected = fits
            .then_some(id.as_str())
            .ok_or(Refusal::WrongType.of("event_id"));
        assert_eq!(outcome.map(|event| event.event_id), expected);
    }
}

#[test]
fn the_limit_is_on_the_bytes_of_the_value() {
    let event = r#"{"event_id":"e1","customer_id":"c1","kind":"visit","occurred_at":5}"#;
    let full = format!("{event:BYTES_MAX$}");
    let scratch = Scratch::default();
    assert!(decoder().decode(full.as_bytes(), &scratch).is_ok());
    let over = format!("{full} ");
    let outcome = decoder().decode(over.as_bytes(), &scratch);
    assert_eq!(outcome, Err(Refusal::TooLarge.of("")));
}

#[test]
fn deep_nesting_is_only_as_deep_as_the_record_is_long() {
    let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
    let value = format!(
        r#"{{"x":{deep},"event_id":"e1","customer_id":"c1","kind":"visit","occurred_at":5}}"#
    );
    let decoder = Decoder::new(Currency::from_code("GBP").expect("a code"), 2_000_000);
    let scratch = Scratch::default();
    assert!(decoder.decode(value.as_bytes(), &scratch).is_ok());
    assert_eq!(
        decoder.decode(deep.as_bytes(), &scratch),
        Err(Refusal::NotJson.of(""))
    );
}

#[test]
fn several_events_are_held_at_once() {
    let records: Vec<String> = (0..40)
        .map(|i| {
            format!(
                r#"{{"event_id":"\u0065{i}","customer_id":"c\/{i}","kind":"cart","occurred_at":5}}"#
            )
        })
        .collect();
    let scratch = Scratch::default();
    let events: Vec<Event<'_>> = records
        .iter()
        .map(|record| {
            decoder()
                .decode(record.as_bytes(), &scratch)
                .expect("an event")
        })
        .collect();
    for (i, event) in events.iter().enumerate() {
        assert_eq!(event.event_id, format!("e{i}"));
        assert_eq!(event.customer, format!("c/{i}"));
    }
}
