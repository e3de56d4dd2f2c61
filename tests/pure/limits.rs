//! How many deadlines one input fires, and how many ends of customers, and that the rest wait for
//! the next one in order.

use tidemark::engine::Engine;
use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::model::event::{Event, Kind};
use tidemark::model::money::Money;
use tidemark::model::refusal::Refusal;
use tidemark::model::time::{DAY_MS, Span, Timestamp};

use crate::hourly::{HOUR, START, event, open};

fn name(customer: usize) -> String {
    format!("c{customer}")
}

/// An engine with as many customers, all of whom are active until an hour after the start.
fn engine_with(customers: usize) -> Engine {
    let (mut engine, mut judged) = (open(), Vec::new());
    for customer in 0..customers {
        let name = name(customer);
        let event = event(&name, "bought", Kind::Purchase, START);
        assert_eq!(engine.apply(&event, &mut judged), Outcome::Applied);
    }
    assert_eq!(judged.len(), customers);
    engine
}

/// What a tick fires that lets the clock go to `coast`.
fn ticked(engine: &mut Engine, coast: Option<Timestamp>) -> Vec<Judged> {
    let mut judged = Vec::new();
    let ceiling = Timestamp::MAX;
    engine.tick(
        Tick {
            ceiling,
            coast,
            firings: None,
        },
        &mut judged,
    );
    judged
}

/// All of these were demoted at the hour, one after another, from the customer of number `from` on.
fn assert_demoted(judged: &[Judged], from: usize) {
    for (place, one) in judged.iter().enumerate() {
        assert_eq!(*one.customer, *name(from + place));
        assert_eq!(one.at, START + HOUR);
        assert_eq!(one.changes[0].to, 0);
    }
}

#[test]
fn a_tick_fires_ten_thousand_and_the_next_the_rest() {
    let mut engine = engine_with(10_007);
    let due = START + HOUR;
    assert_eq!(ticked(&mut engine, Some(due)), []);
    let first = ticked(&mut engine, Some(due + Span(1)));
    assert_eq!(first.len(), 10_000);
    assert_demoted(&first, 0);
    assert_eq!(engine.held(engine.clock()), 7);
    let rest = ticked(&mut engine, None);
    assert_eq!(rest.len(), 7);
    assert_demoted(&rest, 10_000);
    assert_eq!(engine.population(), [vec![10_007, 0]]);
}

#[test]
fn an_event_that_counts_fires_sixty_four() {
    let mut engine = engine_with(200);
    let later = START + HOUR + HOUR;
    for (round, fires) in [64, 64, 64, 8, 0].into_iter().enumerate() {
        let id = format!("visit {round}");
        let mut judged = Vec::new();
        let visit = event("visitor", &id, Kind::Visit, later);
        assert_eq!(engine.apply(&visit, &mut judged), Outcome::Applied);
        assert_eq!(judged.len(), fires, "round {round}");
        assert_demoted(&judged, round * 64);

        let outcome = engine.apply(&visit, &mut judged);
        assert_eq!(outcome, Outcome::Duplicate);
        let old = event("visitor", "old", Kind::Visit, START - Span(2 * DAY_MS));
        let refused = engine.apply(&old, &mut judged);
        let too_late = Refusal::TooLate.of("occurred_at");
        assert_eq!(refused, Outcome::Refused(too_late));
        assert_eq!(judged.len(), fires, "only what counts fires");
    }
}

#[test]
fn a_tick_may_allow_fewer_until_the_next_but_never_keeps_one_waiting_who_comes() {
    let mut engine = engine_with(200);
    let (due, ceiling) = (START + HOUR, Timestamp::MAX);
    let mut paced = |firings, coast| {
        let mut judged = Vec::new();
        let tick = Tick {
            ceiling,
            coast,
            firings,
        };
        engine.tick(tick, &mut judged);
        assert_demoted(&judged, 0);
        (judged.len(), engine.allowed())
    };
    assert_eq!(paced(Some(7), Some(due)), (0, 7));
    assert_eq!(paced(Some(5), Some(due + Span(1))), (5, 0));
    let name = name(199);
    let mut judged = Vec::new();
    let visit = event(&name, "visit", Kind::Visit, due + HOUR);
    assert_eq!(engine.apply(&visit, &mut judged), Outcome::Applied);
    assert_eq!(judged.len(), 1, "the own deadline, and no other");
    assert_demoted(&judged, 199);
    assert_eq!(engine.held(engine.clock()), 200 - 6);

    let mut judged = Vec::new();
    let tick = Tick {
        ceiling,
        coast: None,
        firings: None,
    };
    engine.tick(tick, &mut judged);
    assert_demoted(&judged, 5);
    assert_eq!(judged.len(), 200 - 6);
}

#[test]
fn whoever_comes_back_fires_first_however_many_wait() {
    let mut engine = engine_with(200);
    let later = START + HOUR + HOUR;
    let name = name(199);
    let mut judged = Vec::new();
    let visit = event(&name, "visit", Kind::Visit, later);
    assert_eq!(engine.apply(&visit, &mut judged), Outcome::Applied);
    assert_eq!(judged.len(), 65);
    assert_demoted(&judged[..1], 199);
    assert_demoted(&judged[1..], 0);
}

#[test]
fn a_late_event_of_one_who_waits_comes_before_the_deadline() {
    let mut engine = engine_with(200);
    let mut judged = Vec::new();
    let visit = event("visitor", "visit", Kind::Visit, START + HOUR + HOUR);
    engine.apply(&visit, &mut judged);
    assert_eq!(engine.held(engine.clock()), 200 - 64);
    judged.clear();

    let name = name(199);
    let half = START + Span(HOUR.0 / 2);
    let late = event(&name, "late", Kind::Purchase, half);
    assert_eq!(engine.apply(&late, &mut judged), Outcome::Applied);
    assert_demoted(&judged, 64);
    let rest = ticked(&mut engine, None);
    let own = rest.last().expect("the late one waits longest");
    assert_eq!((&*own.customer, own.at), (&*name, half + HOUR));
    assert_eq!(own.changes[0].version, 2);
}

/// Four days after they were last heard of: copies are told for one, events come one late, and two
/// are for zones.
#[test]
fn a_tick_forgets_ten_thousand_and_the_next_the_rest() {
    let (mut engine, mut judged) = (open(), Vec::new());
    for customer in 0..10_007 {
        let name = name(customer);
        let visit = Event {
            amount: Money(0),
            quantity: 0,
            ..event(&name, "visit", Kind::Visit, START)
        };
        assert_eq!(engine.apply(&visit, &mut judged), Outcome::Applied);
    }
    let end = START + Span(4 * DAY_MS);
    let mut left = |coast| {
        assert_eq!(ticked(&mut engine, coast), []);
        (engine.customers(), engine.forgotten())
    };
    assert_eq!(left(Some(end)), (10_007, 0));
    assert_eq!(left(Some(end + Span(1))), (7, 10_000));
    assert_eq!(left(None), (0, 10_007));
    assert_eq!(engine.population(), [vec![0, 0]]);
}
