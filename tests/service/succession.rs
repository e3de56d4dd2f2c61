//! `tidemark check --against`: whether a policy can take the place of another one that runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// What is said on standard output and standard error, and the exit code.
fn check(arguments: &[&str], directory: &Path) -> (String, String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidemark"));
    let output = command.arg("check").args(arguments).current_dir(directory);
    let output = output.output().expect("the program can be run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code(),
    )
}

/// Three policies in a directory: the shipped one; one that differs in its words; one that asks for
/// what the shipped one does not keep.
fn policies() -> TempDir {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/policy.toml");
    let shipped = fs::read_to_string(shipped).expect("the shipped policy");
    let directory = tempfile::tempdir().expect("a directory");
    let online = "\n[feature.online]\naggregate = \"count\"\nof = [\"purchase\"]\n\
                  window = \"30d\"\nwhere = \"channel = online\"\n";
    for (name, text) in [
        ("old.toml", shipped.clone()),
        ("next.toml", shipped.clone() + "# other words\n"),
        ("asking.toml", shipped + online),
    ] {
        fs::write(directory.path().join(name), text).expect("a writable directory");
    }
    directory
}

#[test]
fn a_policy_that_can_be_told_takes_the_place_of_another() {
    let directory = policies();
    let arguments = ["--policy", "next.toml", "--against", "old.toml"];
    let (said, why, code) = check(&arguments, directory.path());
    assert_eq!(code, Some(0), "{why}");
    assert!(said.contains("v1: can take its place\n"), "{said}");
    let arguments = ["--policy", "old.toml", "--against", "old.toml"];
    let (said, _, code) = check(&arguments, directory.path());
    assert_eq!(code, Some(0));
    assert!(said.contains("against   it is the same text\n"), "{said}");
}

#[test]
fn what_cannot_be_told_is_named_with_the_way_out() {
    let directory = policies();
    let arguments = ["--policy", "asking.toml", "--against", "old.toml"];
    let (_, why, code) = check(&arguments, directory.path());
    assert_eq!(code, Some(78));
    for text in [
        "it cannot take the place of",
        "error: feature \"online\": nothing is kept of its events",
        "rebuild from the log",
    ] {
        assert!(why.contains(text), "no {text:?} in\n{why}");
    }
}

/// What the policy before the last one asked for is still kept.
#[test]
fn a_policy_follows_a_whole_row_of_others() {
    let directory = policies();
    let back = [
        "--policy",
        "asking.toml",
        "--against",
        "asking.toml",
        "--against",
        "old.toml",
    ];
    let (_, why, code) = check(&back, directory.path());
    assert_eq!(code, Some(0), "{why}");
    let twice = [&back[..], &["--against", "next.toml"]].concat();
    let (_, why, code) = check(&twice, directory.path());
    assert_eq!(code, Some(78), "{why}");
}

#[test]
fn a_policy_before_that_is_none_is_told() {
    let directory = policies();
    let arguments = ["--policy", "old.toml", "--against", "gone.toml"];
    let (_, why, code) = check(&arguments, directory.path());
    assert_eq!(code, Some(66));
    assert!(why.contains("cannot read gone.toml"), "{why}");
}
