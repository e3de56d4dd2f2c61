//! Random policies and histories, made to crowd the edges of the semantics.

pub(crate) mod campaign;
mod counting;
mod deriving;
mod drafting;
mod facts;
pub(crate) mod policies;
pub(crate) mod requests;
pub(crate) mod scenes;
pub(crate) mod silences;
pub(crate) mod staging;
pub(crate) mod steps;
pub(crate) mod unions;
pub(crate) mod variants;
mod waits;

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use tidemark::engine::input::Tick;
use tidemark::model::time::Timestamp;
use tidemark::model::zone::show_utc;
use tidemark::policy::declared::Policy;

use crate::model::owned_event::OwnedEvent;
use policies::PolicyPlan;
use scenes::{SCENES, Scene};
use steps::Step;
use variants::Variant;

/// One input of a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// The passing of time.
    Tick(Tick),
    /// An event.
    Event(OwnedEvent),
    /// Another policy.
    Adopt(Adopted),
}

/// A policy that comes, and how many customers are passed over to it after a tick.
#[derive(Clone, Debug)]
pub(crate) struct Adopted {
    pub(crate) policy: Arc<Policy>,
    pub(crate) pace: u32,
}

impl PartialEq for Adopted {
    fn eq(&self, other: &Self) -> bool {
        (&self.policy.hash, self.pace) == (&other.policy.hash, other.pace)
    }
}

impl Eq for Adopted {}

/// A policy and the inputs of one lane under it.
#[derive(Clone)]
pub(crate) struct History {
    pub(crate) policy: Arc<Policy>,
    pub(crate) inputs: Vec<Input>,
}

/// What proptest draws and shrinks; [`staging::Stage`] makes a history of it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) scene: usize,
    pub(crate) policy: PolicyPlan,
    /// Policies that may come.
    pub(crate) variants: Vec<Variant>,
    /// No wall, as in a replay of files.
    pub(crate) open: bool,
    pub(crate) steps: Vec<Step>,
}

impl Plan {
    /// Where and when it plays.
    pub(crate) fn scene(&self) -> &'static Scene {
        &SCENES[self.scene]
    }
}

/// Any plan of a few customers.
pub(crate) fn plans() -> BoxedStrategy<Plan> {
    planned(prop::collection::vec(steps::steps(), 1..=40).boxed(), 0.6)
}

/// Any plan of one or two customers who stay for long.
pub(crate) fn long_plans() -> BoxedStrategy<Plan> {
    let steps = prop::collection::vec(steps::steps_of_few(), 100..=160);
    planned(steps.boxed(), 0.6)
}

/// Any plan with crowds.
pub(crate) fn crowded_plans() -> BoxedStrategy<Plan> {
    planned(steps::waves(), 0.9)
}

/// Any plan in which policies come.
pub(crate) fn changing_plans() -> BoxedStrategy<Plan> {
    let step = prop_oneof![5 => steps::steps(), 1 => variants::adoptions()];
    let steps = prop::collection::vec(step, 8..=48);
    varied(planned(steps.boxed(), 0.6))
}

/// Any plan with crowds in which policies come.
pub(crate) fn changing_crowds() -> BoxedStrategy<Plan> {
    let between = prop::collection::vec(variants::adoptions(), 1..=2);
    let steps = (steps::waves(), between.clone(), steps::waves(), between);
    let steps =
        steps.prop_map(|(first, adopt, second, again)| [first, adopt, second, again].concat());
    varied(planned(steps.boxed(), 0.9))
}

/// Any plan in which customers are merged and parted.
pub(crate) fn uniting_plans() -> BoxedStrategy<Plan> {
    let steps = prop::collection::vec(unions::steps_of_unions(), 4..=48);
    merging(planned(steps.boxed(), 0.6))
}

/// The same with policies that come.
pub(crate) fn changing_unions() -> BoxedStrategy<Plan> {
    let step = prop_oneof![6 => unions::steps_of_unions(), 1 => variants::adoptions()];
    let steps = prop::collection::vec(step, 8..=48);
    let variants = prop::collection::vec(variants::merging_variants(), 1..=2);
    let plans = merging(planned(steps.boxed(), 0.6));
    (plans, variants)
        .prop_map(|(plan, variants)| Plan { variants, ..plan })
        .boxed()
}

/// Any plan of a few customers, where numbers may begin with the starts of a ladder.
pub(crate) fn counting_plans() -> BoxedStrategy<Plan> {
    counting(plans())
}

/// The same with policies that come.
pub(crate) fn counting_changes() -> BoxedStrategy<Plan> {
    counting(changing_plans())
}

/// The same with customers who are merged and parted.
pub(crate) fn counting_unions() -> BoxedStrategy<Plan> {
    counting(uniting_plans())
}

/// The same with both.
pub(crate) fn counting_changing_unions() -> BoxedStrategy<Plan> {
    counting(changing_unions())
}

fn counting(plans: BoxedStrategy<Plan>) -> BoxedStrategy<Plan> {
    (plans, prop::option::weighted(0.25, counting::counted()))
        .prop_map(|(mut plan, counted)| {
            plan.policy.counted = counted;
            plan
        })
        .boxed()
}

/// With policies under which customers may be merged, or not.
fn merging(plans: BoxedStrategy<Plan>) -> BoxedStrategy<Plan> {
    (plans, unions::merges())
        .prop_map(|(mut plan, merge)| {
            plan.policy.merge = merge;
            plan
        })
        .boxed()
}

fn varied(plans: BoxedStrategy<Plan>) -> BoxedStrategy<Plan> {
    let variants = prop::collection::vec(variants::variants(), 1..=2);
    (plans, variants)
        .prop_map(|(plan, variants)| Plan { variants, ..plan })
        .boxed()
}

fn planned(steps: BoxedStrategy<Vec<Step>>, open: f64) -> BoxedStrategy<Plan> {
    (
        0..SCENES.len(),
        policies::policies(),
        prop::bool::weighted(open),
        steps,
    )
        .prop_map(|(scene, policy, open, steps)| Plan {
            scene,
            policy,
            variants: Vec::new(),
            open,
            steps,
        })
        .boxed()
}

impl History {
    /// The policy and the inputs, for a person to read.
    pub(crate) fn tell(&self) -> String {
        let mut told = tell(&self.policy);
        for (index, input) in self.inputs.iter().enumerate() {
            writeln!(told, "{index:3} {}", input.tell()).expect("a string");
        }
        told
    }
}

fn tell(policy: &Policy) -> String {
    let mut told = format!(
        "zone {} currency {} {:?} {:?} {:?}\n",
        policy.zone.name(),
        policy.currency.code(),
        policy.transition,
        policy.time,
        policy.orders
    );
    for (index, feature) in policy.features.iter().enumerate() {
        writeln!(told, "feature {index}: {feature:?}").expect("a string");
    }
    for (index, comparison) in policy.comparisons.iter().enumerate() {
        writeln!(told, "comparison {index}: {comparison:?}").expect("a string");
    }
    writeln!(told, "{:?}\n{:?}", policy.ladders, policy.maps).expect("a string");
    told
}

impl Input {
    /// One line.
    pub(crate) fn tell(&self) -> String {
        match self {
            Self::Tick(tick) => format!(
                "tick ceiling {} coast {} firings {:?}",
                instant(tick.ceiling),
                tick.coast.map_or_else(|| "none".to_owned(), instant),
                tick.firings
            ),
            Self::Adopt(adopted) => {
                let (hash, pace) = (&adopted.policy.hash, adopted.pace);
                format!(
                    "policy {} pace {pace}: {}",
                    &hash[60..],
                    tell(&adopted.policy)
                )
            }
            Self::Event(event) => format!(
                "{} {:?}{} of {:?} id {:?} order {:?} amount {} quantity {} margin {} {} {:?}",
                instant(event.at),
                event.kind,
                event
                    .command
                    .as_ref()
                    .map_or(String::new(), |command| format!(" {command:?}")),
                event.customer,
                event.event_id,
                event.order,
                event.amount,
                event.quantity,
                event.margin,
                event.currency.map_or("", |currency| currency.code()),
                event.facts
            ),
        }
    }
}

/// Text and number of an instant.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{} ({})", show_utc(at), at.0)
}
