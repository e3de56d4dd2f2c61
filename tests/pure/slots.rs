//! How many slots a lane has is said when it is written down, and not believed when it is read: no
//! number makes it ask for more memory than the customers who come can fill.

use std::sync::Arc;

use tidemark::engine::Engine;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::engine::loading::Loading;
use tidemark::model::tape::Tape;
use tidemark::model::time::Timestamp;
use tidemark::policy::declared::Policy;
use tidemark::wire::event::Decoder;
use tidemark::wire::policy::parse;
use tidemark::wire::scratch::Scratch;

const POLICY: &str = r#"
name = "many"
version = 1
currency = "GBP"
zone = "Europe/London"
[feature.looks]
aggregate = "count"
of = ["view"]
window = "30d"
[[ladder]]
name = "interest"
[[ladder.tier]]
name = "low"
[[ladder.tier]]
name = "high"
enter = "looks >= 2"
"#;
/// More than there can be slots of before anybody has come.
const MANY: usize = 20_000;

fn engine() -> (Engine, Arc<Policy>) {
    let policy: Arc<Policy> = Arc::new(parse("policy.toml", POLICY).expect("a policy"));
    let mut engine = Engine::new(Arc::clone(&policy));
    let tick = Tick {
        ceiling: Timestamp::MAX,
        coast: None,
        firings: None,
    };
    engine.tick(tick, &mut Vec::new());
    (engine, policy)
}

fn tell(engine: &mut Engine, event: &str, customer: &str, kind: &str) {
    let text = format!(
        r#"{{"event_id":"{event}","customer_id":"{customer}","occurred_at":1772452800000,{kind}}}"#
    );
    let decoder = Decoder::of_policy(engine.policy(), 65_536);
    let scratch = Scratch::default();
    let event = decoder.decode(text.as_bytes(), &scratch).expect("an event");
    let outcome = engine.apply(&event, &mut Vec::new());
    assert_eq!(outcome, Outcome::Applied, "{text}");
}

fn views(engine: &mut Engine, event: &str, customer: &str) {
    tell(engine, event, customer, r#""kind":"view""#);
}

/// What there is besides customers, the customers, and how many rows; the customers of these ids
/// change while they are written down.
fn written(engine: &mut Engine, meanwhile: &[String]) -> (Tape, Vec<Tape>, u64) {
    let mut head = Tape::default();
    assert!(engine.begin_saving(&mut head));
    for (n, customer) in meanwhile.iter().enumerate() {
        views(engine, &format!("m-{n}"), customer);
    }
    while !engine.save(u32::MAX) {}
    let pages = engine.saved();
    (head, pages, engine.end_saving())
}

fn loaded(head: &Tape, pages: &[Tape], rows: u64) -> Result<Engine, String> {
    let (engine, _) = engine();
    let mut reel = head.reel();
    let mut loading = Loading::begin(engine, 0, &mut reel).map_err(|error| error.to_string())?;
    reel.end().map_err(|error| error.to_string())?;
    for page in pages {
        loading.page(page).map_err(|error| error.to_string())?;
    }
    loading.end(rows).map_err(|error| error.to_string())
}

/// Those who change first are written first, wherever they are.
#[test]
fn whoever_is_far_on_and_comes_first_has_their_slot_all_the_same() {
    let (mut engine, _) = engine();
    for n in 0..MANY {
        views(&mut engine, &format!("v-{n}"), &format!("c-{n}"));
    }
    let before = engine.clone();
    let last: Vec<String> = (1..300).map(|n| format!("c-{}", MANY - n)).collect();
    let (head, pages, rows) = written(&mut engine, &last);
    assert_eq!(pages[0].numbers[0], MANY as i64 - 1, "the last comes first");
    let mut made = loaded(&head, &pages, rows).expect("it was written so");
    assert_eq!(made.customers(), before.customers());
    let at_once = written(&mut before.clone(), &[]);
    assert_eq!(written(&mut made, &[]), at_once);
}

/// Erased customers leave slots that are vacant for good.
#[test]
fn slots_of_those_who_are_gone_are_allowed_for() {
    let (mut engine, _) = engine();
    let erase = r#""kind":"erase","by":"the desk","why":"asked for""#;
    for n in 0..6_000 {
        let customer = format!("c-{n}");
        views(&mut engine, &format!("v-{n}"), &customer);
        tell(&mut engine, &format!("x-{n}"), &customer, erase);
    }
    views(&mut engine, "v", "somebody");
    let (head, pages, rows) = written(&mut engine, &[]);
    assert_eq!((rows, pages[0].numbers[0]), (1, 6_000));
    let made = loaded(&head, &pages, rows).expect("it was written so");
    assert_eq!(made.customers(), 1);
}

#[test]
fn more_slots_than_customers_can_have_filled_are_refused() {
    let (mut engine, _) = engine();
    for n in 0..3 {
        views(&mut engine, &format!("v-{n}"), &format!("c-{n}"));
    }
    let (head, pages, rows) = written(&mut engine, &[]);
    let said = head.numbers.len() - 2;
    assert_eq!(head.numbers[said..], [3, 0], "slots, and those left");
    let expected = "expected 4144 at most for so few customers";
    for (slots, refused) in [
        (4_144, None),
        (
            4_145,
            Some(format!("a number of slots is 4145, {expected}")),
        ),
        (
            u32::MAX.into(),
            Some(format!("a number of slots is 4294967295, {expected}")),
        ),
    ] {
        let mut head = head.clone();
        head.numbers[said] = slots;
        assert_eq!(loaded(&head, &pages, rows).err(), refused);
    }
    // A row says how far its slot is, and is believed no more.
    let (mut head, mut pages) = (head, pages);
    head.numbers[said] = u32::MAX.into();
    pages[0].numbers[0] = i64::from(u32::MAX) - 1;
    let refused = loaded(&head, &pages, rows).err();
    assert_eq!(
        refused,
        Some(format!("a number of slots is 4294967295, {expected}"))
    );
}

#[test]
fn a_slot_that_is_left_is_nobodys() {
    let (mut engine, _) = engine();
    for n in 0..3 {
        views(&mut engine, &format!("v-{n}"), &format!("c-{n}"));
    }
    let (head, pages, rows) = written(&mut engine, &[]);
    let said = head.numbers.len() - 2;
    for (left, refused) in [
        (&[3][..], None),
        (
            &[1],
            Some("a slot that is left is 1, expected one that is free"),
        ),
        (
            &[3, 3],
            Some("a slot that is left is 3, expected one that is free"),
        ),
    ] {
        let mut head = head.clone();
        head.numbers.truncate(said);
        head.put(4);
        head.put_count(left.len());
        left.iter().for_each(|slot| head.put(*slot));
        let error = loaded(&head, &pages, rows).err();
        assert_eq!(error.as_deref(), refused, "{left:?}");
    }
}
