//! Gaps in the ledger: their bytes, and named errors for what is none.

use tidemark::lane::ledger::Entry;
use tidemark::model::ids::Offset;
use tidemark::model::time::Timestamp;
use tidemark::wire::ledger::decode;

use super::ledger::{encoded, sample};

/// A gap after the second sample, which passes over 40 offsets of the first topic.
fn gap() -> Entry {
    let [_, second, _] = sample();
    let at = Timestamp(1_772_440_000_000);
    let gap = second.leap("shop.purchase.v1", Offset(48), "tidemark.skip", at);
    gap.expect("the topic is read")
}

/// A program that knows no gaps refuses the version before it looks at anything else.
#[test]
fn a_gap_has_a_version_of_its_own() {
    let text = encoded(&gap());
    let expected = r#"{"v":2,"lane":3,"unit":3,"policy":"3e9b758fc2240a69b542d66600203b3280ac7cf97b85e99995b4752c7dadcd1f","owner":"tidemark.skip","ceiling":1772439330250,"coast":null,"gap":{"topic":"shop.purchase.v1","at":1772440000000},"clock":-9223372036854775808,"reads":[{"topic":"shop.purchase.v1","from":8,"next":48,"records":0},{"topic":"shop.browse.v1","from":9,"next":9,"records":0}],"runs":[],"counts":{"applied":0,"duplicates":0,"dead_letters":0,"changes":0,"standings":0},"checksum":"0000000000000000"}"#;
    assert_eq!(text, expected);
    assert_eq!(decode(text.as_bytes()), Ok(gap()));
    let back = text.replacen(r#""next":48"#, r#""next":2"#, 1);
    let back = decode(back.as_bytes()).expect("a log that was cut off");
    assert_eq!(back.reads[0].next, Offset(2));
}

#[test]
fn a_gap_in_which_something_happens_is_refused() {
    let text = encoded(&gap());
    for (from, to, message) in [
        (r#""v":2"#, r#""v":1"#, "none in version 1"),
        (r#""v":2"#, r#""v":3"#, "reads versions 1 and 2"),
        (r#""next":48"#, r#""next":8"#, "read on elsewhere"),
        (
            r#""next":48"#,
            r#""next":-1"#,
            "next -1, expected 0 or more",
        ),
        (r#""next":9"#, r#""next":10"#, "read on elsewhere"),
        (r#""next":9"#, r#""next":8"#, "next 8, expected 9 or more"),
        (
            r#""topic":"shop.purchase.v1","at""#,
            r#""topic":"x","at""#,
            "expected 8 or more",
        ),
        (
            r#""changes":0"#,
            r#""changes":1"#,
            "in which nothing happens",
        ),
        (
            r#""coast":null"#,
            r#""coast":7"#,
            "in which nothing happens",
        ),
        (r#""unit":3"#, r#""unit":1"#, "expected the policy"),
        (r#""records":0"#, r#""records":1"#, "expected none"),
    ] {
        let bad = match to {
            r#""topic":"x","at""# => text
                .replacen(from, to, 1)
                .replace(r#""next":48"#, r#""next":2"#),
            _ => text.replacen(from, to, 1),
        };
        assert_ne!(bad, text);
        let error = decode(bad.as_bytes()).expect_err(message).to_string();
        assert!(error.contains(message), "{error}\n{message}");
    }
}
