//! A child process that never outlives the test process, however that one ends.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::until::until;

/// Waits on a pipe from the test process. A line lets it go; the pipe's end means that the test
/// process has died or ended without a word, so it kills the child ($1) and removes its data ($2).
const WATCHDOG: &str = r#"
read -r _ && exit
kill -KILL "$1"
# The dying child may still write there.
rm -rf "$2" || { sleep 1; rm -rf "$2"; }
"#;

/// A running child and the watchdog over it.
#[derive(Debug)]
pub(crate) struct GuardedChild {
    child: Child,
    watchdog: Child,
}

impl GuardedChild {
    /// Starts `command`. Both processes get groups of their own, so that a Ctrl-C at the terminal
    /// ends the test process, and the watchdog the rest.
    pub(crate) fn start(mut command: Command, data: &Path) -> Self {
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        let child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog", &child.id().to_string()])
            .arg(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh runs");
        Self { child, watchdog }
    }

    /// Process id of the child.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal by name; whether that could be done.
    #[must_use]
    pub(crate) fn signal(&self, name: &str) -> bool {
        let id = self.id().to_string();
        Command::new("sh")
            .args(["-c", r#"kill -s "$1" "$2""#, "sh", name, &id])
            .status()
            .expect("sh runs")
            .success()
    }

    /// How the child ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Asks the child to end (SIGTERM) and waits; kills it when it has not `within` that time.
    /// Returns whether it ended of its own.
    pub(crate) fn stop(mut self, within: Duration) -> bool {
        let asked = self.signal("TERM");
        let deadline = Instant::now() + within;
        asked
            && until("the child ends or its time is up", within * 2, || {
                self.ended()
                    .map(|_| true)
                    .or((Instant::now() > deadline).then_some(false))
            })
    }
}

impl Drop for GuardedChild {
    /// SIGKILL, to its own pid.
    fn drop(&mut self) {
        // Each step is right whatever became of the others: a child may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(mut pipe) = self.watchdog.stdin.take() {
            let _ = pipe.write_all(b"\n");
        }
        let _ = self.watchdog.wait();
    }
}
