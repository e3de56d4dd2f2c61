//! Events as producers write them, in all the freedom that JSON leaves them, whole and damaged.

use proptest::prelude::*;
use serde_json::{Value, json, value::RawValue};
use tidemark::model::detail::Details;
use tidemark::model::event::{Event, KINDS, Kind};
use tidemark::model::money::{Currency, Money};
use tidemark::model::refusal::Refusal;
use tidemark::model::time::Timestamp;
use tidemark::model::zone::show_utc;
use tidemark::wire::event::{Decoder, INSTANT_LAST};
use tidemark::wire::scratch::Scratch;

fn decoder() -> Decoder {
    Decoder::new(Currency::from_code("GBP").expect("a code"), 1 << 20)
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
            order: order.or_else(|| {
                matches!(KINDS[kind].0, Kind::Cancel | Kind::Restate).then(|| "o".to_owned())
            }),
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
        (
            "kind",
            string(event.kind.name().expect("a kind of the contract")),
        ),
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
        let scratch = Scratch::default();
        let read = decoder().decode_record(
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
            details: Details::default(),
            command: None,
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
        let scratch = Scratch::default();
        match decoder().decode(&bytes, &scratch) {
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
