//! Customers: events applied, time that passes, and what is kept of somebody put down and taken in.

use std::hint::black_box;

use tidemark::engine::Engine;
use tidemark::engine::input::Tick;
use tidemark::model::tape::Tape;
use tidemark::model::time::{Span, Timestamp};

use crate::policy::retail;
use crate::running::{Batch, FOREVER, Running};
use crate::shop::{Shop, Spread, Visits};

use super::{Offer, Work, plain};

const CUSTOMERS: u64 = 20_000;
/// Days before anything is measured.
const DAYS: i64 = 30;
const EVENTS: u64 = 5_000;
const TICKS: u64 = 1_000;
/// Deadlines that fire in a round.
const FIRED: u64 = 500;
/// Customers put down or taken in.
pub(super) const MEMBERS: u64 = 1_000;

pub(super) const OFFERS: &[Offer] = &[
    Offer {
        name: "engine/step_uniform_glances",
        things: EVENTS,
        begin: || Box::new(Steps::new(Spread::Uniform, Visits::Glances)),
    },
    Offer {
        name: "engine/step_zipf_sessions",
        things: EVENTS,
        begin: || Box::new(Steps::new(Spread::Zipf, Visits::Sessions)),
    },
    Offer {
        name: "engine/tick_nothing_due",
        things: TICKS,
        begin: ticks,
    },
    Offer {
        name: "engine/fire",
        things: FIRED,
        begin: || Box::new(Deadlines::new()),
    },
    Offer {
        name: "engine/keep",
        things: MEMBERS,
        begin: keep,
    },
    Offer {
        name: "engine/take_in",
        things: MEMBERS,
        begin: || Box::new(TakeIn::new()),
    },
];

fn shop(spread: Spread, visits: Visits) -> Running {
    Running::new(Shop::new(CUSTOMERS, spread, visits), DAYS)
}

/// Events applied, an engine reading ahead; their texts were made before.
struct Steps {
    running: Running,
    batch: Batch,
}

impl Steps {
    fn new(spread: Spread, visits: Visits) -> Self {
        Self {
            running: shop(spread, visits),
            batch: Batch::default(),
        }
    }
}

impl Work for Steps {
    fn prepare(&mut self) {
        self.running.make(EVENTS);
    }

    fn round(&mut self) {
        let Self { running, batch } = self;
        let (engine, deeds) = running.next();
        batch.apply_all(engine, deeds, |_| {});
    }
}

/// Time passes by a millisecond, and nobody is due.
fn ticks() -> Box<dyn Work> {
    let mut running = shop(Spread::Uniform, Visits::Glances);
    let mut now = running.engine.clock();
    plain(move || {
        for _ in 0..TICKS {
            now = now + Span(1);
            let mut effects = Vec::new();
            running.engine.tick(to(now), &mut effects);
            black_box(effects);
        }
    })
}

/// A tick to an instant.
fn to(now: Timestamp) -> Tick {
    Tick {
        coast: Some(now),
        ..FOREVER
    }
}

/// Deadlines that have been waiting fire.
struct Deadlines(Running);

impl Deadlines {
    fn new() -> Self {
        Self(shop(Spread::Uniform, Visits::Glances))
    }
}

/// At most so many deadlines fire.
fn firing(engine: &mut Engine, firings: u64) {
    let tick = Tick {
        firings: Some(firings),
        ..FOREVER
    };
    let mut effects = Vec::new();
    engine.tick(tick, &mut effects);
    black_box(effects);
}

impl Work for Deadlines {
    fn prepare(&mut self) {
        let Self(running) = self;
        firing(&mut running.engine, 0);
        while running.engine.held(running.engine.clock()) < FIRED {
            running.make(EVENTS);
            let (engine, deeds) = running.next();
            Batch::default().apply_all(engine, deeds, |_| {});
        }
    }

    fn round(&mut self) {
        firing(&mut self.0.engine, FIRED);
    }
}

/// Some customers of an engine, in the order in which they came.
fn some(engine: &Engine) -> Vec<String> {
    let standings = engine.standings().take(MEMBERS as usize);
    standings.map(|(id, _)| id.to_owned()).collect()
}

fn put(engine: &Engine, ids: &[String]) -> Tape {
    let mut tape = Tape::default();
    for id in ids {
        assert!(engine.keep(id, &mut tape), "{id} is here");
    }
    tape
}

/// Some customers on a tape, with its form.
pub(super) fn tape_of_some() -> (u64, Tape) {
    let Running { engine, .. } = shop(Spread::Uniform, Visits::Glances);
    (engine.form(), put(&engine, &some(&engine)))
}

/// Customers are put on a tape.
fn keep() -> Box<dyn Work> {
    let running = shop(Spread::Uniform, Visits::Glances);
    let ids = some(&running.engine);
    plain(move || {
        black_box(put(&running.engine, &ids));
    })
}

/// Customers are taken in from a tape, by an engine that knows nobody.
struct TakeIn {
    tape: Tape,
    engine: Engine,
}

impl TakeIn {
    fn new() -> Self {
        Self {
            tape: tape_of_some().1,
            engine: Engine::new(retail()),
        }
    }
}

impl Work for TakeIn {
    fn prepare(&mut self) {
        self.engine = Engine::new(retail());
    }

    fn round(&mut self) {
        let form = self.engine.form();
        let mut reel = self.tape.reel();
        for _ in 0..MEMBERS {
            let taken = self.engine.take_in(form, &mut reel);
            taken.expect("a customer in the form of this policy");
        }
    }
}
