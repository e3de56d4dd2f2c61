//! The policy that is shipped, and what a text is read as.

use tidemark::features::feature::{Aggregate, Field, Resolution, Window};
use tidemark::model::change::Measure;
use tidemark::model::event::{Kind, KindSet};
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Span;
use tidemark::policy::declared::{OrderRules, Policy, TimeRules, UnknownOrder};
use tidemark::policy::rule::{Comparison, Op, Rule, Subject};

use super::{SOUND, read, with};

const SHIPPED: &str = include_str!("../../../config/policy.toml");

fn sound() -> Policy {
    read(SOUND).expect("a sound policy")
}

#[test]
fn the_shipped_policy_is_valid_and_has_the_tiers_that_are_promised() {
    let policy = read(SHIPPED)
        .map_err(|report| panic!("{report}"))
        .expect("valid");
    let scales: Vec<(&str, Vec<&str>)> = (0..policy.scales())
        .map(|ix| {
            (
                policy.scale_name(ScaleIx(ix)),
                policy.rank_names(ScaleIx(ix)),
            )
        })
        .collect();
    assert_eq!(
        scales,
        [
            ("value", vec!["none", "low", "mid", "high"]),
            ("behaviour", vec!["dormant", "potential", "active"]),
            ("relationship", vec!["loyal", "lost", "potential"]),
            (
                "lifecycle",
                vec![
                    "churned",
                    "at_risk",
                    "retained",
                    "activated",
                    "acquired",
                    "prospect"
                ]
            ),
        ]
    );
    assert_eq!(
        (policy.currency.code(), policy.zone.name()),
        ("GBP", "Europe/London")
    );
}

#[test]
fn what_the_shipped_policy_writes_out_are_the_defaults() {
    let policy = read(SHIPPED).expect("valid");
    assert_eq!(policy.time, TimeRules::default());
    assert_eq!(policy.orders, OrderRules::default());
}

#[test]
fn one_word_turns_the_shipped_policy_from_spend_to_margin() {
    let word = "field = \"amount\"";
    assert_eq!(SHIPPED.matches(word).count(), 1);
    let policy = read(&SHIPPED.replace(word, "field = \"margin\"")).expect("valid");
    assert_eq!(policy.features[0].aggregate, Aggregate::Sum(Field::Margin));
}

#[test]
fn the_hash_is_that_of_the_text() {
    let policy = sound();
    assert_eq!(policy.hash.len(), 64);
    assert_eq!(policy.hash, sound().hash);
    let commented = read(&format!("{SOUND}# one comment more\n")).expect("sound");
    assert_ne!(policy.hash, commented.hash);
    // As `sha256sum` says of the same bytes.
    let least = "name=\"p\"\nversion=1\ncurrency=\"GBP\"\nzone=\"UTC\"\n[[map]]\nname=\"m\"\n\
                 [[map.segment]]\nname=\"s\"\n";
    assert_eq!(
        read(least).expect("the least policy").hash,
        "8607eab36609498e0c96b04811497009703e5c6ae92b65434e57f02d09c0c36d"
    );
}

#[test]
fn terms_are_read_as_written() {
    let policy = sound();
    assert_eq!((policy.name.as_str(), policy.version), ("shop", 3));
    assert_eq!(
        policy.time,
        TimeRules {
            lateness: Span(2_000),
            late: Span::from_days(3),
            ahead: Span(1_200_000),
            dedup: Span::from_days(4),
            stall_after: Span(360_000),
        }
    );
    assert_eq!(
        policy.orders,
        OrderRules {
            keep: Span::from_days(100),
            unknown: UnknownOrder::DeadLetter,
        }
    );
}

#[test]
fn features_are_read_in_written_order_with_their_defaults() {
    let policy = sound();
    let features: Vec<_> = policy
        .features
        .iter()
        .map(|feature| {
            (
                feature.name.as_str(),
                feature.aggregate,
                feature.window,
                feature.resolution,
            )
        })
        .collect();
    let day = |days| Window::Rolling(Span::from_days(days));
    let noon = Window::Rolling(Span(43_200_000));
    assert_eq!(
        features,
        [
            (
                "spend",
                Aggregate::Sum(Field::Amount),
                day(90),
                Resolution::Day
            ),
            ("orders", Aggregate::Count, noon, Resolution::Exact),
            ("days", Aggregate::DistinctDays, day(3), Resolution::Day),
            (
                "since",
                Aggregate::SinceLast,
                Window::Lifetime,
                Resolution::Day
            ),
            (
                "wait",
                Aggregate::SinceLast,
                Window::Lifetime,
                Resolution::Exact
            ),
            ("spare", Aggregate::Count, Window::Lifetime, Resolution::Day),
        ]
    );
    let kinds = KindSet::default().with(Kind::View).with(Kind::Cart);
    assert_eq!(policy.features[2].kinds, kinds);
}

#[test]
fn a_week_is_where_days_begin() {
    for (window, resolution) in [
        ("167h", Resolution::Exact),
        ("6d", Resolution::Exact),
        ("7d", Resolution::Day),
        ("168h", Resolution::Day),
    ] {
        let policy = read(&with("\"12h\"", &format!("\"{window}\""))).expect(window);
        assert_eq!(policy.features[1].resolution, resolution, "{window}");
    }
}

#[test]
fn rules_are_read_with_their_constants_in_units() {
    let policy = sound();
    let comparison = |subject, op, threshold: i64| Comparison {
        subject,
        op,
        threshold: Measure::Is(threshold),
    };
    use Subject::{Feature, Tier};
    assert_eq!(
        policy.comparisons,
        [
            comparison(Feature(0), Op::Ge, 3_005_000),
            comparison(Feature(1), Op::Gt, 2),
            comparison(Feature(4), Op::Lt, 5_400_000),
            comparison(Feature(3), Op::Le, 30),
            comparison(Feature(0), Op::Ge, 10_000_000),
            comparison(Feature(1), Op::Ge, 1),
            comparison(Tier(ScaleIx(0)), Op::Ge, 1),
            comparison(Feature(2), Op::Eq, 3),
            comparison(Feature(1), Op::Eq, 0),
        ]
    );
    let mid = &policy.ladders[0].tiers[1];
    let either = Rule::Any(vec![Rule::Compare(1), Rule::Compare(2)]);
    assert_eq!(mid.enter, Some(Rule::All(vec![Rule::Compare(0), either])));
    assert_eq!(mid.keep, Some(Rule::Compare(3)));
    assert_eq!(policy.ladders[0].tiers[0].enter, None);
    assert_eq!(policy.ladders[0].tiers[2].keep, None);
    assert_eq!(policy.maps[0].segments[1].when, None);
}
