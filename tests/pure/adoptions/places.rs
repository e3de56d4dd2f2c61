//! Where customers stand whom a policy finds where it would not have put them.

use std::sync::Arc;

use tidemark::engine::input::Tick;
use tidemark::model::change::{Cause, Measure};
use tidemark::model::event::{Event, Kind};
use tidemark::model::standing::Place;
use tidemark::model::time::{DAY_MS, Timestamp};
use tidemark::policy::declared::Policy;

use super::Lane;
use super::kept::{SPEND, policy};
use crate::histories::Input;
use crate::model::owned_event::OwnedEvent;

/// A purchase of 200.00 by somebody.
pub(super) fn bought(start: i64) -> OwnedEvent {
    OwnedEvent {
        event_id: "e".to_owned(),
        customer: "ada".to_owned(),
        kind: Kind::Purchase,
        at: Timestamp(start),
        order: None,
        amount: 200 * 10_000,
        currency: None,
        quantity: 1,
        margin: 0,
        facts: Default::default(),
        attrs: Box::default(),
        command: None,
    }
}

/// Time goes on to a day.
pub(super) fn coast(start: i64, days: i64) -> Input {
    Input::Tick(Tick {
        ceiling: Timestamp::MAX,
        coast: Some(Timestamp(start + days * DAY_MS)),
        firings: None,
    })
}

/// Someone is on a tier that the next policy would not give, and what the transition leaves them.
fn left_by(transition: &str) -> Vec<(String, i64, Cause)> {
    let tiers = |hundreds: i64| {
        let mut made = policy(SPEND, &format!("transition = \"{transition}\""));
        made.comparisons[0].threshold = Measure::Is(hundreds * 1_000_000);
        made.hash = hundreds.to_string();
        Arc::new(made)
    };
    let (first, second) = (tiers(1), tiers(5));
    let mut lane = Lane::new(&first);
    lane.tick();
    let start = 20_000 * DAY_MS;
    lane.give(&[Input::Event(bought(start)), coast(start, 10)]);
    lane.adopt(&second, 1).expect("it asks for nothing new");
    lane.give(&[coast(start, 11), coast(start, 200)]);
    let changes = lane.judged.iter().flat_map(|judged| &judged.changes);
    changes
        .map(|change| {
            let names = second.rank_name(change.scale, change.to).to_owned();
            let days = (change.effective_at.0 - start).div_euclid(DAY_MS);
            (names, days, change.cause)
        })
        .collect()
}

#[test]
fn a_transition_says_how_long_one_may_stay() {
    let up = ("high".to_owned(), 0, Cause::Event);
    let down = |days, cause| ("low".to_owned(), days, cause);
    assert_eq!(left_by("immediate"), [up.clone(), down(10, Cause::Policy)]);
    assert_eq!(
        left_by("upgrades-only"),
        [up.clone(), down(90, Cause::Clock)]
    );
    assert_eq!(
        left_by("keep-until-term"),
        [up, down(10, Cause::Policy)],
        "there are no terms"
    );
}

/// A tier that is no more is left by name; who was there counts as one who came.
#[test]
fn a_tier_that_is_no_more_is_left_by_its_name() {
    let first = Arc::new(policy(SPEND, ""));
    let mut second = Policy::clone(&first);
    second.ladders[0].tiers[0].name = "member".to_owned();
    second.hash = "2".repeat(64);
    let second = Arc::new(second);
    let mut lane = Lane::new(&first);
    lane.tick();
    let event = Event {
        event_id: "e",
        customer: "ada",
        kind: Kind::View,
        at: Timestamp(20_000 * DAY_MS),
        order: None,
        amount: Default::default(),
        currency: None,
        quantity: 0,
        margin: Default::default(),
        details: Default::default(),
        command: None,
    };
    lane.engine.apply(&event, &mut lane.judged);
    lane.adopt(&second, 1).expect("the same features");
    lane.tick();
    let [judged] = lane.judged.as_slice() else {
        panic!("{:?}", lane.judged);
    };
    let [change] = judged.changes.as_slice() else {
        panic!("{judged:?}");
    };
    assert_eq!(change.left.as_deref(), Some("low"));
    assert_eq!((change.from, change.to, change.version), (0, 0, 1));
    assert_eq!(second.name_left(change), "low");
    assert_eq!((change.cause, change.reasons.len()), (Cause::Policy, 0));
    let place = Place {
        rank: 0,
        version: 1,
        since: change.effective_at,
    };
    assert_eq!(*judged.places, [place]);
}
