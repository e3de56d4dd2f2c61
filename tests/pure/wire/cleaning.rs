//! Cleaning changes what a record says, before it is read: held against a slow model that cleans
//! whole JSON objects.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tidemark::model::detail::Attr;
use tidemark::model::refusal::{Refusal, Refused};
use tidemark::policy::declared::Policy;
use tidemark::wire::event::Decoder;
use tidemark::wire::policy::parse;
use tidemark::wire::scratch::Scratch;

const HEAD: &str = r#"
name = "clean"
version = 1
currency = "GBP"
zone = "UTC"
[event]
kinds = ["rating"]
[event.attrs]
city = "text"
stars = "number"
tip = "money"
[feature.online]
aggregate = "count"
of = ["purchase"]
where = "channel = web"
window = "30d"
[[ladder]]
name = "value"
[[ladder.tier]]
name = "none"
[[ladder.tier]]
name = "some"
enter = "online >= 1"
"#;

const RULES: &str = r#"
[clean.channel]
trim = true
case = "lower"
codes = { web = ["www", "online shop"] }
default = "store"
[clean.customer_id]
trim = true
case = "lower"
[clean.event_id]
trim = true
[clean.kind]
case = "lower"
codes = { purchase = ["order completed"], rating = ["stars"] }
[clean.currency]
trim = true
case = "upper"
codes = { GBP = ["£", "STG"] }
[clean.quantity]
default = "1"
most = "99"
of = ["purchase"]
[clean.amount]
default = "0"
of = ["purchase"]
[clean.margin]
least = "-50"
[clean.attrs.city]
trim = true
default = "nowhere"
of = ["rating"]
[clean.attrs.stars]
default = "3"
least = "1"
of = ["rating"]
"#;

fn policy(rules: &str) -> Policy {
    parse("clean.toml", &format!("{HEAD}{rules}")).unwrap_or_else(|report| panic!("{report:?}"))
}

/// Under the rules above, and under none.
pub(super) static DECODERS: LazyLock<(Decoder, Decoder)> = LazyLock::new(|| {
    let of = |rules| Decoder::of_policy(&policy(rules), 1 << 16);
    (of(RULES), of(""))
});

/// What the rules above make of one object, word by word.
fn by_hand(object: &Value) -> Value {
    let mut object = object.as_object().expect("an object").clone();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let set = |object: &mut Map<String, Value>, key: &str, of: &dyn Fn(&str) -> String| {
        if let Some(old) = object.get(key).and_then(text) {
            object.insert(key.to_owned(), of(&old).into());
        }
    };
    set(
        &mut object,
        "kind",
        &|text| match text.to_lowercase().as_str() {
            "order completed" => "purchase".to_owned(),
            "stars" => "rating".to_owned(),
            other => other.to_owned(),
        },
    );
    set(
        &mut object,
        "channel",
        &|text| match text.trim().to_lowercase().as_str() {
            "www" | "online shop" => "web".to_owned(),
            other => other.to_owned(),
        },
    );
    set(&mut object, "customer_id", &|text| {
        text.trim().to_lowercase()
    });
    set(&mut object, "event_id", &|text| text.trim().to_owned());
    set(
        &mut object,
        "currency",
        &|text| match text.trim().to_uppercase().as_str() {
            "£" | "STG" => "GBP".to_owned(),
            other => other.to_owned(),
        },
    );
    let missing = |value: Option<&Value>| value.is_none_or(Value::is_null);
    if missing(object.get("channel")) || object["channel"] == "" {
        object.insert("channel".to_owned(), "store".into());
    }
    if object["kind"] == "purchase" {
        if missing(object.get("quantity")) {
            object.insert("quantity".to_owned(), 1.into());
        }
        if missing(object.get("amount")) && missing(object.get("amount_minor")) {
            object.insert("amount".to_owned(), 0.into());
        }
    }
    if missing(object.get("attrs")) {
        object.insert("attrs".to_owned(), json!({}));
    }
    let rating = object["kind"] == "rating";
    if let Some(attrs) = object.get_mut("attrs").and_then(Value::as_object_mut) {
        set(attrs, "city", &|text| text.trim().to_owned());
        if rating && (missing(attrs.get("city")) || attrs["city"] == "") {
            attrs.insert("city".to_owned(), "nowhere".into());
        }
        if rating && missing(attrs.get("stars")) {
            attrs.insert("stars".to_owned(), 3.into());
        }
    }
    object.into()
}

/// Whether the rules above set an event aside that reads so.
fn is_outlier(object: &Value) -> Option<&'static str> {
    let number = |value: &Value| match value {
        Value::String(text) => text.parse().expect("a number"),
        value => value.as_f64().unwrap_or(0.0),
    };
    let rating = object["kind"] == "rating";
    if object["kind"] == "purchase" && number(&object["quantity"]) > 99.0 {
        return Some("quantity");
    }
    if number(&object["margin"]) < -50.0 {
        return Some("margin");
    }
    (rating && number(&object["attrs"]["stars"]) < 1.0).then_some("attrs")
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => proptest::sample::select(texts).prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn object() -> impl Strategy<Value = Value> {
    let ids = (
        one_of(&["e1", " e1 ", "E1", "\te\u{e9}1", "  "]),
        one_of(&["c1", "C1", " c1", "\u{130}stanbul", "", "a\u{1}b"]),
        one_of(&[
            "purchase",
            "Order Completed",
            "PURCHASE",
            "stars",
            "rating",
            "visit",
            "?",
        ]),
    );
    let texts = (
        one_of(&["web", "WWW", " Online Shop ", "", "  ", "shop", "a\"b\\"]),
        one_of(&["GBP", "gbp", " £", "stg", "EUR", "x"]),
        one_of(&[" Leeds", "", "York"]),
    );
    let numbers = (
        prop_oneof![Just(Value::Null), (0..200_i64).prop_map(Value::from)],
        prop_oneof![
            Just(Value::Null),
            (0..20_000_i64).prop_map(Value::from),
            Just(json!("1.5"))
        ],
        prop_oneof![Just(Value::Null), (-100..100_i64).prop_map(Value::from)],
        prop_oneof![Just(Value::Null), (-2..9_i64).prop_map(Value::from)],
        prop_oneof![2 => Just(Value::Null), 1 => (0..9_i64).prop_map(Value::from)],
        proptest::bool::ANY,
    );
    (ids, texts, numbers).prop_map(|(ids, texts, numbers)| {
        let mut object = json!({
            "event_id": ids.0, "customer_id": ids.1, "kind": ids.2,
            "occurred_at": 1_772_439_330_250_i64, "channel": texts.0, "currency": texts.1,
            "quantity": numbers.0, "amount": numbers.1, "margin": numbers.2,
            "amount_minor": numbers.4,
        });
        if numbers.5 {
            object["attrs"] = json!({"city": texts.2, "stars": numbers.3});
        }
        object
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_record_reads_as_if_it_had_been_written_clean(object in object()) {
        let (clean, plain) = &*DECODERS;
        let by_hand = by_hand(&object);
        let (dirty, tidy) = (object.to_string(), by_hand.to_string());
        let (one, two) = (Scratch::default(), Scratch::default());
        let read = clean.decode(dirty.as_bytes(), &one);
        let mut meant = plain.decode(tidy.as_bytes(), &two);
        if let (Ok(_), Some(field)) = (&meant, is_outlier(&by_hand)) {
            meant = Err(Refusal::Outlier.of(field));
        }
        match (read, meant) {
            (Ok(mut read), Ok(meant)) => {
                prop_assert_eq!(
                    read.details.cleaned == Default::default(),
                    same(&object, &by_hand),
                    "{} {:?}", dirty, read
                );
                read.details.cleaned = Default::default();
                prop_assert_eq!(read, meant, "{}", dirty);
            }
            (read, meant) => prop_assert_eq!(read.map(|_| ()), meant.map(|_| ()), "{}", dirty),
        }
    }
}

/// Whether cleaning changed nothing: absent, null and an empty object of attrs are one.
fn same(dirty: &Value, clean: &Value) -> bool {
    let tidy = |value: &Value| {
        let object = value.as_object().expect("an object").iter();
        let told = object.filter(|(_, value)| !value.is_null() && **value != json!({}));
        let told = told.map(|(key, value)| match value {
            Value::Object(attrs) => {
                let told = attrs.iter().filter(|(_, value)| !value.is_null());
                (key.clone(), format!("{:?}", told.collect::<Vec<_>>()))
            }
            value => (key.clone(), value.to_string()),
        });
        told.filter(|(_, value)| value != "[]").collect::<Vec<_>>()
    };
    tidy(dirty) == tidy(clean)
}

fn with(fields: &str) -> String {
    format!(
        r#"{{"event_id":"e","customer_id":"c-1","kind":"purchase","occurred_at":1772439330250,"amount":5{fields}}}"#
    )
}

/// What the rules did to a record, as metrics name it.
fn counted(policy: &Policy, text: &str) -> Vec<String> {
    let scratch = Scratch::default();
    let event = Decoder::of_policy(policy, 1 << 16).decode(text.as_bytes(), &scratch);
    let cleaned = event.expect("an event").details.cleaned;
    let names: Vec<String> = policy
        .cleaning
        .names()
        .map(|(field, rule)| format!("{field} {rule}"))
        .collect();
    cleaned.rules().map(|rule| names[rule].clone()).collect()
}

#[test]
fn each_rule_is_counted_where_it_did_something() {
    let policy = policy(RULES);
    for (fields, rules) in [
        (r#","channel":"web","quantity":2"#, vec![]),
        (
            r#","channel":" WWW","quantity":2"#,
            vec!["channel trim", "channel case", "channel codes"],
        ),
        (r#","channel":"www","quantity":2"#, vec!["channel codes"]),
        (r#","channel":"","quantity":2"#, vec!["channel default"]),
        (
            r#","channel":" ","quantity":2"#,
            vec!["channel trim", "channel default"],
        ),
        (r#","channel":"web""#, vec!["quantity default"]),
        (
            r#","channel":"web","quantity":2,"margin":-51,"reviewed":true"#,
            vec!["margin reviewed"],
        ),
        (
            r#","channel":"web","quantity":2,"margin":-50,"reviewed":true"#,
            vec![],
        ),
        (
            r#","channel":"web","quantity":2,"currency":"£""#,
            vec!["currency codes"],
        ),
        (
            r#","channel":"web","quantity":2,"attrs":{"city":" x"}"#,
            vec!["attrs.city trim"],
        ),
    ] {
        assert_eq!(counted(&policy, &with(fields)), rules, "{fields}");
    }
    let renamed = with(r#","channel":"web""#).replace("purchase", "Stars");
    let rules = [
        "kind case",
        "kind codes",
        "attrs.city default",
        "attrs.stars default",
    ];
    assert_eq!(counted(&policy, &renamed), rules);
}

#[test]
fn rules_of_a_kind_go_by_the_clean_kind_wherever_they_stand() {
    // It stands below the channel's.
    let policy = policy(RULES);
    let scratch = Scratch::default();
    let text = with("").replace("purchase", "STARS");
    let event = Decoder::of_policy(&policy, 1 << 16)
        .decode(text.as_bytes(), &scratch)
        .expect("an event");
    assert_eq!(
        (event.quantity, event.details.attrs[0].clone()),
        (0, Some(Attr::Text("nowhere".into())))
    );
}

#[test]
fn the_key_is_the_clean_id_and_nothing_else() {
    let policy = policy(RULES);
    let decoder = Decoder::of_policy(&policy, 1 << 16);
    let mismatch: Result<&str, Refused> = Err(Refusal::KeyMismatch.of("customer_id"));
    for (key, id, read) in [
        ("c-1", "c-1", Ok("c-1")),
        ("c-1", " C-1 ", Ok("c-1")),
        // Another lane holds the records of "c-1".
        (" C-1 ", " C-1 ", mismatch),
        ("C-1", "c-1", mismatch),
    ] {
        let scratch = Scratch::default();
        let text = with("").replace("c-1", id);
        let event = decoder.decode_record(Some(key.as_bytes()), Some(text.as_bytes()), &scratch);
        assert_eq!(event.map(|event| event.customer), read, "{key:?} {id:?}");
    }
}

#[test]
fn reviewed_is_true_or_false_under_every_policy() {
    for policy in [policy(""), policy(RULES)] {
        let decoder = Decoder::of_policy(&policy, 1 << 16);
        for (reviewed, refused) in [
            ("true", None),
            ("false", None),
            ("null", None),
            ("\"yes\"", Some(Refusal::WrongType.of("reviewed"))),
            ("1", Some(Refusal::WrongType.of("reviewed"))),
        ] {
            let scratch = Scratch::default();
            let text = with(&format!(r#","reviewed":{reviewed}"#));
            let read = decoder.decode(text.as_bytes(), &scratch);
            assert_eq!(read.err(), refused, "{reviewed}");
        }
    }
}
