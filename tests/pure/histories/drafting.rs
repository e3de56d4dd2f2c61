//! From the plan of a policy to the policy.

use tidemark::features::feature::{Aggregate, Feature, Field, Resolution, Unit, Window};
use tidemark::model::change::Measure;
use tidemark::model::event::{Kind, KindSet};
use tidemark::model::money::Currency;
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::{DAY_MS, Day, Span, Timestamp};
use tidemark::model::zone::Zone;
use tidemark::policy::declared::{
    Ladder, Lifetime, OrderRules, Policy, Segment, SegmentMap, Tier, TimeRules, UnknownOrder,
    Warnings,
};
use tidemark::policy::patience::Patience;
use tidemark::policy::rule::{Comparison, Op, Rule, Subject};

use super::counting::CountedPlan;
use super::deriving::derived;
use super::policies::{
    CalendarPlan, FeaturePlan, HOUR_MS, PolicyPlan, RulePlan, TierPlan, TimePlan,
};
use super::variants::Names;
use crate::model::source::declared;

/// Windows at resolution `exact`, in ms.
pub(super) const EXACT_WINDOWS: [i64; 9] = [
    1,
    HOUR_MS,
    12 * HOUR_MS,
    DAY_MS,
    25 * HOUR_MS,
    36 * HOUR_MS,
    3 * DAY_MS,
    7 * DAY_MS,
    30 * DAY_MS,
];
const DAY_WINDOWS: [i64; 7] = [1, 2, 3, 7, 28, 30, 90];
const MONEY: [i64; 12] = [1, 100, 50, 150, 200, 101, 0, 300, 400, -1, -100, i64::MAX];
const NUMBERS: [i64; 8] = [1, 2, 3, 1, 2, 0, 4, 5];
const PERCENTS: [i64; 7] = [500_000, 1_000_000, 333_333, 333_334, 0, -1, 2_000_000];
const DECIMALS: [i64; 7] = [10_000, 5_000, 3_333, 15_000, 0, -1, 20_000];
const MILLIS: [i64; 9] = [
    HOUR_MS,
    DAY_MS,
    0,
    1,
    12 * HOUR_MS,
    36 * HOUR_MS,
    3 * DAY_MS,
    30 * DAY_MS,
    i64::MAX,
];
const TEXTS: [&str; 6] = ["oak", "garden", "online", "glad", "elm", "tools"];
const DAYS: [i64; 8] = [1, 2, 0, 3, 7, 30, 91, i64::MAX];

impl FeaturePlan {
    fn build(&self, index: usize, start: Day) -> Feature {
        if let Aggregate::Latest(..) = self.aggregate {
            return Feature {
                name: format!("f{index}"),
                kinds: KindSet::default(),
                filter: None,
                aggregate: self.aggregate,
                window: Window::Lifetime,
                resolution: Resolution::Exact,
            };
        }
        // Orders keep no declared fields.
        let kinds = self.kinds.iter().filter(|kind| {
            let declared = matches!(
                self.aggregate,
                Aggregate::Sum(Field::Attr(..))
                    | Aggregate::DecayedSum(Field::Attr(..), _)
                    | Aggregate::Least(Field::Attr(..))
                    | Aggregate::Most(Field::Attr(..))
            );
            !declared || **kind != Kind::Purchase
        });
        let resolution = match self.aggregate {
            Aggregate::DistinctDays => Resolution::Day,
            Aggregate::DecayedSum(..) => Resolution::Day,
            since if since.is_time_since() => match self.resolution {
                Resolution::Hour => Resolution::Exact,
                other => other,
            },
            _ if self.calendar.is_some() => Resolution::Day,
            _ => self.resolution,
        };
        let calendar = self.calendar.map(|calendar| match calendar {
            CalendarPlan::Period(period) => Window::Calendar(period),
            CalendarPlan::Previous(period) => Window::Previous(period),
            CalendarPlan::Personal => Window::Personal(0),
            CalendarPlan::Since(days) => Window::Since(Day(start.0 + days as i32)),
        });
        let window = match (self.aggregate, self.lifetime, resolution) {
            (since, ..) if since.is_time_since() => Window::Lifetime,
            (Aggregate::DecayedSum(..), ..) => Window::Lifetime,
            _ if calendar.is_some() => calendar.expect("just seen"),
            (_, true, _) => Window::Lifetime,
            (_, false, Resolution::Hour) => {
                Window::Rolling(Span(EXACT_WINDOWS[1 + self.window % 8]))
            }
            (_, false, Resolution::Exact) => Window::Rolling(Span(EXACT_WINDOWS[self.window])),
            (_, false, Resolution::Day) => Window::Rolling(Span::from_days(
                DAY_WINDOWS[self.window % DAY_WINDOWS.len()],
            )),
        };
        Feature {
            name: format!("f{index}"),
            kinds: kinds.fold(KindSet::default(), |set, kind| set.with(*kind)),
            filter: self.filter.clone(),
            aggregate: self.aggregate,
            window,
            resolution,
        }
    }
}

/// With which a customer's own year begins.
fn first_purchase() -> Feature {
    Feature {
        name: "first".to_owned(),
        kinds: KindSet::default().with(Kind::Purchase),
        filter: None,
        aggregate: Aggregate::SinceFirst,
        window: Window::Lifetime,
        resolution: Resolution::Day,
    }
}

/// Builds rules, and the comparisons as their rules are declared.
struct Drafting<'a> {
    features: &'a [Feature],
    ladders: &'a [Ladder],
    comparisons: Vec<Comparison>,
    names: Names,
    /// What begins with the first ladder, which feature that is, and those that are none of it nor
    /// made of it.
    counted: Option<&'a CountedPlan>,
    begins: usize,
    plain: Vec<usize>,
    /// The features that rules look at now.
    seen: Vec<usize>,
}

impl Drafting<'_> {
    /// A rule; about ladders too where `of_map`.
    fn rule(&mut self, plan: &RulePlan, of_map: bool) -> Rule {
        let mut nested =
            |plans: &[RulePlan]| plans.iter().map(|plan| self.rule(plan, of_map)).collect();
        match plan {
            RulePlan::All(plans) => Rule::All(nested(plans)),
            RulePlan::Any(plans) => Rule::Any(nested(plans)),
            RulePlan::Compare {
                subject,
                op,
                threshold,
            } => {
                let comparison = self.comparison(*subject, *op, *threshold, of_map);
                self.comparisons.push(comparison);
                Rule::Compare(self.comparisons.len() - 1)
            }
        }
    }

    fn comparison(&self, subject: usize, op: Op, threshold: usize, of_map: bool) -> Comparison {
        let ladders = if of_map { self.ladders.len() } else { 0 };
        let (subject, numbers): (_, &[i64]) = match subject % (ladders + self.seen.len()) {
            ladder if ladder < ladders => {
                let tier = (threshold % self.ladders[ladder].tiers.len()) as i64;
                return Comparison {
                    subject: Subject::Tier(ScaleIx(ladder)),
                    op,
                    threshold: Measure::Is(tier),
                };
            }
            other => {
                let feature = self.seen[other - ladders];
                let choice: &[i64] = match self.features[feature].unit() {
                    Unit::Money => &MONEY,
                    Unit::Number => &NUMBERS,
                    Unit::Millis => &MILLIS,
                    Unit::Days => &DAYS,
                    Unit::Percent => &PERCENTS,
                    Unit::Decimal => &DECIMALS,
                    Unit::Text | Unit::Flag | Unit::Date => &[],
                };
                (Subject::Feature(feature), choice)
            }
        };
        if numbers.is_empty() {
            let equal = matches!(op, Op::Ge | Op::Le | Op::Eq);
            return Comparison {
                subject,
                op: if equal { Op::Eq } else { Op::Ne },
                threshold: Measure::from(TEXTS[threshold % TEXTS.len()]),
            };
        }
        let most = match subject {
            Subject::Feature(feature) => self.features[feature].aggregate,
            Subject::Tier(_) => unreachable!("told above"),
        };
        let threshold = numbers[threshold % numbers.len()];
        Comparison {
            subject,
            op,
            threshold: Measure::Is(match most {
                // Nothing is compared with what is not counted.
                Aggregate::Distinct(_, most) => threshold.min(i64::from(most) - 1),
                _ => threshold,
            }),
        }
    }

    /// The rule of a tier, to enter it or to keep it.
    fn rule_of(&mut self, plan: &RulePlan, of: (usize, usize, bool)) -> Rule {
        let (ladder, rank, keeps) = of;
        let rule = self.rule(plan, false);
        match self.counted.filter(|_| ladder == 0) {
            Some(counted) => {
                let of = (self.begins, rank, keeps);
                counted.rule(of, rule, &mut self.comparisons)
            }
            None => rule,
        }
    }

    fn ladder(&mut self, index: usize, tiers: &[TierPlan]) -> Ladder {
        let names = self.names;
        self.seen.clone_from(&self.plain);
        let bottom = Tier {
            name: names.tier(0, tiers.len()),
            enter: None,
            keep: None,
            patience: Patience::NONE,
            requires: None,
            lifetime: None,
            warnings: Default::default(),
            labels: Vec::new(),
        };
        let upper = tiers.iter().enumerate().map(|(below, tier)| Tier {
            name: names.tier(below + 1, tiers.len()),
            enter: Some(self.rule_of(&tier.enter, (index, below, false))),
            keep: tier
                .keep
                .as_ref()
                .map(|rule| self.rule_of(rule, (index, below, true))),
            patience: match self.counted.filter(|_| index == 0) {
                Some(counted) => counted.patience(tier.patience),
                None => tier.patience,
            },
            requires: tier.requires.filter(|_| below > 0).map(|tier| {
                let lower = u8::try_from(below).expect("few tiers");
                1 + tier % lower
            }),
            lifetime: self.lifetime(tier),
            warnings: Warnings {
                steps: tier.warn.clone(),
                near: tier.near.as_ref().map(|rule| self.rule(rule, false)),
            },
            labels: Vec::new(),
        });
        Ladder {
            name: names.ladder(index),
            tiers: [bottom].into_iter().chain(upper).collect(),
        }
    }

    fn lifetime(&mut self, tier: &TierPlan) -> Option<Lifetime> {
        let (rule, held) = tier.lifetime.as_ref()?;
        let rule = rule.as_ref().map(|rule| self.rule(rule, false));
        (rule.is_some() || held.is_some()).then_some(Lifetime { rule, held: *held })
    }

    fn map(&mut self, index: usize, rules: &[RulePlan]) -> SegmentMap {
        let ruled = rules.iter().enumerate().map(|(place, rule)| Segment {
            name: self.names.segment(place),
            when: Some(self.rule(rule, true)),
            labels: Vec::new(),
        });
        let mut segments: Vec<Segment> = ruled.collect();
        segments.push(Segment {
            name: "rest".to_owned(),
            when: None,
            labels: Vec::new(),
        });
        SegmentMap {
            name: self.names.map(index),
            segments,
        }
    }
}

/// The features that do not begin with a ladder, nor are made of one that does.
fn plain(features: &[Feature]) -> Vec<usize> {
    let begins = |ix: usize| matches!(features[ix].window, Window::Start(_));
    let places = 0..features.len();
    let plain = places.filter(|ix| match features[*ix].aggregate {
        Aggregate::Derived(derived) => !derived.parts.into_iter().any(begins),
        _ => !begins(*ix),
    });
    plain.collect()
}

/// The longest rolling window over purchases.
fn reach(features: &[Feature]) -> i64 {
    features
        .iter()
        .filter(|feature| feature.kinds.contains(Kind::Purchase))
        .filter_map(|feature| match feature.window {
            Window::Rolling(window) => Some(window.0),
            Window::Calendar(period) => Some(period.days_max() * DAY_MS),
            Window::Previous(period) => Some(2 * period.days_max() * DAY_MS),
            Window::Personal(_) => Some(366 * DAY_MS),
            Window::Lifetime | Window::Since(_) | Window::Start(_) => None,
        })
        .max()
        .unwrap_or(1)
}

impl PolicyPlan {
    /// The policy in a zone, for histories that begin at `start`.
    pub(crate) fn build(&self, zone: Zone, start: Timestamp) -> Policy {
        let start = zone.day_of(start);
        let plans = self.features.iter().enumerate();
        let features = plans.map(|(index, plan)| plan.build(index, start));
        let mut features: Vec<Feature> = features.collect();
        if features
            .iter()
            .any(|f| matches!(f.window, Window::Personal(_)))
        {
            features.insert(0, first_purchase());
        }
        let counted = self.counted.as_ref().filter(|_| !self.ladders.is_empty());
        let begins = features.len();
        features.extend(counted.map(CountedPlan::feature));
        let made = (features.len()..).zip(&self.derived);
        let made = made.filter_map(|(index, plan)| derived(index, *plan, &features));
        let made: Vec<Feature> = made.collect();
        features.extend(made);
        let mut drafting = Drafting {
            features: &features,
            ladders: &[],
            comparisons: Vec::new(),
            names: self.names,
            counted,
            begins,
            plain: plain(&features),
            seen: (0..features.len()).collect(),
        };
        let ladders: Vec<Ladder> = (0..)
            .zip(&self.ladders)
            .map(|(index, tiers)| drafting.ladder(index, tiers))
            .collect();
        drafting.ladders = &ladders;
        drafting.seen = (0..features.len()).collect();
        let maps: Vec<SegmentMap> = (0..)
            .zip(&self.maps)
            .map(|(index, rules)| drafting.map(index, rules))
            .collect();
        let comparisons = drafting.comparisons;
        Policy {
            name: "random".to_owned(),
            version: 1,
            hash: format!("{:064}", self.names.policy),
            currency: Currency::from_code("GBP").expect("a known code"),
            zone,
            transition: self.transition,
            time: self.time.build(),
            orders: OrderRules {
                keep: Span(reach(&features) + self.keep_longer),
                unknown: if self.refuse_unknown {
                    UnknownOrder::DeadLetter
                } else {
                    UnknownOrder::Today
                },
            },
            merge: self.merge,
            kinds: vec!["rating".to_owned(), "inquiry".to_owned()],
            cleaning: Default::default(),
            attrs: declared(),
            features,
            comparisons,
            ladders,
            maps,
        }
    }
}

impl TimePlan {
    fn build(&self) -> TimeRules {
        TimeRules {
            lateness: Span(self.lateness),
            late: Span(self.late),
            ahead: Span(self.ahead),
            dedup: Span(self.late + self.dedup_longer),
            stall_after: Span(300_000),
        }
    }
}
