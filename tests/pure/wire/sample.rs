//! A policy with every unit, both kinds of scale and names that need escapes.

use std::sync::LazyLock;

use tidemark::engine::effect::{End, Ended, Removed};
use tidemark::features::feature::{Aggregate, Feature, Field, Resolution, Window};
use tidemark::model::change::Measure;
use tidemark::model::command::{Ask, Command};
use tidemark::model::event::{Kind, KindSet};
use tidemark::model::money::Currency;
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Span;
use tidemark::model::zone::Zone;
use tidemark::policy::declared::{
    Ladder, OrderRules, Policy, Segment, SegmentMap, Tier, TimeRules, UnknownOrder,
};
use tidemark::policy::patience::Patience;
use tidemark::policy::rule::{Comparison, Op, Rule, Subject};
use tidemark::policy::transition::Transition;

/// The end of a customer of whom something was known.
pub(super) fn ended() -> Ended {
    Ended {
        command: Command {
            ask: Ask::Erase,
            by: "privacy@\"shop\"".into(),
            why: "request 4711".into(),
        },
        event_id: "y-1".into(),
        end: End::Erased(Some(Removed {
            changes: 9,
            orders: 2,
        })),
    }
}

/// The end of a customer who goes on in another.
pub(super) fn merged() -> Ended {
    let mut merged = ended();
    merged.command.ask = Ask::Merge("c-18".into());
    Ended {
        end: End::Merged("c-20".into()),
        ..merged
    }
}

/// The sample; made once, since a time zone is a large table.
pub(super) fn policy() -> &'static Policy {
    static POLICY: LazyLock<Policy> = LazyLock::new(build);
    &POLICY
}

fn build() -> Policy {
    let day = Span::from_days(1);
    Policy {
        name: "sample \"1\"".to_owned(),
        version: 3,
        hash: "5".repeat(64),
        currency: Currency::from_code("GBP").expect("a code"),
        zone: Zone::named("Europe/London").expect("a zone"),
        transition: Transition::Immediate,
        merge: None,
        time: TimeRules {
            lateness: Span(1000),
            late: day,
            ahead: day,
            dedup: day,
            stall_after: day,
        },
        orders: OrderRules {
            keep: Span::from_days(400),
            unknown: UnknownOrder::Today,
        },
        kinds: Vec::new(),
        attrs: Vec::new(),
        cleaning: Default::default(),
        features: vec![
            feature("spend_90d", Aggregate::Sum(Field::Amount), Resolution::Day),
            feature("pieces", Aggregate::Sum(Field::Quantity), Resolution::Exact),
            feature("days_since", Aggregate::SinceLast, Resolution::Day),
            feature("time_since", Aggregate::SinceLast, Resolution::Exact),
        ],
        comparisons: vec![
            compare(Subject::Feature(0), Op::Ge, 12_005_000),
            compare(Subject::Feature(1), Op::Gt, 2),
            compare(Subject::Feature(2), Op::Le, 31),
            compare(Subject::Feature(3), Op::Lt, 129_600_000),
            compare(Subject::Tier(ScaleIx(0)), Op::Eq, 1),
        ],
        ladders: vec![Ladder {
            name: "value".to_owned(),
            tiers: vec![tier("none", None), tier("hi/gh é", Some(Rule::Compare(0)))],
        }],
        maps: vec![SegmentMap {
            name: "relationship".to_owned(),
            segments: vec![
                segment(
                    "loyal",
                    Some(Rule::All((1..5).map(Rule::Compare).collect())),
                ),
                segment("lost", None),
            ],
        }],
    }
}

fn feature(name: &str, aggregate: Aggregate, resolution: Resolution) -> Feature {
    Feature {
        name: name.to_owned(),
        kinds: KindSet::default().with(Kind::Purchase),
        filter: None,
        aggregate,
        window: match aggregate {
            Aggregate::SinceLast => Window::Lifetime,
            _ => Window::Rolling(Span::from_days(90)),
        },
        resolution,
    }
}

fn compare(subject: Subject, op: Op, threshold: i64) -> Comparison {
    Comparison {
        subject,
        op,
        threshold: Measure::Is(threshold),
    }
}

fn tier(name: &str, enter: Option<Rule>) -> Tier {
    Tier {
        name: name.to_owned(),
        enter,
        keep: None,
        patience: Patience::NONE,
        requires: None,
        lifetime: None,
        warnings: Default::default(),
        labels: Vec::new(),
    }
}

fn segment(name: &str, when: Option<Rule>) -> Segment {
    Segment {
        name: name.to_owned(),
        when,
        labels: Vec::new(),
    }
}
