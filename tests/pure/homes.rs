//! Merges across lanes: several lanes that send each other customers and events, in any order of
//! deliveries, come to what one lane comes to that is given the same events in the order in which
//! they were applied.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tidemark::engine::Engine;
use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::lane::homes::{Homes, Note, Route};
use tidemark::model::command::Ask;
use tidemark::model::ids::LaneId;
use tidemark::model::tape::Tape;
use tidemark::model::time::{DAY_MS, Span, Timestamp};
use tidemark::policy::declared::Policy;
use tidemark::wire::tape::{decode, encode};

use crate::histories::campaign::Campaign;
use crate::histories::{History, Input, uniting_plans};
use crate::laws::{equal, orderly};
use crate::model::owned_event::OwnedEvent;

/// Histories in the ordinary test run.
const HISTORIES: u64 = 60;

/// What one lane sends to another.
enum Sent {
    /// All that is kept of some.
    Customers(Vec<u8>),
    /// An event, and what is said of the one who is to go on.
    Event(Box<OwnedEvent>, Option<Note>),
}

struct Lane {
    engine: Engine,
    homes: Homes,
    /// What its producers wrote.
    feed: VecDeque<OwnedEvent>,
    /// What other lanes sent.
    sent: VecDeque<Sent>,
}

/// All lanes, and what they have done.
struct Shop {
    lanes: Vec<Lane>,
    judged: Vec<Judged>,
    applied: Vec<(OwnedEvent, Outcome)>,
    moves: usize,
}

impl Shop {
    fn new(policy: &Arc<Policy>, lanes: i32) -> Self {
        let lane = |number| Lane {
            engine: Engine::new(Arc::clone(policy)),
            homes: Homes::new(LaneId(number), lanes),
            feed: VecDeque::new(),
            sent: VecDeque::new(),
        };
        Self {
            lanes: (0..lanes).map(lane).collect(),
            judged: Vec::new(),
            applied: Vec::new(),
            moves: 0,
        }
    }

    fn lane(&mut self, lane: LaneId) -> &mut Lane {
        &mut self.lanes[lane.0 as usize]
    }

    /// A lane takes the next of what it was sent or, if it is told so, of its feed.
    fn turn(&mut self, lane: LaneId, feed: bool) {
        let Lane {
            feed: fed, sent, ..
        } = self.lane(lane);
        let event = if feed { fed.pop_front() } else { None };
        match (event, feed) {
            (Some(event), _) => self.take(lane, event, None),
            (None, true) => {}
            (None, false) => match sent.pop_front() {
                None => {}
                Some(Sent::Event(event, note)) => self.take(lane, *event, note),
                Some(Sent::Customers(bytes)) => self.arrive(lane, &bytes),
            },
        }
    }

    fn arrive(&mut self, lane: LaneId, bytes: &[u8]) {
        let Lane { engine, homes, .. } = self.lane(lane);
        let (form, tape) = decode(bytes).expect("it was written so");
        let ids = engine.receive(form, &mut tape.reel());
        for id in ids.expect("all lanes decide by the same") {
            homes.lives(&id, lane);
        }
    }

    fn take(&mut self, lane: LaneId, event: OwnedEvent, note: Option<Note>) {
        let into = event
            .command
            .as_ref()
            .and_then(|command| match &command.ask {
                Ask::Merge(into) => Some(into.clone()),
                _ => None,
            });
        let route = self
            .lane(lane)
            .homes
            .route(&event.customer, into.as_deref(), note);
        match route {
            Route::Here => {
                let mut judged = Vec::new();
                let engine = &mut self.lane(lane).engine;
                let outcome = engine.apply(&event.borrowed(), &mut judged);
                self.judged.append(&mut judged);
                self.applied.push((event, outcome));
            }
            Route::On(to, note) => self
                .lane(to)
                .sent
                .push_back(Sent::Event(event.into(), note)),
            Route::Move(id, to) => {
                assert!(to < lane, "customers move to lanes with smaller numbers");
                self.moves += 1;
                let (mut tape, mut judged) = (Tape::default(), Vec::new());
                let Lane { engine, homes, .. } = self.lane(lane);
                let mut bytes = Vec::new();
                for id in engine.send_off(&id, &mut tape, &mut judged) {
                    homes.lives(&id, to);
                }
                encode(engine.form(), &tape, &mut bytes);
                let sent = &mut self.lane(to).sent;
                sent.push_back(Sent::Customers(bytes));
                sent.push_back(Sent::Event(event.into(), None));
                assert!(judged.is_empty(), "nobody is to be passed over");
            }
        }
    }

    /// Takes all there is, each time from one of the lanes, as `draw` says.
    fn run(&mut self, mut draw: impl FnMut(usize) -> usize) -> Result<(), String> {
        for _ in 0..100_000 {
            let mut ready = Vec::new();
            for (number, lane) in (0..).zip(&self.lanes) {
                ready.extend((!lane.feed.is_empty()).then_some((LaneId(number), true)));
                ready.extend((!lane.sent.is_empty()).then_some((LaneId(number), false)));
            }
            if ready.is_empty() {
                return Ok(());
            }
            let (lane, feed) = ready[draw(ready.len())];
            self.turn(lane, feed);
        }
        Err("lanes send each other something for ever".to_owned())
    }
}

/// Numbers in no order, the same ones each time.
fn draws(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % below
    }
}

/// Events in the order of their instants, under a policy for which none of them is of the future or
/// too late while the clock stands still before all of them.
fn still(history: History) -> (Arc<Policy>, Vec<OwnedEvent>, Timestamp) {
    let events = history.inputs.iter().filter_map(|input| match input {
        Input::Event(event) => Some(event.clone()),
        _ => None,
    });
    let events: Vec<OwnedEvent> = events.collect();
    let mut policy = Policy::clone(&history.policy);
    policy.time.ahead = Span(100_000 * DAY_MS);
    policy.time.late = Span(100_000 * DAY_MS);
    let first = events.first().map_or(Timestamp(0), |event| event.at);
    (Arc::new(policy), events, first - Span(DAY_MS))
}

fn tick(engine: &mut Engine, to: Timestamp, judged: &mut Vec<Judged>) {
    let tick = Tick {
        ceiling: to,
        coast: Some(to),
        firings: None,
    };
    engine.tick(tick, judged);
}

fn by_customer(judged: Vec<Judged>) -> BTreeMap<String, Vec<Judged>> {
    let mut log: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
    for one in judged {
        log.entry(one.customer.to_string()).or_default().push(one);
    }
    log
}

fn views<'e>(engines: impl Iterator<Item = &'e Engine>) -> BTreeMap<String, String> {
    let mut views = BTreeMap::new();
    for engine in engines {
        for (id, _) in engine.standings() {
            let view = engine.view(id, engine.clock());
            let twice = views.insert(id.to_owned(), format!("{view:?}"));
            assert_eq!(twice, None, "{id} lives in two lanes");
        }
    }
    views
}

#[test]
fn lanes_together_come_to_what_one_lane_comes_to() {
    let moves = Campaign::new("homes", HISTORIES, 5).run(uniting_plans, |stage| {
        let (policy, events, start) = still(orderly(stage));
        let end = events.last().map_or(start, |event| event.at) + Span(500 * DAY_MS);
        let mut moves = 0;
        for schedule in 0..4 {
            let mut shop = Shop::new(&policy, 2 + schedule as i32);
            let Shop { lanes, judged, .. } = &mut shop;
            lanes
                .iter_mut()
                .for_each(|lane| tick(&mut lane.engine, start, judged));
            for event in &events {
                let lane = shop.lanes[0].homes.of(&event.customer);
                shop.lane(lane).feed.push_back(event.clone());
            }
            shop.run(draws(schedule))?;
            moves += shop.moves;
            let Shop { lanes, judged, .. } = &mut shop;
            lanes
                .iter_mut()
                .for_each(|lane| tick(&mut lane.engine, end, judged));

            let (mut one, mut alone) = (Engine::new(Arc::clone(&policy)), Vec::new());
            tick(&mut one, start, &mut alone);
            for (event, outcome) in &shop.applied {
                let became = one.apply(&event.borrowed(), &mut alone);
                equal("what becomes of an event", outcome, &became)?;
            }
            tick(&mut one, end, &mut alone);
            equal("events applied", &shop.applied.len(), &events.len())?;
            let several = views(shop.lanes.iter().map(|lane| &lane.engine));
            equal("changes", &by_customer(shop.judged), &by_customer(alone))?;
            equal("standings", &several, &views([&one].into_iter()))?;
        }
        Ok(moves)
    });
    assert!(moves.iter().sum::<usize>() > moves.len());
}
