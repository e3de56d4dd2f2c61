//! Events: the golden table, and what holds of every event and of every record.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json, value::RawValue};
use tidemark::model::event::{Event, KINDS, Kind};
use tidemark::model::money::{Currency, Money};
use tidemark::model::refusal::{REFUSALS, Refusal, Refused};
use tidemark::model::time::Timestamp;
use tidemark::model::zone::show_utc;
use tidemark::wire::event::{Decoder, ID_BYTES_MAX, INSTANT_LAST};
use tidemark::wire::scratch::Scratch;

const TABLE: &str = include_str!("../../data/wire/events.txt");
const BYTES_MAX: usize = 1024;

/// What only the engine can refuse.
const OF_THE_ENGINE: [Refusal; 4] = [
    Refusal::Future,
    Refusal::TooLate,
    Refusal::UnknownOrder,
    Refusal::OrderExists,
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

fn shown(outcome: Result<Event<'_>, Refused>) -> String {
    match outcome {
        Ok(event) => format!(
            "{} {} of {} at {} order {} amount {} {} quantity {} margin {}",
            event.kind.name(),
            event.event_id,
            event.customer,
            show_utc(event.at),
            event.order.unwrap_or("-"),
            event.amount,
            event.currency.map_or("-", Currency::code),
            event.quantity,
            event.margin,
        ),
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
        .filter(|refusal| !OF_THE_ENGINE.contains(refusal))
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
                r#"{{"event_id":"\u0065{i}","customer_id":"c\/{i}","kind":"visit","occurred_at":5}}"#
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

/// An event as a producer holds it.
#[derive(Clone, Debug)]
struct Produced {
    event_id: String,
    customer: String,
    kind: Kind,
    at: i64,
    order: Option<String>,
    amount: i64,
    currency: Option<&'static str>,
    quantity: i64,
    margin: i64,
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9-]{1,20}",
        "\\PC{1,40}",
        proptest::string::string_regex("[\"\\\\/é😀a]{1,8}").expect("a pattern"),
    ]
    .prop_filter("no control characters", |id| {
        !id.chars().any(char::is_control)
    })
}

fn produced() -> impl Strategy<Value = Produced> {
    (
        (
            id(),
            id(),
            0..KINDS.len(),
            0..=INSTANT_LAST.0,
            proptest::option::of(id()),
        ),
        (
            0..=i64::MAX,
            proptest::option::of(prop_oneof![Just("GBP"), Just("JPY"), Just("KWD")]),
            0..=i64::MAX,
            any::<i64>(),
        ),
    )
        .prop_map(|((event_id, customer, kind, at, order), rest)| Produced {
            order: order.or_else(|| (KINDS[kind].0 == Kind::Cancel).then(|| "o".to_owned())),
            event_id,
            customer,
            kind: KINDS[kind].0,
            at,
            amount: rest.0,
            currency: rest.1,
            quantity: rest.2,
            margin: rest.3,
        })
}

/// How a producer chooses to write it.
#[derive(Clone, Debug)]
struct Style {
    text_instant: bool,
    number_amount: bool,
    escape_all: bool,
    pretty: bool,
    nulls: bool,
    turn: usize,
}

fn style() -> impl Strategy<Value = Style> {
    (any::<[bool; 5]>(), 0..20_usize).prop_map(|(flags, turn)| Style {
        text_instant: flags[0],
        number_amount: flags[1],
        escape_all: flags[2],
        pretty: flags[3],
        nulls: flags[4],
        turn,
    })
}

/// Every character of a string as `\u` escapes.
fn escaped(text: &str) -> String {
    let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
    format!("\"{}\"", units.collect::<String>())
}

fn written(event: &Produced, style: &Style) -> String {
    let string = |text: &str| match style.escape_all {
        true => escaped(text),
        false => Value::from(text).to_string(),
    };
    let decimal = |units: i64| match style.number_amount {
        true => Money(units).to_string(),
        false => string(&Money(units).to_string()),
    };
    let at = match style.text_instant {
        true => string(&show_utc(Timestamp(event.at))),
        false => event.at.to_string(),
    };
    let mut members = vec![
        ("event_id", string(&event.event_id)),
        ("customer_id", string(&event.customer)),
        ("kind", string(event.kind.name())),
        ("occurred_at", at),
        ("amount", decimal(event.amount)),
        ("quantity", event.quantity.to_string()),
        ("margin", decimal(event.margin)),
        ("brand", string(&event.customer)),
        (
            "attrs",
            json!({"a": {"kind": ["}", event.event_id]}}).to_string(),
        ),
        ("unknown", json!([null, {"x": event.order}]).to_string()),
    ];
    members.extend(
        event
            .order
            .as_deref()
            .map(|order| ("order_id", string(order))),
    );
    members.extend(event.currency.map(|code| ("currency", string(code))));
    if style.nulls {
        members.push(("discount", "null".to_owned()));
    }
    let turn = style.turn % members.len();
    members.rotate_left(turn);
    let (colon, comma) = if style.pretty {
        (" : ", ",\r\n\t")
    } else {
        (":", ",")
    };
    let members: Vec<String> = members
        .into_iter()
        .map(|(name, value)| format!("\"{name}\"{colon}{value}"))
        .collect();
    format!("{{{}}}", members.join(comma))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn an_event_is_read_as_it_was_meant(event in produced(), style in style()) {
        let text = written(&event, &style);
        let decoder = Decoder::new(Currency::from_code("GBP").expect("a code"), 1 << 20);
        let scratch = Scratch::default();
        let read = decoder.decode_record(
            Some(event.customer.as_bytes()),
            Some(text.as_bytes()),
            &scratch,
        );
        let meant = Event {
            event_id: &event.event_id,
            customer: &event.customer,
            kind: event.kind,
            at: Timestamp(event.at),
            order: event.order.as_deref(),
            amount: Money(event.amount),
            currency: event.currency.and_then(Currency::from_code),
            quantity: event.quantity,
            margin: Money(event.margin),
        };
        prop_assert_eq!(read, Ok(meant), "{}", text);
    }

    #[test]
    fn random_bytes_are_refused_as_no_json(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let scratch = Scratch::default();
        let outcome = decoder().decode(&bytes, &scratch);
        prop_assume!(!is_object(&bytes));
        prop_assert_eq!(outcome, Err(Refusal::NotJson.of("")));
    }

    #[test]
    fn a_damaged_event_is_refused_or_still_json(
        event in produced(),
        style in style(),
        damages in proptest::collection::vec((any::<prop::sample::Index>(), damage()), 1..4),
    ) {
        let mut bytes = written(&event, &style).into_bytes();
        for (place, damage) in damages {
            let place = place.index(bytes.len().max(1)).min(bytes.len());
            damage.inflict(&mut bytes, place);
        }
        let decoder = Decoder::new(Currency::from_code("GBP").expect("a code"), 1 << 20);
        let scratch = Scratch::default();
        match decoder.decode(&bytes, &scratch) {
            outcome if !is_object(&bytes) => {
                prop_assert_eq!(outcome, Err(Refusal::NotJson.of("")));
            }
            Ok(event) => {
                prop_assert!(!event.event_id.is_empty() && !event.customer.is_empty());
                prop_assert!(event.amount >= Money(0) && event.quantity >= 0);
                prop_assert!(event.at >= Timestamp(0) && event.at <= INSTANT_LAST);
            }
            Err(refused) => {
                let whole = refused == Refusal::NotJson.of("");
                prop_assert!(whole || !refused.field.is_empty(), "{:?}", refused);
            }
        }
    }
}

/// Whether the bytes are one JSON object, by syntax alone.
fn is_object(bytes: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(bytes).is_ok_and(|raw| raw.get().starts_with('{'))
}

#[derive(Clone, Debug)]
enum Damage {
    Cut,
    Remove,
    Insert(u8),
    Replace(u8),
    Repeat(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let byte = prop_oneof![
        any::<u8>(),
        proptest::sample::select(b"\"\\{}[]:,-0e.u".to_vec())
    ];
    prop_oneof![
        Just(Damage::Cut),
        Just(Damage::Remove),
        byte.clone().prop_map(Damage::Insert),
        byte.prop_map(Damage::Replace),
        (1..30_usize).prop_map(Damage::Repeat),
    ]
}

impl Damage {
    fn inflict(&self, bytes: &mut Vec<u8>, place: usize) {
        match self {
            Self::Cut => bytes.truncate(place),
            Self::Remove => drop(bytes.drain(place..(place + 1).min(bytes.len()))),
            Self::Insert(byte) => bytes.insert(place, *byte),
            Self::Replace(byte) => {
                if let Some(old) = bytes.get_mut(place) {
                    *old = *byte;
                }
            }
            Self::Repeat(length) => {
                let end = (place + length).min(bytes.len());
                let piece = bytes[place..end].to_vec();
                bytes.splice(place..place, piece);
            }
        }
    }
}
