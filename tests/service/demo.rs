//! The demonstration, as somebody sees it who has just cloned the repository.

use std::time::Duration;

use assert_cmd::Command;

/// It takes half a minute on a free machine, and gives up by itself after a minute.
const WITHIN: Duration = Duration::from_secs(180);

#[test]
fn the_demonstration_checks_itself() {
    let mut tidemark = Command::new(env!("CARGO_BIN_EXE_tidemark"));
    let output = tidemark.args(["demo", "--plain"]).timeout(WITHIN).output();
    let output = output.expect("the program runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}\n{printed}\n{complaints}",
        output.status
    );
    let check = "changes published, byte for byte those of a pure replay";
    assert!(printed.contains(check), "{printed}");
}
