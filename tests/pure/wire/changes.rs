//! What is published: golden bytes of changes, standings and measures, and what holds of each.

use proptest::prelude::*;
use serde_json::{Value, json};
use tidemark::engine::effect::{End, Ended, Judged};
use tidemark::engine::explain::{Entry, Explanation, OnLadder, OnMap};
use tidemark::engine::view::Horizon;
use tidemark::model::change::{Cause, Change, Measure, Overridden, Reason, Wait, Waited};
use tidemark::model::ids::Offset;
use tidemark::model::overrides::{Override, Verb};
use tidemark::model::refusal::Refusal;
use tidemark::model::standing::{Place, ScaleIx};
use tidemark::model::time::Timestamp;
use tidemark::model::zone::{parse_instant, show_utc};
use tidemark::policy::climb::Waiting;
use tidemark::policy::declared::{Label, Policy};
use tidemark::wire::change::{self, Header, ce_id};
use tidemark::wire::dead_letter::{self, Origin};
use tidemark::wire::{explanation, measures, receipt, standing};

use super::sample::{self, ended, merged};

const GOLDEN: &str = include_str!("../../data/wire/published.ndjson");
const GOLDEN_EXPLANATION: &str = include_str!("../../data/wire/explanation.ndjson");
const GOLDEN_HEADERS: &str = include_str!("../../data/wire/headers.txt");
const CUSTOMER: &str = "c-1 \"é\"";

fn at(text: &str) -> Timestamp {
    parse_instant(text).expect("an instant")
}

fn reason(comparison: usize, measured: i64, holds: bool) -> Reason {
    Reason {
        comparison,
        measured: Measure::Is(measured),
        holds,
    }
}

/// Up, down, and along a map.
fn judged() -> Judged {
    let up = Change {
        scale: ScaleIx(0),
        from: 0,
        left: None,
        to: 1,
        effective_at: at("2026-03-02T08:15:30.250Z"),
        version: 1,
        cause: Cause::Event,
        waited: None,
        reasons: vec![reason(0, 12_045_025, true)],
        overridden: None,
    };
    let down = Change {
        from: 1,
        to: 0,
        effective_at: at("2026-05-31T23:00:00Z"),
        version: 2,
        cause: Cause::Clock,
        waited: None,
        reasons: vec![reason(0, -5000, false)],
        ..up.clone()
    };
    let along = Change {
        scale: ScaleIx(1),
        from: 1,
        to: 0,
        version: 7,
        reasons: vec![
            reason(1, 3, true),
            reason(2, 0, true),
            reason(3, 5_400_250, true),
            reason(4, 0, false),
            Reason {
                comparison: 3,
                measured: Measure::Never,
                holds: false,
            },
        ],
        ..down.clone()
    };
    Judged {
        era: 0,
        customer: CUSTOMER.into(),
        at: down.effective_at,
        changes: vec![up, down, along],
        warnings: Vec::new(),
        places: [
            Place {
                rank: 0,
                version: 2,
                since: at("2026-05-31T23:00:00Z"),
            },
            Place {
                rank: 1,
                version: 0,
                since: Timestamp::MIN,
            },
        ]
        .into(),
        ended: None,
        overridden: Box::default(),
    }
}

fn gift() -> Override {
    Override {
        ladder: ScaleIx(0),
        verb: Verb::Gift,
        tier: 1,
        at: at("2026-05-01T00:00:00Z"),
        until: at("2026-06-02T00:00:00Z"),
        event_id: "o-1".into(),
        by: "anna".into(),
        why: "a \"wedding\"".into(),
    }
}

fn freeze() -> Override {
    Override {
        verb: Verb::Freeze,
        tier: 0,
        until: Timestamp::MAX,
        ..gift()
    }
}

/// The sample whose higher tier has labels.
fn labelled() -> Policy {
    let mut policy = sample::policy().clone();
    let label = |(key, text): (&str, &str)| Label {
        key: key.to_owned(),
        text: text.to_owned(),
    };
    let labels = [
        ("benefit", "free \"delivery\""),
        ("message", "GOLD_WELCOME"),
        ("priority", "1"),
    ];
    policy.ladders[0].tiers[1].labels = labels.map(label).into();
    policy
}

#[test]
fn bodies_are_the_golden_bytes() {
    let (policy, judged) = (sample::policy(), judged());
    let mut out = Vec::new();
    for change in &judged.changes {
        change::encode_body(policy, &judged.customer, change, &mut out);
        out.push(b'\n');
    }
    standing::encode(policy, &judged, &mut out);
    out.push(b'\n');
    let measured = [12_045_025, 3, 31, 129_600_000].map(Measure::Is);
    measures::encode(policy, CUSTOMER, judged.at, &measured, &mut out);
    out.push(b'\n');
    let never = [
        Measure::Is(0),
        Measure::Is(0),
        Measure::Never,
        Measure::Never,
    ];
    measures::encode(policy, CUSTOMER, judged.at, &never, &mut out);
    out.push(b'\n');
    let waited = Change {
        waited: Some(Waited {
            wait: Wait::MinimumStay,
            since: at("2026-02-28T00:00:00Z"),
        }),
        reasons: vec![reason(0, 1, false)],
        ..judged.changes[1].clone()
    };
    change::encode_body(policy, CUSTOMER, &waited, &mut out);
    out.push(b'\n');
    change::encode_body(&labelled(), CUSTOMER, &judged.changes[0], &mut out);
    out.push(b'\n');
    let unknown = Ended {
        end: End::Erased(None),
        ..ended()
    };
    for ended in [ended(), unknown, merged()] {
        receipt::encode_body(policy, CUSTOMER, judged.at, &ended, &mut out);
        out.push(b'\n');
    }
    for (by, holds) in [(gift(), true), (freeze(), false)] {
        let overridden = Change {
            cause: Cause::Command,
            reasons: Vec::new(),
            overridden: Some(Box::new(Overridden { by, holds })),
            ..judged.changes[0].clone()
        };
        change::encode_body(policy, CUSTOMER, &overridden, &mut out);
        out.push(b'\n');
    }
    let overridden = [gift()].into();
    standing::encode(
        policy,
        &Judged {
            overridden,
            ..judged
        },
        &mut out,
    );
    out.push(b'\n');
    assert_eq!(String::from_utf8(out).expect("JSON is UTF-8"), GOLDEN);
}

#[test]
fn an_explanation_is_the_golden_bytes() {
    let policy = sample::policy();
    let judged = judged();
    let explanation = Explanation {
        members: Vec::new(),
        at: judged.at,
        measures: [12_045_025, 3, 31, 129_600_000].map(Measure::Is).into(),
        profile: Vec::new(),
        ladders: vec![OnLadder {
            scale: ScaleIx(0),
            place: judged.places[0],
            given: 0,
            overrides: Vec::new(),
            keep: Vec::new(),
            above: vec![Entry {
                rank: 1,
                reasons: judged.changes[1].reasons.clone(),
            }],
            waiting: None,
            loss: None,
        }],
        maps: vec![OnMap {
            scale: ScaleIx(1),
            place: judged.places[1],
            when: vec![reason(4, 1, true)],
        }],
        horizon: Some(Horizon {
            at: at("2026-06-01T00:00:00Z"),
            moves: vec![(ScaleIx(0), 1, 0), (ScaleIx(1), 0, 1)],
        }),
    };
    let bottom = Explanation {
        horizon: None,
        ..explanation.clone()
    };
    let mut patient = bottom.clone();
    patient.ladders[0].waiting = Some(Waiting {
        settling: vec![(1, at("2026-05-31T22:55:00Z"), at("2026-05-31T23:05:00Z"))],
        protected: Some(at("2026-07-01T00:00:00Z")),
        floor: Some((1, at("2026-05-01T00:00:00Z"))),
        term: None,
        lapsed: Some(at("2026-05-31T22:56:00Z")),
        lost: Some(at("2026-07-01T00:00:00Z")),
    });
    let mut out = Vec::new();
    let mut ruled = bottom.clone();
    ruled.ladders[0].overrides = vec![(gift(), true), (freeze(), false)];
    ruled.ladders[0].place = judged.places[1];
    ruled.members = ["c-20", CUSTOMER].map(Into::into).into();
    for explanation in [explanation, bottom, patient, ruled] {
        explanation::encode(policy, CUSTOMER, &explanation, &mut out);
        out.push(b'\n');
    }
    assert_eq!(
        String::from_utf8(out).expect("JSON is UTF-8"),
        GOLDEN_EXPLANATION
    );
}

fn list(headers: &[Header<'_>]) -> String {
    let lines = headers
        .iter()
        .map(|(name, text)| format!("{name}: {text}\n"));
    lines.collect()
}

#[test]
fn headers_are_the_golden_text() {
    let (policy, judged) = (sample::policy(), judged());
    let change = &judged.changes[0];
    let origin = Origin {
        topic: "shop.purchase.v1",
        partition: 3,
        offset: Offset(42),
    };
    let refused = Refusal::BadAmount.of("amount");
    let (who, source) = (&*judged.customer, "tidemark/shop");
    let text = [
        list(&change::headers(policy, who, change, source)),
        list(&receipt::headers(
            policy,
            who,
            (judged.at, &ended()),
            source,
        )),
        list(&receipt::headers(
            policy,
            who,
            (judged.at, &merged()),
            source,
        )),
        list(&standing::headers(policy)),
        list(&dead_letter::headers(refused, origin, &policy.hash)),
    ];
    assert_eq!(text.join("\n"), GOLDEN_HEADERS);
}

/// Parts that run into each other are told apart, since each is written after its length.
#[test]
fn ids_of_changes_differ_where_any_part_differs() {
    let mut ids = Vec::new();
    for (customer, ladder, version) in [
        ("c1", "value", 1),
        ("c1", "value", 2),
        ("c1", "value1", 1),
        ("c1v", "alue", 1),
        ("c", "1value", 1),
        ("c1", "value", 11),
    ] {
        ids.push(ce_id(customer, ladder, version));
        assert_eq!(ids[ids.len() - 1].len(), 32);
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

fn measure() -> impl Strategy<Value = Measure> {
    prop_oneof![any::<i64>().prop_map(Measure::Is), Just(Measure::Never)]
}

proptest! {
    #[test]
    fn a_change_says_what_it_is(
        customer in "\\PC{1,20}",
        instant in 0..4_000_000_000_000_i64,
        version in 1..u32::MAX,
        (on_map, swap, clock) in any::<(bool, bool, bool)>(),
        measured in proptest::collection::vec((0..4_usize, measure(), any::<bool>()), 0..5),
    ) {
        let policy = sample::policy();
        let (from, to) = if swap { (1, 0) } else { (0, 1) };
        let change = Change {
            scale: ScaleIx(usize::from(on_map)),
            from,
            left: None,
            to,
            effective_at: Timestamp(instant),
            version,
            cause: if clock { Cause::Clock } else { Cause::Event },
            waited: clock.then_some(Waited { wait: Wait::Grace, since: Timestamp(instant - 1) }),
            reasons: measured
                .into_iter()
                .map(|(comparison, measured, holds)| Reason { comparison, measured, holds })
                .collect(),
            overridden: None,
        };
        let mut out = b"kept ".to_vec();
        change::encode_body(policy, &customer, &change, &mut out);
        let body = out.strip_prefix(b"kept ").expect("what was there stays");
        let body: Value = serde_json::from_slice(body).expect("one JSON value");
        let names = policy.rank_names(change.scale);
        prop_assert_eq!(&body["customer_id"], &customer);
        let since = show_utc(Timestamp(instant - 1));
        let waited = clock.then(|| json!({"for": "grace", "since": since}));
        prop_assert_eq!(body.get("waited"), waited.as_ref());
        prop_assert_eq!(&body["ladder"], policy.scale_name(change.scale));
        prop_assert_eq!(&body["from"], names[usize::from(from)]);
        prop_assert_eq!(&body["to"], names[usize::from(to)]);
        let direction = match (on_map, swap) {
            (true, _) => "move",
            (false, true) => "down",
            (false, false) => "up",
        };
        prop_assert_eq!(&body["direction"], direction);
        let shown = body["effective_at"].as_str().and_then(parse_instant);
        prop_assert_eq!(shown, Some(change.effective_at));
        prop_assert_eq!(&body["version"], version);
        prop_assert_eq!(&body["cause"], if clock { "clock" } else { "event" });
        let rows = body["reason"].as_array().expect("a list");
        prop_assert_eq!(rows.len(), change.reasons.len());
        for (row, reason) in rows.iter().zip(&change.reasons) {
            let comparison = &policy.comparisons[reason.comparison];
            prop_assert_eq!(&row["feature"], &policy.features[reason.comparison].name);
            prop_assert_eq!(&row["op"], comparison.op.text());
            prop_assert_eq!(&row["holds"], reason.holds);
            prop_assert_eq!(row["value"].is_null(), reason.measured == Measure::Never);
        }
    }
}
