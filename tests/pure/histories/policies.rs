//! Random policies: small, and with thresholds that a few events cross.

use std::ops::RangeInclusive;

use proptest::prelude::*;
use proptest::sample::select;
use tidemark::features::feature::{Aggregate, Field, Resolution, Ties, Unit};
use tidemark::features::filter::{Filter, NumberField, TextField};
use tidemark::model::event::{Kind, all_kinds};
use tidemark::model::period::{MonthDay, Period};
use tidemark::model::time::{DAY_MS, Span};
use tidemark::policy::lifetime::Held;
use tidemark::policy::merge::Keep;
use tidemark::policy::patience::Patience;
use tidemark::policy::rule::Op;
use tidemark::policy::transition::Transition;

use super::counting::CountedPlan;
use super::drafting::EXACT_WINDOWS;
use super::variants::Names;
use super::waits::{held, patience, warnings};

/// Milliseconds of an hour.
pub(crate) const HOUR_MS: i64 = 3_600_000;

#[derive(Clone, Debug)]
pub(crate) struct PolicyPlan {
    pub(super) time: TimePlan,
    /// How much longer orders are kept than they must be, in ms.
    pub(super) keep_longer: i64,
    /// Whether customers may be merged.
    pub(super) merge: Option<Keep>,
    pub(super) refuse_unknown: bool,
    pub(super) features: Vec<FeaturePlan>,
    /// Features made of two of those: how, and of which.
    pub(super) derived: Vec<(usize, usize, usize)>,
    pub(super) ladders: Vec<Vec<TierPlan>>,
    pub(super) maps: Vec<Vec<RulePlan>>,
    /// A feature that begins with the first ladder, and what its tiers ask of it.
    pub(super) counted: Option<CountedPlan>,
    pub(super) transition: Transition,
    pub(super) names: Names,
}

#[derive(Clone, Debug)]
pub(super) struct TimePlan {
    pub(super) lateness: i64,
    pub(super) late: i64,
    pub(super) ahead: i64,
    pub(super) dedup_longer: i64,
}

#[derive(Clone, Debug)]
pub(super) struct FeaturePlan {
    pub(super) kinds: Vec<Kind>,
    pub(super) filter: Option<Filter>,
    pub(super) aggregate: Aggregate,
    pub(super) window: usize,
    pub(super) lifetime: bool,
    pub(super) calendar: Option<CalendarPlan>,
    pub(super) resolution: Resolution,
}

/// A window of the calendar.
#[derive(Clone, Copy, Debug)]
pub(super) enum CalendarPlan {
    Period(Period),
    Previous(Period),
    /// The year from the customer's first purchase.
    Personal,
    /// So many days after the scene's start.
    Since(i64),
}

#[derive(Clone, Debug)]
pub(super) struct TierPlan {
    pub(super) enter: RulePlan,
    pub(super) keep: Option<RulePlan>,
    pub(super) patience: Patience,
    pub(super) requires: Option<u8>,
    pub(super) lifetime: Option<(Option<RulePlan>, Option<Held>)>,
    pub(super) warn: Vec<Span>,
    pub(super) near: Option<RulePlan>,
}

#[derive(Clone, Debug)]
pub(super) enum RulePlan {
    Compare {
        subject: usize,
        op: Op,
        threshold: usize,
    },
    All(Vec<RulePlan>),
    Any(Vec<RulePlan>),
}

/// Any policy.
pub(crate) fn policies() -> BoxedStrategy<PolicyPlan> {
    (
        times(),
        select(vec![0, 0, 1, HOUR_MS, 10 * DAY_MS, 400 * DAY_MS]),
        prop::bool::weighted(0.4),
        (
            prop::collection::vec(features(), 1..=4),
            prop::collection::vec((0..4_usize, 0..4_usize, 0..4_usize), 0..=2),
        ),
        prop_oneof![
            9 => (ladders(1..=2), maps(0..=2)),
            1 => (Just(Vec::new()), maps(1..=2)),
        ],
    )
        .prop_map(
            |(time, keep_longer, refuse_unknown, (features, derived), (ladders, maps))| {
                PolicyPlan {
                    time,
                    keep_longer,
                    merge: None,
                    refuse_unknown,
                    features,
                    derived,
                    ladders,
                    maps,
                    counted: None,
                    transition: Transition::Immediate,
                    names: Names::default(),
                }
            },
        )
        .boxed()
}

pub(super) fn ladders(many: RangeInclusive<usize>) -> BoxedStrategy<Vec<Vec<TierPlan>>> {
    prop::collection::vec(prop::collection::vec(tiers(), 0..=3), many).boxed()
}

pub(super) fn maps(many: RangeInclusive<usize>) -> BoxedStrategy<Vec<Vec<RulePlan>>> {
    prop::collection::vec(prop::collection::vec(rules(), 0..=3), many).boxed()
}

pub(super) fn times() -> BoxedStrategy<TimePlan> {
    (
        select(vec![0, 1_000, 1_000, HOUR_MS, 5 * DAY_MS]),
        select(vec![7 * DAY_MS, 0, HOUR_MS, 3 * DAY_MS, 60 * DAY_MS]),
        select(vec![600_000, 0, DAY_MS, 20 * DAY_MS]),
        select(vec![0, 0, 1, DAY_MS, 30 * DAY_MS]),
    )
        .prop_map(|(lateness, late, ahead, dedup_longer)| TimePlan {
            lateness,
            late,
            ahead,
            dedup_longer,
        })
        .boxed()
}

fn features() -> BoxedStrategy<FeaturePlan> {
    let kinds = prop_oneof![
        6 => Just(vec![Kind::Purchase]),
        1 => Just(vec![Kind::View, Kind::Cart]),
        1 => Just(vec![Kind::Refund]),
        1 => Just(vec![Kind::Purchase, Kind::Refund]),
        1 => Just(vec![Kind::Declared(0)]),
        2 => prop::collection::vec(select(all_kinds().take(10).collect::<Vec<_>>()), 1..=3),
    ];
    let aggregate = select(vec![
        Aggregate::Count,
        Aggregate::Sum(Field::Amount),
        Aggregate::Sum(Field::Amount),
        Aggregate::Sum(Field::Quantity),
        Aggregate::Sum(Field::Margin),
        Aggregate::Sum(Field::Attr(0, Unit::Number)),
        Aggregate::DistinctDays,
        Aggregate::SinceLast,
        Aggregate::SinceLast,
        Aggregate::SinceFirst,
        Aggregate::SinceFirst,
        Aggregate::MostFrequent(TextField::Brand, Ties::Latest),
        Aggregate::MostFrequent(TextField::Category, Ties::First),
        Aggregate::MostFrequent(TextField::Attr(1), Ties::Alphabetical),
        Aggregate::MostFrequentCount(TextField::Brand),
        Aggregate::Distinct(TextField::Category, 1),
        Aggregate::Distinct(TextField::Channel, 5),
        Aggregate::Least(Field::Amount),
        Aggregate::Most(Field::Amount),
        Aggregate::Most(Field::Margin),
        Aggregate::Least(Field::Attr(0, Unit::Number)),
        Aggregate::DecayedSum(Field::Amount, 1),
        Aggregate::DecayedSum(Field::Margin, 3),
        Aggregate::DecayedSum(Field::Attr(0, Unit::Number), 2),
        Aggregate::MeanGap,
        Aggregate::Silence,
        Aggregate::Silence,
        Aggregate::Latest(2, Unit::Number),
        Aggregate::Latest(3, Unit::Text),
        Aggregate::Latest(3, Unit::Text),
    ]);
    (
        kinds,
        prop::option::weighted(0.4, filters()),
        aggregate,
        0..EXACT_WINDOWS.len(),
        prop::bool::weighted(0.15),
        prop::option::weighted(0.25, calendars()),
        select(vec![
            Resolution::Day,
            Resolution::Day,
            Resolution::Exact,
            Resolution::Exact,
            Resolution::Hour,
        ]),
    )
        .prop_map(
            |(kinds, filter, aggregate, window, lifetime, calendar, resolution)| FeaturePlan {
                kinds,
                filter,
                aggregate,
                window,
                lifetime,
                calendar,
                resolution,
            },
        )
        .boxed()
}

fn calendars() -> impl Strategy<Value = CalendarPlan> {
    let periods = vec![
        Period::Week,
        Period::Week,
        Period::Month,
        Period::Month,
        Period::Quarter,
        Period::CALENDAR_YEAR,
        Period::Year { month: 4, day: 1 },
        Period::Year { month: 2, day: 29 },
    ];
    prop_oneof![
        4 => select(periods.clone()).prop_map(CalendarPlan::Period),
        2 => select(periods).prop_map(CalendarPlan::Previous),
        1 => Just(CalendarPlan::Personal),
        1 => (-3..4_i64).prop_map(CalendarPlan::Since),
    ]
}

fn filters() -> BoxedStrategy<Filter> {
    let texts = |field, texts: [&'static str; 3]| {
        let one = select(texts.to_vec()).prop_map(move |text| (field, vec![text.to_owned()]));
        let two = Just((
            field,
            texts[..2].iter().map(|text| (*text).to_owned()).collect(),
        ));
        prop_oneof![3 => one, 1 => two].prop_map(|(field, among)| Filter::Text(field, among))
    };
    let number = select(vec![
        NumberField::Amount,
        NumberField::Quantity,
        NumberField::Margin,
        NumberField::Discount,
        NumberField::Attr(0),
    ]);
    let least = select(vec![i64::MIN, 0, 1, 2, 100, i64::MAX]);
    let number = (number, least, select(vec![i64::MAX, i64::MAX, 0, 1, 150]))
        .prop_map(|(field, least, most)| Filter::Number(field, least, most));
    let condition = prop_oneof![
        3 => texts(TextField::Category, ["garden", "tools", "toys"]),
        1 => texts(TextField::Brand, ["oak", "elm", "ash"]),
        2 => texts(TextField::Channel, ["online", "store", "app"]),
        1 => texts(TextField::Attr(1), ["glad", "sad", "calm"]),
        3 => number,
        1 => dates(),
    ];
    condition
        .prop_recursive(2, 6, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..=3).prop_map(Filter::All),
                prop::collection::vec(inner.clone(), 1..=3).prop_map(Filter::Any),
                inner.prop_map(|inner| Filter::Not(Box::new(inner))),
            ]
        })
        .boxed()
}

fn dates() -> impl Strategy<Value = Filter> {
    let day = |text: &str| MonthDay::parse(text).expect("a day");
    let ranges = [
        ("01-01", "06-30"),
        ("07-01", "12-31"),
        ("11-15", "01-05"),
        ("02-29", "03-31"),
        ("10-25", "10-25"),
    ];
    let ranges = ranges.map(|(first, last)| (day(first), day(last)));
    prop::collection::vec(select(ranges.to_vec()), 1..=2).prop_map(Filter::Date)
}

fn tiers() -> BoxedStrategy<TierPlan> {
    let life = (prop::option::of(rules()), prop::option::of(held()));
    (
        (rules(), prop::option::of(rules()), patience()),
        prop::option::weighted(0.2, 0..3_u8),
        prop::option::weighted(0.2, life),
        prop::option::weighted(0.25, warnings()),
        prop::option::weighted(0.2, rules()),
    )
        .prop_map(
            |((enter, keep, patience), requires, lifetime, warn, near)| TierPlan {
                enter,
                keep,
                patience,
                requires,
                lifetime,
                warn: warn.unwrap_or_default(),
                near,
            },
        )
        .boxed()
}

fn rules() -> BoxedStrategy<RulePlan> {
    let ops = vec![
        Op::Ge,
        Op::Ge,
        Op::Ge,
        Op::Gt,
        Op::Gt,
        Op::Le,
        Op::Lt,
        Op::Eq,
    ];
    let compare = (0..16_usize, select(ops), 0..12_usize).prop_map(|(subject, op, threshold)| {
        RulePlan::Compare {
            subject,
            op,
            threshold,
        }
    });
    compare
        .prop_recursive(2, 6, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..=3).prop_map(RulePlan::All),
                prop::collection::vec(inner, 1..=3).prop_map(RulePlan::Any),
            ]
        })
        .boxed()
}
