//! Two lanes that send each other customers: who may, and what becomes of those who come under
//! another policy than the lane's.

use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::engine::key::Key;
use tidemark::lane::crossing::From;
use tidemark::lane::edition::Edition;
use tidemark::lane::fate::{Cargo, Fate};
use tidemark::lane::lane::Lane;
use tidemark::model::change::Cause;
use tidemark::model::command::{Ask, Command};
use tidemark::model::detail::Details;
use tidemark::model::event::{Event, Kind};
use tidemark::model::ids::{LaneId, Offset, TopicIx};
use tidemark::model::money::Money;
use tidemark::model::partitioner::lane_of;
use tidemark::model::refusal::Refusal;
use tidemark::model::tape::Tape;
use tidemark::model::time::Timestamp;
use tidemark::wire::policy;

const NOW: Timestamp = Timestamp(1_767_225_600_000);

/// A programme with a tier from that spend on.
fn edition(gold: u32, merge: &str) -> Edition {
    let text = format!(
        r#"
        name = "p"
        version = {gold}
        currency = "GBP"
        zone = "UTC"
        {merge}
        [feature.spend]
        aggregate = "sum"
        field = "amount"
        of = ["purchase"]
        window = "lifetime"
        [[ladder]]
        name = "value"
        [[ladder.tier]]
        name = "low"
        [[ladder.tier]]
        name = "gold"
        enter = "spend >= {gold}"
        "#
    );
    policy::edition("p.toml", &text).unwrap_or_else(|report| panic!("{report}"))
}

/// Somebody of a lane, of two.
fn somebody(lane: i32) -> String {
    let mut ids = (0..).map(|number| format!("c-{number}"));
    let id = ids.find(|id| lane_of(id.as_bytes(), 2) == LaneId(lane));
    id.expect("some of all ids lie in each lane")
}

fn lane(number: i32, edition: &Edition) -> Lane {
    let topics = ["events".to_owned(), "transfers".to_owned()].into();
    let mut lane = Lane::new(LaneId(number), topics, edition.clone(), vec![Offset(0); 2]).among(2);
    lane.cross(true);
    open(&mut lane, None);
    lane
}

fn open(lane: &mut Lane, adopted: Option<&Edition>) {
    let tick = Tick {
        ceiling: NOW,
        coast: Some(NOW),
        firings: None,
    };
    let adopted = adopted.map(|edition| (edition, 10));
    let opened = lane.open(adopted, tick, &mut Vec::new());
    opened.expect("the policy is taken");
}

fn adopt(lane: &mut Lane, edition: &Edition) {
    lane.seal("test", 0);
    open(lane, Some(edition));
}

/// A purchase, or a merge into somebody.
fn tell(lane: &mut Lane, customer: &str, into: Option<&str>, from: From) -> (Fate, Vec<Judged>) {
    match into {
        None => give(lane, customer, ("p", None, NOW), from),
        Some(into) => give(
            lane,
            customer,
            ("m", Some(Ask::Merge(into.into())), NOW),
            from,
        ),
    }
}

/// A purchase, or what is asked, with that id and at that instant.
fn give(
    lane: &mut Lane,
    customer: &str,
    (event_id, ask, at): (&str, Option<Ask>, Timestamp),
    from: From,
) -> (Fate, Vec<Judged>) {
    let command = ask.map(|ask| Command {
        ask,
        by: "ann".into(),
        why: "a call".into(),
    });
    let kind = if command.is_some() {
        Kind::Command
    } else {
        Kind::Purchase
    };
    let event = Event {
        event_id,
        customer,
        kind,
        at,
        order: None,
        amount: Money(600_000),
        currency: None,
        quantity: 1,
        margin: Money(0),
        details: Details::default(),
        command: command.as_ref(),
    };
    let mut effects = Vec::new();
    let event = Ok((&event, Key::of(&event)));
    let fate = lane.take((TopicIx(0), Offset(0)), event, from, &mut effects);
    (fate, effects)
}

/// What a lane sends when the customer, who has bought, is merged into somebody of another lane.
fn sent(lane: &mut Lane, customer: &str, into: &str) -> (u64, Tape) {
    tell(lane, customer, None, From::Feed);
    let (Fate::Transfer(all), _) = tell(lane, customer, Some(into), From::Feed) else {
        panic!("the customer moves");
    };
    assert!(all.iter().all(|sent| sent.to == LaneId(0)));
    let whats = all.into_iter().map(|sent| sent.what);
    let [Cargo::Customers(form, tape), Cargo::Event(None)] = &whats.collect::<Vec<_>>()[..] else {
        panic!("the customer, then the event");
    };
    assert_eq!(lane.engine().customers(), 0);
    (*form, tape.clone())
}

#[test]
fn customers_wait_for_their_policy_and_are_carried_over_from_an_earlier_one() {
    let (first, second) = (edition(100, "[merge]"), edition(50, "[merge]"));
    let third = edition(500, "[merge]");
    let (one, into) = (somebody(1), somebody(0));
    let mut upper = lane(1, &first);
    let (form, tape) = sent(&mut upper, &one, &into);

    // A lane that has gone on twice since.
    let mut ahead = lane(0, &first);
    adopt(&mut ahead, &second);
    adopt(&mut ahead, &third);
    let mut effects = Vec::new();
    assert!(ahead.reads(form));
    let fate = ahead.receive((TopicIx(1), Offset(0)), (form, &tape), &mut effects);
    assert_eq!(fate, Ok(Fate::Transfer(Vec::new())));
    let changes = effects.iter().flat_map(|judged| {
        let policy = ahead.policy_of(judged).version;
        judged
            .changes
            .iter()
            .map(move |change| (policy, change.cause, change.to))
    });
    let changes: Vec<_> = changes.collect();
    assert_eq!(changes, [(50, Cause::Policy, 1), (500, Cause::Policy, 0)]);
    let (fate, effects) = tell(&mut ahead, &one, Some(&into), From::Lane(None));
    assert_eq!(fate, Fate::Became(Outcome::Applied));
    assert_eq!(&*effects[0].customer, one);
    // A copy of what counted in the lane that was left.
    let (fate, _) = tell(&mut ahead, &one, None, From::Lane(None));
    assert_eq!(fate, Fate::Became(Outcome::Duplicate));

    // A lane that has not come as far.
    let mut upper = lane(1, &first);
    adopt(&mut upper, &second);
    let (form, tape) = sent(&mut upper, &one, &into);
    let mut behind = lane(0, &first);
    assert!(!behind.reads(form));
    adopt(&mut behind, &second);
    let fate = behind.receive((TopicIx(1), Offset(0)), (form, &tape), &mut Vec::new());
    assert_eq!(fate, Ok(Fate::Transfer(Vec::new())));
}

#[test]
fn what_comes_later_follows_who_has_moved() {
    let policy = edition(100, "[merge]");
    let (one, into) = (somebody(1), somebody(0));
    let mut upper = lane(1, &policy);
    sent(&mut upper, &one, &into);
    let (Fate::Transfer(all), _) = tell(&mut upper, &one, None, From::Feed) else {
        panic!("a straggler is sent on");
    };
    assert_eq!(all[0].to, LaneId(0));
    assert_eq!(all[0].what, Cargo::Event(None));
}

#[test]
fn nobody_moves_without_a_way_or_a_policy_that_merges() {
    let (one, into) = (somebody(1), somebody(0));
    let refused = Fate::Became(Outcome::Refused(Refusal::OtherLane.of("into")));
    let mut closed = lane(1, &edition(100, "[merge]"));
    closed.cross(false);
    let (fate, _) = tell(&mut closed, &one, Some(&into), From::Feed);
    assert_eq!(fate, refused);
    let mut without = lane(1, &edition(100, ""));
    let (fate, _) = tell(&mut without, &one, Some(&into), From::Feed);
    assert_eq!(fate, refused);
}

#[test]
fn the_trace_of_an_erasure_moves_along() {
    let policy = edition(50, "[merge]");
    let (one, into) = (somebody(1), somebody(0));
    let mut upper = lane(1, &policy);
    let applied = Fate::Became(Outcome::Applied);
    let after = |ms| Timestamp(NOW.0 + ms);
    let (fate, effects) = give(&mut upper, &one, ("p1", None, after(10)), From::Feed);
    assert_eq!((fate, effects[0].changes[0].version), (applied.clone(), 1));
    let erase = ("e", Some(Ask::Erase), after(20));
    assert_eq!(give(&mut upper, &one, erase, From::Feed).0, applied);
    let merge = ("m", Some(Ask::Merge(into.as_str().into())), after(30));
    let (Fate::Transfer(all), _) = give(&mut upper, &one, merge, From::Feed) else {
        panic!("what is kept of the id moves");
    };
    let Cargo::Customers(form, tape) = &all[0].what else {
        panic!("that comes first");
    };

    let mut lower = lane(0, &policy);
    let received = lower.receive((TopicIx(1), Offset(0)), (*form, tape), &mut Vec::new());
    assert_eq!(received, Ok(Fate::Transfer(Vec::new())));
    let late = ("p2", None, after(15));
    let suppressed = Fate::Became(Outcome::Suppressed);
    let from = From::Lane(None);
    assert_eq!(give(&mut lower, &one, late, from).0, suppressed);
    // The numbers of the changes go on.
    let (fate, effects) = give(&mut lower, &one, ("p3", None, after(30)), from);
    assert_eq!((fate, effects[0].changes[0].version), (applied, 2));
}

#[test]
fn who_is_too_large_for_a_record_stays() {
    let (one, into) = (somebody(1), somebody(0));
    let mut upper = lane(1, &edition(50, "[merge]"));
    // Of each event that has counted about 23 bytes are kept, and 900,000 are taken by any broker.
    for number in 0..45_000 {
        let id = format!("p-{number}");
        give(&mut upper, &one, (&id, None, NOW), From::Feed);
    }
    let (fate, _) = tell(&mut upper, &one, Some(&into), From::Feed);
    let refused = Outcome::Refused(Refusal::OtherLane.of("into"));
    assert_eq!(fate, Fate::Became(refused));
    assert_eq!(upper.engine().customers(), 1);
    let standings = upper.engine().standings().collect::<Vec<_>>();
    assert_eq!((standings[0].0, standings[0].1[0].rank), (&*one, 1));
    let (fate, _) = give(&mut upper, &one, ("p-7", None, NOW), From::Feed);
    assert_eq!(fate, Fate::Became(Outcome::Duplicate));
}
