//! The names of the topics that may be left out.

use super::{messages, with_flags};

/// What is said of a customer comes before what the customer does at the same instant.
#[test]
fn profiles_and_commands_may_have_topics_of_their_own() {
    let inputs = |flags: &[&str]| with_flags(flags).expect("they are valid").inputs();
    let (profiles, commands) = ("input.profiles=crm.profile.v1", "input.commands=crm.ask.v1");
    let (buys, looks) = ("shop.purchase.v1", "shop.browse.v1");
    assert_eq!(inputs(&[profiles]), ["crm.profile.v1", buys, looks]);
    assert_eq!(inputs(&[commands]), ["crm.ask.v1", buys, looks]);
    assert_eq!(
        inputs(&[profiles, commands]),
        ["crm.ask.v1", "crm.profile.v1", buys, looks]
    );
    assert_eq!(inputs(&[profiles, "input.profiles="]), [buys, looks]);
    let input = with_flags(&[]).expect("valid defaults").input;
    assert_eq!((input.profiles, input.commands), (None, None));
}

#[test]
fn their_names_are_held_against_all_others() {
    for (flag, fault) in [
        (
            "input.profiles=the profiles",
            "`input.profiles` makes a topic named \"the profiles\", which the cluster refuses \
             (by --set)",
        ),
        (
            "input.profiles=shop.browse.v1",
            "`input.profiles` makes a topic named \"shop.browse.v1\", which collides with \
             \"shop.browse.v1\" of `input.browsing` (by --set)",
        ),
        (
            "input.commands=crm_tier-change.v1",
            "`input.commands` makes a topic named \"crm_tier-change.v1\", which collides with \
             \"crm.tier-change.v1\" of `output.changes` (by --set)",
        ),
    ] {
        assert_eq!(messages(with_flags(&[flag])), [fault], "{flag}");
    }
}

/// Two services that share no name share no topic of snapshots.
#[test]
fn the_topic_of_snapshots_goes_by_the_name_of_the_service() {
    let topic = |flags: &[&str]| with_flags(flags).expect("they are valid").snapshots.topic;
    assert_eq!(topic(&[]).as_deref(), Some("tidemark.snapshots.v1"));
    let other = topic(&["app.name=shop"]);
    assert_eq!(other.as_deref(), Some("shop.snapshots.v1"));
    assert_eq!(topic(&["snapshots.topic="]), None);
    let taken = "snapshots.topic=<app>.ledger.v1";
    assert_eq!(
        messages(with_flags(&[taken])),
        [
            "`snapshots.topic` makes a topic named \"tidemark.ledger.v1\", which collides with \
             \"tidemark.ledger.v1\" of `app.name` (by --set)"
        ]
    );
}
