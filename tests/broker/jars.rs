//! Kafka's own programs: their jars, fetched once, and the commands that run them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Directory of this harness in the repository.
pub(crate) fn parts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broker")
}

/// Directory for everything of Kafka's that is not kept in the repository.
pub(crate) fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/kafka")
}

/// `java` for the long-running broker, with the arguments of `broker.options`.
pub(crate) fn broker(main_class: &str) -> Command {
    java("broker.options", main_class)
}

/// `java` for one of Kafka's short commands, with the arguments of `tools.options`.
pub(crate) fn tool(main_class: &str) -> Command {
    java("tools.options", main_class)
}

/// Runs `command` to its end and returns what it printed; panics when it fails.
#[track_caller]
pub(crate) fn run(mut command: Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{printed}",
        output.status
    );
    output
}

fn java(options: &str, main_class: &str) -> Command {
    let mut command = Command::new("java");
    command
        .arg(format!("@{}", parts().join(options).display()))
        .arg("-cp")
        .arg(jars().join("*"))
        .arg(main_class);
    command
}

/// Directory of the jars; fetches them when they are not there yet or the pom has changed.
///
/// `scripts/kafka jars` does the work for us and for the developer. The lock lets one of several
/// test processes fetch and the others wait for it.
pub(crate) fn jars() -> &'static Path {
    static JARS: OnceLock<PathBuf> = OnceLock::new();
    JARS.get_or_init(|| {
        fs::create_dir_all(home()).expect("target/kafka can be created");
        let turn = File::create(home().join("jars.lock")).expect("the lock file can be created");
        turn.lock().expect("the lock file can be locked");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/kafka");
        let fetched = Command::new(script)
            .arg("jars")
            .output()
            .expect("scripts/kafka runs");
        assert!(
            fetched.status.success(),
            "no Kafka to test with (TIDEMARK_WITHOUT_KAFKA=1 leaves its tests out)\n{}",
            String::from_utf8_lossy(&fetched.stderr)
        );
        let printed = String::from_utf8(fetched.stdout).expect("the path of the jars is UTF-8");
        PathBuf::from(printed.trim_end())
    })
}
