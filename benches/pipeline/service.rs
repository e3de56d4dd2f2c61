//! The real program, as a child process.
#![allow(dead_code, reason = "each bench uses its own part of this")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::broker::until;
use crate::stage::Stage;

/// A clean end: what is open is committed, the group is left.
const STOP: Duration = Duration::from_secs(40);

/// A running `tidemark run`; ended when dropped.
pub(crate) struct Service {
    child: Child,
    directory: TempDir,
}

/// The policy that a service decides by.
pub(crate) enum Rules<'a> {
    /// The shipped one.
    Shipped,
    /// This text.
    Text(&'a str),
}

/// What a service promises of what it publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// As ever.
    ExactlyOnce,
    /// Without transactions, which only a build with `bench-at-least-once` can.
    AtLeastOnce,
}

impl Service {
    /// Starts it on the topics of a stage, with the defaults apart from names, HTTP, which is off,
    /// the snapshots' folder, which goes with the service, and `settings`.
    pub(crate) fn start(stage: &Stage, rules: &Rules<'_>, settings: &[String]) -> Self {
        Self::delivering(Delivery::ExactlyOnce, stage, rules, settings)
    }

    /// The same, with that promise.
    pub(crate) fn delivering(
        delivery: Delivery,
        stage: &Stage,
        rules: &Rules<'_>,
        settings: &[String],
    ) -> Self {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let policy = match rules {
            Rules::Shipped => Path::new(env!("CARGO_MANIFEST_DIR")).join("config/policy.toml"),
            Rules::Text(text) => {
                let path = directory.path().join("policy.toml");
                fs::write(&path, text).expect("the policy can be written");
                path
            }
        };
        let target = &stage.target;
        let snapshots = directory.path().join("snapshots");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidemark"));
        command.arg("run");
        for (key, value) in [
            ("app.name", target.app.as_str()),
            ("app.instance", "bench"),
            ("kafka.brokers", &target.brokers),
            ("input.purchases", &target.inputs[0]),
            ("input.browsing", &target.inputs[1]),
            ("output.changes", &target.changes),
            ("output.current", &target.current),
            ("output.dead_letters", &target.dead_letters),
            ("policy.file", policy.to_str().expect("a UTF-8 path")),
            ("snapshots.topic", ""),
            ("http.enabled", "false"),
            (
                "snapshots.folder",
                snapshots.to_str().expect("a UTF-8 path"),
            ),
        ] {
            command.arg("--set").arg(format!("{key}={value}"));
        }
        for setting in settings {
            command.arg("--set").arg(setting);
        }
        if delivery == Delivery::AtLeastOnce {
            command.env("TIDEMARK_AT_LEAST_ONCE", "1");
        }
        let log = File::create(log_of(&directory)).expect("a log can be made");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("tidemark starts");
        Self { child, directory }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Lets it end as an operator would.
    pub(crate) fn stop(mut self) {
        let id = self.id().to_string();
        let asked = Command::new("sh")
            .args(["-c", r#"kill -s TERM "$1""#, "sh", &id])
            .status();
        assert!(asked.expect("sh runs").success(), "tidemark can be asked");
        let ended = until("tidemark ends", STOP, || {
            self.child.try_wait().expect("a child can be waited for")
        });
        assert!(ended.success(), "tidemark ended with {ended}");
    }

    /// Panics with what it said if it has ended.
    pub(crate) fn assert_running(&mut self) {
        let ended = self.child.try_wait().expect("a child can be waited for");
        let said = || self.said();
        assert!(ended.is_none(), "tidemark ended: {ended:?}\n{}", said());
    }

    /// All that it has said so far, one JSON object a line.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(log_of(&self.directory)).unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_of(directory: &TempDir) -> PathBuf {
    directory.path().join("log")
}
