//! A running instance of the real program, with its log.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use super::deployment::PATIENCE;
use crate::broker::{GuardedChild, until};

/// A running instance. Dropping it kills it.
pub(crate) struct Instance {
    child: GuardedChild,
    log: PathBuf,
}

impl Instance {
    /// A process, and the file that it logs to.
    pub(crate) fn new(child: GuardedChild, log: PathBuf) -> Self {
        Self { child, log }
    }

    /// SIGKILL, without notice.
    pub(crate) fn kill(mut self) {
        let ended = self.child.ended();
        assert!(
            ended.is_none(),
            "it ended by itself: {ended:?}\n{}",
            self.log()
        );
    }

    /// SIGTERM, and how it ends.
    #[track_caller]
    pub(crate) fn terminate(mut self) -> ExitStatus {
        self.signal("TERM");
        let what = format!("the instance ends after SIGTERM; {}", self.log.display());
        until(&what, PATIENCE, || self.child.ended())
    }

    /// How it ends by itself, and what it has logged then.
    #[track_caller]
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let what = format!("the instance ends by itself; {}", self.log.display());
        let status = until(&what, PATIENCE, || self.child.ended());
        (status, self.log())
    }

    /// From now on no file that it writes may have more bytes; `None` for as many as there is room
    /// for.
    pub(crate) fn limit_files(&self, bytes: Option<u64>) {
        let most = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let mut prlimit = Command::new("prlimit");
        prlimit.arg(format!("--pid={}", self.child.id()));
        let status = prlimit.arg(format!("--fsize={most}:")).status();
        assert!(status.expect("prlimit is there").success());
    }

    /// What a line of the system's account of it says, in KiB: `VmHWM`, the most memory it has had.
    pub(crate) fn kibibytes(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        let number = number.and_then(|number| number.parse().ok());
        number.expect("the system says it in KiB")
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        assert!(self.child.signal(name), "{name} cannot be sent");
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        read(&self.log)
    }

    /// How it has ended by itself, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.ended()
    }

    /// Fails if it has ended.
    #[track_caller]
    pub(crate) fn assert_runs(&mut self) {
        let ended = self.child.ended();
        assert!(
            ended.is_none(),
            "it ended by itself: {ended:?}\n{}",
            self.log()
        );
    }
}

fn read(log: &Path) -> String {
    fs::read_to_string(log).unwrap_or_else(|error| format!("{}: {error}", log.display()))
}
