//! Laws of the engine that need no model: what a customer's history of changes may and may not
//! depend on.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemark::engine::Engine;
use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::model::event::Kind;
use tidemark::model::time::{DAY_MS, Span, Timestamp};

use crate::histories::campaign::Campaign;
use crate::histories::staging::Stage;
use crate::histories::{Adopted, History, Input, counting_plans, crowded_plans, plans};
use crate::model::owned_event::OwnedEvent;

/// Histories per law in the ordinary test run.
const HISTORIES: u64 = 120;

/// What an engine made of a sequence of inputs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Run {
    /// Of the events, in order.
    outcomes: Vec<Outcome>,
    pub(crate) judged: Vec<Judged>,
    /// Policies refused.
    refused: u64,
    /// Whether deadlines were ever left for the next input.
    waited: bool,
}

/// A customer's changes in order.
type Log = BTreeMap<String, Vec<Judged>>;

impl Run {
    pub(crate) fn of(history: &History) -> Self {
        let mut engine = Engine::new(Arc::clone(&history.policy));
        let mut run = Self::default();
        for input in &history.inputs {
            match input {
                Input::Tick(tick) => engine.tick(*tick, &mut run.judged),
                Input::Event(event) => {
                    let outcome = engine.apply(&event.borrowed(), &mut run.judged);
                    run.outcomes.push(outcome);
                }
                Input::Adopt(Adopted { policy, pace }) => {
                    let policy = Arc::clone(policy);
                    run.refused += u64::from(engine.adopt(policy, *pace).is_err());
                }
            }
            run.waited |= engine.held(engine.clock()) > 0;
        }
        run
    }

    fn log(&self) -> Log {
        let mut log = Log::new();
        for judged in &self.judged {
            let name = judged.customer.to_string();
            log.entry(name).or_default().push(judged.clone());
        }
        log
    }
}

pub(crate) fn equal<T: PartialEq + std::fmt::Debug + ?Sized>(
    what: &str,
    one: &T,
    other: &T,
) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    Err(format!("{what}\n  {one:?}\n  {other:?}"))
}

/// The events of a history in the order of their instants, under an open sky, up to the same end.
pub(crate) fn orderly(stage: &Stage) -> History {
    let mut events: Vec<OwnedEvent> = stage
        .history
        .inputs
        .iter()
        .filter_map(|input| match input {
            Input::Event(event) => Some(event.clone()),
            Input::Tick(_) | Input::Adopt(_) => None,
        })
        .collect();
    events.sort_by_key(|event| event.at);
    let end = events.last().map_or(Timestamp(0), |event| event.at) + Span(500 * DAY_MS);
    let mut inputs = vec![tick(Timestamp::MAX, None)];
    inputs.extend(events.into_iter().map(Input::Event));
    inputs.push(tick(Timestamp::MAX, Some(end)));
    History {
        policy: Arc::clone(&stage.history.policy),
        inputs,
    }
}

fn tick(ceiling: Timestamp, coast: Option<Timestamp>) -> Input {
    Input::Tick(Tick {
        ceiling,
        coast,
        firings: None,
    })
}

/// The history with what `more` puts before each of its inputs.
fn with_more(history: &History, mut more: impl FnMut(usize, &Input) -> Vec<Input>) -> History {
    let inputs = history
        .inputs
        .iter()
        .enumerate()
        .flat_map(|(place, input)| {
            let mut inputs = more(place, input);
            inputs.push(input.clone());
            inputs
        });
    History {
        policy: Arc::clone(&history.policy),
        inputs: inputs.collect(),
    }
}

#[test]
fn coasting_earlier_or_later_moves_no_customer_elsewhere() {
    Campaign::new("coasting", HISTORIES, 10).run(plans, |stage| {
        let plain = orderly(stage);
        let mut before = stage.history.policy.time.lateness.0;
        let coasting = with_more(&plain, |place, input| {
            let Input::Event(event) = input else {
                return Vec::new();
            };
            let far = event.at.0 - before;
            let part = before + far / 4 * (place as i64 % 5).min(4);
            let to = if place % 3 == 0 {
                event.at.0
            } else {
                part.min(event.at.0)
            };
            before = event.at.0;
            vec![tick(Timestamp::MAX, Some(Timestamp(to)))]
        });
        let (plain, coasting) = (Run::of(&plain), Run::of(&coasting));
        equal("outcomes", &plain.outcomes, &coasting.outcomes)?;
        equal("logs", &plain.log(), &coasting.log())
    });
}

#[test]
fn a_customer_who_is_never_late_depends_on_no_other() {
    let alone: Vec<u64> = Campaign::new("alone", HISTORIES, 10).run(counting_plans, |stage| {
        let all = Run::of(&stage.history).log();
        let names: Vec<&String> = stage.model.customers.iter().map(|c| &c.name).collect();
        let punctual = names.into_iter().filter(|name| is_punctual(stage, name));
        let mut tried = 0;
        for name in punctual {
            let theirs = History {
                policy: Arc::clone(&stage.history.policy),
                inputs: of_one(&stage.history, name),
            };
            equal(name, &all.get(name), &Run::of(&theirs).log().get(name))?;
            tried += 1;
        }
        Ok(tried)
    });
    assert!(
        alone.iter().sum::<u64>() * 2 > alone.len() as u64,
        "too few customers are punctual"
    );
}

/// Whether no event of the customer was dated behind the clock that it met.
fn is_punctual(stage: &Stage, name: &str) -> bool {
    let clocks = stage.answers.iter().map(|answer| answer.clock);
    let met = [Timestamp::MIN].into_iter().chain(clocks);
    stage.history.inputs.iter().zip(met).all(|(input, clock)| {
        !matches!(input, Input::Event(event) if event.customer == name && event.at < clock)
    })
}

fn of_one(history: &History, name: &str) -> Vec<Input> {
    let inputs = history.inputs.iter();
    inputs
        .filter(|input| match input {
            Input::Tick(_) | Input::Adopt(_) => true,
            Input::Event(event) => event.customer == name,
        })
        .cloned()
        .collect()
}

#[test]
fn the_same_inputs_make_the_same_outputs() {
    Campaign::new("again", HISTORIES / 2, 5).run(crowded_plans, |stage| {
        equal(
            "two engines",
            &Run::of(&stage.history),
            &Run::of(&stage.history),
        )
    });
}

fn events(history: &History) -> impl Iterator<Item = &OwnedEvent> {
    history.inputs.iter().filter_map(|input| match input {
        Input::Event(event) => Some(event),
        Input::Tick(_) | Input::Adopt(_) => None,
    })
}

/// Whether copies of it are told: not of every profile.
fn is_told(event: &OwnedEvent) -> bool {
    !matches!(event.kind, Kind::Heartbeat | Kind::Profile)
}

#[test]
fn an_event_sent_twice_counts_once() {
    Campaign::new("twice", HISTORIES, 10).run(plans, |stage| {
        let once = Run::of(&stage.history);
        let mut twice = stage.history.clone();
        twice.inputs = twice
            .inputs
            .into_iter()
            .flat_map(|input| match input {
                Input::Event(ref event) if is_told(event) => vec![input.clone(), input],
                other => vec![other],
            })
            .collect();
        let twice = Run::of(&twice);
        equal("judgings", &once.judged, &twice.judged)?;
        let expected: Vec<Outcome> = events(&stage.history)
            .zip(&once.outcomes)
            .flat_map(|(event, outcome)| match outcome {
                _ if !is_told(event) => vec![*outcome],
                Outcome::Applied if event.erases() => vec![*outcome, Outcome::Suppressed],
                Outcome::Applied => vec![Outcome::Applied, Outcome::Duplicate],
                other => vec![*other; 2],
            })
            .collect();
        equal("outcomes", &expected, &twice.outcomes)
    });
}

#[test]
fn ticks_without_news_change_nothing() {
    Campaign::new("ticks", HISTORIES / 2, 5).run(crowded_plans, |stage| {
        let answers = &stage.answers;
        let idle = with_more(&stage.history, |place, _| match place.checked_sub(1) {
            Some(last) if place % 3 > 0 => {
                let past = Span(place as i64 % 7 * 1_000);
                let coast = (place % 2 == 0).then(|| answers[last].clock - past);
                vec![tick(answers[last].ceiling - past, coast); place % 4]
            }
            _ => Vec::new(),
        });
        let (plain, idle) = (Run::of(&stage.history), Run::of(&idle));
        if plain.waited {
            return Ok(());
        }
        equal("runs", &plain, &idle)
    });
}

#[test]
fn when_the_waiting_fire_moves_no_customer_elsewhere() {
    let waited = Campaign::new("waiting", HISTORIES / 2, 5).run(crowded_plans, |stage| {
        let plain = orderly(stage);
        let relieved = with_more(&plain, |place, _| {
            vec![tick(Timestamp::MAX, None); usize::from(place % 3 == 0)]
        });
        let (plain, relieved) = (Run::of(&plain), Run::of(&relieved));
        equal("outcomes", &plain.outcomes, &relieved.outcomes)?;
        equal("logs", &plain.log(), &relieved.log())?;
        Ok(plain.waited)
    });
    assert!(
        waited.contains(&true),
        "no history has more due than one input fires"
    );
}
