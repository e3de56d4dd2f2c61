//! What was taken back has never been, and what was said anew has been so from the start.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemark::engine::Engine;
use tidemark::engine::input::Outcome;
use tidemark::features::derived::Derived;
use tidemark::features::feature::{Aggregate, Feature};
use tidemark::features::filter::{Filter, NumberField};
use tidemark::model::change::Measure;
use tidemark::model::event::Kind;
use tidemark::model::time::{DAY_MS, Span, Timestamp};
use tidemark::policy::declared::{Policy, Segment, SegmentMap};

use crate::histories::campaign::Campaign;
use crate::histories::staging::Stage;
use crate::histories::{Input, plans};
use crate::model::contribution::{OrderTerms, Past, orders};
use crate::model::owned_event::OwnedEvent;

/// Histories per law in the ordinary test run.
const HISTORIES: u64 = 800;
/// Kinds that say nothing of orders.
const QUIET: [Kind; 6] = [
    Kind::View,
    Kind::Search,
    Kind::Cart,
    Kind::Visit,
    Kind::Declared(0),
    Kind::Declared(1),
];

/// The measures of a policy without tiers, so that customers are judged when they act and only
/// then.
struct Scales {
    policy: Arc<Policy>,
    /// A kind that no feature is about.
    quiet: Kind,
}

/// What came of a sequence of inputs.
struct Weighed {
    outcomes: Vec<Option<Outcome>>,
    engine: Engine,
    /// The events that counted, by customer.
    accepted: BTreeMap<String, Past>,
}

impl Scales {
    fn of(stage: &Stage) -> Option<Self> {
        let mut policy = (*stage.history.policy).clone();
        policy.comparisons.clear();
        policy.ladders.clear();
        let everybody = Segment {
            name: "everybody".to_owned(),
            when: None,
            labels: Vec::new(),
        };
        policy.maps = vec![SegmentMap {
            name: "map".to_owned(),
            segments: vec![everybody],
        }];
        let told = |kind: &Kind| policy.features.iter().any(|f| f.kinds.contains(*kind));
        let quiet = QUIET.into_iter().find(|kind| !told(kind))?;
        Some(Self {
            policy: Arc::new(policy),
            quiet,
        })
    }

    fn weigh(&self, inputs: &[Input]) -> Weighed {
        let mut engine = Engine::new(Arc::clone(&self.policy));
        let mut accepted: BTreeMap<String, Past> = BTreeMap::new();
        let mut effects = Vec::new();
        let outcomes = inputs.iter().map(|input| match input {
            Input::Tick(tick) => {
                engine.tick(*tick, &mut effects);
                None
            }
            Input::Adopt(_) => unreachable!("there is one policy"),
            Input::Event(event) => {
                let outcome = engine.apply(&event.borrowed(), &mut effects);
                if outcome == Outcome::Applied {
                    let theirs = accepted.entry(event.customer.clone()).or_default();
                    let last = theirs.accepted.last();
                    let last = last.map_or(Timestamp::MIN, |last| last.judged_at);
                    let rules = self.policy.orders;
                    theirs.push((event, true), last.max(event.at), OrderTerms { rules });
                }
                Some(outcome)
            }
        });
        let outcomes = outcomes.collect();
        Weighed {
            outcomes,
            engine,
            accepted,
        }
    }

    /// The same event, but one that says nothing.
    fn quiet(&self, event: &OwnedEvent) -> OwnedEvent {
        OwnedEvent {
            kind: self.quiet,
            command: None,
            ..event.clone()
        }
    }

    /// Whether that holds of a feature or, where it is made of others, of all of those.
    fn all_parts(&self, feature: usize, holds: &impl Fn(&Feature) -> bool) -> bool {
        let feature = &self.policy.features[feature];
        match feature.aggregate {
            Aggregate::Derived(Derived { parts, .. }) => {
                parts.iter().all(|part| self.all_parts(*part, holds))
            }
            _ => holds(feature),
        }
    }

    /// Whether two histories measure the same of a customer, now and later, by the features that
    /// are asked.
    fn compare(
        &self,
        customer: &str,
        (one, other): (&Engine, &Engine),
        asked: impl Fn(&Feature) -> bool,
    ) -> Result<(), String> {
        for later in [0, 1, DAY_MS, 9 * DAY_MS, 40 * DAY_MS] {
            let measures = |engine: &Engine| -> Vec<(usize, Measure)> {
                let view = engine.view(customer, Timestamp::MIN).expect("has acted");
                let at = view.frontier + Span(later);
                let view = engine.view(customer, at).expect("has acted");
                let each = view.measures.into_iter().enumerate();
                each.filter(|(ix, _)| self.all_parts(*ix, &asked)).collect()
            };
            let (one, other) = (measures(one), measures(other));
            if one != other {
                return Err(format!("{later} ms later\n  {one:?}\n  {other:?}"));
            }
        }
        Ok(())
    }
}

/// The events of a plan before it runs out, and the place of one purchase that names its order, by
/// chance among those whose order is named again, if there are any.
fn purchase(stage: &Stage) -> Option<(Vec<Input>, usize)> {
    let mut inputs = stage.history.inputs.clone();
    inputs.truncate(inputs.len() - 2);
    let places: Vec<usize> = (0..inputs.len())
        .filter(|place| match &inputs[*place] {
            Input::Event(event) => {
                let applied = stage.answers[*place].outcome == Some(Outcome::Applied);
                applied && event.kind == Kind::Purchase && event.order.is_some()
            }
            Input::Tick(_) | Input::Adopt(_) => false,
        })
        .collect();
    let named = places
        .iter()
        .filter(|place| is_named_later(&inputs, **place));
    let named: Vec<usize> = named.copied().collect();
    let places = if named.is_empty() { places } else { named };
    let place = *places.get(inputs.len() * 7 % places.len().max(1))?;
    Some((inputs, place))
}

fn is_named_later(inputs: &[Input], place: usize) -> bool {
    let bought = event(inputs, place);
    inputs[place + 1..].iter().any(|later| {
        matches!(later, Input::Event(event) if event.customer == bought.customer
            && event.order == bought.order)
    })
}

fn event(inputs: &[Input], place: usize) -> &OwnedEvent {
    match &inputs[place] {
        Input::Event(event) => event,
        other => panic!("input {place} is {}", other.tell()),
    }
}

/// What corrects an order after everything else: dated like the newest event, so that the clock
/// stays.
fn last_word(inputs: &[Input], weighed: &Weighed, bought: &OwnedEvent) -> OwnedEvent {
    let events = inputs.iter().zip(&weighed.outcomes);
    let applied = events.filter_map(|(input, outcome)| match input {
        Input::Event(event) if *outcome == Some(Outcome::Applied) => Some(event.at),
        _ => None,
    });
    OwnedEvent {
        event_id: "last word".to_owned(),
        currency: None,
        at: applied.max().unwrap_or(bought.at),
        ..bought.clone()
    }
}

/// The events after `place` that are about the order of the purchase there, as long as all of them
/// find it, which the last word is to do too.
fn about(
    inputs: &[Input],
    place: usize,
    weighed: &Weighed,
    last: &OwnedEvent,
    keep: Span,
) -> Option<Vec<usize>> {
    let bought = event(inputs, place);
    let mut judged_at = bought.at;
    let mut found = Vec::new();
    for (later, input) in inputs.iter().enumerate() {
        let Input::Event(event) = input else {
            continue;
        };
        if event.customer != bought.customer || weighed.outcomes[later] != Some(Outcome::Applied) {
            continue;
        }
        if later > place && event.erases() {
            return None;
        }
        judged_at = judged_at.max(event.at);
        if later > place && event.order == bought.order && event.kind.is_of_orders() {
            if event.kind == Kind::Purchase || bought.at <= judged_at - keep {
                return None;
            }
            found.push(later);
        }
    }
    (bought.at > judged_at.max(last.at) - keep).then_some(found)
}

fn asks_numbers(filter: &Filter) -> bool {
    match filter {
        Filter::Not(inner) => asks_numbers(inner),
        Filter::All(inner) | Filter::Any(inner) => inner.iter().any(asks_numbers),
        Filter::Number(field, ..) => matches!(
            field,
            NumberField::Amount | NumberField::Quantity | NumberField::Margin
        ),
        Filter::Text(..) | Filter::Date(_) => false,
    }
}

/// Enough histories have come to what is compared.
fn enough(compared: &[bool]) {
    let count = compared.iter().filter(|done| **done).count();
    assert!(count * 4 > compared.len(), "only {count} are compared");
}

#[test]
fn what_is_restated_has_been_so_from_the_start() {
    let compared = Campaign::new("restated", HISTORIES, 20).run(plans, |stage| {
        let Some((scales, (inputs, place))) = Scales::of(stage).zip(purchase(stage)) else {
            return Ok(false);
        };
        let weighed = scales.weigh(&inputs);
        let bought = event(&inputs, place);
        let stated = [bought.amount / 2, 0, 70, 101][place % 4];
        let restated = OwnedEvent {
            kind: Kind::Restate,
            amount: stated,
            quantity: bought.quantity / 2 + 1,
            margin: -7,
            ..last_word(&inputs, &weighed, bought)
        };
        let keep = scales.policy.orders.keep;
        let Some(about) = about(&inputs, place, &weighed, &restated, keep) else {
            return Ok(false);
        };
        let mut ever = inputs.clone();
        for place in about {
            if event(&inputs, place).kind == Kind::Restate {
                ever[place] = Input::Event(scales.quiet(event(&inputs, place)));
            }
        }
        ever[place] = Input::Event(OwnedEvent {
            amount: restated.amount,
            quantity: restated.quantity,
            margin: restated.margin,
            ..bought.clone()
        });
        ever.push(Input::Event(scales.quiet(&restated)));
        let mut anew = inputs.clone();
        anew.push(Input::Event(restated.clone()));
        let (anew, ever) = (scales.weigh(&anew), scales.weigh(&ever));
        if anew.outcomes != ever.outcomes || anew.outcomes.last() != Some(&Some(Outcome::Applied)) {
            return Ok(false);
        }
        let engines = (&anew.engine, &ever.engine);
        scales.compare(&bought.customer, engines, |feature| {
            let numbers = feature.filter.as_ref().is_some_and(asks_numbers);
            !numbers && !feature.kinds.contains(Kind::Restate)
        })?;
        Ok(true)
    });
    enough(&compared);
}

#[test]
fn what_is_taken_back_has_never_been() {
    let compared = Campaign::new("taken back", HISTORIES, 20).run(plans, |stage| {
        let Some((scales, (inputs, place))) = Scales::of(stage).zip(purchase(stage)) else {
            return Ok(false);
        };
        let weighed = scales.weigh(&inputs);
        let bought = event(&inputs, place);
        let last = last_word(&inputs, &weighed, bought);
        let keep = scales.policy.orders.keep;
        let Some(about) = about(&inputs, place, &weighed, &last, keep) else {
            return Ok(false);
        };
        let (theirs, _) = orders(&weighed.accepted[&bought.customer]);
        let order = theirs.iter().rfind(|order| order.id == bought.order);
        let left = order.expect("was bought").amount;
        let Ok(left @ 0..) = i64::try_from(left) else {
            return Ok(false);
        };
        let last = OwnedEvent {
            kind: [Kind::Refund, Kind::Cancel][place % 2],
            amount: left,
            ..last
        };
        let mut never = inputs.clone();
        for place in about.into_iter().chain([place]) {
            never[place] = Input::Event(scales.quiet(event(&inputs, place)));
        }
        never.push(Input::Event(scales.quiet(&last)));
        let mut back = inputs.clone();
        back.push(Input::Event(last.clone()));
        let (back, never) = (scales.weigh(&back), scales.weigh(&never));
        if back.outcomes != never.outcomes || back.outcomes.last() != Some(&Some(Outcome::Applied))
        {
            return Ok(false);
        }
        let engines = (&back.engine, &never.engine);
        scales.compare(&bought.customer, engines, |feature| {
            let kinds = [Kind::Refund, Kind::Cancel, Kind::Restate];
            !kinds.iter().any(|kind| feature.kinds.contains(*kind))
        })?;
        Ok(true)
    });
    enough(&compared);
}
