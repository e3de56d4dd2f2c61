//! What is told of a file that is not understood.

use tidemark::story::read::{parse, policy_of};
use tidemark::wire::report::Look;

use super::shipped;

fn report(text: &str) -> String {
    let report = parse("a.story", text, &shipped()).expect_err(text);
    report.render(Look::Plain, 100)
}

#[test]
fn all_mistakes_come_in_one_report() {
    insta::assert_snapshot!(report(include_str!("careless.story")));
}

#[test]
fn a_file_without_stories_or_rows_is_told_of_so() {
    for (text, told) in [
        ("", "a file without stories"),
        ("# nothing\npolicy: x\n", "a file without stories"),
        (
            "| when | what | then |\n",
            "neither an entry nor a row of a story",
        ),
        ("story: a\n", "has no table"),
        ("story: a\n| when | what | then |\n", "has no rows"),
        (
            "story: a\n| when | what | then |\n| 2026-01-10 | view | relationship: safe |\n",
            "is a map, and warns of nothing",
        ),
        (
            "story: a\n| when | what | then |\n| 2026-01-10 | view | value: near hig |\n",
            "has no tier \"hig\"",
        ),
        (
            "story: a\n| when | what | then |\n|---|---|---|\n",
            "has no rows",
        ),
    ] {
        let shown = report(text);
        assert!(shown.contains(told), "{text:?}: {shown}");
    }
}

#[test]
fn the_head_names_the_policy() {
    for (text, named) in [
        (
            "# shop\npolicy: ../shop.toml\nstory: a\n",
            Some("../shop.toml"),
        ),
        ("story: a\npolicy: x.toml\n", None),
        ("", None),
    ] {
        assert_eq!(policy_of(text), named, "{text:?}");
    }
}

#[test]
fn any_bytes_are_a_report_or_stories() {
    use proptest::prelude::*;
    let policy = shipped();
    let words = [
        "story: a",
        "\n",
        "|",
        " ",
        "when",
        "who",
        "what",
        "then",
        "-",
        ":",
        "2026-01-10",
        "+3d",
        "day 1",
        "start: 2026-01-01",
        "purchase",
        "3.00",
        "order",
        "dated",
        "value",
        "->",
        "low",
        "is",
        "because",
        "by",
        "as of",
        ",",
        "é",
        "\u{2028}",
        "#",
        "only: value",
        "refused: late",
    ];
    let text = proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..60);
    proptest!(ProptestConfig::with_cases(512), |(words in text)| {
        let text = words.concat();
        if let Err(report) = parse("a.story", &text, &policy) {
            prop_assert!(report.problems().count() > 0);
            prop_assert!(!report.render(Look::Plain, 100).is_empty());
        }
    });
}
