//! A real Apache Kafka for the test or bench that asks for it: one KRaft node on loopback.
#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "each test binary and bench uses its own part of this"
)]

mod child;
mod client;
mod jars;
mod log;
mod records;
mod until;
mod watcher;

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::TcpListener;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};
use std::{env, process, thread};

use tempfile::TempDir;

pub(crate) use child::GuardedChild;
pub(crate) use client::{Client, Isolation};
pub(crate) use log::Batch;
pub(crate) use records::{NewRecord, Record};
pub(crate) use until::{until, wait_for};
pub(crate) use watcher::{Seen, Watcher};

/// A start takes 3 to 5 s on a free machine.
const BOOT: Duration = Duration::from_secs(90);
const STOP: Duration = Duration::from_secs(30);
/// Logs of failed tests and of shared brokers are kept that long.
const KEEP_LOGS: Duration = Duration::from_secs(24 * 60 * 60);

/// A broker of one's own, with its own ports and data. Dropping it kills it and removes its data.
///
/// What is done through it from outside, as any client would, is in [`Client`], which it
/// dereferences to.
#[derive(Debug)]
pub(crate) struct Broker {
    client: Client,
    /// `None` while it is stopped or killed.
    child: Option<GuardedChild>,
    /// Settings, data and logs.
    directory: TempDir,
}

/// The broker that all tests of one process share, started by the first that asks for it.
///
/// It cannot be stopped (that takes a `&mut Broker`); it ends with the process.
pub(crate) fn shared() -> &'static Broker {
    static SHARED: OnceLock<Broker> = OnceLock::new();
    SHARED.get_or_init(Broker::start)
}

/// Ends the test that calls it, with a line that says so, when `TIDEMARK_WITHOUT_KAFKA=1` asks to
/// do without.
macro_rules! needs_kafka {
    () => {
        if $crate::broker::left_out(std::any::type_name_of_val(&{
            fn here() {}
            here
        })) {
            return;
        }
    };
}
pub(crate) use needs_kafka;

/// Whether tests with Kafka are left out of this run; prints the name of the one that asks.
pub(crate) fn left_out(here: &str) -> bool {
    let left_out = env::var_os("TIDEMARK_WITHOUT_KAFKA").is_some_and(|value| value == "1");
    if left_out {
        let test = here.trim_end_matches("::here");
        let test = test
            .split_once("::")
            .map_or(test, |(_, inside_its_crate)| inside_its_crate);
        // Straight to standard error: the test harness hides what a passing test prints.
        writeln!(io::stderr(), "not run without Kafka: {test}").expect("standard error is open");
    }
    left_out
}

impl Broker {
    /// Formats fresh storage and boots a broker on two free ports; ready when this returns.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// The same, with these lines more in its properties, which may name its ports as the template
    /// does.
    pub(crate) fn with(properties: &str) -> Self {
        jars::jars();
        forget_old_runs(&jars::home());
        let directory = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(jars::home())
            .expect("a directory can be made in target/kafka");
        let port = free_port();
        let client = Client::new(format!("127.0.0.1:{port}"));
        let mut broker = Self {
            client,
            child: None,
            directory,
        };
        broker.format(port, free_port(), properties);
        broker.boot();
        broker
    }

    /// Stops it as an operator would: SIGTERM, then SIGKILL if it has not ended after 30 s.
    pub(crate) fn stop(&mut self) {
        let child = self.child.take().expect("the broker is up");
        if !child.stop(STOP) {
            eprintln!("the broker did not stop within {STOP:?} and was killed");
        }
    }

    /// SIGKILL, without notice.
    pub(crate) fn kill(&mut self) {
        drop(self.child.take().expect("the broker is up"));
    }

    /// Boots it again, on the same ports and data, after [`stop`](Self::stop) or
    /// [`kill`](Self::kill), or stops it first.
    pub(crate) fn restart(&mut self) {
        if self.child.is_some() {
            self.stop();
        }
        self.boot();
    }

    /// Lets it stand still; it answers nobody, but keeps its connections.
    pub(crate) fn pause(&mut self) {
        let child = self.child.as_ref().expect("the broker is up");
        assert!(child.signal("STOP"), "STOP cannot be sent");
    }

    /// Lets it go on after [`pause`](Self::pause).
    pub(crate) fn resume(&mut self) {
        let child = self.child.as_ref().expect("the broker is up");
        assert!(child.signal("CONT"), "CONT cannot be sent");
    }

    /// Process id of the broker.
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().expect("the broker is up").id()
    }

    /// Where it keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// What lies in a topic's files, partition by partition, whoever may see it.
    pub(crate) fn batches(&self, topic: &str) -> Vec<Batch> {
        log::batches(&self.data(), topic)
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("server.log")
    }

    fn properties(&self) -> PathBuf {
        self.directory.path().join("server.properties")
    }

    fn format(&self, port: u16, controller_port: u16, more: &str) {
        let template = fs::read_to_string(jars::parts().join("server.properties.in"))
            .expect("server.properties.in can be read");
        let properties = format!("{template}\n{more}\n")
            .replace("@PORT@", &port.to_string())
            .replace("@CONTROLLER_PORT@", &controller_port.to_string())
            .replace(
                "@DATA@",
                self.data().to_str().expect("target/kafka is a UTF-8 path"),
            );
        fs::write(self.properties(), properties).expect("server.properties can be written");
        let mut format = jars::tool("kafka.tools.StorageTool");
        format.args(["format", "--cluster-id", "tidemark-under-test-00"]);
        format.arg("--config").arg(self.properties());
        jars::run(format);
    }

    fn boot(&mut self) {
        let log = || {
            let file = File::options().create(true).append(true).open(self.log());
            file.expect("server.log can be opened")
        };
        let mut kafka = jars::broker("kafka.Kafka");
        kafka.arg(self.properties()).stdout(log()).stderr(log());
        let mut child = GuardedChild::start(kafka, &self.data());
        until("the broker answers", BOOT, || {
            let ended = child.ended();
            assert!(
                ended.is_none(),
                "it ended: {ended:?}\n{}",
                end_of(&self.log())
            );
            self.client.answers().then_some(())
        });
        self.child = Some(child);
    }
}

impl Deref for Broker {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.child = None;
        if thread::panicking() {
            self.directory.disable_cleanup(true);
            let open = log::left_open(&self.data(), "__consumer_offsets");
            eprintln!("left open among the offsets of groups: {open:?}");
            // The directory's other files are small; an error here must not hide the test's own.
            let _ = fs::remove_dir_all(self.data());
            eprintln!("the broker's log is kept: {}", self.log().display());
        }
    }
}

/// A port below the range from which the system takes ports for outgoing connections, so that no
/// client of a stopped broker can occupy it. Each process starts at ports of its own.
pub(crate) fn free_port() -> u16 {
    const FIRST: u32 = 12_000;
    const COUNT: u32 = 18_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let own = process::id() * 10;
    let port = (0..COUNT).find_map(|_| {
        let offset = own.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = u16::try_from(FIRST + offset).expect("30,000 at most");
        TcpListener::bind(("127.0.0.1", port))
            .is_ok()
            .then_some(port)
    });
    port.expect("one of 18,000 ports is free")
}

fn end_of(log: &Path) -> String {
    let text =
        fs::read_to_string(log).unwrap_or_else(|error| format!("{}: {error}", log.display()));
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

fn forget_old_runs(home: &Path) {
    let now = SystemTime::now();
    for entry in fs::read_dir(home)
        .expect("target/kafka can be listed")
        .flatten()
    {
        let written = entry.metadata().and_then(|it| it.modified());
        let old = written.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > KEEP_LOGS));
        if old && entry.file_name().to_string_lossy().starts_with("run-") {
            // Another test process may be at it too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
