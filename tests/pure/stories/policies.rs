//! The policies of the stories, small enough to reckon with in one's head.

use std::sync::Arc;

use tidemark::features::feature::{Aggregate, Feature, Field, Resolution, Window};
use tidemark::model::event::{Kind, KindSet};
use tidemark::model::money::Currency;
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Span;
use tidemark::model::zone::Zone;
use tidemark::policy::declared::{
    Ladder, OrderRules, Policy, Segment, SegmentMap, Tier, TimeRules, UnknownOrder,
};
use tidemark::policy::rule::{Comparison, Op, Rule, Subject};

pub(crate) const HOUR: i64 = 3_600_000;

/// A policy under construction.
pub(crate) struct Draft {
    policy: Policy,
}

impl Draft {
    /// Days in London, orders known for 100 days, a week of lateness, no ladders yet.
    pub(crate) fn new() -> Self {
        let week = Span::from_days(7);
        Self {
            policy: Policy {
                name: "story".into(),
                version: 1,
                hash: String::new(),
                currency: Currency::from_code("GBP").expect("a known code"),
                zone: Zone::named("Europe/London").expect("a bundled zone"),
                time: TimeRules {
                    lateness: Span(1_000),
                    late: week,
                    ahead: Span(600_000),
                    dedup: week,
                    stall_after: Span(300_000),
                },
                orders: OrderRules {
                    keep: Span::from_days(100),
                    unknown: UnknownOrder::Today,
                },
                features: Vec::new(),
                comparisons: Vec::new(),
                ladders: Vec::new(),
                maps: Vec::new(),
            },
        }
    }

    pub(crate) fn refusing_strangers(mut self) -> Self {
        self.policy.orders.unknown = UnknownOrder::DeadLetter;
        self
    }

    /// A feature of purchases over days.
    pub(crate) fn bought(&mut self, aggregate: Aggregate, window: Window) -> usize {
        self.feature(&[Kind::Purchase], aggregate, window, Resolution::Day)
    }

    pub(crate) fn feature(
        &mut self,
        kinds: &[Kind],
        aggregate: Aggregate,
        window: Window,
        resolution: Resolution,
    ) -> usize {
        self.policy.features.push(Feature {
            name: format!("f{}", self.policy.features.len()),
            kinds: kinds
                .iter()
                .fold(KindSet::default(), |set, kind| set.with(*kind)),
            aggregate,
            window,
            resolution,
        });
        self.policy.features.len() - 1
    }

    pub(crate) fn is(&mut self, subject: Subject, op: Op, threshold: i64) -> Rule {
        self.policy.comparisons.push(Comparison {
            subject,
            op,
            threshold,
        });
        Rule::Compare(self.policy.comparisons.len() - 1)
    }

    pub(crate) fn at_least(&mut self, feature: usize, threshold: i64) -> Rule {
        self.is(Subject::Feature(feature), Op::Ge, threshold)
    }

    /// A ladder of (name, enter, keep); the first tier's rules are not asked for.
    pub(crate) fn ladder(
        &mut self,
        name: &str,
        bottom: &str,
        tiers: Vec<(&str, Rule, Option<Rule>)>,
    ) -> ScaleIx {
        let above = tiers.into_iter().map(|(name, enter, keep)| Tier {
            name: name.into(),
            enter: Some(enter),
            keep,
        });
        let bottom = Tier {
            name: bottom.into(),
            enter: None,
            keep: None,
        };
        self.policy.ladders.push(Ladder {
            name: name.into(),
            tiers: [bottom].into_iter().chain(above).collect(),
        });
        ScaleIx(self.policy.ladders.len() - 1)
    }

    /// A map of (name, when) and the segment for whoever is left.
    pub(crate) fn map(&mut self, name: &str, segments: Vec<(&str, Rule)>, last: &str) {
        let ruled = segments.into_iter().map(|(name, when)| Segment {
            name: name.into(),
            when: Some(when),
        });
        let last = Segment {
            name: last.into(),
            when: None,
        };
        self.policy.maps.push(SegmentMap {
            name: name.into(),
            segments: ruled.chain([last]).collect(),
        });
    }

    pub(crate) fn finish(self) -> Arc<Policy> {
        Arc::new(self.policy)
    }
}

pub(crate) fn days(n: i64) -> Window {
    Window::Rolling(Span::from_days(n))
}

pub(crate) fn pounds(n: i64) -> i64 {
    n * 10_000
}

/// `value`: none, low from 0.01, mid from 100 (kept from 80), high from 500 (kept from 300), by
/// what was bought in the last 30 days.
pub(crate) fn spending() -> Draft {
    let mut draft = Draft::new();
    let spend = draft.bought(Aggregate::Sum(Field::Amount), days(30));
    let low = draft.at_least(spend, 100);
    let (mid, keep_mid) = (
        draft.at_least(spend, pounds(100)),
        draft.at_least(spend, pounds(80)),
    );
    let (high, keep_high) = (
        draft.at_least(spend, pounds(500)),
        draft.at_least(spend, pounds(300)),
    );
    draft.ladder(
        "value",
        "none",
        vec![
            ("low", low, None),
            ("mid", mid, Some(keep_mid)),
            ("high", high, Some(keep_high)),
        ],
    );
    draft
}

/// `pulse`: quiet, or awake with two views within 24 hours.
pub(crate) fn pulse() -> Draft {
    let mut draft = Draft::new();
    let window = Window::Rolling(Span(24 * HOUR));
    let views = draft.feature(&[Kind::View], Aggregate::Count, window, Resolution::Exact);
    let awake = draft.at_least(views, 2);
    draft.ladder("pulse", "quiet", vec![("awake", awake, None)]);
    draft
}

/// `silence`, by the days since the last purchase, and the map `bond` that looks at it.
pub(crate) fn silence() -> Draft {
    let mut draft = Draft::new();
    let since = draft.bought(Aggregate::SinceLast, Window::Lifetime);
    let since = Subject::Feature(since);
    let orders = draft.bought(Aggregate::Count, Window::Lifetime);
    let (near, fresh) = (draft.is(since, Op::Le, 20), draft.is(since, Op::Lt, 10));
    let scale = draft.ladder(
        "silence",
        "gone",
        vec![("near", near, None), ("fresh", fresh, None)],
    );
    let lost = Rule::All(vec![
        draft.at_least(orders, 1),
        draft.is(Subject::Tier(scale), Op::Eq, 0),
    ]);
    let good = draft.is(Subject::Tier(scale), Op::Ge, 1);
    draft.map("bond", vec![("lost", lost), ("good", good)], "new");
    draft
}
