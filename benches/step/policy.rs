//! The policy of the benchmark's shop.

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
use tidemark::policy::patience::Patience;
use tidemark::policy::rule::{Comparison, Op, Rule, Subject};
use tidemark::policy::transition::Transition;

/// A retail programme: eight features, two ladders, two maps.
pub(crate) fn retail() -> Arc<Policy> {
    let mut rules = Rules::default();
    let ladders = ladders(&mut rules);
    let maps = maps(&mut rules);
    Arc::new(Policy {
        name: "retail".into(),
        version: 1,
        hash: String::new(),
        currency: Currency::from_code("GBP").expect("a known code"),
        zone: Zone::named("Europe/London").expect("a bundled zone"),
        transition: Transition::Immediate,
        merge: None,
        time: TimeRules {
            lateness: Span(1_000),
            late: Span::from_days(7),
            ahead: Span(600_000),
            dedup: Span::from_days(7),
            stall_after: Span(300_000),
        },
        orders: OrderRules {
            keep: Span::from_days(400),
            unknown: UnknownOrder::Today,
        },
        kinds: Vec::new(),
        attrs: Vec::new(),
        cleaning: Default::default(),
        features: features(),
        comparisons: rules.comparisons,
        ladders,
        maps,
    })
}

const SPEND_90D: usize = 0;
const ORDERS_90D: usize = 1;
const ORDERS_EVER: usize = 2;
const SINCE_PURCHASE: usize = 3;
const SINCE_SEEN: usize = 4;
const BROWSE_DAYS_30D: usize = 5;
const SPEND_365D: usize = 6;
const CARTS_24H: usize = 7;

fn features() -> Vec<Feature> {
    let bought = KindSet::default().with(Kind::Purchase);
    let browsed = KindSet::default()
        .with(Kind::View)
        .with(Kind::Search)
        .with(Kind::Cart)
        .with(Kind::Visit);
    let feature = |name: &str, kinds, aggregate, window| Feature {
        name: name.into(),
        kinds,
        filter: None,
        aggregate,
        window,
        resolution: Resolution::Day,
    };
    let days = |n| Window::Rolling(Span::from_days(n));
    let (sum, ever) = (Aggregate::Sum(Field::Amount), Window::Lifetime);
    vec![
        feature("spend_90d", bought, sum, days(90)),
        feature("orders_90d", bought, Aggregate::Count, days(90)),
        feature("orders_ever", bought, Aggregate::Count, ever),
        feature("since_purchase", bought, Aggregate::SinceLast, ever),
        feature(
            "since_seen",
            browsed.with(Kind::Purchase),
            Aggregate::SinceLast,
            ever,
        ),
        feature(
            "browse_days_30d",
            browsed,
            Aggregate::DistinctDays,
            days(30),
        ),
        feature("spend_365d", bought, sum, days(365)),
        Feature {
            resolution: Resolution::Exact,
            ..feature(
                "carts_24h",
                KindSet::default().with(Kind::Cart),
                Aggregate::Count,
                days(1),
            )
        },
    ]
}

#[derive(Default)]
struct Rules {
    comparisons: Vec<Comparison>,
}

impl Rules {
    fn is(&mut self, subject: Subject, op: Op, threshold: i64) -> Rule {
        self.comparisons.push(Comparison {
            subject,
            op,
            threshold: threshold.into(),
        });
        Rule::Compare(self.comparisons.len() - 1)
    }

    fn at_least(&mut self, feature: usize, threshold: i64) -> Rule {
        self.is(Subject::Feature(feature), Op::Ge, threshold)
    }

    fn within(&mut self, feature: usize, days: i64) -> Rule {
        self.is(Subject::Feature(feature), Op::Le, days)
    }

    fn spend(&mut self, units: i64, orders: i64) -> Rule {
        Rule::All(vec![
            self.at_least(SPEND_90D, units * 10_000),
            self.at_least(ORDERS_90D, orders),
        ])
    }
}

fn tier(name: &str, enter: Option<Rule>, keep: Option<Rule>) -> Tier {
    Tier {
        name: name.into(),
        enter,
        keep,
        patience: Patience::NONE,
        requires: None,
        lifetime: None,
        warnings: Default::default(),
        labels: Vec::new(),
    }
}

fn ladders(rules: &mut Rules) -> Vec<Ladder> {
    let low = rules.at_least(ORDERS_90D, 1);
    let (mid, keep_mid) = (rules.spend(300, 2), rules.spend(250, 1));
    let (high, keep_high) = (rules.spend(1_000, 3), rules.spend(800, 2));
    let top = Rule::Any(vec![high, rules.at_least(SPEND_365D, 20_000_000)]);
    let (seen, keep_seen) = (rules.within(SINCE_SEEN, 90), rules.within(SINCE_SEEN, 120));
    let active = Rule::Any(vec![
        rules.within(SINCE_PURCHASE, 30),
        rules.at_least(BROWSE_DAYS_30D, 5),
        rules.at_least(CARTS_24H, 2),
    ]);
    let keep_active = Rule::Any(vec![
        rules.within(SINCE_PURCHASE, 45),
        rules.at_least(BROWSE_DAYS_30D, 3),
    ]);
    vec![
        Ladder {
            name: "value".into(),
            tiers: vec![
                tier("none", None, None),
                tier("low", Some(low), None),
                tier("mid", Some(mid), Some(keep_mid)),
                tier("high", Some(top), Some(keep_high)),
            ],
        },
        Ladder {
            name: "behaviour".into(),
            tiers: vec![
                tier("dormant", None, None),
                tier("potential", Some(seen), Some(keep_seen)),
                tier("active", Some(active), Some(keep_active)),
            ],
        },
    ]
}

fn maps(rules: &mut Rules) -> Vec<SegmentMap> {
    let (value, behaviour) = (Subject::Tier(ScaleIx(0)), Subject::Tier(ScaleIx(1)));
    let segment = |name: &str, when| Segment {
        name: name.into(),
        when,
        labels: Vec::new(),
    };
    let loyal = Rule::All(vec![
        rules.is(value, Op::Ge, 2),
        rules.is(behaviour, Op::Eq, 2),
    ]);
    let lost = Rule::All(vec![
        rules.at_least(ORDERS_EVER, 1),
        rules.is(behaviour, Op::Eq, 0),
    ]);
    let mut away = |days| {
        Rule::All(vec![
            rules.at_least(ORDERS_EVER, 1),
            rules.is(Subject::Feature(SINCE_PURCHASE), Op::Gt, days),
        ])
    };
    let (churned, at_risk) = (away(180), away(90));
    let orders = [3, 2, 1].map(|n| Some(rules.at_least(ORDERS_EVER, n)));
    let [retained, activated, acquired] = orders;
    vec![
        SegmentMap {
            name: "relationship".into(),
            segments: vec![
                segment("loyal", Some(loyal)),
                segment("lost", Some(lost)),
                segment("potential", None),
            ],
        },
        SegmentMap {
            name: "lifecycle".into(),
            segments: vec![
                segment("churned", Some(churned)),
                segment("at_risk", Some(at_risk)),
                segment("retained", retained),
                segment("activated", activated),
                segment("acquired", acquired),
                segment("prospect", None),
            ],
        },
    ]
}
