//! Faults planted one by one in a copy of the tree: what the tests are worth. The table is
//! `faults/table.toml`.
//!
//! `scripts/test --faults` plants them all, which takes a build for each and the pure tests until
//! one fails; with `TIDEMARK_FAULTS=src/policy` only those of some files or names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tidy::top;

/// Enough for a claim about the tests.
const LEAST: usize = 25;
/// Plants only those faults that have its value in their name or file.
const SOME: &str = "TIDEMARK_FAULTS";
/// Tests that hold the text of the tree against something: they would see any change of it.
const OF_THE_TEXT: [&str; 3] = ["tidy", "codemap", "faults"];
/// How `timeout` says that it came to that.
const OUT_OF_TIME: i32 = 124;
/// The tests, the cheapest first: with few of their histories and those beside the code, from a
/// build that takes seconds, and with all histories, from the build of the test command. A fault
/// may keep the tests from ending: each stage may take twenty times what it needs.
const STAGES: [Stage; 3] = [
    Stage {
        tests: &["--profile", "mutants", "--test", "pure"],
        histories: Some("150"),
        longest: "200s",
    },
    Stage {
        tests: &["--profile", "mutants", "--lib"],
        histories: None,
        longest: "200s",
    },
    Stage {
        tests: &["--test", "pure"],
        histories: None,
        longest: "400s",
    },
];
/// What a copy of the tree goes without.
const LEFT_OUT: [&str; 2] = ["target", ".git"];

/// One line that is wrong.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    name: String,
    file: String,
    /// As it stands, once.
    sound: String,
    /// What takes its place.
    planted: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    fault: Vec<Fault>,
}

fn faults() -> Vec<Fault> {
    let table: Table = toml::from_str(include_str!("faults/table.toml")).expect("a table");
    table.fault
}

impl Fault {
    /// The file with the fault in it.
    fn planted_in(&self, text: &str) -> String {
        let times = text.matches(&self.sound).count();
        let Self { name, file, .. } = self;
        assert_eq!(
            times, 1,
            "{name}: {file} has it {times} times:\n{}",
            self.sound
        );
        text.replacen(&self.sound, &self.planted, 1)
    }
}

#[test]
fn every_fault_can_be_planted() {
    let faults = faults();
    assert!(faults.len() >= LEAST, "{} faults", faults.len());
    let names: BTreeSet<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names.len(), faults.len(), "names are told apart");
    for fault in faults {
        let path = top().join(&fault.file);
        let sound = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{path:?}: {why}"));
        assert_ne!(fault.planted_in(&sound), sound, "{}", fault.name);
    }
}

#[test]
#[ignore = "builds the tree once for every fault; scripts/test --faults"]
fn every_planted_fault_is_caught() {
    let home = top().join("target/faults");
    let copy = Copy::of_the_tree(&home.join("tree"));
    let failed = copy.failing(&home);
    assert_eq!(failed, Ok(Vec::new()), "without a fault");
    let mut faults = faults();
    if let Ok(some) = std::env::var(SOME) {
        faults.retain(|fault| fault.name.contains(&some) || fault.file.contains(&some));
        assert!(
            !faults.is_empty(),
            "{SOME}={some}: no fault has that in its name or file"
        );
    }
    let mut missed = Vec::new();
    for (number, fault) in (1..).zip(&faults) {
        let failed = copy.with(fault, || copy.failing(&home));
        let by = match &failed {
            Ok(failed) => failed.first().map_or("NOBODY", String::as_str),
            Err(said) => said,
        };
        let name = &fault.name;
        eprintln!("{number:3}/{} | {name} | `{by}` |", faults.len());
        if failed.is_err() || failed == Ok(Vec::new()) {
            missed.push(name);
        }
    }
    assert!(missed.is_empty(), "no test catches {missed:#?}");
}

/// Some of the tests.
struct Stage {
    tests: &'static [&'static str],
    histories: Option<&'static str>,
    longest: &'static str,
}

/// A tree to plant faults in.
struct Copy {
    top: PathBuf,
}

impl Copy {
    fn of_the_tree(to: &Path) -> Self {
        if to.exists() {
            fs::remove_dir_all(to).expect("the last copy can be removed");
        }
        copy(top(), to);
        Self { top: to.to_owned() }
    }

    /// What `run` says while the fault is there.
    fn with<T>(&self, fault: &Fault, run: impl FnOnce() -> T) -> T {
        let path = self.top.join(&fault.file);
        let sound = fs::read_to_string(&path).expect("a file of the table");
        fs::write(&path, fault.planted_in(&sound)).expect("the copy can be written");
        let answer = run();
        fs::write(&path, sound).expect("the copy can be written");
        answer
    }

    /// Tests that fail in it: those of the first stage in which any does.
    ///
    /// # Errors
    /// It does not build, and why.
    fn failing(&self, home: &Path) -> Result<Vec<String>, String> {
        for stage in &STAGES {
            let failed = self.failing_of(stage, home)?;
            if !failed.is_empty() {
                return Ok(failed);
            }
        }
        Ok(Vec::new())
    }

    fn failing_of(&self, stage: &Stage, home: &Path) -> Result<Vec<String>, String> {
        let cargo = |longest: &str, arguments: &[&str]| {
            let mut cargo = Command::new("timeout");
            cargo.args(["--kill-after=5", longest, env!("CARGO"), "test"]);
            cargo.args(["--locked", "--no-default-features"]);
            cargo
                .args(stage.tests)
                .args(arguments)
                .current_dir(&self.top);
            cargo.env("CARGO_TARGET_DIR", home.join("build"));
            cargo.env("TIDEMARK_SMALLEST", "no");
            match stage.histories {
                Some(histories) => cargo.env("TIDEMARK_HISTORIES", histories),
                None => cargo.env_remove("TIDEMARK_HISTORIES"),
            };
            cargo.output().expect("cargo runs")
        };
        let built = cargo("0", &["--no-run"]);
        if !built.status.success() {
            let said = String::from_utf8_lossy(&built.stderr);
            return Err(format!("it does not build:\n{said}"));
        }
        let mut run = vec!["--"];
        run.extend(OF_THE_TEXT.iter().flat_map(|name| ["--skip", name]));
        let run = cargo(stage.longest, &run);
        let said = String::from_utf8_lossy(&run.stdout);
        let failed = said.lines().filter_map(|line| {
            let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
            Some(name.to_owned())
        });
        let mut failed: Vec<String> = failed.collect();
        if run.status.code() == Some(OUT_OF_TIME) {
            failed.push("the clock, since they do not end".to_owned());
        }
        assert_eq!(run.status.success(), failed.is_empty(), "{said}");
        Ok(failed)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory can be made");
    for entry in fs::read_dir(from).expect("a directory can be read") {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        let (from, to) = (entry.path(), to.join(name));
        if entry.file_type().expect("an entry has a type").is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a file can be copied");
        }
    }
}
