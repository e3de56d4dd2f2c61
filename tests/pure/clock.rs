//! The clock, row by row: what a lane is told of the time, and which deadlines fire by it. What
//! needs no clock of its own is told in tests/data/stories.

mod table;

use std::sync::Arc;

use table::tell;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::engine::key::Key;
use tidemark::lane::crossing::From;
use tidemark::lane::edition::Edition;
use tidemark::lane::fate::Fate;
use tidemark::lane::lane::Lane;
use tidemark::model::command::{Ask, Command};
use tidemark::model::detail::Details;
use tidemark::model::event::{Event, Kind};
use tidemark::model::ids::{LaneId, Offset, TopicIx};
use tidemark::model::money::Money;
use tidemark::model::time::Timestamp;
use tidemark::policy::declared::Policy;
use tidemark::wire::policy::parse;

/// Tiers by what was bought in the last 30 days.
fn spending() -> Arc<Policy> {
    let text = include_str!("../data/stories/spending.toml");
    Arc::new(parse("spending.toml", text).expect("a valid policy"))
}

/// Awake with two views within 24 hours.
fn pulse() -> Arc<Policy> {
    let text = include_str!("../data/stories/pulse.toml");
    Arc::new(parse("pulse.toml", text).expect("a valid policy"))
}

#[test]
fn a_deadline_fires_once_the_clock_is_past_it() {
    tell(
        &spending(),
        "2026-01-10T12:00Z        | purchase 5 | value none>low 1
         2026-02-09T00:00Z        | tick       |
         2026-02-09T00:00:00.001Z | tick       | value low>none 2 due 2026-02-09T00:00Z",
    );
}

#[test]
fn an_event_moves_the_clock_to_lateness_behind_it() {
    tell(
        &spending(),
        "2026-01-10T12:00Z        | purchase 5  | value none>low 1
         2026-02-09T00:00:01Z     | view by bob |
         2026-02-09T00:00:01.001Z | view by bob | value low>none 2 due 2026-02-09T00:00Z",
    );
}

#[test]
fn a_profile_moves_no_clock() {
    tell(
        &spending(),
        "2026-01-10T12:00Z        | purchase 5     | value none>low 1
         2026-02-10T00:00Z        | profile by bob |
         2026-02-10T00:00Z        | profile by bob |
         2026-02-09T00:00:01.001Z | view by bob    | value low>none 2 due 2026-02-09T00:00Z",
    );
}

#[test]
fn a_command_moves_no_clock() {
    tell(
        &spending(),
        "2026-01-10T12:00Z | purchase 5              | value none>low 1
         2026-02-10T00:00Z | gift low for 99h by bob | bob value none>low 1
         2026-02-10T00:00Z | gift low for 99h by bob |
         2026-02-09T00:01Z | view by cleo            | value low>none 2 due 2026-02-09T00:00Z",
    );
}

/// A lane that hears what is said of customers, or done about them, and nothing else, is silent.
#[test]
fn profiles_and_commands_are_no_sign_that_the_feed_lives() {
    let topics = Arc::new(["shop".to_owned()]);
    let edition = Edition::new(spending(), "spending".into());
    let mut lane = Lane::new(LaneId(0), topics, edition, vec![Offset(0)]);
    let wall = Tick {
        ceiling: Timestamp(100),
        coast: None,
        firings: None,
    };
    lane.open(None, wall, &mut Vec::new())
        .expect("no policy is adopted");
    for (kind, at, newest) in [
        (Kind::Profile, 3, Timestamp::MIN),
        (Kind::View, 5, Timestamp(5)),
        (Kind::Profile, 9, Timestamp(5)),
        (Kind::Command, 9, Timestamp(5)),
        (Kind::Heartbeat, 10, Timestamp(10)),
    ] {
        let command = (kind == Kind::Command).then(|| Command {
            ask: Ask::Erase,
            by: "ben".into(),
            why: "asked".into(),
        });
        let id = format!("{kind:?} {at}");
        let event = Event {
            event_id: &id,
            customer: "ann",
            kind,
            at: Timestamp(at),
            order: None,
            amount: Money(0),
            currency: None,
            quantity: 0,
            margin: Money(0),
            details: Details::default(),
            command: command.as_ref(),
        };
        let outcome = lane.take(
            (TopicIx(0), Offset(at)),
            Ok((&event, Key::of(&event))),
            From::Feed,
            &mut Vec::new(),
        );
        assert_eq!(
            (outcome, lane.newest()),
            (Fate::Became(Outcome::Applied), newest),
            "{kind:?}"
        );
    }
}

#[test]
fn nothing_is_taken_from_the_future() {
    tell(
        &pulse(),
        "2026-01-10T12:00Z        | wall |
         2026-01-10T12:10Z        | view |
         2026-01-10T12:10:00.001Z | view | future
         2026-01-10T12:10Z        | view | pulse quiet>awake 1",
    );
}

#[test]
fn the_clock_never_passes_the_wall() {
    tell(
        &pulse(),
        "2026-01-10T11:00Z | wall        |
         2026-01-10T11:00Z | view        |
         2026-01-10T11:00Z | view        | pulse quiet>awake 1
         2026-01-11T10:59Z | wall        |
         2026-01-11T11:09Z | view by bob |
         2026-01-11T11:00Z | wall        |
         2026-01-11T11:05Z | wall        |
         2026-01-11T11:05Z | view by bob | bob pulse quiet>awake 1 at 2026-01-11T11:09Z
                           |             | pulse awake>quiet 2 due 2026-01-11T11:00Z",
    );
}

#[test]
fn deadlines_fire_by_instant_then_by_who_came_first() {
    tell(
        &spending(),
        "2026-01-11T12:00Z | purchase 5 by bob  | bob value none>low 1
         2026-01-11T13:00Z | purchase 5         | value none>low 1
         2026-01-10T12:00Z | purchase 5 by cleo | cleo value none>low 1
         2026-02-11T12:00Z | tick               | cleo value low>none 2 due 2026-02-09T00:00Z
                           |                    | bob value low>none 2 due 2026-02-10T00:00Z
                           |                    | value low>none 2 due 2026-02-10T00:00Z",
    );
}

#[test]
fn an_override_that_ends_during_an_outage_is_held_and_then_settled() {
    tell(
        &spending(),
        "2026-01-10T12:00Z | wall             |
         2026-01-10T12:00Z | gift low for 45h | value none>low 1
         2026-01-12T09:00Z | tick             |
         2026-01-12T12:00Z | wall             |
         2026-01-15T12:00Z | wall             |
         2026-01-12T08:00Z | view by bob      |
         2026-01-12T09:30Z | view by bob      | value low>none 2 due 2026-01-12T09:00Z",
    );
}

#[test]
fn a_purchase_after_an_outage_finds_the_override_over() {
    tell(
        &spending(),
        "2026-01-10T12:00Z | wall             |
         2026-01-10T12:00Z | gift low for 45h | value none>low 1
         2026-01-15T12:00Z | wall             |
         2026-01-12T08:00Z | view by bob      |
         2026-01-12T09:01Z | purchase 5       | value low>none 2 due 2026-01-12T09:00Z
                           |                  | value none>low 3",
    );
}
