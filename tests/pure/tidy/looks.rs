//! What a file looks like: its first line, its names, its lengths.

use std::collections::BTreeSet;

use super::rooms::EMPTY_WORDS;
use super::rules::{Report, Rule};
use super::source::Kind;

const COLUMNS: usize = 100;
const FILE_LINES: usize = 400;
const MAIN_LINES: usize = 40;
const FUNCTION_LINES: usize = 70;

pub(crate) fn text(report: &mut Report<'_>) {
    let source = report.source;
    if !source.text.lines().next().is_some_and(is_charter) {
        report.add(
            Rule::Charter,
            1,
            "begins without //! and what the file is for",
        );
    }
    let leftovers = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("HA", "CK"),
    ];
    // A raw string cannot be broken without changing it.
    let raw: BTreeSet<usize> = source
        .tokens
        .iter()
        .filter(|token| matches!(&token.kind, Kind::Literal(text) if text.starts_with("r#")))
        .map(|token| token.line)
        .collect();
    for (at, line) in source.text.lines().enumerate() {
        let columns = line.chars().count();
        if columns > COLUMNS && !raw.contains(&(at + 1)) {
            let what = format!("{columns} columns, at most {COLUMNS}");
            report.add(Rule::Columns, at + 1, what);
        }
        for word in line.split(|sign: char| !sign.is_alphanumeric()) {
            if leftovers.contains(&word) {
                report.add(Rule::Leftover, at + 1, word);
            }
        }
    }
}

fn is_charter(line: &str) -> bool {
    line.strip_prefix("//! ")
        .is_some_and(|charter| !charter.trim().is_empty())
}

pub(crate) fn words(report: &mut Report<'_>) {
    let source = report.source;
    let files = source.path.split(['/', '.']).map(|part| (part, 1));
    let items = source
        .items
        .iter()
        .map(|item| (item.name.as_str(), *item.lines.start()));
    for (name, line) in files.chain(items) {
        for word in words_of(name) {
            if EMPTY_WORDS.contains(&word.as_str()) {
                report.add(
                    Rule::Word,
                    line,
                    format!("{name}: \"{word}\" says nothing of what it is"),
                );
            }
        }
    }
}

/// The words of a name in snake_case or CamelCase, in lower case.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for sign in name.chars() {
        if ['_', '-'].contains(&sign) || (sign.is_uppercase() && lower_before) {
            words.push(String::new());
        }
        if sign.is_alphanumeric() {
            words
                .last_mut()
                .expect("one word at least")
                .extend(sign.to_lowercase());
        }
        lower_before = sign.is_lowercase();
    }
    words
}

pub(crate) fn lengths(report: &mut Report<'_>) {
    let source = report.source;
    let limit = if source.path == "src/main.rs" {
        MAIN_LINES
    } else {
        FILE_LINES
    };
    let lines = source.lines_before_tests();
    if lines > limit {
        let what = format!("{lines} lines before the tests, at most {limit}");
        report.add(Rule::FileLength, limit + 1, what);
    }
    for function in &source.functions {
        let (start, end) = (*function.lines.start(), *function.lines.end());
        let lines = end + 1 - start;
        if lines > FUNCTION_LINES {
            let what = format!("{}: {lines} lines, at most {FUNCTION_LINES}", function.name);
            report.add(Rule::FunctionLength, start, what);
        }
    }
}
