//! Warnings as they are published: golden bytes, headers and ids.

use tidemark::model::change::{Cause, Measure, Reason};
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::{Span, Timestamp};
use tidemark::model::warning::{Loss, Notice, Warning};
use tidemark::model::zone::parse_instant;
use tidemark::policy::declared::{Label, Policy};
use tidemark::wire::{change, warning};

use super::sample;

const GOLDEN: &str = include_str!("../../data/wire/warnings.txt");
const CUSTOMER: &str = "c-1 \"é\"";

fn at(text: &str) -> Timestamp {
    parse_instant(text).expect("an instant")
}

/// At risk, safe, and near.
fn warnings() -> [Warning; 3] {
    let loss = Loss {
        at: at("2026-05-31T23:00:00Z"),
        to: 0,
        lapsed: at("2026-05-20T23:00:00Z"),
        lent: false,
    };
    let at_risk = Warning {
        ladder: ScaleIx(0),
        tier: 1,
        notice: Notice::AtRisk {
            loss,
            step: Span::from_days(30),
        },
        effective_at: at("2026-05-01T23:00:00Z"),
        number: 1,
        cause: Cause::Clock,
        gap: vec![Reason {
            comparison: 0,
            measured: Measure::Is(6_876_000),
            holds: false,
        }],
        measured_at: loss.lapsed,
    };
    let safe = Warning {
        notice: Notice::Safe,
        effective_at: at("2026-05-08T10:20:00Z"),
        number: 2,
        cause: Cause::Event,
        gap: Vec::new(),
        ..at_risk.clone()
    };
    let near = Warning {
        tier: 0,
        notice: Notice::Near(1),
        number: 3,
        gap: at_risk.gap.clone(),
        measured_at: safe.effective_at,
        ..safe.clone()
    };
    [at_risk, safe, near]
}

/// The sample whose higher tier has a label.
fn labelled() -> Policy {
    let mut policy = sample::policy().clone();
    policy.ladders[0].tiers[1].labels = vec![Label {
        key: "message".to_owned(),
        text: "GOLD".to_owned(),
    }];
    policy
}

#[test]
fn warnings_are_the_golden_bytes_with_their_headers() {
    let policy = labelled();
    let mut bodies = Vec::new();
    let mut headers = String::new();
    for one in warnings() {
        warning::encode_body(&policy, CUSTOMER, &one, &mut bodies);
        bodies.push(b'\n');
        headers.push('\n');
        for (name, text) in warning::headers(&policy, CUSTOMER, &one, "tidemark/shop") {
            headers += &format!("{name}: {text}\n");
        }
    }
    let bodies = String::from_utf8(bodies).expect("JSON is UTF-8");
    assert_eq!(bodies + &headers, GOLDEN);
}

#[test]
fn a_tier_without_labels_has_no_such_key() {
    let mut body = Vec::new();
    warning::encode_body(sample::policy(), CUSTOMER, &warnings()[0], &mut body);
    let body = String::from_utf8(body).expect("JSON is UTF-8");
    assert!(!body.contains("labels"), "{body}");
}

/// Neither two warnings nor a warning and a change have one id.
#[test]
fn ids_of_warnings_differ_from_all_others() {
    let mut ids = vec![
        warning::ce_id("c1", "value", 1),
        warning::ce_id("c1", "value", 2),
        warning::ce_id("c1", "card", 1),
        warning::ce_id("c2", "value", 1),
        change::ce_id("c1", "value", 1),
        change::ce_id("c1", "valuewarning", 1),
    ];
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}
