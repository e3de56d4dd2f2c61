//! Which rule refuses an event that breaks several, and what the memory of events must keep.

use tidemark::engine::Engine;
use tidemark::engine::input::Outcome;
use tidemark::model::event::{Event, Kind};
use tidemark::model::money::{Currency, Money};
use tidemark::model::refusal::{Refusal, Refused};
use tidemark::model::time::{DAY_MS, Span, Timestamp};

use crate::hourly::{START, event, open};

fn apply(engine: &mut Engine, event: &Event<'_>) -> Outcome {
    engine.apply(event, &mut Vec::new())
}

/// An event that breaks the rules 3 to 6 of section 2, from the one given on.
fn broken_from(rule: u8) -> Event<'static> {
    let mut event = event("ada", "new", Kind::Refund, START);
    event.order = Some("a stranger");
    if rule <= 5 {
        event.amount = Money(i64::MAX);
    }
    if rule <= 4 {
        event.currency = Currency::from_code("EUR");
    }
    if rule <= 3 {
        event.event_id = "known";
    }
    event
}

#[test]
fn the_first_broken_rule_decides() {
    let mut engine = open();
    let known = event("ada", "known", Kind::Purchase, START);
    assert_eq!(apply(&mut engine, &known), Outcome::Applied);
    let refused = |refused: Refused| Outcome::Refused(refused);
    for (rule, outcome) in [
        (6, refused(Refusal::UnknownOrder.of("order_id"))),
        (5, refused(Refusal::BadAmount.of("amount"))),
        (4, refused(Refusal::UnknownCurrency.of("currency"))),
        (3, Outcome::Duplicate),
    ] {
        assert_eq!(
            apply(&mut engine, &broken_from(rule)),
            outcome,
            "rule {rule}"
        );
    }
    let past = Event {
        at: START - Span(DAY_MS + 1),
        ..broken_from(3)
    };
    let too_late = refused(Refusal::TooLate.of("occurred_at"));
    assert_eq!(apply(&mut engine, &past), too_late);
    assert_eq!(engine.customers(), 1);
}

#[test]
fn before_any_tick_every_event_is_from_the_future() {
    let mut engine = Engine::new(std::sync::Arc::clone(open().policy()));
    let future = Outcome::Refused(Refusal::Future.of("occurred_at"));
    assert_eq!(apply(&mut engine, &broken_from(3)), future);
    assert_eq!(engine.customers(), 0);
}

/// Copies come as late as they may, of events dated as far apart as copies may be.
#[test]
fn an_event_is_remembered_for_as_long_as_it_can_be_copied() {
    const MINUTE: i64 = 60_000;
    let mut engine = open();
    let ids: Vec<String> = (0..20_000).map(|number| format!("e{number}")).collect();
    let names: Vec<String> = (0..50).map(|number| format!("c{number}")).collect();
    let of =
        |number: usize, at: Timestamp| event(&names[number % 50], &ids[number], Kind::Visit, at);
    let two_days = (2 * DAY_MS / MINUTE) as usize;
    for number in 0..ids.len() {
        let at = START + Span(number as i64 * MINUTE);
        assert_eq!(apply(&mut engine, &of(number, at)), Outcome::Applied);
        if let Some(old) = number.checked_sub(two_days) {
            let copy = of(old, at - Span(DAY_MS));
            assert_eq!(apply(&mut engine, &copy), Outcome::Duplicate, "{old}");
        }
    }
}
