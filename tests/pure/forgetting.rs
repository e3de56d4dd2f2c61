//! An engine that forgets customers against a model that never does: nobody gets anything else.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use tidemark::engine::Engine;
use tidemark::engine::effect::{End, Judged};
use tidemark::engine::forgetting::rest;
use tidemark::model::time::Span;
use tidemark::wire::policy::parse;

use crate::histories::Input;
use crate::histories::campaign::Campaign;
use crate::histories::silences::silent_plans;
use crate::histories::staging::Stage;
use crate::model::lane::Model;

const HISTORIES: u64 = 2_000;

/// What was published of each customer, one thing after another. Of who was erased, without the
/// answer whether there was anybody: of somebody without changes and orders there is nothing else
/// to tell.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told(BTreeMap<String, Vec<Judged>>);

impl Told {
    fn add(&mut self, judged: Vec<Judged>) {
        for mut one in judged {
            if let Some(ended) = &mut one.ended
                && let End::Erased(removed) = &mut ended.end
            {
                *removed = removed.filter(|removed| (removed.changes, removed.orders) != (0, 0));
            }
            self.0
                .entry(one.customer.to_string())
                .or_default()
                .push(one);
        }
    }
}

/// How many were forgotten.
fn compare(stage: &Stage) -> Result<u64, String> {
    let policy = Arc::clone(&stage.history.policy);
    let mut engine = Engine::new(Arc::clone(&policy));
    let mut model = Model::new(policy, Rc::clone(&stage.days));
    model.forgets = false;
    let (mut ours, mut theirs) = (Told::default(), Told::default());
    for (place, input) in stage.history.inputs.iter().enumerate() {
        let mut judged = Vec::new();
        let (outcome, expected, told) = match input {
            Input::Tick(tick) => {
                engine.tick(*tick, &mut judged);
                (None, None, model.tick(*tick))
            }
            Input::Event(event) => {
                let outcome = engine.apply(&event.borrowed(), &mut judged);
                let (expected, told) = model.apply(event);
                (Some(outcome), Some(expected), told)
            }
            Input::Adopt(_) => unreachable!("no policies come"),
        };
        if outcome != expected {
            let told = input.tell();
            return Err(format!(
                "input {place}, {told}: {outcome:?}, not {expected:?}"
            ));
        }
        ours.add(judged);
        theirs.add(told);
    }
    match ours == theirs {
        true => Ok(engine.forgotten()),
        false => Err(format!("told\n  engine {ours:?}\n  model  {theirs:?}")),
    }
}

#[test]
fn whoever_comes_back_gets_what_they_would_have_got_anyway() {
    let campaign = Campaign::new("forgetting", HISTORIES, 60);
    let forgotten = campaign.run(silent_plans, compare);
    let times: u64 = forgotten.iter().sum();
    println!("forgotten {times} times in {} histories", forgotten.len());
    if forgotten.len() as u64 >= HISTORIES {
        assert!(
            times > HISTORIES / 2,
            "hardly anybody is forgotten: {times}"
        );
    }
}

/// As docs/policy.md says.
#[test]
fn of_the_shipped_programmes_few_can_forget_anybody() {
    let programmes = std::fs::read_dir("config/policies").expect("they are there");
    let paths = programmes.map(|entry| entry.expect("a file").path());
    let mut forget = BTreeMap::new();
    for path in paths.chain(["config/policy.toml".into()]) {
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).expect("it can be read");
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let policy = parse(&name, &text).expect("a policy");
            if let Ok(rest) = rest(&policy) {
                forget.insert(name, rest);
            }
        }
    }
    let days = |name: &str, days| (name.to_owned(), Span::from_days(days));
    let few = [
        days("airline", 382),
        days("beauty", 375),
        days("styles", 374),
    ];
    assert_eq!(forget, BTreeMap::from(few));
}
