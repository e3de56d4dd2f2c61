//! Labels from the policy's text to the bodies of changes.

use tidemark::model::change::{Cause, Change};
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Timestamp;
use tidemark::wire::change::encode_body;

use super::{SOUND, read};

/// What stands in a change between its reasons and its policy.
fn told(scale: usize, from: u8, to: u8) -> String {
    let policy = read(SOUND).expect("sound");
    let change = Change {
        scale: ScaleIx(scale),
        from,
        left: None,
        to,
        effective_at: Timestamp(0),
        version: 1,
        cause: Cause::Event,
        waited: None,
        reasons: Vec::new(),
        overridden: None,
    };
    let mut out = Vec::new();
    encode_body(&policy, "c1", &change, &mut out);
    let body = String::from_utf8(out).expect("JSON is UTF-8");
    let (_, rest) = body.split_once("\"reason\":[],").expect("no reasons");
    let (labels, _) = rest.split_once("\"policy\":").expect("a policy");
    labels.to_owned()
}

#[test]
fn a_change_has_the_labels_of_where_it_leads_in_their_order() {
    let high = r#""labels":{"perk":"free delivery","mail key":"","a":"1"},"#;
    assert_eq!(told(0, 0, 2), high);
    assert_eq!(told(0, 1, 2), high);
    let gone = r#""labels":{"z":"come back","y":"\"soon\""},"#;
    assert_eq!(told(2, 0, 1), gone);
}

#[test]
fn a_change_to_where_there_are_none_does_not_speak_of_labels() {
    for (scale, from, to) in [(0, 2, 1), (0, 2, 0), (1, 0, 1), (2, 1, 0), (3, 0, 1)] {
        assert_eq!(told(scale, from, to), "", "{scale} {from} {to}");
    }
}
