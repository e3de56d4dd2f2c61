//! `[rfm]` stands for what one could write by hand; its mistakes are told in its own words.

use std::sync::{Arc, OnceLock};

use proptest::prelude::*;
use tidemark::engine::Engine;
use tidemark::engine::input::Tick;
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::{DAY_MS, Timestamp};
use tidemark::policy::declared::Policy;
use tidemark::wire::event::Decoder;
use tidemark::wire::scratch::Scratch;

use super::{mistakes_in, read};

const SHIPPED: &str = include_str!("../../../config/policies/rfm.toml");
const BY_HAND: &str = include_str!("rfm_by_hand.toml");
const HEAD: &str = "name = \"p\"\nversion = 1\ncurrency = \"GBP\"\nzone = \"UTC\"\n";

/// Who moved where and when, by names.
fn told(policy: &Arc<Policy>, buys: &[(i64, u32)]) -> Vec<String> {
    let mut engine = Engine::new(Arc::clone(policy));
    let decoder = Decoder::of_policy(policy, 1 << 16);
    let mut effects = Vec::new();
    let forward = |engine: &mut Engine, effects: &mut Vec<_>, coast| {
        let ceiling = Timestamp::MAX;
        engine.tick(
            Tick {
                ceiling,
                coast,
                firings: None,
            },
            effects,
        );
    };
    forward(&mut engine, &mut effects, None);
    let mut at = 1_767_225_600_000;
    for (number, (days, amount)) in buys.iter().enumerate() {
        at += days * DAY_MS;
        let text = format!(
            r#"{{"event_id":"{number}","customer_id":"c","kind":"purchase","occurred_at":{at},"amount":{amount}}}"#
        );
        let scratch = Scratch::default();
        let event = decoder.decode(text.as_bytes(), &scratch).expect("an event");
        engine.apply(&event, &mut effects);
    }
    forward(
        &mut engine,
        &mut effects,
        Some(Timestamp(at + 500 * DAY_MS)),
    );
    let changes = effects.iter().flat_map(|judged| &judged.changes);
    let mut told: Vec<String> = changes
        .map(|change| {
            let place = |rank| policy.rank_name(change.scale, rank).to_owned();
            let scale = policy.scale_name(change.scale);
            let (from, to) = (place(change.from), place(change.to));
            format!("{:?} {scale}: {from} -> {to}", change.effective_at)
        })
        .collect();
    told.sort();
    told
}

static SHORT_HAND: OnceLock<Arc<Policy>> = OnceLock::new();
static LONG_HAND: OnceLock<Arc<Policy>> = OnceLock::new();

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_shorthand_moves_whom_the_long_hand_moves(
        buys in proptest::collection::vec((0..120_i64, 0..300_u32), 1..25),
    ) {
        let read = |text| Arc::new(read(text).expect("sound"));
        let short = SHORT_HAND.get_or_init(|| read(SHIPPED));
        let long = LONG_HAND.get_or_init(|| read(BY_HAND));
        let (short, long) = (told(short, &buys), told(long, &buys));
        prop_assert!(!long.is_empty());
        prop_assert_eq!(short, long);
    }
}

#[test]
fn an_empty_table_means_the_usual_bands_and_the_ten_names() {
    let policy = read(&format!("{HEAD}[rfm]\n")).expect("sound");
    let features: Vec<&str> = policy.features.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(features, ["rfm_days", "rfm_orders", "rfm_ever"]);
    let scales: Vec<String> = (0..policy.scales())
        .map(|scale| {
            let scale = ScaleIx(scale);
            format!(
                "{}: {}",
                policy.scale_name(scale),
                policy.rank_names(scale).join(" ")
            )
        })
        .collect();
    assert_eq!(
        scales,
        [
            "recency: r1 r2 r3 r4 r5",
            "frequency: f1 f2 f3 f4 f5",
            "rfm: champion loyal potential_loyalist new promising need_attention about_to_sleep \
             cannot_lose at_risk hibernating prospect",
        ]
    );
}

const OWN: &str = r#"[rfm]
recency = ["30d", "90d"]
frequency = ["2"]
monetary = ["100"]
field = "margin"
of = ["purchase"]
others = "stranger"
[[rfm.segment]]
name = "rich"
cells = ["r2-3 m2"]
labels = { mail = "RICH" }
[[rfm.segment]]
name = "busy"
cells = ["r2-3 f2 m1", "r1 f2"]
[[rfm.segment]]
name = "quiet"
cells = ["f1 m1", "r1 f1 m2"]
"#;

#[test]
fn segments_of_ones_own_stand_among_other_features_and_maps() {
    let text = format!(
        "{HEAD}{OWN}[feature.per_order]\naggregate = \"average\"\n\
         features = [\"rfm_spend\", \"rfm_orders\"]\n\
         [[map]]\nname = \"mail\"\n[[map.segment]]\nname = \"yes\"\n\
         when = {{ all = [\"recency >= r2\", \"per_order >= 10\"] }}\n\
         [[map.segment]]\nname = \"no\"\n"
    );
    let policy = read(&text).unwrap_or_else(|report| panic!("{report:?}"));
    let map = &policy.maps[1];
    let names: Vec<&str> = map.segments.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        (map.name.as_str(), names),
        ("rfm", vec!["rich", "busy", "quiet", "stranger"])
    );
    assert_eq!(map.segments[0].labels[0].text, "RICH");
}

/// A line of `[rfm]`; the message; the words that it points at.
const LINES: [(&str, &str, &str); 16] = [
    (
        r#"recency = ["30", "60d", "90d", "180d"]"#,
        "`recency` is cut at \"30\", which is not a whole number of days",
        "30",
    ),
    (
        r#"recency = ["36h", "3d", "4d", "5d"]"#,
        "`recency` is cut at \"36h\", which is not a whole number of days",
        "36h",
    ),
    (
        r#"frequency = ["2", "3", "3", "9"]"#,
        "`frequency` goes from \"3\" to \"3\"",
        "3",
    ),
    (
        r#"monetary = ["1,000"]"#,
        "`monetary` is cut at \"1,000\", which is not an amount of money",
        "1,000",
    ),
    ("frequency = []", "`frequency` has 0 cut points", "[]"),
    (
        r#"recency = ["30d", "60d"]"#,
        "the map \"ten_names\" is for 5 bands, but `recency` has 2 cut points",
        r#"["30d", "60d"]"#,
    ),
    ("map = \"ten\"", "unknown map \"ten\"", "ten"),
    (
        "window = \"500d\"\nmonetary = [\"1\"]",
        "orders are kept for \"400d\" by default, but \"rfm_orders\" looks back \"500d\"",
        "500d",
    ),
    (
        "window = \"a year\"\nmonetary = [\"1\"]",
        "window \"a year\" is not a length of time",
        "a year",
    ),
    ("of = [\"sale\"]", "unknown kind of event \"sale\"", "sale"),
    (
        "monetary = [\"1\"]\nfield = \"amont\"",
        "unknown field \"amont\"",
        "amont",
    ),
    (
        "others = \"Others\"",
        "\"Others\" cannot be the name of a segment",
        "Others",
    ),
    (
        "others = \"loyal\"",
        "two segments are named \"loyal\"",
        "loyal",
    ),
    ("bands = 5", "unknown key `bands` in [rfm]", "bands"),
    (
        "[[ladder]]\nname = \"recency\"\n[[ladder.tier]]\nname = \"x\"",
        "two ladders are named \"recency\"",
        "[rfm]",
    ),
    (
        "[feature.rfm_days]\naggregate = \"count\"\nof = [\"view\"]\nwindow = \"1d\"",
        "two features are named \"rfm_days\"",
        "rfm_days",
    ),
];

/// A passage of `OWN`, what stands in its place; the message; the words that it points at.
const CHANGED: [(&str, &str, &str, &str); 11] = [
    (
        "of = [",
        "map = \"ten_names\"\nof = [",
        "[rfm] has a `map` and segments of its own",
        "ten_names",
    ),
    (
        ", \"r1 f1 m2\"",
        "",
        "no segment of [rfm] has r1 f1 m2",
        "[rfm]",
    ),
    (
        "\"r1 f1 m2\"",
        "\"r1 f1 m2\", \"r1 f1\"",
        "\"quiet\" has r1 f1 m1 twice",
        "r1 f1",
    ),
    (
        "\"r2-3 f2 m1\"",
        "\"r2 f2 m1\", \"r2-3 f2\"",
        "both \"rich\" and \"busy\" have r3 f2 m2, r2 f2 m2",
        "r2-3 f2",
    ),
    (
        "r1 f1 m2",
        "r1 f1 x2",
        "\"x2\" is not a part of a cell",
        "r1 f1 x2",
    ),
    (
        "r1 f1 m2",
        "r1 f1 m3",
        "\"m3\" is beyond the 2 bands of `monetary`",
        "r1 f1 m3",
    ),
    (
        "r1 f1 m2",
        "r1 f2-1 m2",
        "\"f2-1\" is beyond the 2 bands of `frequency`",
        "r1 f2-1 m2",
    ),
    (
        "r1 f1 m2",
        "r1 r1 m2",
        "\"r1 r1 m2\" names recency twice",
        "r1 r1 m2",
    ),
    (
        "cells = [\"r2-3 m2\"]",
        "cells = []",
        "segment \"rich\" of [rfm] has no cells",
        "[]",
    ),
    (
        "cells = [\"r2-3 m2\"]\n",
        "",
        "segment \"rich\" of [rfm] has no `cells`",
        "[[rfm.segment]]",
    ),
    (
        "monetary = [\"100\"]\n",
        "",
        "\"m2\" asks for `monetary`, which [rfm] does not have",
        "r2-3 m2",
    ),
];

/// All mistakes, each in the text of `[rfm]` that has it.
fn mistakes() -> Vec<(String, &'static str, &'static str)> {
    let lines = LINES.map(|(line, message, words)| (format!("[rfm]\n{line}\n"), message, words));
    let changed = CHANGED.map(|(passage, instead, message, words)| {
        assert_eq!(OWN.matches(passage).count(), 1, "{passage}");
        (OWN.replace(passage, instead), message, words)
    });
    lines.into_iter().chain(changed).collect()
}

#[test]
fn a_mistake_is_told_in_the_words_that_were_written() {
    let mut wrong = String::new();
    for (rfm, message, words) in mistakes() {
        let text = format!("{HEAD}{rfm}");
        let told = mistakes_in(&text);
        let first = told
            .first()
            .map(|(message, words)| (message.as_str(), words.as_str()));
        let told_once = told.len() == 1 || message.contains("`monetary`, which");
        if first != Some((message, words)) || !told_once {
            wrong.push_str(&format!("{rfm}{message}\n{told:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn cells_that_fall_through_are_listed() {
    let text = format!("{HEAD}[rfm]\n[[rfm.segment]]\nname = \"some\"\ncells = [\"r1-3\"]\n");
    let report = read(&text).expect_err("not total");
    let told: Vec<&str> = report.problems().map(|one| one.message.as_str()).collect();
    let cells = "r5 f1, r5 f2, r5 f3, r5 f4, r5 f5, r4 f1, r4 f2, r4 f3 and 2 more";
    assert_eq!(told, [format!("no segment of [rfm] has {cells}")]);
}
