//! The engine against the brute-force model: the same outcomes, the same judgings in the same
//! order, the same numbers.

use std::sync::Arc;

use tidemark::engine::effect::Judged;
use tidemark::engine::input::Outcome;
use tidemark::engine::view::Foreseen;
use tidemark::engine::{Engine, View};
use tidemark::model::overrides::Override;
use tidemark::model::standing::{Place, ScaleIx};
use tidemark::model::time::{DAY_MS, Span, Timestamp};
use tidemark::policy::declared::Policy;

use crate::histories::campaign::Campaign;
use crate::histories::silences::{silent_changes, silent_plans};
use crate::histories::staging::{Answer, Stage};
use crate::histories::{
    Adopted, Input, changing_crowds, counting_changes, counting_changing_unions, counting_plans,
    counting_unions, crowded_plans, instant, long_plans,
};
use crate::model::customer::Customer;
use crate::model::horizon::Foresight;
use crate::model::lane::Model;
use crate::sightings::{CASES, CHANGING, FORGETTING, Sightings, UNITING};

/// Histories of the ordinary test run.
const HISTORIES: u64 = 3_300;
/// Besides, with crowds ...
const CROWDED: u64 = 60;
/// ... and with many events of few customers.
const LONG: u64 = 40;
/// With policies that take the place of others ...
const CHANGING_HISTORIES: u64 = 700;
/// ... also with crowds.
const CHANGING_CROWDS: u64 = 20;
/// With customers who are merged and parted ...
const UNIONS: u64 = 1_100;
/// ... also under policies that take the place of others.
const CHANGING_UNIONS: u64 = 300;

/// With long silences ...
const SILENCES: u64 = 1_200;
/// ... also under policies that take the place of others.
const CHANGING_SILENCES: u64 = 600;

/// What was compared.
#[derive(Clone, Debug, Default)]
struct Compared {
    histories: u64,
    events: u64,
    changes: u64,
    sightings: Sightings,
}

impl Compared {
    fn of(stage: &Stage) -> Self {
        let inputs = &stage.history.inputs;
        let judged = stage.answers.iter().flat_map(|answer| &answer.judged);
        Self {
            histories: 1,
            events: inputs
                .iter()
                .filter(|input| matches!(input, Input::Event(_)))
                .count() as u64,
            changes: judged.map(|judged| judged.changes.len() as u64).sum(),
            sightings: stage.sightings.clone(),
        }
    }

    fn sum(all: Vec<Self>) -> Self {
        let mut sum = Self::default();
        for one in all {
            sum.histories += one.histories;
            sum.events += one.events;
            sum.changes += one.changes;
            sum.sightings.add(&one.sightings);
        }
        sum
    }
}

/// Fails, told with both sides, where the engine and the model differ.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, engine: &T, model: &T) -> Result<(), String> {
    if engine == model {
        return Ok(());
    }
    Err(format!("{what}\n  engine {engine:?}\n  model  {model:?}"))
}

fn compare(stage: &Stage) -> Result<Compared, String> {
    let mut engine = Engine::new(Arc::clone(&stage.history.policy));
    for (place, (input, answer)) in stage.history.inputs.iter().zip(&stage.answers).enumerate() {
        let told = |difference| format!("input {place}, {}: {difference}", input.tell());
        let mut judged = Vec::new();
        let mut taken = true;
        let outcome = give(&mut engine, input, &mut judged, &mut taken);
        same("policy taken", &taken, &answer.taken).map_err(told)?;
        compare_answer(&engine, outcome, &judged, answer).map_err(told)?;
    }
    compare_standings(&engine, &stage.model)?;
    Ok(Compared::of(stage))
}

/// One input; an outcome for an event, and whether a policy is `taken`.
fn give(
    engine: &mut Engine,
    input: &Input,
    judged: &mut Vec<Judged>,
    taken: &mut bool,
) -> Option<Outcome> {
    match input {
        Input::Tick(tick) => {
            engine.tick(*tick, judged);
            None
        }
        Input::Event(event) => Some(engine.apply(&event.borrowed(), judged)),
        Input::Adopt(Adopted { policy, pace }) => {
            *taken = engine.adopt(Arc::clone(policy), *pace).is_ok();
            None
        }
    }
}

fn compare_answer(
    engine: &Engine,
    outcome: Option<Outcome>,
    judged: &[Judged],
    answer: &Answer,
) -> Result<(), String> {
    same("outcome", &outcome, &answer.outcome)?;
    for place in 0..judged.len().max(answer.judged.len()) {
        let what = format!("judging {place}");
        same(&what, &judged.get(place), &answer.judged.get(place))?;
    }
    same("awaiting", &engine.awaiting(), &answer.awaiting)?;
    same("clock", &engine.clock(), &answer.clock)?;
    same("ceiling", &engine.ceiling(), &answer.ceiling)?;
    same("held", &engine.held(answer.clock), &answer.held)?;
    same(
        "population",
        &engine.population(),
        &answer.population.as_slice(),
    )?;
    match (engine.next_due(), answer.due) {
        (None, Some(due)) => Err(format!("the engine expects nothing, the model at {due:?}")),
        (Some(bound), Some(due)) if bound > due => {
            let (bound, due) = (instant(bound), instant(due));
            Err(format!("next due not before {bound}, but it is {due}"))
        }
        _ => Ok(()),
    }
}

fn compare_standings(engine: &Engine, model: &Model) -> Result<(), String> {
    let of_engine: Vec<(&str, &[Place])> = engine.standings().collect();
    let customers: Vec<&Customer> = model.standing().collect();
    let of_model: Vec<(&str, &[Place])> = customers
        .iter()
        .map(|customer| (customer.name.as_str(), customer.places.as_slice()))
        .collect();
    same("standings", &of_engine, &of_model)?;
    same("customers", &engine.customers(), &of_model.len())?;
    same(
        "an unknown customer",
        &engine.view("nobody", model.clock).is_none(),
        &true,
    )?;
    same(
        "forgotten",
        &engine.forgotten(),
        &(model.forgotten.len() as u64),
    )?;
    let gone = model.erased.keys().chain(&model.forgotten);
    for name in gone.filter(|name| model.customer(name).is_none()) {
        let view = engine.view(name, model.clock);
        same("a customer who is no more", &view, &None)?;
    }
    for customer in customers {
        compare_view(engine, model, customer)?;
    }
    Ok(())
}

fn compare_view(engine: &Engine, model: &Model, customer: &Customer) -> Result<(), String> {
    let name = &customer.name;
    let rules = model.rules_of(customer);
    let policy = &engine.policy_on(name).hash;
    same("policy on a customer", policy, &rules.policy.hash)?;
    let next = customer.next_move(rules);
    let lost = customer.losses(rules).into_iter().flatten().collect();
    let waiting = customer.waiting(rules);
    let remembered = customer.overruling.remembered(customer.frontier);
    let remembered = remembered.into_iter().map(|(_, one)| one.clone()).collect();
    let remembered = in_order(remembered);
    for later in [-DAY_MS, 0, 1, DAY_MS, 31 * DAY_MS + 1] {
        let asked = customer.frontier + Span(later);
        let view = engine
            .view(name, asked)
            .ok_or_else(|| format!("no view of {name:?}"))?;
        let at = asked.max(customer.frontier);
        let told = |difference| format!("view of {name:?} at {at:?}: {difference}");
        same("instant", &view.at, &at).map_err(told)?;
        same("frontier", &view.frontier, &customer.frontier).map_err(told)?;
        let measures = customer.measures(rules, at);
        same("measures", &view.measures, &measures).map_err(told)?;
        same("places", &view.places, &customer.places).map_err(told)?;
        same("tiers given", &view.given, &customer.given).map_err(told)?;
        let known = overrides(&view, rules.policy);
        same("overrides", &known, &remembered).map_err(told)?;
        same("horizon", &foresight(&view), &next).map_err(told)?;
        same("losses", &losses(&view), &lost).map_err(told)?;
        same("waits", &view.waiting, &waiting).map_err(told)?;
    }
    Ok(())
}

/// The overrides of a view, ladder by ladder.
fn overrides(view: &View, policy: &Policy) -> Vec<Override> {
    let ladders = (0..policy.ladders.len()).map(ScaleIx);
    let on = ladders.flat_map(|ladder| view.overrides.on(ladder));
    on.cloned().collect()
}

/// Those of a customer, which are in the order of taking, ladder by ladder in the order of dates.
fn in_order(mut taken: Vec<Override>) -> Vec<Override> {
    taken.sort_by_key(|one| (one.ladder, one.at));
    taken
}

/// The model has no calendar for what lies further ahead than a million days.
fn foresight(view: &View) -> Option<Foresight> {
    let horizon = view.horizon.as_ref();
    let horizon = horizon.filter(|horizon| horizon.at.0 < 2_000_000 * DAY_MS);
    horizon.map(|horizon| Foresight {
        at: horizon.at,
        moves: horizon.moves.clone(),
    })
}

/// Likewise.
fn losses(view: &View) -> Vec<Foreseen> {
    let mut losses = view.losses.clone();
    losses.retain(|foreseen| foreseen.loss.at.0 < 2_000_000 * DAY_MS);
    losses
}

#[test]
fn the_engine_does_what_the_model_does() {
    let mut all = Campaign::new("oracle", HISTORIES, 90).run(counting_plans, compare);
    let crowds = Campaign::new("oracle with crowds", CROWDED, 8);
    all.extend(crowds.run(crowded_plans, compare));
    let long = Campaign::new("oracle for long", LONG, 2);
    all.extend(long.run(long_plans, compare));
    let sum = Compared::sum(all);
    println!(
        "oracle: {} histories, {} events, {} changes compared",
        sum.histories, sum.events, sum.changes
    );
    for case in CASES {
        println!("{:9} {case}", sum.sightings.of(case));
    }
    if sum.histories >= HISTORIES {
        let missing: Vec<_> = CASES
            .iter()
            .filter(|case| sum.sightings.of(case) == 0)
            .collect();
        assert!(missing.is_empty(), "no history comes by {missing:?}");
    }
}

#[test]
fn the_engine_changes_policies_as_the_model_does() {
    let mut all = Campaign::new("policies", CHANGING_HISTORIES, 30).run(counting_changes, compare);
    let crowds = Campaign::new("policies with crowds", CHANGING_CROWDS, 3);
    all.extend(crowds.run(changing_crowds, compare));
    let sum = Compared::sum(all);
    println!(
        "policies: {} histories, {} events, {} changes compared",
        sum.histories, sum.events, sum.changes
    );
    for case in CHANGING {
        println!("{:9} {case}", sum.sightings.of(case));
    }
    if sum.histories >= CHANGING_HISTORIES {
        let missing = CHANGING.iter();
        let missing: Vec<_> = missing.filter(|case| sum.sightings.of(case) == 0).collect();
        assert!(missing.is_empty(), "no history comes by {missing:?}");
    }
}

#[test]
fn the_engine_merges_and_parts_customers_as_the_model_does() {
    let mut all = Campaign::new("unions", UNIONS, 30).run(counting_unions, compare);
    let changing = Campaign::new("unions, policies", CHANGING_UNIONS, 10);
    all.extend(changing.run(counting_changing_unions, compare));
    let sum = Compared::sum(all);
    println!(
        "unions: {} histories, {} events, {} changes compared",
        sum.histories, sum.events, sum.changes
    );
    for case in UNITING {
        println!("{:9} {case}", sum.sightings.of(case));
    }
    if sum.histories >= UNIONS {
        let missing = UNITING.iter();
        let missing: Vec<_> = missing.filter(|case| sum.sightings.of(case) == 0).collect();
        assert!(missing.is_empty(), "no history comes by {missing:?}");
    }
}

#[test]
fn the_engine_forgets_whom_the_model_forgets() {
    let mut all = Campaign::new("silences", SILENCES, 30).run(silent_plans, compare);
    let changing = Campaign::new("silences, policies", CHANGING_SILENCES, 15);
    all.extend(changing.run(silent_changes, compare));
    let sum = Compared::sum(all);
    println!(
        "silences: {} histories, {} events, {} changes compared",
        sum.histories, sum.events, sum.changes
    );
    for case in FORGETTING {
        println!("{:9} {case}", sum.sightings.of(case));
    }
    if sum.histories >= SILENCES {
        let missing = FORGETTING.iter();
        let missing: Vec<_> = missing.filter(|case| sum.sightings.of(case) == 0).collect();
        assert!(missing.is_empty(), "no history comes by {missing:?}");
    }
}

/// The model's own horizons: no instant between a judging and the horizon moves anything.
#[test]
fn nothing_moves_before_a_horizon_of_the_model() {
    Campaign::new("horizons", 150, 10).run(counting_plans, |stage| {
        let rules = stage.model.rules();
        for customer in stage.model.standing() {
            let last = customer.horizon.as_ref().map(|horizon| horizon.at);
            for at in between(customer.frontier, last, stage) {
                let moves = customer.moves_at(at, rules);
                let what = format!("moves of {:?} at {}", customer.name, instant(at));
                same(&what, &moves, &Vec::new())?;
            }
        }
        Ok(())
    });
}

/// Midnights, odd instants and the last millisecond between a judging and what comes next.
fn between(frontier: Timestamp, horizon: Option<Timestamp>, stage: &Stage) -> Vec<Timestamp> {
    let rules = stage.model.rules();
    let today = rules.days.day_of(frontier);
    let midnights = (1..120).map(|day| rules.days.start_of(today + day));
    let odd = (1..200_i64).map(|step| frontier + Span(step * 13_000_001 + step % 3));
    let end = horizon.unwrap_or(Timestamp::MAX);
    let last = horizon.map(|at| at - Span(1));
    midnights
        .chain(odd)
        .chain(last)
        .filter(|at| *at > frontier && *at < end)
        .collect()
}
