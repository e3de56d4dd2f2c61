//! A lane written down while it goes on, and one made of that: both go on alike.

use std::sync::Arc;

use proptest::strategy::BoxedStrategy;
use tidemark::engine::Engine;
use tidemark::engine::effect::Judged;
use tidemark::engine::input::Outcome;
use tidemark::engine::loading::Loading;
use tidemark::model::tape::Tape;
use tidemark::policy::declared::Policy;
use tidemark::wire::tape::{decode, encode};

use crate::histories::campaign::Campaign;
use crate::histories::silences::silent_plans;
use crate::histories::staging::Stage;
use crate::histories::{
    Input, Plan, changing_crowds, counting_changing_unions, crowded_plans, long_plans,
    uniting_plans,
};
use crate::laws::equal;

/// Histories per law in the ordinary test run.
const HISTORIES: u64 = 60;

/// What a lane leaves behind when it is written down.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    head: Tape,
    pages: Vec<Tape>,
    rows: u64,
}

/// A lane that takes inputs, and the policies it has decided by.
struct Lane {
    engine: Engine,
    policies: Vec<Arc<Policy>>,
}

impl Lane {
    fn take(&mut self, input: &Input, judged: &mut Vec<Judged>) -> Option<Outcome> {
        match input {
            Input::Tick(tick) => {
                self.engine.tick(*tick, judged);
                None
            }
            Input::Event(event) => Some(self.engine.apply(&event.borrowed(), judged)),
            Input::Adopt(adopted) => {
                let policy = &adopted.policy;
                if self.engine.adopt(Arc::clone(policy), adopted.pace).is_ok() {
                    self.policies.push(Arc::clone(policy));
                }
                None
            }
        }
    }

    /// All that follows, one thing after another.
    fn log(&mut self, inputs: &[Input]) -> Vec<(Option<Outcome>, Vec<Judged>)> {
        let step = |input| {
            let mut judged = Vec::new();
            (self.take(input, &mut judged), judged)
        };
        inputs.iter().map(step).collect()
    }

    /// Written down while the inputs come, so many slots between any two of them; nothing where a
    /// policy comes in between.
    fn written(&mut self, inputs: &[Input], slots: u32) -> Option<Written> {
        let mut head = Tape::default();
        if !self.engine.begin_saving(&mut head) {
            return None;
        }
        let mut pages = Vec::new();
        for input in inputs {
            self.take(input, &mut Vec::new());
            if !self.engine.is_saving() {
                return None;
            }
            self.engine.save(slots);
            pages.extend(self.engine.saved());
        }
        while !self.engine.save(u32::MAX) {}
        pages.extend(self.engine.saved());
        let rows = self.engine.end_saving();
        Some(Written { head, pages, rows })
    }
}

/// The way through bytes.
fn sent(tape: &Tape) -> Tape {
    let mut bytes = Vec::new();
    encode(7, tape, &mut bytes);
    let (form, tape) = decode(&bytes).expect("it was written so");
    assert_eq!(form, 7);
    tape
}

fn loaded(written: &Written, policies: &[Arc<Policy>]) -> Result<Engine, String> {
    let head = sent(&written.head);
    let mut reel = head.reel();
    let mut engine = Engine::new(Arc::clone(&policies[0]));
    for policy in &policies[1..] {
        let adopted = engine.adopt(Arc::clone(policy), 1);
        adopted.map_err(|error| error.to_string())?;
    }
    let mut loading = Loading::begin(engine, 0, &mut reel).map_err(|error| error.to_string())?;
    reel.end().map_err(|error| error.to_string())?;
    for page in &written.pages {
        let page = loading.page(&sent(page));
        page.map_err(|error| error.to_string())?;
    }
    loading.end(written.rows).map_err(|error| error.to_string())
}

/// Whether it could be written down where it was to be.
fn goes_on(stage: &Stage) -> Result<bool, String> {
    let inputs = &stage.history.inputs;
    let mut old = Lane {
        engine: Engine::new(Arc::clone(&stage.history.policy)),
        policies: vec![Arc::clone(&stage.history.policy)],
    };
    let (before, after) = inputs.split_at(inputs.len() / 2);
    old.log(before);
    let policies = old.policies.clone();
    let then = || Lane {
        engine: old.engine.clone(),
        policies: policies.clone(),
    };
    // Who is to change is written down first, at the latest.
    let late = then().written(after, 0);
    let Some(written) = then().written(after, 1) else {
        return Ok(false);
    };
    let late = late.map(|late| loaded(&late, &policies)).transpose()?;
    let at_once = then().written(&[], u32::MAX);
    let at_once = at_once.expect("it could be written down before");
    equal("what is besides customers", &written.head, &at_once.head)?;
    equal("how many rows there are", &written.rows, &at_once.rows)?;
    let mut new = Lane {
        engine: loaded(&written, &policies)?,
        policies: policies.clone(),
    };
    for engine in [Some(new.engine.clone()), late].into_iter().flatten() {
        let policies = policies.clone();
        let again = Lane { engine, policies }.written(&[], u32::MAX);
        let again = again.expect("nobody is being passed over");
        equal("what is written of the one made of it", &again, &at_once)?;
    }
    equal(
        "customers",
        &new.engine.customers(),
        &old.engine.customers(),
    )?;
    equal(
        "population",
        &new.engine.population(),
        &old.engine.population(),
    )?;
    equal("what follows", &new.log(after), &old.log(after))?;
    let asked = |lane: &Lane| -> Vec<String> {
        let ids = lane.engine.standings();
        let view = |(id, _)| format!("{:?}", lane.engine.view(id, lane.engine.clock()));
        ids.map(view).collect()
    };
    equal("who is there in the end", &asked(&new), &asked(&old))?;
    equal(
        "forgotten",
        &new.engine.forgotten(),
        &old.engine.forgotten(),
    )?;
    equal("what is sent off", &sent_off(&mut new), &sent_off(&mut old))?;
    Ok(true)
}

/// All customers as another lane would have them, one after another, until nobody is left. It is
/// published, so it must not depend on what a lane was made of.
fn sent_off(lane: &mut Lane) -> Vec<Tape> {
    let mut ids: Vec<String> = lane
        .engine
        .standings()
        .map(|(id, _)| id.to_owned())
        .collect();
    ids.sort_unstable();
    let off = |id: &String| {
        let mut tape = Tape::default();
        lane.engine.send_off(id, &mut tape, &mut Vec::new());
        tape
    };
    ids.iter().map(off).collect()
}

fn saving(name: &'static str, plans: fn() -> BoxedStrategy<Plan>) {
    let saved = Campaign::new(name, HISTORIES, 5).run(plans, goes_on);
    let times = saved.iter().filter(|saved| **saved).count();
    assert!(4 * times > saved.len(), "{times} of {}", saved.len());
}

#[test]
fn a_crowd_goes_on_as_it_was_written_down() {
    saving("saved crowds", crowded_plans);
}

#[test]
fn those_who_are_one_go_on_as_they_were_written_down() {
    saving("saved unions", uniting_plans);
}

#[test]
fn those_who_stay_for_long_go_on_as_they_were_written_down() {
    saving("saved long stays", long_plans);
}

#[test]
fn whoever_is_forgotten_is_not_written_down() {
    saving("saved silences", silent_plans);
}

#[test]
fn after_other_policies_a_lane_goes_on_as_it_was_written_down() {
    saving("saved policies", counting_changing_unions);
    saving("saved changing crowds", changing_crowds);
}
