//! Laws of policies that take the place of others: what may not depend on how it is done, and there
//! and back again.

mod along;
mod kept;
mod places;
mod warned;

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemark::engine::Engine;
use tidemark::engine::adoption::NotAdopted;
use tidemark::engine::effect::Judged;
use tidemark::engine::input::Tick;
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Timestamp;
use tidemark::policy::climb::Waiting;
use tidemark::policy::declared::{Ladder, Policy};
use tidemark::policy::transition::Transition;

use crate::histories::campaign::Campaign;
use crate::histories::staging::Stage;
use crate::histories::{History, Input, changing_plans, counting_changes};
use crate::laws::{equal, orderly};

/// Histories per law in the ordinary test run.
const HISTORIES: u64 = 300;

/// A lane whose policy may change.
struct Lane {
    engine: Engine,
    judged: Vec<Judged>,
}

impl Lane {
    fn new(policy: &Arc<Policy>) -> Self {
        Self {
            engine: Engine::new(Arc::clone(policy)),
            judged: Vec::new(),
        }
    }

    fn give(&mut self, inputs: &[Input]) {
        for input in inputs {
            match input {
                Input::Tick(tick) => self.engine.tick(*tick, &mut self.judged),
                Input::Event(event) => {
                    self.engine.apply(&event.borrowed(), &mut self.judged);
                }
                Input::Adopt(_) => unreachable!("an orderly history has none"),
            }
        }
    }

    /// Time goes on, but the clock stays.
    fn tick(&mut self) {
        let tick = Tick {
            ceiling: Timestamp::MAX,
            coast: None,
            firings: None,
        };
        self.engine.tick(tick, &mut self.judged);
    }

    fn adopt(&mut self, policy: &Arc<Policy>, pace: u32) -> Result<(), NotAdopted> {
        self.engine.adopt(Arc::clone(policy), pace)
    }

    fn pass_all(&mut self) {
        while self.engine.awaiting() > 0 {
            self.tick();
        }
    }

    fn log(self) -> BTreeMap<String, Vec<Judged>> {
        let mut log: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
        for judged in self.judged {
            let name = judged.customer.to_string();
            log.entry(name).or_default().push(judged);
        }
        log
    }
}

/// The inputs of an orderly history in three parts, the last of which lets time run out.
fn parts(history: &History) -> [&[Input]; 3] {
    let all = history.inputs.as_slice();
    let (first, rest) = all.split_at(1 + all.len() / 3);
    let (second, third) = rest.split_at(rest.len() / 2);
    [first, second, third]
}

#[test]
fn the_pace_moves_no_customer_elsewhere() {
    let taken = Campaign::new("pace", HISTORIES, 10).run(counting_changes, |stage| {
        let history = orderly(stage);
        let [first, second, third] = parts(&history);
        let run = |pace, ticks: bool| {
            let mut lane = Lane::new(&history.policy);
            lane.give(first);
            lane.adopt(stage.other(), pace).ok()?;
            for input in second.iter().chain(third) {
                if ticks {
                    lane.tick();
                }
                lane.give(std::slice::from_ref(input));
            }
            lane.pass_all();
            lane.give(&third[third.len() - 1..]);
            Some(lane.log())
        };
        let slowly = run(1, false);
        equal("slowly and quickly", &slowly, &run(1_000, true))?;
        equal("slowly and steadily", &slowly, &run(1, true))?;
        Ok(slowly.is_some())
    });
    assert!(taken.iter().filter(|taken| **taken).count() * 2 > taken.len());
}

/// A second policy that treats events as the first one does, and what the lanes have come to: one
/// under the first alone, one that went over to the second and back.
fn there_and_back(stage: &Stage, second: Policy) -> Option<[Lane; 2]> {
    let mut history = orderly(stage);
    // What commands come to depends on what ladders there are, and when somebody was judged.
    history.inputs.retain(|input| match input {
        Input::Event(event) => event.command.is_none(),
        _ => true,
    });
    let second = Arc::new(Policy {
        transition: Transition::Immediate,
        time: history.policy.time,
        orders: history.policy.orders,
        hash: "2".repeat(64),
        ..second
    });
    let [begin, middle, end] = parts(&history);
    let (mut alone, mut back) = (Lane::new(&history.policy), Lane::new(&history.policy));
    alone.give(&history.inputs);
    back.give(begin);
    back.adopt(&second, 2).ok()?;
    back.pass_all();
    back.give(middle);
    let again = back.adopt(&history.policy, 2);
    again.expect("one can always go back to the policy before");
    back.pass_all();
    back.give(end);
    Some([alone, back])
}

/// Whether the place on a ladder depends on measures alone.
fn is_plain(ladder: &Ladder) -> bool {
    ladder.tiers.iter().all(|tier| {
        let waits = tier.patience.waits() || tier.requires.is_some() || tier.lifetime.is_some();
        !waits && tier.keep.is_none()
    })
}

#[test]
fn there_and_back_is_as_if_one_had_stayed() {
    let compared = Campaign::new("back", HISTORIES, 10).run(changing_plans, |stage| {
        let policy = &stage.history.policy;
        let second = Policy::clone(stage.other());
        let Some([alone, back]) = there_and_back(stage, second) else {
            return Ok(0);
        };
        let plain = (0..policy.scales()).filter(|scale| {
            let ladder = policy.ladders.get(*scale);
            ladder.map_or_else(|| policy.ladders.iter().all(is_plain), is_plain)
        });
        let plain: Vec<usize> = plain.collect();
        let mut compared = 0;
        let customers = alone.engine.standings().zip(back.engine.standings());
        for ((name, there), (same, here)) in customers {
            equal("the customers", &name, &same)?;
            for scale in &plain {
                let what = format!("{name} on {}", policy.scale_name(ScaleIx(*scale)));
                equal(&what, &there[*scale].rank, &here[*scale].rank)?;
                compared += u64::from(here[*scale].version > there[*scale].version);
            }
        }
        Ok(compared)
    });
    let histories = compared.len() as u64;
    let moved: u64 = compared.into_iter().sum();
    assert!(moved > histories / 4 || histories < HISTORIES, "{moved}");
}

/// What stands in a policy as it stood in the one before is untouched: nothing moves, nothing that
/// is remembered is lost.
#[test]
fn a_ladder_that_stays_the_same_is_left_alone() {
    let compared = Campaign::new("alone", HISTORIES, 10).run(changing_plans, |stage| {
        let policy = &stage.history.policy;
        let mut second = Policy::clone(policy);
        second.maps.clear();
        second.features.push(second.features[0].clone());
        let [alone, back] = there_and_back(stage, second).expect("it asks for nothing new");
        let ladders = policy.ladders.len();
        for (name, there) in alone.engine.standings() {
            let view = |lane: &Lane| {
                let view = lane.engine.view(name, Timestamp::MIN).expect("known");
                let ladders = |scale: ScaleIx| scale.0 < ladders;
                let moves = view.horizon.map(|horizon| {
                    let moves = horizon.moves.into_iter();
                    moves
                        .filter(|(scale, ..)| ladders(*scale))
                        .collect::<Vec<_>>()
                });
                // The term is the one that the frontier lies in, and judgings move that.
                let waiting = view.waiting.into_iter().map(|waiting| {
                    waiting.map(|waiting| Waiting {
                        term: None,
                        ..waiting
                    })
                });
                (waiting.collect::<Vec<_>>(), moves)
            };
            let here = back
                .engine
                .view(name, Timestamp::MIN)
                .expect("known")
                .places;
            equal(name, &there[..ladders], &here[..ladders])?;
            equal(name, &view(&alone), &view(&back))?;
        }
        let moved = |judged: &&Judged| judged.changes.iter().any(|it| it.scale.0 < ladders);
        Ok(back.judged.iter().filter(moved).count() as u64)
    });
    let histories = compared.len() as u64;
    assert!(compared.into_iter().sum::<u64>() > histories);
}
