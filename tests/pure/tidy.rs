//! The house rules that the compiler cannot hold: who may know whom, where a library may be named,
//! how long things may be. `tidy/proof.rs` shows that each of them can fail.

mod habits;
mod looks;
mod names;
mod proof;
mod reach;
pub(crate) mod rooms;
mod rules;
mod source;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use rules::Rule;
use source::Source;

/// One place that breaks one rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    rule: Rule,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: [{:?}] {}",
            self.path, self.line, self.rule, self.what
        )
    }
}

/// All findings about some files, given as (path from the top of the repository, text).
fn findings(files: &[(String, String)]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut sources = Vec::new();
    for (path, text) in files {
        match Source::read(path, text) {
            Ok(source) => sources.push(source),
            Err(error) => found.push(Finding {
                path: path.clone(),
                line: error.span().start().line,
                rule: Rule::Parses,
                what: error.to_string(),
            }),
        }
    }
    let test_files: BTreeSet<String> = sources.iter().flat_map(Source::test_modules).collect();
    for source in &mut sources {
        source.is_test |= test_files.contains(&source.path);
        rules::check(source, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

pub(crate) fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of the crate, in the order of their paths.
pub(crate) fn tree() -> Vec<(String, String)> {
    let mut waiting: Vec<PathBuf> = ["src", "tests", "benches"]
        .map(|dir| top().join(dir))
        .into();
    let mut files = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a readable directory");
            waiting.extend(entries.map(|entry| entry.expect("a readable entry").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(top()).expect("a path inside the crate");
            let text = std::fs::read_to_string(&path).expect("a readable source file");
            files.push((name.display().to_string(), text));
        }
    }
    files.sort();
    files
}

#[test]
fn the_tree_is_tidy() {
    let files = tree();
    assert!(
        files.iter().any(|(path, _)| path == "src/lib.rs"),
        "no tree"
    );
    let found = findings(&files);
    let lines: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert!(
        found.is_empty(),
        "{} findings; the rules and their reasons are in tests/pure/tidy/\n{}",
        found.len(),
        lines.join("\n")
    );
}

#[test]
fn every_dependency_has_a_door() {
    let text = std::fs::read_to_string(top().join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = text.parse().expect("a valid manifest");
    let declared: BTreeSet<String> = manifest["dependencies"]
        .as_table()
        .expect("a table")
        .keys()
        .map(|name| name.replace('-', "_"))
        .collect();
    let doors: BTreeSet<String> = rooms::DOORS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(
        declared, doors,
        "left: Cargo.toml; right: DOORS of tests/pure/tidy/rooms.rs"
    );
}

#[test]
fn every_door_is_used() {
    let sources: Vec<Source> = tree()
        .iter()
        .filter(|(path, _)| path.starts_with("src/"))
        .map(|(path, text)| Source::read(path, text).expect("Rust"))
        .collect();
    let mut unused = Vec::new();
    for (library, places) in rooms::DOORS {
        for place in *places {
            let used = sources.iter().any(|source| {
                ["*", source.room(), source.place()].contains(place)
                    && source.names.iter().any(|name| name.parts[0] == *library)
            });
            if !used {
                unused.push(format!("{library} in {place}"));
            }
        }
    }
    assert!(unused.is_empty(), "nobody uses {}", unused.join(", "));
}
