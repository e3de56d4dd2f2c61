//! What profiles say is read as the policy declares it, and told back in explanations.

use std::sync::Arc;

use tidemark::engine::Engine;
use tidemark::engine::explain::explain;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::model::detail::Attr;
use tidemark::model::event::Kind;
use tidemark::model::refusal::Refusal;
use tidemark::model::time::Timestamp;
use tidemark::policy::declared::Policy;
use tidemark::wire::event::Decoder;
use tidemark::wire::explanation;
use tidemark::wire::policy::parse;
use tidemark::wire::record;
use tidemark::wire::scratch::Scratch;

const HEAD: &str = include_str!("../../data/stories/profiles.toml");
const AT: i64 = 1_772_439_330_250;

/// Declared: city of events; then city, birth_year, consent and joined_on of profiles.
fn policy() -> Policy {
    let text = format!("{HEAD}\n[event.attrs]\ncity = \"number\"\n");
    parse("profiles.toml", &text).expect("a sound policy")
}

fn record(kind: &str, at: i64, attrs: &str) -> String {
    format!(
        r#"{{"event_id":"e","customer_id":"c","kind":"{kind}","occurred_at":{at},"attrs":{attrs}}}"#
    )
}

#[test]
fn members_are_read_as_declared() {
    let policy = policy();
    let decoder = Decoder::of_policy(&policy, 1 << 16);
    let text = |text: &str| Some(Attr::Text(text.into()));
    let number = |number| Some(Attr::Number(number));
    for (kind, attrs, meant) in [
        (
            "profile",
            r#"{"city":"Le\u00eeds","birth_year":1984,"consent":true,"joined_on":"1970-01-03"}"#,
            [None, text("Leîds"), number(1984), number(1), number(2)],
        ),
        (
            "profile",
            r#"{"city":null,"consent":false,"shoe_size":[{}]}"#,
            [None, Some(Attr::Gone), None, number(0), None],
        ),
        ("profile", "{}", [None, None, None, None, None]),
        // A member of the same name that the policy asks events for.
        (
            "view",
            r#"{"city":7,"consent":1}"#,
            [number(7), None, None, None, None],
        ),
        ("view", r#"{"city":null}"#, [None, None, None, None, None]),
    ] {
        let (scratch, again) = (Scratch::default(), Scratch::default());
        let json = record(kind, AT, attrs);
        let event = decoder.decode(json.as_bytes(), &scratch).expect("sound");
        assert_eq!(event.details.attrs, meant, "{attrs}");
        let written = record::encode(&policy, &event, false);
        let back = decoder.decode(&written, &again).expect("as it was written");
        assert_eq!(back, event, "{attrs}");
    }
}

#[test]
fn a_policy_without_a_profile_reads_none() {
    let text = include_str!("../../../config/policy.toml");
    let decoder = Decoder::of_policy(&parse("policy.toml", text).expect("sound"), 1 << 16);
    let (json, scratch) = (
        record("profile", AT, r#"{"city":5,"city":6}"#),
        Scratch::default(),
    );
    let event = decoder.decode(json.as_bytes(), &scratch).expect("sound");
    assert_eq!((event.kind, event.details.attrs), (Kind::Profile, &[][..]));
}

#[test]
fn what_does_not_read_is_refused() {
    let decoder = Decoder::of_policy(&policy(), 1 << 16);
    for (attrs, refusal) in [
        (r#"{"city":5}"#, Refusal::WrongType),
        (r#"{"birth_year":"1984"}"#, Refusal::WrongType),
        (r#"{"birth_year":99999999999999999999}"#, Refusal::BadAmount),
        (r#"{"consent":"true"}"#, Refusal::WrongType),
        (r#"{"consent":1}"#, Refusal::WrongType),
        (r#"{"joined_on":"2026-02-30"}"#, Refusal::WrongType),
        (
            r#"{"joined_on":"2026-02-03T00:00:00Z"}"#,
            Refusal::WrongType,
        ),
        (r#"{"joined_on":20260203}"#, Refusal::WrongType),
        (r#"{"city":"a","city":"b"}"#, Refusal::NotJson),
        ("[]", Refusal::WrongType),
    ] {
        let json = record("profile", AT, attrs);
        let scratch = Scratch::default();
        let refused = decoder.decode(json.as_bytes(), &scratch);
        assert_eq!(refused, Err(refusal.of("attrs")), "{attrs}");
    }
}

#[test]
fn an_explanation_says_what_is_known_and_since_when() {
    let policy = Arc::new(policy());
    let decoder = Decoder::of_policy(&policy, 1 << 16);
    let mut engine = Engine::new(Arc::clone(&policy));
    let wall = Tick {
        ceiling: Timestamp::MAX,
        coast: None,
        firings: None,
    };
    engine.tick(wall, &mut Vec::new());
    for (at, attrs) in [
        (AT, r#"{"city":"Leeds","consent":true}"#),
        (AT + 1, r#"{"city":null,"joined_on":"2020-05-01"}"#),
    ] {
        let (json, scratch) = (record("profile", at, attrs), Scratch::default());
        let event = decoder.decode(json.as_bytes(), &scratch).expect("sound");
        let id = at.to_string();
        let event = tidemark::model::event::Event {
            event_id: &id,
            ..event
        };
        assert_eq!(engine.apply(&event, &mut Vec::new()), Outcome::Applied);
    }
    let view = engine.view("c", Timestamp(AT + 1)).expect("known");
    let mut json = Vec::new();
    explanation::encode(&policy, "c", &explain(&policy, &view), &mut json);
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let (first, second) = ("2026-03-02T08:15:30.250Z", "2026-03-02T08:15:30.251Z");
    let told = serde_json::json!({
        "city": { "value": null, "said_at": second },
        "birth_year": { "value": null, "said_at": null },
        "consent": { "value": true, "said_at": first },
        "joined_on": { "value": "2020-05-01", "said_at": second },
    });
    assert_eq!(json["profile"], told);
    assert_eq!(json["features"]["consent"], true);
    assert_eq!(json["features"]["city"], serde_json::Value::Null);
}
