//! The details of an event are read where a policy asks for them, and only there.

use proptest::prelude::*;
use tidemark::model::detail::{Attr, Details};
use tidemark::model::money::Money;
use tidemark::model::refusal::{Refusal, Refused};
use tidemark::policy::declared::Policy;
use tidemark::wire::event::Decoder;
use tidemark::wire::policy::parse;
use tidemark::wire::scratch::Scratch;

const POLICY: &str = include_str!("../../data/stories/filters.toml");
/// Declared: discount_code as text, points as number, tip as money.
const NONE: [Option<Attr>; 3] = [None, None, None];

fn policy() -> Policy {
    parse("filters.toml", POLICY).expect("a sound policy")
}

fn visit(details: &str) -> String {
    format!(
        r#"{{"event_id":"e","customer_id":"c","kind":"visit","occurred_at":1772439330250{details}}}"#
    )
}

fn read(decoder: &Decoder, details: &str, check: impl FnOnce(Result<Details<'_>, Refused>)) {
    let scratch = Scratch::default();
    let text = visit(details);
    let event = decoder.decode(text.as_bytes(), &scratch);
    check(event.map(|event| event.details));
}

#[test]
fn details_are_read_as_declared() {
    let decoder = Decoder::of_policy(&policy(), 1 << 16);
    let details = r#","category":"g\u00e4rten","channel":null,"discount":"1.5",
        "attrs":{"other":{"points":[1]},"tip":-0.25,"points":7,"discount_code":"A\nB"}"#;
    let attrs = [
        Some(Attr::Text("A\nB".into())),
        Some(Attr::Number(7)),
        Some(Attr::Number(-2_500)),
    ];
    let meant = Details {
        category: Some("gärten"),
        brand: None,
        channel: None,
        discount: Money(15_000),
        attrs: &attrs,
        ..Details::default()
    };
    read(&decoder, details, |read| assert_eq!(read, Ok(meant)));
    for (details, attrs) in [
        ("", &[][..]),
        (r#","attrs":null"#, &[]),
        (r#","attrs":{}"#, &NONE),
        (r#","attrs":{"points":null,"tip":null}"#, &NONE),
        (
            r#","attrs":{"discount_code":true,"tip":"1"}"#,
            &[
                Some(Attr::Text("true".into())),
                None,
                Some(Attr::Number(10_000)),
            ],
        ),
    ] {
        read(&decoder, details, |read| {
            assert_eq!(read.map(|read| read.attrs), Ok(attrs), "{details}");
        });
    }
}

#[test]
fn what_does_not_read_is_refused() {
    let decoder = Decoder::of_policy(&policy(), 1 << 16);
    for (details, refusal) in [
        (r#","attrs":{"points":1.5}"#, Refusal::WrongType),
        (r#","attrs":{"points":"1"}"#, Refusal::WrongType),
        (r#","attrs":{"points":[]}"#, Refusal::WrongType),
        (
            r#","attrs":{"points":9223372036854775808}"#,
            Refusal::BadAmount,
        ),
        (r#","attrs":{"tip":1.00001}"#, Refusal::BadAmount),
        (r#","attrs":{"tip":"much"}"#, Refusal::BadAmount),
        (r#","attrs":{"tip":true}"#, Refusal::WrongType),
        (r#","attrs":{"discount_code":5}"#, Refusal::WrongType),
        (r#","attrs":{"points":1,"points":1}"#, Refusal::NotJson),
        (r#","attrs":[]"#, Refusal::WrongType),
    ] {
        read(&decoder, details, |read| {
            assert_eq!(read, Err(refusal.of("attrs")), "{details}");
        });
    }
}

#[test]
fn nothing_is_read_that_is_not_asked_for() {
    let decoder = Decoder::new(policy().currency, 1 << 16);
    let details = r#","category":"garden","discount":5,"attrs":{"points":"none","points":1.5}"#;
    read(&decoder, details, |read| {
        assert_eq!(read, Ok(Details::default()))
    });
}

fn text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("[a-zé\"\\\\\n😀]{0,6}")
}

proptest! {
    #[test]
    fn details_are_read_as_they_were_written(
        texts in [text(), text(), text()],
        code in text(),
        points in proptest::option::of(any::<i64>()),
    ) {
        let decoder = Decoder::of_policy(&policy(), 1 << 16);
        let json = serde_json::json!({
            "category": texts[0], "brand": texts[1], "channel": texts[2],
            "attrs": {"discount_code": code, "points": points},
        });
        let members = json.to_string();
        let details = format!(",{}", &members[1..members.len() - 1]);
        let attrs = [
            code.map(|code| Attr::Text(code.into())),
            points.map(Attr::Number),
            None,
        ];
        read(&decoder, &details, |read| {
            let meant = Details {
                category: texts[0].as_deref(),
                brand: texts[1].as_deref(),
                channel: texts[2].as_deref(),
                discount: Money(0),
                attrs: &attrs,
                ..Details::default()
            };
            assert_eq!(read, Ok(meant), "{details}");
        });
    }
}
