//! A story told to an engine, as a service would whose feed never stands still.

use std::sync::Arc;

use crate::engine::effect::Judged;
use crate::engine::input::{Outcome, Tick};
use crate::engine::{Engine, View};
use crate::model::change::Cause;
use crate::model::event::Event;
use crate::model::time::{Span, Timestamp};
use crate::policy::declared::Policy;
use crate::wire::event::Decoder;
use crate::wire::record;
use crate::wire::scratch::Scratch;

use super::news::News;
use super::script::{Row, Story};

/// What came of a story.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// What came of each row.
    pub(super) rows: Vec<Came>,
    /// What came by time alone, in the order in which it was noticed.
    pub(super) by_time: Vec<(Box<str>, News)>,
}

/// What came of a row.
#[derive(Debug)]
pub(super) struct Came {
    /// What became of its event, if it has one.
    pub(super) outcome: Option<Outcome>,
    /// What came of its event.
    pub(super) news: Vec<News>,
    /// The customer, once everything up to the row's instant has been decided.
    pub(super) view: View,
}

/// Tells a story. At each row the wall time is the row's instant and the feed is live, so that the
/// clock is `lateness` behind it; at the end, deadlines up to the last row's instant have fired.
pub(super) fn tell(policy: &Arc<Policy>, story: &Story) -> Told {
    let mut engine = Engine::new(Arc::clone(policy));
    let mut told = Told::default();
    let mut effects = Vec::new();
    for row in &story.rows {
        pass(
            &mut engine,
            row.at,
            row.at - policy.time.lateness,
            &mut effects,
        );
        told.note_time(&mut effects);
        let came = happen(&mut engine, row, &mut effects, &mut told);
        told.rows.push(came);
    }
    if let Some(row) = story.rows.last() {
        settle(&mut engine, row.at, &mut effects);
    }
    told.note_time(&mut effects);
    told
}

fn happen(engine: &mut Engine, row: &Row, effects: &mut Vec<Judged>, told: &mut Told) -> Came {
    let deed = row.deed.as_ref();
    let outcome = deed.map(|deed| {
        let event = deed.event(&row.who);
        // Commands have nothing to clean but ids.
        match engine.policy().cleaning.is_empty() || event.command.is_some() {
            true => engine.apply(&event, effects),
            false => arrive(engine, &event, deed.reviewed, effects),
        }
    });
    let mut of_event = Vec::new();
    for judged in effects.drain(..) {
        let customer = judged.customer.clone();
        for news in News::of(judged) {
            match news.cause() {
                Cause::Event | Cause::Correction | Cause::Command => of_event.push(news),
                Cause::Clock | Cause::Policy => told.by_time.push((customer.clone(), news)),
            }
        }
    }
    let mut settled = engine.clone();
    settle(&mut settled, row.at, &mut Vec::new());
    Came {
        outcome,
        news: of_event,
        view: settled
            .view(&row.who, row.at)
            .unwrap_or_else(|| settled.stranger(row.at)),
    }
}

/// An event comes as the record that it would be, and is cleaned as that.
fn arrive(
    engine: &mut Engine,
    event: &Event<'_>,
    reviewed: bool,
    effects: &mut Vec<Judged>,
) -> Outcome {
    let value = record::encode(engine.policy(), event, reviewed);
    let decoder = Decoder::of_policy(engine.policy(), usize::MAX);
    let scratch = Scratch::default();
    match decoder.decode_record(Some(event.customer.as_bytes()), Some(&value), &scratch) {
        Ok(event) => engine.apply(&event, effects),
        Err(refused) => Outcome::Refused(refused),
    }
}

impl Told {
    fn note_time(&mut self, effects: &mut Vec<Judged>) {
        for judged in effects.drain(..) {
            let customer = judged.customer.clone();
            let news = News::of(judged);
            self.by_time
                .extend(news.map(|news| (customer.clone(), news)));
        }
    }
}

/// Fires every deadline up to an instant and at it: those that the clock has passed.
fn settle(engine: &mut Engine, at: Timestamp, effects: &mut Vec<Judged>) {
    let past = at + Span(1);
    pass(engine, past, past, effects);
}

fn pass(engine: &mut Engine, ceiling: Timestamp, clock: Timestamp, effects: &mut Vec<Judged>) {
    let coast = Some(clock);
    loop {
        engine.tick(
            Tick {
                ceiling,
                coast,
                firings: None,
            },
            effects,
        );
        if engine.next_due().is_none_or(|due| due >= engine.clock()) {
            return;
        }
    }
}
