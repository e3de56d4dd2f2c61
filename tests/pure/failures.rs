//! docs/failures.md against the tree: what it names is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../docs/failures.md");
const NAMES: &str = include_str!("../../src/telemetry/names.rs");
const ALERTS: &str = include_str!("../../deploy/prometheus/alerts.yml");
/// So many rows there are, numbered.
const ROWS: usize = 38;

/// The cells of each row of the table.
fn rows(page: &str) -> Vec<Vec<String>> {
    let (_, table) = page.split_once("<!-- failures -->").expect("a table");
    let (table, _) = table
        .split_once("<!-- end of failures -->")
        .expect("its end");
    let lines = table.lines().filter(|line| line.starts_with("| "));
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect();
    lines.skip(1).map(cells).collect()
}

/// What stands between backticks.
fn named(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// All texts below some directories.
fn sources(directories: &[&str]) -> String {
    let mut text = String::new();
    let mut left: Vec<_> = directories
        .iter()
        .map(|name| Path::new(name).into())
        .collect();
    while let Some(path) = left.pop() {
        let path: std::path::PathBuf = path;
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a directory");
            left.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|it| it == "rs") {
            text += &fs::read_to_string(&path).expect("a source");
        }
    }
    text
}

/// The names of all tests: functions below `#[test]`, and those that proptest makes.
fn tests(sources: &str) -> BTreeSet<&str> {
    let mut lines = sources.lines();
    let mut tests = BTreeSet::new();
    while let Some(line) = lines.next() {
        if line.trim() == "#[test]" {
            let mut after = lines.by_ref().take(4);
            let name = after.find_map(|line| line.trim().strip_prefix("fn "));
            tests.extend(name.and_then(|rest| rest.split('(').next()));
        }
    }
    tests
}

/// What of one row is not there.
fn missing(row: &[String], tests: &BTreeSet<&str>, told: &str) -> Vec<String> {
    let [_, number, _, does, seen, shown, _] = row else {
        return vec![format!("a row has five cells: {row:?}")];
    };
    let signal = |name: &&str| match name {
        name if name.starts_with("tidemark_") => NAMES.contains(&format!("\"{name}\"")),
        name if name.starts_with("Tidemark") => ALERTS.contains(&format!("alert: {name}\n")),
        name => told.contains(*name),
    };
    let unknown = named(seen).filter(|name| !signal(name));
    let unknown = unknown.chain(named(shown).filter(|name| !tests.contains(name)));
    let mut all: Vec<String> = unknown.map(|name| format!("{number}: {name}")).collect();
    // A row that nothing shows says so.
    if shown.is_empty() && !does.contains("**") {
        all.push(format!(
            "{number}: nothing shows it, and it does not say so"
        ));
    }
    all
}

/// As it is read when it runs: lines that go on are one.
fn joined(sources: &str) -> String {
    let lines = sources.split("\\\n").map(str::trim_start);
    lines.collect()
}

#[test]
fn what_the_page_names_is_there() {
    let rows = rows(PAGE);
    let numbers: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    let expected: Vec<String> = (1..=ROWS).map(|number| number.to_string()).collect();
    assert_eq!(numbers, expected);
    let (all, told) = (sources(&["tests", "src"]), joined(&sources(&["src"])));
    let tests = tests(&all);
    let missing = rows.iter().flat_map(|row| missing(row, &tests, &told));
    let missing: Vec<String> = missing.collect();
    assert!(
        missing.is_empty(),
        "not in the tree:\n{}",
        missing.join("\n")
    );
}

#[test]
fn what_is_not_there_is_told() {
    let known = BTreeSet::from(["a_test"]);
    let row = |text: &str| -> Vec<String> { text.split('|').map(str::to_owned).collect() };
    let good = row("|1|a|b|`tidemark_lanes`, `TidemarkGone`, `a line`|`a_test`|");
    assert_eq!(missing(&good, &known, "such a line"), [""; 0]);
    for bad in [
        "|1|a|b|`tidemark_lane`|`a_test`|",
        "|1|a|b|`TidemarkGon`|`a_test`|",
        "|1|a|b|`another line`|`a_test`|",
        "|1|a|b||`no_test`|",
        "|1|a|b|||",
        "|1|a|b|`a line`|",
    ] {
        assert_eq!(missing(&row(bad), &known, "such a line").len(), 1, "{bad}");
    }
    assert_eq!(
        tests("#[test]\n#[ignore]\nfn one() {\nfn two() {"),
        ["one"].into()
    );
}
