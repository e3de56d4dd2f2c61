//! What tiers wait for: said at the tier, at its ladder, or nowhere.

use tidemark::model::period::Period;
use tidemark::model::time::{DAY_MS, Span};
use tidemark::model::until::Until;
use tidemark::policy::lifetime::Held;
use tidemark::policy::patience::{Demote, Depth, Patience, Requalify, Term};

use super::{read, with};

/// What the upper tiers of ladder "value" wait for, with these lines at the ladder and at "mid".
fn patience(ladder: &str, mid: &str) -> [Patience; 2] {
    let text = with("name = \"value\"", &format!("name = \"value\"\n{ladder}"));
    let text = text.replace("name = \"mid\"", &format!("name = \"mid\"\n{mid}"));
    let policy = read(&text).unwrap_or_else(|report| panic!("{text}\n{report}"));
    let tiers = &policy.ladders[0].tiers;
    assert_eq!(tiers[0].patience, Patience::NONE);
    [tiers[1].patience, tiers[2].patience]
}

#[test]
fn a_tier_goes_by_its_own_word_or_its_ladders() {
    let ladder = "settle = \"10m\"\ngrace = \"end of next quarter\"\ndepth = \"one-step\"";
    let high = Patience {
        settle: Span(600_000),
        grace: Some(Until::EndOf {
            period: Period::Quarter,
            next: true,
            plus: 0,
        }),
        depth: Depth::OneStep,
        ..Patience::NONE
    };
    assert_eq!(patience("", ""), [Patience::NONE; 2]);
    assert_eq!(patience(ladder, ""), [high; 2]);
    let mid = "settle = \"1h\"\nminimum_stay = \"2 years\"\ndepth = \"to-fit\"";
    let own = Patience {
        settle: Span(DAY_MS / 24),
        stay: Some(Until::Months(24)),
        depth: Depth::ToFit,
        ..high
    };
    assert_eq!(patience(ladder, mid), [own, high]);
    let nothing = "settle = \"0s\"\ngrace = \"0s\"\ndepth = \"to-fit\"";
    assert_eq!(patience(ladder, nothing), [Patience::NONE, high]);
}

#[test]
fn never_at_a_tier_leaves_its_ladders_waits_to_the_others() {
    let ladder = "grace = \"30d\"";
    let high = Patience {
        grace: Some(Until::Span(Span::from_days(30))),
        ..Patience::NONE
    };
    let never = Patience {
        demote: Demote::Never,
        ..high
    };
    assert_eq!(patience(ladder, "demote = \"never\""), [never, high]);
    let high = Patience {
        demote: Demote::Never,
        ..Patience::NONE
    };
    let mid = "demote = \"immediate\"\nminimum_stay = \"1 month\"";
    let own = Patience {
        stay: Some(Until::Months(1)),
        ..Patience::NONE
    };
    assert_eq!(patience("demote = \"never\"", mid), [own, high]);
}

/// A tier cannot wait for what its ladder says never happens.
#[test]
fn a_wait_at_a_tier_of_a_ladder_that_is_never_left_is_told() {
    let text = with("name = \"rank\"", "name = \"rank\"\ndemote = \"never\"");
    let text = text.replace("name = \"second\"", "name = \"second\"\ngrace = \"1d\"");
    let report = read(&text).expect_err("a clash");
    let told: Vec<&str> = report
        .problems()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(
        told,
        ["tier \"second\" has `grace`, but demote = \"never\""]
    );
}

#[test]
fn terms_are_read_as_they_are_said() {
    let year = |period, next, plus| Until::EndOf { period, next, plus };
    for (text, until) in [
        ("365d", Until::Span(Span::from_days(365))),
        ("1 year", Until::Months(12)),
        ("end of month", year(Period::Month, false, 0)),
        (
            "end of year from April + 1 month",
            year(Period::Year { month: 4, day: 1 }, false, 1),
        ),
        (
            "end of next year + 2 years",
            year(Period::CALENDAR_YEAR, true, 24),
        ),
        (
            "end of next year from December",
            year(Period::Year { month: 12, day: 1 }, true, 0),
        ),
    ] {
        let term = |requalify| Patience {
            term: Some(Term { until, requalify }),
            ..Patience::NONE
        };
        let extends = term(Requalify::Extends);
        let text = format!("term = \"{text}\"");
        assert_eq!(patience(&text, "")[0], extends, "{text}");
        let restarts = "requalify = \"restarts\"";
        let both = [term(Requalify::Restarts), extends];
        assert_eq!(patience(&text, restarts), both, "{text}");
    }
}

#[test]
fn a_tier_for_life_needs_a_rule_a_time_or_both() {
    let read_tier = |lines: &str| {
        let text = with("name = \"high\"", &format!("name = \"high\"\n{lines}"));
        let policy = read(&text).unwrap_or_else(|report| panic!("{text}\n{report}"));
        policy.ladders[0].tiers[2].clone()
    };
    assert_eq!(read_tier("").lifetime, None);
    let total = Some(Held::InTotal(Span::from_days(7 * 365)));
    for (lines, has_rule, held) in [
        ("lifetime = \"orders >= 400\"", true, None),
        ("lifetime_held = \"7 years\"", false, total),
        (
            "lifetime = \"orders >= 4\"\nlifetime_held = \"7 years\"",
            true,
            total,
        ),
        (
            "lifetime_held = \"10 years in a row\"",
            false,
            Some(Held::InARow(Until::Months(120))),
        ),
    ] {
        let lifetime = read_tier(lines).lifetime.expect("a lifetime");
        assert_eq!(
            (lifetime.rule.is_some(), lifetime.held),
            (has_rule, held),
            "{lines}"
        );
    }
    assert_eq!(read_tier("requires = \"mid\"").requires, Some(1));
}
