//! What the way in allocates: nothing. A binary of its own, since counting takes the place of the
//! allocator.

mod damaged;
#[path = "../service/exactly_once/dice.rs"]
mod dice;

use std::hint::black_box;

use allocation_counter::measure;
use tidemark::engine::Engine;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::engine::key::Key;
use tidemark::model::event::Event;
use tidemark::model::time::Timestamp;
use tidemark::wire::event::Decoder;
use tidemark::wire::policy::parse;
use tidemark::wire::scratch::Scratch;

const POLICY: &str = include_str!("../../config/policy.toml");
/// The moment that events below happen at.
const NOON: i64 = 1_772_452_800_000;
const TIMES: usize = 1_000;

/// One event of each kind that a feed has, as producers write them.
const EVENTS: [&str; 9] = [
    r#"{"event_id":"7f9c2ba4-e88f-4bd1","customer_id":"c-17","kind":"purchase","occurred_at":"2026-03-02T12:00:00.250Z","order_id":"o-1","amount":"120.45","currency":"GBP","quantity":3,"margin":"31.20","discount":"5.00","category":"garden","brand":"Spade & Sons","channel":"web"}"#,
    r#"{"event_id":"7f9c2ba4-e88f-4bd2","customer_id":"c-17","kind":"refund","occurred_at":"2026-03-02T13:00:00+01:00","order_id":"o-1","amount":20.45}"#,
    r#"{"event_id":"7f9c2ba4-e88f-4bd3","customer_id":"c-17","kind":"cancel","occurred_at":1772452800000,"order_id":"o-1"}"#,
    r#"{"event_id":"7f9c2ba4-e88f-4bd4","customer_id":"c-17","kind":"restate","occurred_at":1772452800000,"order_id":"o-1","amount_minor":12045}"#,
    r#"{ "event_id": "7f9c2ba4-e88f-4bd5", "customer_id": "Zoë", "kind": "view", "occurred_at": 1772452800000, "category": "garden", "unknown": true }"#,
    r#"{"event_id":"7f9c2ba4-e88f-4bd6","customer_id":"c-17","kind":"search","occurred_at":1772452800000,"query":"spade"}"#,
    r#"{"event_id":"7f9c2ba4-e88f-4bd7","customer_id":"c-17","kind":"cart","occurred_at":1772452800000,"quantity":2,"amount":"9.90"}"#,
    r#"{"event_id":"7f9c2ba4-e88f-4bd8","customer_id":"c-17","kind":"visit","occurred_at":1772452800000,"brand":null}"#,
    r#"{"event_id":"7f9c2ba4-e88f-4bd9","customer_id":"feed","kind":"heartbeat","occurred_at":1772452800000}"#,
];
/// Read by serde_json, whose copy of what was escaped must be kept somewhere.
const ESCAPED: &str = r#"{"event_id":"7f9c\u0032ba4","customer_id":"c-17","kind":"view","occurred_at":1772452800000}"#;

/// How often memory is asked for meanwhile.
fn allocations(work: impl FnOnce()) -> u64 {
    measure(work).count_total
}

fn engine() -> (Engine, Decoder) {
    let policy = parse("policy.toml", POLICY).expect("a sound policy");
    let mut engine = Engine::new(policy.into());
    let tick = Tick {
        ceiling: Timestamp::MAX,
        coast: None,
        firings: None,
    };
    engine.tick(tick, &mut Vec::new());
    let decoder = Decoder::asking(engine.policy(), engine.wanted(), 1 << 20);
    (engine, decoder)
}

#[test]
fn reading_an_event_allocates_nothing() {
    let (_, decoder) = engine();
    for text in EVENTS {
        let mut scratch = Scratch::default();
        let read = allocations(|| {
            for _ in 0..TIMES {
                scratch.clear();
                let event = decoder.decode(text.as_bytes(), &scratch);
                black_box(Key::of(&event.expect("an event")));
            }
        });
        assert_eq!(read, 0, "{text}");
    }
}

#[test]
fn an_escape_is_allocated_for() {
    let (_, decoder) = engine();
    let scratch = Scratch::default();
    let read = allocations(|| {
        black_box(decoder.decode(ESCAPED.as_bytes(), &scratch)).expect("an event");
    });
    assert!(read > 0, "nothing is counted");
}

/// Views and visits of a hundred customers, each another event.
fn browsing(from: usize, at: i64) -> Vec<String> {
    let event = |i| {
        let (kind, customer) = (["view", "visit"][i % 2], i % 100);
        let at = at + i as i64;
        format!(
            r#"{{"event_id":"e-{i}","customer_id":"c-{customer}","kind":"{kind}","occurred_at":{at}}}"#
        )
    };
    (from..from + TIMES).map(event).collect()
}

/// Bytes that are asked for at most while one of these records is read and applied.
fn most_at_once(engine: &mut Engine, decoder: &Decoder, records: &[String]) -> u64 {
    let (mut scratch, mut effects) = (Scratch::default(), Vec::with_capacity(64));
    let bytes = records.iter().map(|record| {
        scratch.clear();
        let asked = measure(|| {
            let event = decoder.decode(record.as_bytes(), &scratch);
            let event: Event<'_> = event.expect("an event");
            let became = engine.apply_known((&event, Key::of(&event)), &mut effects);
            assert_eq!(became, Outcome::Applied, "{record}");
        });
        effects.clear();
        asked.bytes_total
    });
    bytes.max().unwrap_or(0)
}

/// How often memory is asked for while these records are read and applied.
fn applied(engine: &mut Engine, decoder: &Decoder, records: &[String], outcome: Outcome) -> u64 {
    let (mut scratch, mut effects) = (Scratch::default(), Vec::with_capacity(64));
    allocations(|| {
        for record in records {
            scratch.clear();
            let event = decoder.decode(record.as_bytes(), &scratch);
            let event: Event<'_> = event.expect("an event");
            let became = engine.apply_known((&event, Key::of(&event)), &mut effects);
            assert_eq!(became, outcome, "{record}");
            effects.clear();
        }
    })
}

#[test]
fn a_copy_of_an_event_allocates_nothing() {
    let (mut engine, decoder) = engine();
    let records = browsing(0, NOON);
    applied(&mut engine, &decoder, &records, Outcome::Applied);
    let again = applied(&mut engine, &decoder, &records, Outcome::Duplicate);
    assert_eq!(again, 0);
}

#[test]
fn looking_around_allocates_only_where_something_has_to_grow() {
    let (mut engine, decoder) = engine();
    let mut rounds = (0..20).map(|round| {
        let records = browsing(round * TIMES, NOON);
        applied(&mut engine, &decoder, &records, Outcome::Applied)
    });
    // They are seen for the first time.
    assert!(rounds.next() > Some(0), "nothing is counted");
    let rounds: Vec<u64> = rounds.collect();
    let without = rounds.iter().filter(|asked| **asked == 0).count();
    assert!(without * 2 > rounds.len(), "{rounds:?}");
}

/// Some customers do in an hour what others do in a lifetime. No event of theirs may have to wait
/// for all that they did before to be moved to a larger place.
#[test]
fn no_event_of_a_robot_moves_all_that_came_before() {
    let (mut engine, decoder) = engine();
    applied(&mut engine, &decoder, &browsing(0, NOON), Outcome::Applied);
    for kind in ["view", "purchase"] {
        let event = |i: usize| {
            let at = NOON + i as i64;
            format!(
                r#"{{"event_id":"{kind}-{i}","customer_id":"c-1","kind":"{kind}","occurred_at":{at},"order_id":"o-{i}","amount":"1.00","currency":"GBP"}}"#
            )
        };
        let records: Vec<String> = (0..60_000).map(event).collect();
        let asked = most_at_once(&mut engine, &decoder, &records);
        assert!(asked < 256 * 1024, "{kind}: {asked} bytes at once");
    }
}
