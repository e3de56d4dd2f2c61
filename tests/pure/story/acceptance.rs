//! Stories that are filled in with what happened.

use std::sync::Arc;

use tidemark::policy::declared::Policy;
use tidemark::story::acceptance::accepted;

use super::{differences, shipped, told, top, under};

fn filled(policy: &Arc<Policy>, text: &str) -> String {
    accepted(text, &policy.zone, &told(policy, text))
}

#[test]
fn what_happened_is_written_down() {
    let policy = shipped();
    insta::assert_snapshot!(filled(&policy, include_str!("wrong.story")));
}

#[test]
fn what_agrees_stays_as_it_is() {
    for (file, text, policy) in under(&top().join("config")) {
        assert_eq!(filled(&policy, &text), text, "{file}");
    }
}

#[test]
fn what_is_filled_in_comes_true() {
    for (file, text, policy) in under(&top().join("config")) {
        let empty = without_expectations(&text);
        assert_ne!(empty, text);
        let full = filled(&policy, &empty);
        let told = told(&policy, &full);
        assert!(
            told.iter().all(|(_, verdict)| verdict.holds()),
            "{file}\n{}",
            differences(&policy, &told)
        );
    }
}

/// The text with the last cell of each row emptied.
fn without_expectations(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| match line.trim_end().strip_suffix('|') {
            Some(row) if !row.trim_end().ends_with("then") => {
                let (kept, _) = row.rsplit_once('|').expect("a row has more than one cell");
                format!("{kept}| |\n")
            }
            _ => format!("{line}\n"),
        });
    lines.collect()
}

#[test]
fn a_new_row_leaves_the_times_and_customers_below_as_they_were() {
    let policy = shipped();
    let text = "only: value\n\nstory: a\n| when | who | what | then |\n|---|---|---|---|\n\
                | 2026-01-10 12:00 | ann | purchase 5.00 | |\n# A remark.\n\
                | +100d | | view | |\n| | | | spend_90d is 1.00 |\n| | bob | purchase 5.00 | |\n\
                | +100d | | | |\n";
    let full = "only: value\n\nstory: a\n\
        | when             | who | what          | then               |\n\
        | ---------------- | --- | ------------- | ------------------ |\n\
        | 2026-01-10 12:00 | ann | purchase 5.00 | value: none -> low |\n\
        # A remark.\n\
        | 2026-04-10 00:00 | ann |               | value: low -> none |\n\
        | 2026-04-20 12:00 | ann | view          |                    |\n\
        |                  |     |               | spend_90d is 0.00  |\n\
        |                  | bob | purchase 5.00 | value: none -> low |\n\
        | 2026-07-19 00:00 | bob |               | value: low -> none |\n\
        | 2026-07-29 12:00 | bob |               |                    |\n";
    assert_eq!(filled(&policy, text), full);
    assert_eq!(filled(&policy, full), full);
    let foreign = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(filled(&policy, &foreign(text)), foreign(full));
}
