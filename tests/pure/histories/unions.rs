//! Steps of a plan in which customers are merged and parted.

use proptest::prelude::*;
use proptest::sample::select;
use tidemark::policy::merge::Keep;

use super::requests::{Request, requests};
use super::steps::{Act, OrderName, Step, When, purchases, returns, steps, steps_of_few, whens};

/// A merge to be, or if there is nobody to go on, an end of one.
#[derive(Clone, Debug)]
pub(crate) struct Unite {
    pub(crate) who: usize,
    pub(crate) into: Option<usize>,
    pub(crate) when: When,
}

/// Any step of a history in which customers are merged and parted.
pub(crate) fn steps_of_unions() -> BoxedStrategy<Step> {
    let who = || prop_oneof![3 => Just(0_usize), 3 => Just(1), 1 => 2..5_usize];
    let unite = (who(), prop::option::weighted(0.5, who()), whens());
    let unite = unite.prop_map(|(who, into, when)| Step::Unite(Unite { who, into, when }));
    // Orders of one are spoken of by the other, and bought again.
    let foreign = (prop_oneof![returns(), purchases()], 0..3_usize, who());
    let foreign = foreign.prop_map(|(act, nth, who)| {
        Step::Act(Act {
            who,
            order: OrderName::OfAnybody(nth),
            ..act
        })
    });
    let ask = (0..2_usize, requests());
    let ask = ask.prop_map(|(who, request)| Step::Ask(Request { who, ..request }));
    prop_oneof![10 => steps_of_few(), 2 => steps(), 2 => unite, 2 => foreign, 1 => ask].boxed()
}

/// Whether customers may be merged.
pub(super) fn merges() -> BoxedStrategy<Option<Keep>> {
    let keeps = select(vec![Keep::Higher, Keep::Higher, Keep::Into, Keep::Computed]);
    prop::option::weighted(0.8, keeps).boxed()
}
