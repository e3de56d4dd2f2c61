//! The steps of a plan: what happens, told relative to what has happened before.

use proptest::prelude::*;
use proptest::sample::select;
use tidemark::model::event::Kind;
use tidemark::model::time::DAY_MS;

use super::facts::facts;
use super::policies::HOUR_MS;
use super::requests::{Request, requests};
use super::unions::Unite;
use crate::model::source::Facts;

/// One step of a plan.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// An event.
    Act(Act),
    /// An override is asked for.
    Ask(Request),
    /// Customers are to be one, or no longer.
    Unite(Unite),
    /// An earlier event again, dated `shift` later, of the same customer or of another one, and
    /// maybe in a currency that is not the policy's.
    Copy {
        of: usize,
        shift: Shift,
        who: Option<usize>,
        foreign: bool,
    },
    /// The passing of time.
    Tick {
        ceiling: Ceiling,
        coast: Option<Coast>,
        firings: Option<u64>,
    },
    /// A policy comes: the first one, or one of the variants.
    Adopt { which: usize, pace: u32 },
    /// Purchases of as many customers of their own, `apart` ms after one another.
    Crowd { many: usize, apart: i64 },
}

/// An event to be.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) who: usize,
    pub(crate) kind: Kind,
    pub(crate) when: When,
    pub(crate) order: OrderName,
    pub(crate) amount: i64,
    pub(crate) quantity: i64,
    pub(crate) margin: i64,
    pub(crate) facts: Facts,
    pub(crate) currency: Named,
}

/// When an event is dated. `off` is a few milliseconds beside the edge.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// So long after the newest instant so far.
    After(i64),
    /// So long before it.
    Before(i64),
    /// Where an earlier event leaves a window.
    Edge { of: usize, feature: usize, off: i64 },
    /// Where a civil day begins, counted from the newest instant's.
    DayStart { days: i64, off: i64 },
    /// The horizon of this customer.
    Due { off: i64 },
    /// The earliest horizon of the lane.
    AnyDue { off: i64 },
    /// Where this customer was last judged.
    Frontier { off: i64 },
    /// The earliest instant that is not too late.
    Floor { off: i64 },
    /// The latest instant that is not in the future.
    Roof { off: i64 },
    /// Where an earlier order of this customer stops being known.
    Forgotten { of: usize, off: i64 },
}

/// Which order an event names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OrderName {
    /// One that nobody has named.
    Fresh,
    /// One of this customer's purchases.
    Earlier(usize),
    /// One of anybody's purchases.
    OfAnybody(usize),
    /// None.
    Nothing,
}

/// Which currency an event names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Named {
    Nothing,
    Own,
    Foreign,
}

/// By how much a copy is dated elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shift {
    By(i64),
    /// The policy's `dedup` and so many milliseconds.
    Dedup(i64),
    /// As much before.
    DedupBefore(i64),
}

/// The ceiling of a tick.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ceiling {
    /// So many milliseconds from the newest instant so far.
    FromNewest(i64),
    /// So many from the ceiling so far.
    FromCeiling(i64),
}

/// The coast of a tick.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Coast {
    FromNewest(i64),
    /// The earliest horizon.
    Due {
        off: i64,
    },
    FromClock(i64),
    FromCeiling(i64),
    /// The earliest instant at which somebody is forgotten.
    End {
        off: i64,
    },
}

/// Any step.
pub(crate) fn steps() -> BoxedStrategy<Step> {
    prop_oneof![
        34 => purchases().prop_map(Step::Act),
        16 => returns().prop_map(Step::Act),
        12 => visits().prop_map(Step::Act),
        4 => profiles().prop_map(Step::Act),
        12 => requests().prop_map(Step::Ask),
        10 => copies(),
        9 => ticks(),
    ]
    .boxed()
}

/// Any step of a history of two customers.
pub(crate) fn steps_of_few() -> BoxedStrategy<Step> {
    let few = steps().prop_map(|step| match step {
        Step::Act(act) => Step::Act(Act {
            who: act.who.min(1),
            ..act
        }),
        Step::Ask(request) => Step::Ask(Request {
            who: request.who.min(1),
            ..request
        }),
        other => other,
    });
    few.boxed()
}

/// Waves of more customers than one input may fire, each with a leap of time and what happens
/// while they wait.
pub(crate) fn waves() -> BoxedStrategy<Vec<Step>> {
    let crowd = (70..200_usize, select(vec![0, 1, 60_000]))
        .prop_map(|(many, apart)| Step::Crowd { many, apart });
    let leap = select(vec![DAY_MS, 2 * DAY_MS, 30 * DAY_MS]);
    let leap = leap.prop_map(|far| visit(0, When::After(far)));
    let member = 6..200_usize;
    let meanwhile = prop_oneof![
        3 => (member.clone(), whens()).prop_map(|(who, when)| visit(who, when)),
        8 => (member, beside()).prop_map(|(who, off)| visit(who, When::Due { off })),
        3 => copies(),
        3 => steps(),
    ];
    let wave = (crowd, leap, prop::collection::vec(meanwhile, 0..6));
    let wave = wave.prop_map(|(crowd, leap, meanwhile)| {
        [crowd, leap]
            .into_iter()
            .chain(meanwhile)
            .collect::<Vec<_>>()
    });
    let waves = prop::collection::vec(wave, 1..=2);
    waves.prop_map(|waves| waves.concat()).boxed()
}

pub(super) fn visit(who: usize, when: When) -> Step {
    Step::Act(Act {
        who,
        kind: Kind::Visit,
        when,
        order: OrderName::Nothing,
        amount: 0,
        quantity: 0,
        margin: 0,
        facts: Facts::default(),
        currency: Named::Nothing,
    })
}

pub(super) fn purchases() -> BoxedStrategy<Act> {
    let order = prop_oneof![
        14 => Just(OrderName::Fresh),
        2 => Just(OrderName::Nothing),
        2 => (0..8_usize).prop_map(OrderName::Earlier),
    ];
    acts(Just(Kind::Purchase), order).boxed()
}

pub(super) fn returns() -> BoxedStrategy<Act> {
    let kind = select(vec![
        Kind::Refund,
        Kind::Refund,
        Kind::Refund,
        Kind::Cancel,
        Kind::Restate,
        Kind::Restate,
    ]);
    // Often the same ones again.
    let order = prop_oneof![
        6 => (0..2_usize).prop_map(OrderName::Earlier),
        5 => (0..8_usize).prop_map(OrderName::Earlier),
        1 => Just(OrderName::Fresh),
        1 => Just(OrderName::Nothing),
    ];
    acts(kind, order)
}

fn visits() -> BoxedStrategy<Act> {
    let kind = select(vec![
        Kind::View,
        Kind::Search,
        Kind::Cart,
        Kind::Visit,
        Kind::Declared(0),
        Kind::Declared(0),
        Kind::Declared(1),
        Kind::Heartbeat,
        Kind::Command,
    ]);
    acts(kind, Just(OrderName::Nothing)).boxed()
}

fn profiles() -> BoxedStrategy<Act> {
    let profile = acts(Just(Kind::Profile), Just(OrderName::Nothing));
    let when = prop_oneof![1 => whens(), 1 => just_before()];
    let act = (profile, when).prop_map(|(act, when)| Act { when, ..act });
    act.boxed()
}

fn acts(
    kind: impl Strategy<Value = Kind> + 'static,
    order: impl Strategy<Value = OrderName> + 'static,
) -> BoxedStrategy<Act> {
    let amount = prop_oneof![
        60 => select(vec![100, 50, 0, 1, 150, 200, 300]),
        1 => select(vec![i64::MAX / 2, i64::MAX, i64::MAX / 3]),
    ];
    let quantity = prop_oneof![
        80 => 0..4_i64,
        1 => select(vec![i64::MAX / 2, i64::MAX]),
    ];
    let margin = prop_oneof![
        80 => select(vec![0, 50, 100, -50, -100]),
        1 => select(vec![i64::MAX / 2, -(i64::MAX / 2), i64::MIN]),
    ];
    let currency = prop_oneof![
        20 => Just(Named::Nothing),
        8 => Just(Named::Own),
        1 => Just(Named::Foreign),
    ];
    let who = prop_oneof![4 => Just(0_usize), 2 => Just(1), 1 => 2..6_usize];
    (
        who,
        kind,
        whens(),
        order,
        amount,
        quantity,
        margin,
        facts(),
        currency,
    )
        .prop_map(
            |(who, kind, when, order, amount, quantity, margin, facts, currency)| Act {
                who,
                kind,
                when,
                order,
                amount,
                quantity,
                margin,
                facts,
                currency,
            },
        )
        .boxed()
}

pub(super) fn beside() -> impl Strategy<Value = i64> {
    select(vec![0, -1, 1])
}

/// A little before the newest instant.
pub(super) fn just_before() -> impl Strategy<Value = When> {
    select(vec![1, 1_000, HOUR_MS]).prop_map(When::Before)
}

pub(super) fn whens() -> BoxedStrategy<When> {
    let ahead = select(vec![
        0,
        1,
        1_000,
        HOUR_MS,
        6 * HOUR_MS,
        12 * HOUR_MS,
        DAY_MS,
        25 * HOUR_MS,
        3 * DAY_MS,
        30 * DAY_MS,
    ]);
    let behind = select(vec![1, 1_000, HOUR_MS, 12 * HOUR_MS, DAY_MS, 3 * DAY_MS]);
    prop_oneof![
        20 => ahead.prop_map(When::After),
        6 => behind.prop_map(When::Before),
        8 => (0..12_usize, 0..4_usize, beside())
            .prop_map(|(of, feature, off)| When::Edge { of, feature, off }),
        6 => (0..4_i64, beside()).prop_map(|(days, off)| When::DayStart { days, off }),
        6 => beside().prop_map(|off| When::Due { off }),
        3 => beside().prop_map(|off| When::AnyDue { off }),
        2 => beside().prop_map(|off| When::Frontier { off }),
        2 => beside().prop_map(|off| When::Floor { off }),
        2 => beside().prop_map(|off| When::Roof { off }),
        1 => (0..4_usize, beside()).prop_map(|(of, off)| When::Forgotten { of, off }),
    ]
    .boxed()
}

fn copies() -> BoxedStrategy<Step> {
    let shift = prop_oneof![
        4 => Just(Shift::By(0)),
        2 => select(vec![1, -1, HOUR_MS, -HOUR_MS]).prop_map(Shift::By),
        2 => (0..2_i64).prop_map(Shift::Dedup),
        1 => (0..2_i64).prop_map(Shift::DedupBefore),
    ];
    let who = prop::option::weighted(0.1, 0..6_usize);
    let foreign = prop::bool::weighted(0.1);
    (0..8_usize, shift, who, foreign)
        .prop_map(|(of, shift, who, foreign)| Step::Copy {
            of,
            shift,
            who,
            foreign,
        })
        .boxed()
}

fn ticks() -> BoxedStrategy<Step> {
    let far = select(vec![
        0,
        1,
        -1,
        1_000,
        HOUR_MS,
        -HOUR_MS,
        DAY_MS,
        40 * DAY_MS,
    ]);
    let ceiling = prop_oneof![
        3 => far.clone().prop_map(Ceiling::FromNewest),
        1 => far.clone().prop_map(Ceiling::FromCeiling),
    ];
    let coast = prop_oneof![
        3 => far.clone().prop_map(Coast::FromNewest),
        4 => beside().prop_map(|off| Coast::Due { off }),
        1 => far.clone().prop_map(Coast::FromClock),
        1 => far.prop_map(Coast::FromCeiling),
    ];
    let firings = prop::option::weighted(0.2, 0_u64..4);
    (ceiling, prop::option::weighted(0.7, coast), firings)
        .prop_map(|(ceiling, coast, firings)| Step::Tick {
            ceiling,
            coast,
            firings,
        })
        .boxed()
}
