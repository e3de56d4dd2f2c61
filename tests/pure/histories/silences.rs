//! Plans in which customers who have done little fall silent for long, and some of them come back.

use proptest::prelude::*;
use proptest::sample::select;
use tidemark::features::feature::Aggregate;
use tidemark::model::event::Kind;
use tidemark::model::time::DAY_MS;

use super::policies::{CalendarPlan, FeaturePlan, PolicyPlan};
use super::steps::{Act, Ceiling, Coast, Step, When, beside, purchases, steps};
use super::{Plan, planned, variants, varied};

/// Any plan with silences, under a policy that knows nothing for ever.
pub(crate) fn silent_plans() -> BoxedStrategy<Plan> {
    let steps = prop::collection::vec(steps_with_silences(), 4..=40);
    short_sighted(planned(steps.boxed(), 0.8))
}

/// The same with policies that come.
pub(crate) fn silent_changes() -> BoxedStrategy<Plan> {
    let step = prop_oneof![8 => steps_with_silences(), 1 => variants::adoptions()];
    let steps = prop::collection::vec(step, 8..=48);
    short_sighted(varied(planned(steps.boxed(), 0.8)))
}

fn short_sighted(plans: BoxedStrategy<Plan>) -> BoxedStrategy<Plan> {
    plans
        .prop_map(|mut plan| {
            plan.policy.see_nothing_for_ever();
            plan
        })
        .boxed()
}

fn steps_with_silences() -> BoxedStrategy<Step> {
    prop_oneof![
        10 => steps().prop_map(weightless),
        3 => purchases().prop_map(Step::Act).prop_map(weightless),
        1 => steps(),
        3 => (0..6_usize, far()).prop_map(|(who, far)| visit(who, far)),
        4 => far().prop_map(|far| silence(Coast::FromNewest(far))),
        3 => beside().prop_map(|off| silence(Coast::End { off })),
    ]
    .boxed()
}

fn far() -> impl Strategy<Value = i64> + Clone {
    let days = select(vec![2, 10, 12, 40, 75, 140, 460]);
    days.prop_map(|days| days * DAY_MS)
}

fn silence(coast: Coast) -> Step {
    Step::Tick {
        ceiling: Ceiling::FromNewest(800 * DAY_MS),
        coast: Some(coast),
        firings: None,
    }
}

fn visit(who: usize, far: i64) -> Step {
    weightless(super::steps::visit(who, When::After(far)))
}

/// Without amounts, and no heartbeat.
fn weightless(step: Step) -> Step {
    let Step::Act(act) = step else {
        return step;
    };
    let kind = match act.kind {
        Kind::Heartbeat => Kind::View,
        kind => kind,
    };
    let mut facts = act.facts;
    facts.score = None;
    Step::Act(Act {
        kind,
        amount: 0,
        quantity: 0,
        margin: 0,
        facts,
        ..act
    })
}

impl PolicyPlan {
    fn see_nothing_for_ever(&mut self) {
        self.features.iter_mut().for_each(FeaturePlan::forget);
    }
}

impl FeaturePlan {
    fn forget(&mut self) {
        self.lifetime = false;
        if let Some(CalendarPlan::Personal | CalendarPlan::Since(_)) = self.calendar {
            self.calendar = None;
        }
        if let Aggregate::SinceLast | Aggregate::SinceFirst | Aggregate::Latest(..) = self.aggregate
        {
            self.aggregate = Aggregate::Count;
        }
    }
}
