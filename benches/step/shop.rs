//! A shop for benchmarks: a retail policy and an endless stream of events in order of time.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use tidemark::features::feature::{Aggregate, Feature, Field, Resolution, Window};
use tidemark::model::event::{Event, Kind, KindSet};
use tidemark::model::money::{Currency, Money};
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::{DAY_MS, Span, Timestamp};
use tidemark::model::zone::Zone;
use tidemark::policy::declared::{
    Ladder, OrderRules, Policy, Segment, SegmentMap, Tier, TimeRules, UnknownOrder,
};
use tidemark::policy::rule::{Comparison, Op, Rule, Subject};

/// 1 January 2025, 00:00 UTC.
const START: i64 = 1_735_689_600_000;
/// Days between two events of a customer, on average.
const PACE_DAYS: u64 = 10;

/// How events fall on customers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spread {
    /// All alike.
    Uniform,
    /// Half of them all alike, half by a power law: the first of a million has one in sixty.
    Skewed,
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uniform => "uniform",
            Self::Skewed => "skewed",
        })
    }
}

/// An endless stream of events.
pub(crate) struct Shop {
    customers: u64,
    spread: Spread,
    dice: Dice,
    made: u64,
    last_orders: Vec<u64>,
}

/// An event with its texts owned, to be used again for another one.
#[derive(Default)]
pub(crate) struct Deed {
    event_id: String,
    customer: String,
    kind: Option<Kind>,
    at: i64,
    /// Empty where the event is about none.
    order: String,
    amount: i64,
}

/// Pseudo-random numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.throw()) * u128::from(n)) >> 64) as u64
    }
}

impl Shop {
    pub(crate) fn new(customers: u64, spread: Spread) -> Self {
        Self {
            customers,
            spread,
            dice: Dice(1),
            made: 0,
            last_orders: vec![0; customers as usize],
        }
    }

    /// The day that the shop has come to.
    pub(crate) fn day(&self) -> i64 {
        (self.made * PACE_DAYS / self.customers) as i64
    }

    /// Makes the next events. One in ten is a purchase, one in a hundred a refund, the others are
    /// browsing. Nothing is allocated anew, so that what is measured finds the memory as it left
    /// it.
    pub(crate) fn make(&mut self, deeds: &mut Vec<Deed>, n: u64) {
        deeds.resize_with(n as usize, Deed::default);
        for deed in deeds {
            self.make_one(deed);
        }
    }

    fn make_one(&mut self, deed: &mut Deed) {
        self.made += 1;
        let customer = self.customer();
        let pace = PACE_DAYS as i64 * DAY_MS;
        let since = i128::from(self.made) * i128::from(pace) / i128::from(self.customers);
        let last_order = &mut self.last_orders[customer as usize];
        let kind = match self.dice.below(100) {
            0..10 => Kind::Purchase,
            10 if *last_order > 0 => Kind::Refund,
            11..70 => Kind::View,
            70..85 => Kind::Search,
            85..92 => Kind::Cart,
            _ => Kind::Visit,
        };
        if kind == Kind::Purchase {
            *last_order = self.made;
        }
        deed.kind = Some(kind);
        deed.at = START + since as i64;
        deed.amount = match kind {
            Kind::Purchase => 50_000 + self.dice.below(3_000_000) as i64,
            Kind::Refund => 50_000,
            _ => 0,
        };
        for text in [&mut deed.event_id, &mut deed.customer, &mut deed.order] {
            text.clear();
        }
        let made = self.made;
        let _ = write!(deed.event_id, "01890a5d-ac96-7000-8000-{made:012x}");
        let _ = write!(deed.customer, "customer-{customer:07}");
        if matches!(kind, Kind::Purchase | Kind::Refund) {
            let _ = write!(deed.order, "order-{last_order}");
        }
    }

    fn customer(&mut self) -> u64 {
        let dice = self.dice.below(self.customers);
        match self.spread {
            Spread::Skewed if self.made.is_multiple_of(2) => {
                // N u^4 for u in 0..1, in 1/2^16 parts.
                let u = u128::from(self.dice.throw() >> 48);
                ((u.pow(4) * u128::from(self.customers)) >> 64) as u64
            }
            _ => dice,
        }
    }

    pub(crate) fn event<'a>(&self, deed: &'a Deed) -> Event<'a> {
        let kind = deed.kind.expect("the event was made");
        Event {
            event_id: &deed.event_id,
            customer: &deed.customer,
            kind,
            at: Timestamp(deed.at),
            order: (!deed.order.is_empty()).then_some(&deed.order),
            amount: Money(deed.amount),
            currency: None,
            quantity: i64::from(kind == Kind::Purchase),
            margin: Money(deed.amount / 4),
        }
    }
}

/// A retail programme: eight features, two ladders, two maps.
pub(crate) fn policy() -> Arc<Policy> {
    let mut rules = Rules::default();
    let ladders = ladders(&mut rules);
    let maps = maps(&mut rules);
    Arc::new(Policy {
        name: "retail".into(),
        version: 1,
        hash: String::new(),
        currency: Currency::from_code("GBP").expect("a known code"),
        zone: Zone::named("Europe/London").expect("a bundled zone"),
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
            threshold,
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
