//! A shop, and an engine that has seen it for a while.

use std::hint::black_box;

use tidemark::engine::Engine;
use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::engine::key::Key;
use tidemark::model::event::Event;
use tidemark::model::time::Timestamp;

use crate::policy::retail;
use crate::shop::{Deed, Shop};

/// Events made ahead of time, so that making them is not measured.
pub(crate) const BATCH: u64 = 100_000;

/// Time without a wall: whatever an event says may be.
pub(crate) const FOREVER: Tick = Tick {
    ceiling: Timestamp::MAX,
    coast: None,
    firings: None,
};

/// A shop, an engine, and the events that it gets next.
pub(crate) struct Running {
    shop: Shop,
    pub(crate) engine: Engine,
    deeds: Vec<Deed>,
}

impl Running {
    pub(crate) fn new(shop: Shop, days: i64) -> Self {
        let mut engine = Engine::new(retail());
        engine.tick(FOREVER, &mut Vec::new());
        let mut running = Self {
            shop,
            engine,
            deeds: Vec::new(),
        };
        while running.day() < days {
            running.make(BATCH);
            let (engine, deeds) = running.next();
            Batch::default().apply_all(engine, deeds, |_| {});
        }
        running
    }

    /// The day that the shop has come to.
    pub(crate) fn day(&self) -> i64 {
        self.shop.day()
    }

    /// Makes the next events.
    pub(crate) fn make(&mut self, events: u64) {
        self.shop.make(&mut self.deeds, events);
    }

    /// Who is to apply what was made.
    pub(crate) fn next(&mut self) -> (&mut Engine, &[Deed]) {
        (&mut self.engine, &self.deeds)
    }
}

/// What is used again from one batch of events to the next.
#[derive(Default)]
pub(crate) struct Batch {
    keys: Vec<Key>,
    effects: Vec<Judged>,
}

impl Batch {
    /// Applies at most as many events as an engine reads ahead, as a worker does.
    pub(crate) fn apply(
        &mut self,
        engine: &mut Engine,
        events: &[Event<'_>],
        mut seen: impl FnMut(&Judged),
    ) {
        let Self { keys, effects } = self;
        keys.clear();
        keys.extend(events.iter().map(Key::of));
        engine.read_ahead(keys.iter().copied());
        for known in events.iter().zip(keys.iter().copied()) {
            let outcome = engine.apply_known(known, effects);
            debug_assert!(!matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
            effects.iter().for_each(&mut seen);
            black_box(&effects);
            effects.clear();
        }
    }

    /// Applies any number, each made an event right before.
    pub(crate) fn apply_all(
        &mut self,
        engine: &mut Engine,
        deeds: &[Deed],
        mut seen: impl FnMut(&Judged),
    ) {
        let mut events = Vec::with_capacity(Engine::AHEAD);
        for deeds in deeds.chunks(Engine::AHEAD) {
            events.clear();
            events.extend(deeds.iter().map(Deed::event));
            self.apply(engine, &events, &mut seen);
        }
    }
}
