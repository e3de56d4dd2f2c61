//! What has been kept answers a policy, or it is said what has not.

use std::sync::Arc;

use tidemark::engine::adoption::{NotAdopted, may_follow};
use tidemark::engine::input::Outcome;
use tidemark::features::carry::Gap;
use tidemark::model::change::Measure;
use tidemark::model::detail::{Attr, Details};
use tidemark::model::event::{Event, Kind};
use tidemark::model::money::{Currency, Money};
use tidemark::model::time::{Span, Timestamp};
use tidemark::model::zone::Zone;
use tidemark::policy::declared::Policy;
use tidemark::wire::policy::parse;

use super::Lane;

/// A policy of one ladder, with these tables.
pub(super) fn policy(features: &str, rest: &str) -> Policy {
    let text = format!(
        r#"
        name = "shop"
        version = 1
        currency = "GBP"
        zone = "Europe/London"
        {rest}
        {features}
        [[ladder]]
        name = "value"
        [[ladder.tier]]
        name = "low"
        [[ladder.tier]]
        name = "high"
        enter = "spend >= 100"
        "#
    );
    parse("policy.toml", &text).unwrap_or_else(|report| panic!("{report:?}"))
}

/// What its ladder compares.
pub(super) const SPEND: &str = r#"
    [feature.spend]
    aggregate = "sum"
    field = "amount"
    of = ["purchase"]
    window = "90d"
"#;

/// What is said of one feature more than a policy of spend has.
fn gap(more: &str, rest: &str) -> Option<Gap> {
    let next = policy(&format!("{SPEND}\n{more}"), rest);
    match may_follow([&policy(SPEND, "")], &next) {
        Ok(()) => None,
        Err(NotAdopted::Unanswerable(gaps)) => {
            let (feature, gap) = gaps.0.last().expect("there is one").clone();
            assert_eq!(feature, if more.is_empty() { "spend" } else { "more" });
            Some(gap)
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn what_has_not_been_kept_is_named() {
    let more = |lines: &str| format!("[feature.more]\n{lines}\n");
    let count = "aggregate = \"count\"\nof = [\"purchase\"]";
    let short = Gap::Window {
        wanted: Span::from_days(91),
        kept: Span::from_days(90),
    };
    for (lines, expected) in [
        (format!("{count}\nwindow = \"90d\""), None),
        (format!("{count}\nwindow = \"calendar month\""), None),
        (format!("{count}\nwindow = \"91d\""), Some(short)),
        (
            format!("{count}\nwindow = \"lifetime\""),
            Some(Gap::Endless),
        ),
        (
            format!("{count}\nwindow = \"20h\"\nresolution = \"exact\""),
            Some(Gap::Events),
        ),
        (
            format!("{count}\nwindow = \"9d\"\nwhere = \"amount > 5\""),
            Some(Gap::Events),
        ),
        (
            "aggregate = \"count\"\nof = [\"view\"]\nwindow = \"9d\"".to_owned(),
            Some(Gap::Events),
        ),
        (
            "aggregate = \"sum\"\nfield = \"quantity\"\nof = [\"purchase\"]\nwindow = \"9d\""
                .to_owned(),
            Some(Gap::Field),
        ),
        (
            "aggregate = \"since_last\"\nof = [\"purchase\"]\nresolution = \"day\"".to_owned(),
            Some(Gap::Endless),
        ),
    ] {
        assert_eq!(gap(&more(&lines), ""), expected, "{lines}");
    }
    assert_eq!(gap("", "[orders]\nkeep = \"91d\""), None);
    let mut elsewhere = policy(SPEND, "");
    elsewhere.zone = Zone::named("UTC").expect("a zone");
    let refused = may_follow([&policy(SPEND, "")], &elsewhere).expect_err("other days");
    assert_eq!(
        refused.to_string(),
        "feature \"spend\": nothing is kept of its events (kinds, `where`, resolution, zone)"
    );
}

#[test]
fn a_policy_may_follow_what_the_one_before_kept() {
    let visits = "[feature.visits]\naggregate = \"count\"\nof = [\"visit\"]\nwindow = \"9d\"\n";
    let (both, one) = (policy(&format!("{SPEND}{visits}"), ""), policy(SPEND, ""));
    assert_eq!(may_follow([&both, &one], &both), Ok(()));
    assert!(may_follow([&both, &one, &one], &both).is_err());
    assert!(may_follow([&one], &both).is_err());
}

/// Fields of `attrs` and declared kinds go by their names, wherever they stand in the list.
#[test]
fn words_of_events_go_by_their_names() {
    let scored = |kinds: &str, attrs: &str| {
        let words = format!("[event]\nkinds = [{kinds}]\n[event.attrs]\n{attrs}\n");
        let feature = "[feature.points]\naggregate = \"sum\"\nfield = \"attrs.score\"\n\
                       of = [\"rating\"]\nwindow = \"30d\"\nwhere = \"attrs.mood in [glad]\"\n";
        let feature = feature.replace("attrs.mood in [glad]", "attrs.mood = 'glad'");
        policy(&format!("{SPEND}{feature}"), &words)
    };
    let first = scored("\"rating\"", "score = \"number\"\nmood = \"text\"");
    let moved = scored(
        "\"inquiry\", \"rating\"",
        "mood = \"text\"\nteam = \"text\"\nscore = \"number\"",
    );
    assert_eq!(may_follow([&first], &moved), Ok(()));
    assert_eq!(may_follow([&first, &moved], &first), Ok(()));
    let other = scored("\"rating\"", "score = \"money\"\nmood = \"text\"");
    assert!(may_follow([&first], &other).is_err());
}

/// So do members of the profile; one that was never kept cannot be told.
#[test]
fn members_of_the_profile_go_by_their_names() {
    let known = |members: &str| policy(SPEND, &format!("[profile]\n{members}"));
    let first = known("city = \"text\"\nborn = \"number\"");
    let fewer = known("born = \"number\"");
    assert_eq!(may_follow([&first], &fewer), Ok(()));
    let refused = may_follow([&fewer], &first).expect_err("nothing is kept of the city");
    let told = "feature \"city\": nothing is kept of that member of the profile";
    assert_eq!(refused.to_string(), told);
    let other = known("born = \"date\"");
    assert!(may_follow([&first], &other).is_err());
    // A member of `attrs` is another thing, whatever its name.
    let attrs = policy(SPEND, "[event.attrs]\ncity = \"text\"");
    let city = known("city = \"text\"");
    assert!(may_follow([&attrs], &city).is_err());
}

/// Also where it stands elsewhere in the list, and on the way back.
#[test]
fn what_was_said_goes_with_its_member() {
    let known = |members: &str| Arc::new(policy(SPEND, &format!("[profile]\n{members}")));
    let first = known("city = \"text\"\nborn = \"number\"\nconsent = \"flag\"");
    let second = known("consent = \"flag\"\nborn = \"number\"\ncity = \"text\"");
    let third = known("consent = \"flag\"\ncity = \"text\"");
    let (leeds, born) = (Attr::Text("Leeds".into()), Attr::Number(1980));
    let attrs = [leeds, born, Attr::Number(1)].map(Some);
    let event = Event {
        event_id: "e",
        customer: "ann",
        kind: Kind::Profile,
        at: Timestamp(5),
        order: None,
        amount: Money(0),
        currency: None,
        quantity: 0,
        margin: Money(0),
        details: Details {
            attrs: &attrs,
            ..Details::default()
        },
        command: None,
    };
    let mut lane = Lane::new(&first);
    lane.tick();
    let applied = lane.engine.apply(&event, &mut Vec::new());
    assert_eq!(applied, Outcome::Applied);
    let (leeds, born, consent) = (Measure::from("Leeds"), Measure::Is(1980), Measure::Is(1));
    for (next, told) in [
        (&second, vec![consent.clone(), born.clone(), leeds.clone()]),
        (&first, vec![leeds.clone(), born, consent.clone()]),
        (&third, vec![consent, leeds]),
    ] {
        lane.adopt(next, 1).expect("all of it is kept");
        lane.pass_all();
        let view = lane.engine.view("ann", Timestamp(5)).expect("known");
        assert_eq!(view.measures[1..], told);
    }
}

#[test]
fn nothing_is_lost_where_amounts_are_in_another_currency() {
    let pounds = policy(SPEND, "");
    let mut euros = pounds.clone();
    euros.currency = Currency::from_code("EUR").expect("a code");
    euros.hash = "e".repeat(64);
    let mut lane = Lane::new(&Arc::new(pounds));
    let refused = lane
        .adopt(&Arc::new(euros), 1)
        .expect_err("another currency");
    assert_eq!(
        refused.to_string(),
        "amounts are kept in GBP, but the policy is in EUR"
    );
    assert_eq!(lane.engine.policy().currency.code(), "GBP");
}
