//! What agrees and what does not: every kind of expectation beside one that is a little different.

use super::{differences, shipped, told};

/// A story about the ladder value, and whether it comes true.
fn holds(rows: &str) -> bool {
    let text = format!("only: value\nstory: one\n| when | who | what | then |\n{rows}");
    let policy = shipped();
    let told = told(&policy, &text);
    let shown = differences(&policy, &told);
    let holds = told[0].1.holds();
    assert_eq!(holds, shown.is_empty(), "{shown}");
    assert_eq!(
        holds,
        !shown.contains("\n  !"),
        "a difference is marked: {shown}"
    );
    holds
}

/// A row on which a customer comes to the tier low.
const FIRST: &str =
    "| 2026-01-10 12:00 | | purchase 200.00 id e1 order o1 | value: none -> low |\n";

#[test]
fn an_expectation_is_met_by_just_that() {
    for (met, unmet) in [
        ("value: none -> low", "value: none -> mid"),
        ("value: none -> low", "value: low -> low"),
        ("value: -> low", "value: -> mid"),
        ("value: none -> low", ""),
        (
            "value: none -> low",
            "value: none -> low, behaviour: potential -> active",
        ),
        (
            "value: none -> low, behaviour: dormant -> active",
            "value: none -> low, value: none -> low",
        ),
        ("value: none -> low by event", "value: none -> low by clock"),
        (
            "value: none -> low because orders_90d 1",
            "value: none -> low because orders_90d 2",
        ),
        (
            "value: none -> low because orders_90d 1 is >= 1",
            "value: none -> low because orders_90d 1 is not >= 1",
        ),
        (
            "value: none -> low because orders_90d 1 is >= 1",
            "value: none -> low because orders_90d 1 is > 1",
        ),
        (
            "value: none -> low as of 2026-01-10 12:00",
            "value: none -> low as of 2026-01-10 12:01",
        ),
        (
            "value: none -> low, value is low",
            "value: none -> low, value is none",
        ),
        (
            "value: none -> low, spend_90d is 200",
            "value: none -> low, spend_90d is 200.01",
        ),
        (
            "value: none -> low, since_seen is 0d",
            "value: none -> low, since_seen is never",
        ),
        ("value: none -> low", "value: none -> low, duplicate"),
        ("value: none -> low", "value: none -> low, refused: future"),
    ] {
        let row = |then| format!("| 2026-01-10 12:00 | | purchase 200.00 | {then} |");
        assert!(holds(&row(met)), "{met}");
        assert!(!holds(&row(unmet)), "{unmet}");
    }
}

#[test]
fn a_warning_is_expected_as_a_change_is() {
    let policy = include_str!("../../data/stories/warnings.toml");
    let policy = tidemark::wire::policy::parse("warnings.toml", policy).expect("valid");
    let policy = std::sync::Arc::new(policy);
    let holds = |at_risk: &str, near: &str| {
        let text = format!(
            "only: card\nstory: one\n| when | what | then |\n\
             | 2026-01-10 12:00 | purchase 90.00 | {near} |\n\
             | +1h | purchase 30.00 | card: none -> silver |\n\
             | 2026-03-10 23:00 | | {at_risk} |\n| 2026-03-20 | purchase 100 | card: safe |\n"
        );
        told(&policy, &text)[0].1.holds()
    };
    let near = "card: near silver because spend 90.00 is not >= 100.00";
    let at_risk = "card: at risk of none on 2026-04-10 because spend 0.00 is not >= 100.00";
    assert!(holds(at_risk, near));
    assert!(holds("card: at risk", near));
    for other in [
        "",
        "card: safe",
        "card: near gold",
        "card: at risk of silver",
        "card: at risk on 2026-04-11",
        "card: at risk because spend 120.00",
        "card: none -> silver",
        "card: at risk, card: at risk",
    ] {
        assert!(!holds(other, near), "{other}");
        let missed = holds(at_risk, other);
        assert!(!missed, "{other}");
    }
}

#[test]
fn a_row_without_expectations_expects_no_change() {
    let again = |amount| format!("{FIRST}| +1h | | purchase {amount} | |");
    assert!(holds(&again("99.99")));
    assert!(!holds(&again("100.00")));
}

#[test]
fn a_change_by_time_is_expected_at_its_own_instant() {
    for (row, is_met) in [
        ("| 2026-04-09 23:59:59.999 | | | |", true),
        ("| 2026-04-10 | | | value: low -> none |", true),
        ("| 2026-04-10 | | | value: low -> none by clock |", true),
        (
            "| 2026-04-10 | | | value: low -> none because orders_90d 0 is not >= 1 |",
            true,
        ),
        ("| 2026-04-10 | | | value is none |", false),
        ("| 2026-04-10 | | | |", false),
        ("| 2026-04-10 | bob | | value: low -> none |", false),
        (
            "| 2026-04-10 00:00:00.001 | | | value: low -> none |",
            false,
        ),
        (
            "| 2026-04-10 00:00:00.001 | | | value: low -> none as of 2026-04-10 |",
            false,
        ),
        ("| 2026-04-11 | | | |", false),
        (
            "| 2026-04-10 | | | value: low -> none |\n| 2027-04-10 | | | |",
            true,
        ),
        (
            "| 2026-04-10 | bob | view | |\n| | customer | | value: low -> none |",
            true,
        ),
    ] {
        assert_eq!(holds(&format!("{FIRST}{row}")), is_met, "{row}");
    }
}

/// Gold is reached ten minutes after the purchase, and has two labels.
#[test]
fn a_wait_and_labels_are_claimed_or_left_open() {
    let policy = std::fs::read_to_string(super::top().join("tests/data/stories/waiting.toml"));
    let policy = tidemark::wire::policy::parse("waiting.toml", &policy.expect("a policy"));
    let policy = std::sync::Arc::new(policy.expect("sound"));
    for (claim, is_met) in [
        ("", true),
        (" waited settle", true),
        (" waited settle since 2026-01-10 09:00", true),
        (" waited settle since 2026-01-10 09:01", false),
        (" waited grace", false),
        (" with priority = 1", true),
        (" with priority = 1 and benefit = free delivery", true),
        (" with priority = 2", false),
        (" with priority = 1 and colour = red", false),
        (
            " by clock waited settle with priority = 1 because spend 350.00",
            true,
        ),
    ] {
        let text = format!(
            "story: a\nonly: card\n| when | what | then |\n\
             | 2026-01-10 09:00 | purchase 350.00 | |\n\
             | 2026-01-10 09:10 | | card: none -> gold{claim} |\n"
        );
        assert_eq!(told(&policy, &text)[0].1.holds(), is_met, "{claim}");
    }
}

#[test]
fn an_event_that_does_not_count_is_expected_not_to() {
    for (row, is_met) in [
        (
            "| +1h | | purchase 9.00 id e1 dated -1h | duplicate |",
            true,
        ),
        ("| +1h | | purchase 9.00 id e1 dated -1h | |", false),
        ("| +1h | | purchase 9.00 id e2 | duplicate |", false),
        (
            "| +1h | bob | purchase 9.00 id e1 | value: none -> low |",
            true,
        ),
        (
            "| +1h | | purchase 9.00 order o1 | refused: order_exists |",
            true,
        ),
        (
            "| +1h | | purchase 9.00 order o1 | refused: future |",
            false,
        ),
        ("| +1h | | purchase 9.00 order o1 | |", false),
        (
            "| +1h | | purchase 9.00 dated +11m | refused: future |",
            true,
        ),
        (
            "| +1h | | purchase 9.00 dated -8d | refused: too_late |",
            true,
        ),
        (
            "| +1h | | purchase 9.00 currency USD | refused: unknown_currency |",
            true,
        ),
    ] {
        assert_eq!(holds(&format!("{FIRST}{row}")), is_met, "{row}");
    }
}

#[test]
fn what_stands_below_a_row_goes_on_with_it() {
    let told = |then| {
        let row = "| 2026-01-10 12:00 | ann | purchase 200.00 | value: none -> low |";
        holds(&format!("{row}\n| | | | {then} |"))
    };
    assert!(told("value is low"));
    assert!(told("behaviour: dormant -> active"));
    assert!(!told("value is mid"));
    assert!(!told("value: low -> mid"));
}

#[test]
fn every_field_of_an_event_arrives() {
    let policy = |field: &str| {
        let text = super::SHIPPED.replace("field = \"amount\"", &format!("field = \"{field}\""));
        std::sync::Arc::new(tidemark::wire::policy::parse("p", &text).expect("valid"))
    };
    for (field, expected) in [("amount", "20.00"), ("margin", "-3.50"), ("quantity", "4")] {
        let text = format!(
            "only: relationship\nstory: one\n| when | what | then |\n| 2026-01-10 | purchase 20.00 \
             quantity 4 margin -3.50 | spend_90d is {expected} |"
        );
        let policy = policy(field);
        let told = told(&policy, &text);
        assert!(told[0].1.holds(), "{}", differences(&policy, &told));
    }
}

#[test]
fn a_difference_is_shown_beside_what_was_expected() {
    let policy = shipped();
    let text = include_str!("wrong.story");
    insta::assert_snapshot!(differences(&policy, &told(&policy, text)));
}
