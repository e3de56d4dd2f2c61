//! Steps of a plan that ask for overrides.

use proptest::prelude::*;
use proptest::sample::select;
use tidemark::model::overrides::{VERBS, Verb};
use tidemark::model::time::DAY_MS;

use super::policies::HOUR_MS;
use super::steps::{When, beside, just_before, whens};

/// An override, or a withdrawal, to be.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) who: usize,
    pub(crate) when: When,
    /// Counted round; the ladder after the last is one that the policy does not have.
    pub(crate) ladder: usize,
    pub(crate) wish: Wish,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish {
    Override(Verb, Tier, End),
    Withdraw(Option<Verb>),
}

/// The tier that is asked for, where the verb names one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tier {
    /// Counted round.
    Nth(usize),
    /// One that the ladder does not have.
    Unknown,
}

/// When an override ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// Never, where the verb can be without end.
    Open,
    /// So long after it is asked for.
    After(i64),
    /// At the customer's horizon, or beside it.
    Due { off: i64 },
    /// Where a civil day begins.
    DayStart { days: i64 },
}

/// Any request.
pub(super) fn requests() -> BoxedStrategy<Request> {
    let who = prop_oneof![6 => Just(0_usize), 2 => Just(1), 1 => 2..6_usize];
    let ladder = prop_oneof![8 => Just(0_usize), 8 => Just(1), 1 => Just(2)];
    let when = prop_oneof![3 => whens(), 1 => just_before()];
    (who, when, ladder, wishes())
        .prop_map(|(who, when, ladder, wish)| Request {
            who,
            when,
            ladder,
            wish,
        })
        .boxed()
}

fn wishes() -> impl Strategy<Value = Wish> {
    let any = select(VERBS.map(|(verb, _)| verb).to_vec());
    // One more often, so that some meet others of their kind; one that seldom shows by itself.
    let often = prop_oneof![3 => Just(Verb::Floor), 1 => Just(Verb::Extend)];
    let verb = prop_oneof![1 => often, 1 => any].boxed();
    let tier = prop_oneof![30 => (0..4_usize).prop_map(Tier::Nth), 1 => Just(Tier::Unknown)];
    let end = prop_oneof![
        3 => Just(End::Open),
        6 => select(vec![1, HOUR_MS, DAY_MS, 3 * DAY_MS, 40 * DAY_MS]).prop_map(End::After),
        4 => beside().prop_map(|off| End::Due { off }),
        3 => (1..4_i64).prop_map(|days| End::DayStart { days }),
    ];
    let overrides = (verb.clone(), tier, end);
    prop_oneof![
        6 => overrides.prop_map(|(verb, tier, end)| Wish::Override(verb, tier, end)),
        1 => prop::option::of(verb).prop_map(Wish::Withdraw),
    ]
}
