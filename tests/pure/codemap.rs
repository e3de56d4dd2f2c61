//! ARCHITECTURE.md held against the tree: its code map, its rooms and its doors, row by row in both
//! directions. A row of the code map is the first sentence of the file's own charter.
//!
//! `UPDATE_CODE_MAP=1 scripts/test --pure codemap` draws the three tables anew.

use std::fmt::Write as _;

use crate::tidy::rooms::{DOORS, PURE, ROOMS};
use crate::tidy::{top, tree};

const PAGE: &str = "ARCHITECTURE.md";

/// The marks between which a table stands.
fn marks(name: &str) -> (String, String) {
    (
        format!("<!-- {name} -->"),
        format!("<!-- end of {name} -->"),
    )
}

/// What stands between the marks of that name.
fn shown<'a>(page: &'a str, name: &str) -> &'a str {
    let (start, end) = marks(name);
    let found = page
        .split_once(&start)
        .and_then(|(_, rest)| rest.split_once(&end));
    found.unwrap_or_else(|| panic!("{PAGE} has no {start}")).0
}

/// What is said of a file: the first sentence of its charter.
fn charter(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let paragraph = lines.map(str::trim).take_while(|line| !line.is_empty());
    let whole = paragraph.collect::<Vec<_>>().join(" ");
    let begins = |at: &usize| whole[at + 2..].starts_with(char::is_uppercase);
    let ends = whole.match_indices(". ").map(|(at, _)| at);
    let end = ends.into_iter().find(begins).unwrap_or(whole.len());
    whole[..end].trim_end_matches('.').replace('|', "\\|")
}

/// Rooms in the order of their arrows, each with its own charter first; then what is in no room.
fn place_of(path: &str) -> (usize, bool, &str) {
    let room = path.split(['/', '.']).next().unwrap_or_default();
    let place = ROOMS.iter().position(|(name, _)| *name == room);
    let within = !path.ends_with("/mod.rs");
    (place.unwrap_or(ROOMS.len()), within, path)
}

/// The code map of some files, given as (path from the top of the repository, text).
fn map(files: &[(String, String)]) -> String {
    let mut sources: Vec<(&str, &str)> = files
        .iter()
        .filter_map(|(path, text)| Some((path.strip_prefix("src/")?, text.as_str())))
        .collect();
    sources.sort_by_key(|(path, _)| place_of(path));
    let mut map = String::from("| file | what it is |\n|---|---|\n");
    for (path, text) in sources {
        let _ = writeln!(map, "| `{path}` | {} |", charter(text));
    }
    map
}

/// Who may know whom.
fn rooms() -> String {
    let mut table = String::from("| room | may know |\n|---|---|\n");
    for (name, known) in ROOMS {
        let pure = PURE.iter().all(|room| known.contains(room));
        let mut said: Vec<&str> = known.to_vec();
        if pure {
            said.retain(|room| !PURE.contains(room));
            said.insert(0, "all pure rooms");
        }
        let said = match said.is_empty() {
            true => "nothing".to_owned(),
            false => said.join(", "),
        };
        let _ = writeln!(table, "| `{name}` | {said} |");
    }
    table
}

/// Which library may be named where.
fn doors() -> String {
    let mut table = String::from("| library | its door |\n|---|---|\n");
    for (name, places) in DOORS {
        let said = match places {
            ["*"] => "everywhere".to_owned(),
            some => some.join(", "),
        };
        let _ = writeln!(table, "| `{name}` | {said} |");
    }
    table
}

/// Lines of one text that the other has not, both ways.
fn differences(expected: &str, found: &str) -> Vec<String> {
    let rows = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim_end);
        let rows = lines.filter(|line| !line.is_empty());
        rows.map(str::to_owned).collect()
    };
    let (expected, found) = (rows(expected), rows(found));
    let missing = expected.iter().filter(|row| !found.contains(row));
    let surplus = found.iter().filter(|row| !expected.contains(row));
    let missing = missing.map(|row| format!("missing: {row}"));
    let mut all: Vec<String> = missing
        .chain(surplus.map(|row| format!("surplus: {row}")))
        .collect();
    if all.is_empty() && expected != found {
        all.push("the rows stand in another order, or twice".to_owned());
    }
    all
}

#[test]
fn the_page_shows_the_tree() {
    let mut page = std::fs::read_to_string(top().join(PAGE)).expect("ARCHITECTURE.md can be read");
    let tables = [
        ("rooms", rooms()),
        ("doors", doors()),
        ("code map", map(&tree())),
    ];
    if std::env::var_os("UPDATE_CODE_MAP").is_some() {
        for (name, table) in &tables {
            let (start, end) = marks(name);
            let old = format!("{start}{}{end}", shown(&page, name));
            page = page.replace(&old, &format!("{start}\n\n{table}\n{end}"));
        }
        std::fs::write(top().join(PAGE), &page).expect("ARCHITECTURE.md can be written");
    }
    let found: Vec<String> = tables
        .iter()
        .flat_map(|(name, table)| differences(table, shown(&page, name)))
        .collect();
    assert!(
        found.is_empty(),
        "{PAGE} differs from the tree (UPDATE_CODE_MAP=1 draws it anew):\n{}",
        found.join("\n")
    );
}

#[test]
fn each_row_too_few_or_too_many_or_out_of_place_is_told() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let drawn = map(&[
        file(
            "src/wire/new.rs",
            "//! Bytes and\n//! more. The contract is elsewhere.\n\nuse x;",
        ),
        file(
            "src/model/mod.rs",
            "//! The words: 1 ... 3.\n//!\n//! More.\n",
        ),
        file("src/model/a.rs", "//! An a | b.\n"),
        file("tests/pure/main.rs", "//! Tests.\n"),
    ]);
    let (head, rows) = drawn.split_at("| file | what it is |\n|---|---|\n".len());
    let (words, a, new) = (
        "| `model/mod.rs` | The words: 1 ... 3 |\n",
        "| `model/a.rs` | An a \\| b |\n",
        "| `wire/new.rs` | Bytes and more |\n",
    );
    assert_eq!(rows, [words, a, new].concat());
    let stale = "| `model/a.rs` | Other words |\n";
    assert_eq!(
        differences(&drawn, &[head, words, stale, new].concat()),
        [
            "missing: | `model/a.rs` | An a \\| b |",
            "surplus: | `model/a.rs` | Other words |",
        ]
    );
    let mixed = [head, words, new, a].concat();
    let twice = [head, words, a, a, new].concat();
    for page in [mixed, twice] {
        assert_eq!(
            differences(&drawn, &page),
            ["the rows stand in another order, or twice"]
        );
    }
    assert_eq!(differences(&drawn, &drawn), [""; 0]);
}
