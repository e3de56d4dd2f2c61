//! What is kept of customers, written down and taken in by another lane: nothing is lost on the
//! way, and what cannot be is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::strategy::BoxedStrategy;
use tidemark::engine::Engine;
use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::engine::member::NotTaken;
use tidemark::model::tape::Tape;
use tidemark::model::time::Timestamp;
use tidemark::wire::tape::{decode, encode};

use crate::histories::campaign::Campaign;
use crate::histories::staging::Stage;
use crate::histories::{
    Input, Plan, changing_unions, counting_changing_unions, counting_plans, counting_unions,
    long_plans,
};
use crate::laws::equal;
use crate::model::owned_event::OwnedEvent;

/// Histories per law in the ordinary test run.
const HISTORIES: u64 = 40;

/// A lane at some instant, and one that has seen the same time and policies pass, but nobody yet.
fn lanes(stage: &Stage, inputs: &[Input]) -> [Engine; 2] {
    let policy = &stage.history.policy;
    let [mut old, mut new] = [policy, policy].map(|policy| Engine::new(Arc::clone(policy)));
    let mut judged = Vec::new();
    for input in inputs {
        match input {
            Input::Tick(tick) => old.tick(*tick, &mut judged),
            Input::Event(event) => drop(old.apply(&event.borrowed(), &mut judged)),
            Input::Adopt(adopted) => {
                // Customers who are still to be passed over are kept under another form.
                pass_all(&mut old);
                let pace = adopted.pace.max(1);
                let both = [&mut old, &mut new];
                let [one, other] =
                    both.map(|lane| lane.adopt(Arc::clone(&adopted.policy), pace).is_ok());
                assert_eq!(one, other);
            }
        }
        follow(&old, &mut new);
    }
    pass_all(&mut old);
    follow(&old, &mut new);
    [old, new]
}

/// Customers are passed over until nobody is left, whatever is told of it.
fn pass_all(lane: &mut Engine) {
    let tick = Tick {
        ceiling: Timestamp::MIN,
        coast: None,
        firings: Some(0),
    };
    while lane.awaiting() > 0 {
        lane.tick(tick, &mut Vec::new());
    }
}

/// Time goes on in a lane without customers.
fn follow(old: &Engine, new: &mut Engine) {
    let mut judged = Vec::new();
    let tick = Tick {
        ceiling: old.ceiling(),
        coast: Some(old.clock()),
        firings: Some(old.allowed()),
    };
    new.tick(tick, &mut judged);
    assert_eq!((new.clock(), judged.len()), (old.clock(), 0));
}

fn bytes(lane: &Engine, id: &str) -> Vec<u8> {
    let (mut tape, mut bytes) = (Tape::default(), Vec::new());
    assert!(lane.keep(id, &mut tape), "{id}");
    encode(lane.form(), &tape, &mut bytes);
    bytes
}

fn take_in(lane: &mut Engine, bytes: &[u8]) -> Result<(), NotTaken> {
    let (form, tape) = decode(bytes).expect("it was written so");
    let mut reel = tape.reel();
    lane.take_in(form, &mut reel)?;
    reel.end().map_err(NotTaken::from)
}

fn ids(lane: &Engine) -> Vec<String> {
    lane.standings().map(|(id, _)| id.to_owned()).collect()
}

/// Everybody moves from one lane to the other.
fn move_all(old: &Engine, new: &mut Engine) -> Result<(), String> {
    for id in ids(old) {
        let members = old.view(&id, old.clock()).map(|view| view.members);
        for member in members.unwrap_or_default().iter().skip(1) {
            // Kept with the one who goes on for them.
            let alone = old.keep(member, &mut Tape::default());
            equal("a member alone is kept", &alone, &false)?;
        }
        let kept = bytes(old, &id);
        take_in(new, &kept).map_err(|error| format!("{id}: {error}"))?;
        equal(
            "what is kept of somebody who has moved",
            &bytes(new, &id),
            &kept,
        )?;
        let known = take_in(new, &kept);
        equal("twice", &known, &Err(NotTaken::Known(id.into())))?;
    }
    Ok(())
}

/// All that can be asked of a lane.
fn state(lane: &Engine) -> BTreeMap<String, String> {
    let asked = |id: String| {
        let policy = &lane.policy_on(&id).hash;
        let told = format!("{policy} {:?}", lane.view(&id, lane.clock()));
        (id, told)
    };
    let mut state: BTreeMap<String, String> = ids(lane).into_iter().map(asked).collect();
    let counts = (lane.customers(), lane.population());
    state.insert(String::new(), format!("{counts:?}"));
    state
}

/// What follows in a lane: what becomes of the events, and what is told of each customer.
fn log(lane: &mut Engine, inputs: &[Input]) -> (Vec<Outcome>, BTreeMap<String, Vec<Judged>>) {
    let (mut outcomes, mut judged) = (Vec::new(), Vec::new());
    for input in inputs {
        match input {
            Input::Tick(tick) => {
                let tick = Tick {
                    firings: None,
                    ..*tick
                };
                lane.tick(tick, &mut judged);
            }
            Input::Event(event) => outcomes.push(lane.apply(&event.borrowed(), &mut judged)),
            Input::Adopt(adopted) => {
                // Who is passed over first is not the same in both.
                pass_all(lane);
                drop(lane.adopt(Arc::clone(&adopted.policy), adopted.pace.max(1)));
            }
        }
    }
    pass_all(lane);
    let mut log: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
    for one in judged {
        log.entry(one.customer.to_string()).or_default().push(one);
    }
    (outcomes, log)
}

/// The inputs that count in a lane that remembers no event, and nobody who was erased: neither
/// copies of `before`, nor anybody whom it erases.
fn fresh(before: &[Input], after: &[Input]) -> Vec<Input> {
    let events = before.iter().filter_map(|input| match input {
        Input::Event(event) => Some(event),
        _ => None,
    });
    let seen: BTreeSet<&str> = events.map(|event: &OwnedEvent| &*event.event_id).collect();
    let is_fresh = |input: &&Input| match input {
        Input::Event(event) => !seen.contains(&*event.event_id),
        _ => true,
    };
    after.iter().filter(is_fresh).cloned().collect()
}

fn without_erasures(stage: &Stage) -> Vec<Input> {
    let erases = |input: &&Input| matches!(input, Input::Event(event) if event.erases());
    let inputs = stage.history.inputs.iter();
    inputs.filter(|input| !erases(input)).cloned().collect()
}

fn moving(name: &'static str, plans: fn() -> BoxedStrategy<Plan>) {
    let moved = Campaign::new(name, HISTORIES, 5).run(plans, |stage| {
        let inputs = without_erasures(stage);
        let (before, after) = inputs.split_at(inputs.len() * 2 / 3);
        let [mut old, mut new] = lanes(stage, before);
        move_all(&old, &mut new)?;
        equal("standings after the move", &state(&new), &state(&old))?;
        let after = fresh(before, after);
        equal(
            "what follows",
            &log(&mut new, &after),
            &log(&mut old, &after),
        )?;
        equal("standings in the end", &state(&new), &state(&old))?;
        Ok(old.customers())
    });
    assert!(moved.iter().sum::<usize>() > moved.len());
}

#[test]
fn customers_go_on_elsewhere_as_if_nothing_had_been() {
    moving("kept", counting_plans);
}

#[test]
fn customers_who_stay_for_long_go_on_elsewhere() {
    moving("kept long", long_plans);
}

#[test]
fn those_who_are_one_go_on_elsewhere_and_can_be_parted() {
    moving("kept unions", counting_unions);
}

#[test]
fn customers_go_on_elsewhere_after_another_policy() {
    moving("kept policies", counting_changing_unions);
}

/// Whatever number, id or text is another one: it is refused, or it is what is kept then.
#[test]
fn whatever_is_on_a_tape_is_refused_or_kept() {
    let refused = Campaign::new("garbled", 6, 2).run(counting_unions, |stage| {
        let [old, nobody] = lanes(stage, &without_erasures(stage));
        let mut refused = 0;
        for id in ids(&old) {
            let mut tape = Tape::default();
            assert!(old.keep(&id, &mut tape));
            for other in others(&tape) {
                let mut new = nobody.clone();
                let mut reel = other.reel();
                let taken = new.take_in(old.form(), &mut reel);
                let whole = taken.is_ok() && reel.end().is_ok();
                refused += usize::from(!whole);
                if whole {
                    let mut again = Tape::default();
                    let id = new.standings().map(|(id, _)| id.to_owned()).next();
                    assert!(new.keep(&id.unwrap_or_default(), &mut again));
                    equal("what is kept of another", &again, &other)?;
                } else if taken.is_err() {
                    equal("who is there", &ids(&new), &Vec::new())?;
                }
            }
        }
        Ok(refused)
    });
    assert!(refused.iter().sum::<usize>() > 100);
}

/// Tapes that differ from one in one value, or end before it.
fn others(tape: &Tape) -> Vec<Tape> {
    let mut others = Vec::new();
    for at in 0..tape.numbers.len() {
        for by in [1, -1, 2, i64::MAX] {
            let mut other = tape.clone();
            other.numbers[at] = other.numbers[at].wrapping_add(by);
            others.push(other);
        }
        let mut other = tape.clone();
        other.numbers.truncate(at);
        others.push(other);
    }
    for at in 0..tape.ids.len() {
        let mut other = tape.clone();
        other.ids[at] = 0;
        others.push(other.clone());
        other.ids.truncate(at);
        others.push(other);
    }
    for at in 0..tape.texts.len() {
        let mut other = tape.clone();
        other.texts[at] = "".into();
        others.push(other.clone());
        other.texts.truncate(at);
        others.push(other);
    }
    others
}

#[test]
fn a_lane_that_decides_by_something_else_takes_nobody() {
    let differ = Campaign::new("forms", 20, 5).run(changing_unions, |stage| {
        let [old, _] = lanes(stage, &without_erasures(stage));
        let mut new = Engine::new(Arc::clone(&stage.history.policy));
        let differ = new.form() != old.form();
        for id in ids(&old) {
            let (kept, wanted) = (old.form(), new.form());
            let taken = take_in(&mut new, &bytes(&old, &id));
            let refused = Err(NotTaken::Form { kept, wanted });
            equal(
                "another form",
                &taken,
                &if differ { refused } else { Ok(()) },
            )?;
        }
        Ok(differ)
    });
    assert!(differ.contains(&true) && differ.contains(&false));
}
