//! `tidemark test` as it is typed: what it prints and how it ends.

use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

const GOOD: &str = "policy: shop.toml\n\nstory: A first purchase\n| when | what | then |\n\
                    | 2026-01-10 | purchase 5.00 | value: none -> low |\n";

/// A directory with the shipped policy and some files of stories that name it.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/policy.toml");
    std::fs::copy(shipped, directory.path().join("shop.toml")).expect("the policy is copied");
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }
    directory
}

/// The exit code, what is printed, and what is complained of.
fn test(directory: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tidemark"))
        .arg("test")
        .args(arguments)
        .current_dir(directory.path())
        .output()
        .expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().expect("it ends by itself");
    (code, text(&output.stdout), text(&output.stderr))
}

#[test]
fn each_story_is_a_line_and_a_failed_one_a_table() {
    let good = GOOD.replace(
        "value: none -> low",
        "value: none -> low, behaviour: -> active, lifecycle: -> acquired",
    );
    let directory = directory(&[("a.story", &good), ("b/b.story", GOOD), ("b/notes.txt", "")]);
    let (code, printed, complaints) = test(&directory, &["a.story", "b", "--policy", "shop.toml"]);
    assert_eq!((code, complaints.as_str()), (1, ""), "{printed}");
    insta::assert_snapshot!(printed);
    let (code, printed, _) = test(&directory, &["a.story"]);
    assert_eq!(
        (code, printed.as_str()),
        (
            0,
            "ok        a.story:3  A first purchase\n1 story: 1 ok, 0 failed\n"
        )
    );
}

#[test]
fn what_happens_is_accepted_if_that_is_asked_for() {
    let directory = directory(&[("a.story", GOOD)]);
    let read = || std::fs::read_to_string(directory.path().join("a.story")).expect("a file");
    assert_eq!(test(&directory, &["a.story"]).0, 1);
    assert_eq!(read(), GOOD);
    let (code, printed, _) = test(&directory, &["a.story", "--accept"]);
    assert_eq!(code, 0);
    assert!(printed.starts_with("accepted  a.story:3"), "{printed}");
    assert!(
        printed.ends_with("1 story: 0 ok, 0 failed, 1 accepted\n"),
        "{printed}"
    );
    assert!(
        read().contains("behaviour: dormant -> active"),
        "{}",
        read()
    );
    assert_eq!(test(&directory, &["a.story"]).0, 0);
}

#[test]
fn what_cannot_be_told_has_its_own_exit_code() {
    let directory = directory(&[
        ("good.story", GOOD),
        (
            "torn.story",
            "policy: shop.toml\nstory: a\n| when | what |\n",
        ),
        ("nobodys.story", &GOOD.replace("policy: shop.toml", "")),
        ("torn.toml", "name = 3"),
        ("empty/readme.txt", ""),
    ]);
    for (arguments, code, complaint) in [
        (&["torn.story"][..], 65, "torn.story:3:1"),
        (&["torn.story", "good.story"], 65, "a column is missing"),
        (
            &["nobodys.story"],
            65,
            "nobodys.story names no policy: give --policy FILE",
        ),
        (&["good.story", "--policy", "torn.toml"], 78, "torn.toml"),
        (
            &["good.story", "--policy", "none.toml"],
            66,
            "cannot read none.toml",
        ),
        (&["none.story"], 66, "cannot read none.story"),
        (&["empty"], 66, "no *.story in empty"),
        (&[], 2, "STORIES"),
    ] {
        let (found, printed, complaints) = test(&directory, arguments);
        assert_eq!(found, code, "{arguments:?}: {printed}{complaints}");
        assert!(
            complaints.contains(complaint),
            "{arguments:?}: {complaints}"
        );
    }
    // One bad file does not keep the others from being told.
    let (_, printed, _) = test(&directory, &["torn.story", "good.story"]);
    assert!(printed.contains("good.story:3"), "{printed}");
}
