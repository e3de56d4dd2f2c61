//! The Kafka Streams application, as a child process.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

use crate::Args;
use crate::broker::until;
use crate::stage::Stage;

/// How its JVM is set by default: docs in `streams/README.md`.
pub(crate) const JVM: [&str; 2] = ["-XX:+UseParallelGC", "-XX:+AlwaysPreTouch"];

/// A clean end: what is open is committed, the group is left.
const STOP: Duration = Duration::from_secs(40);

/// How it is to run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) store: &'static str,
    /// Of the record cache; 0 turns it off.
    pub(crate) cache_bytes: u64,
    pub(crate) commit_ms: u64,
    pub(crate) threads: u64,
    pub(crate) heap: String,
    pub(crate) jvm: Vec<String>,
    /// Length of a day in milliseconds, and the instant at which the first begins, instead of
    /// London's.
    pub(crate) days: Option<(u64, u64)>,
}

/// A running application; ended when dropped.
pub(crate) struct Streams {
    child: Child,
    /// Its end makes the application end, so also when the bench dies.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    directory: TempDir,
}

impl Streams {
    /// Starts it on the topics of a stage; local state is in `state`.
    pub(crate) fn start(stage: &Stage, settings: &Settings, state: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let target = &stage.target;
        let mut command = Command::new("java");
        command
            .arg("-Xms256m")
            .arg(format!("-Xmx{}", settings.heap))
            .args(&settings.jvm)
            .arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
            .args(["-cp", class_path(), "peers.Peer"]);
        let cache = settings.cache_bytes.to_string();
        let commit = settings.commit_ms.to_string();
        let threads = settings.threads.to_string();
        for (name, value) in [
            ("app", target.app.as_str()),
            ("brokers", &target.brokers),
            ("purchases", &target.inputs[0]),
            ("browsing", &target.inputs[1]),
            ("changes", &target.changes),
            ("dead-letters", &target.dead_letters),
            ("state", state.to_str().expect("a UTF-8 path")),
            ("store", settings.store),
            ("cache-bytes", &cache),
            ("commit-ms", &commit),
            ("threads", &threads),
            ("sweep-ms", "10"),
        ] {
            command.arg(format!("--{name}")).arg(value);
        }
        if let Some((length, since)) = settings.days {
            command.arg("--day-ms").arg(length.to_string());
            command.arg("--since").arg(since.to_string());
        }
        let log = File::create(directory.path().join("log")).expect("a log can be made");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("java starts");
        let input = child.stdin.take();
        let output = child.stdout.take().expect("it was asked for");
        Self {
            child,
            input,
            output: BufReader::new(output),
            directory,
        }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Panics with what it said if it has ended.
    pub(crate) fn assert_running(&mut self) {
        let ended = self.child.try_wait().expect("a child can be waited for");
        assert!(
            ended.is_none(),
            "Streams ended: {ended:?}\n{}",
            fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
        );
    }

    /// Lets it collect its garbage; gives the bytes of its heap that are free then.
    pub(crate) fn collect(&mut self) -> u64 {
        let input = self.input.as_mut().expect("it has not been stopped");
        writeln!(input, "heap").expect("it listens");
        let mut line = String::new();
        loop {
            line.clear();
            let read = self
                .output
                .read_line(&mut line)
                .expect("it answers in text");
            assert!(read > 0, "it answers");
            if let Some(bytes) = line.strip_prefix("free ") {
                return bytes.trim().parse().expect("a number of bytes");
            }
        }
    }

    /// Lets it end as an operator would.
    pub(crate) fn stop(mut self) {
        drop(self.input.take());
        let ended = until("Streams ends", STOP, || {
            self.child.try_wait().expect("a child can be waited for")
        });
        assert!(ended.success(), "Streams ended with {ended}");
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is compiled, or was before, with its jars.
fn class_path() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/streams/build");
        let built = Command::new(script).output().expect("the script runs");
        assert!(
            built.status.success(),
            "no Kafka Streams to compare with (TIDEMARK_WITHOUT_KAFKA=1 does without)\n{}",
            String::from_utf8_lossy(&built.stderr)
        );
        let printed = String::from_utf8(built.stdout).expect("a UTF-8 path");
        printed.trim_end().to_owned()
    })
}

/// Versions and settings, as a Markdown list.
pub(crate) fn describe(args: &Args) -> String {
    let pom = include_str!("streams/pom.xml");
    let version = |name: &str| {
        let (_, after) = pom
            .split_once(&format!("<{name}.version>"))
            .expect("the pom says it");
        after.split_once('<').map_or(after, |(version, _)| version)
    };
    let java = Command::new("java").arg("-version").output();
    let java = java.map_or(String::new(), |out| {
        String::from_utf8_lossy(&out.stderr).into_owned()
    });
    format!(
        "* Streams: Kafka Streams {}, RocksDB {}, {}, -Xms256m -Xmx{} {}, {} thread(s), \
         commit.interval.ms {} for a backlog and {} live, record cache {} MiB where it is on\n",
        version("kafka"),
        version("rocksdb"),
        java.lines().next().unwrap_or_default(),
        args.heap,
        args.jvm.join(" "),
        args.threads,
        args.backlog_commit_ms,
        args.live_commit_ms,
        args.cache,
    )
}
