//! What this machine is, and how much processor time has gone where.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Unit of the times in /proc: user-space ticks, 100 a second on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// The machine, the broker and the versions, as a Markdown list.
pub(crate) fn describe(broker: u32) -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cores = cpus.matches("processor\t").count();
    let field = |text: &str, name: &str| {
        text.lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_once(':'))
            .map_or("?".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let command = fs::read(format!("/proc/{broker}/cmdline")).unwrap_or_default();
    let options = include_str!("../../tests/broker/broker.options");
    let flags: Vec<&str> = options
        .lines()
        .filter(|line| line.starts_with("-X"))
        .collect();
    let kafka = String::from_utf8_lossy(&command).contains("kafka.Kafka");
    assert!(kafka, "the broker is Kafka's");
    format!(
        "* machine: {cores} x {} ({} MHz), {} memory, shared by broker, load and all below\n\
         * broker: Apache Kafka {}, one KRaft node, {}\n\
         * client: librdkafka {}, topics of {} partitions, loopback\n",
        field(&cpus, "model name"),
        field(&cpus, "cpu MHz"),
        field(&memory, "MemTotal"),
        kafka_version(),
        flags.join(" "),
        rdkafka::util::get_rdkafka_version().1,
        crate::stage::LANES,
    )
}

/// Whether one of Java's programs is there.
pub(crate) fn has(program: &str) -> bool {
    Command::new(program)
        .arg("-version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn kafka_version() -> &'static str {
    let pom = include_str!("../../tests/broker/pom.xml");
    let (_, after) = pom.split_once("<kafka.version>").expect("the pom says it");
    after.split_once('<').map_or(after, |(version, _)| version)
}

/// Processor time of a process so far, all its threads, in the kernel and out of it.
pub(crate) fn cpu_time(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The second field is the name in parentheses, which may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields.split_whitespace().skip(11).take(2);
    TICK * ticks
        .filter_map(|field| field.parse::<u32>().ok())
        .sum::<u32>()
}

/// Processor time of the whole machine so far, idle time apart.
fn busy_time() -> Duration {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields: Vec<u32> = stat
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    // user nice system idle iowait irq softirq steal
    let busy = fields.iter().take(8).sum::<u32>() - fields.iter().skip(3).take(2).sum::<u32>();
    TICK * busy
}

/// A stop watch over wall time, one process, and the whole machine.
pub(crate) struct Watch {
    pid: u32,
    ours: Vec<u32>,
    since: Reading,
}

#[derive(Clone, Copy)]
struct Reading {
    at: Instant,
    process: Duration,
    ours: Duration,
    busy: Duration,
}

/// What a stop watch shows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) wall: Duration,
    /// Processor time of the process.
    pub(crate) process: Duration,
    /// Cores that were busy with anything that is not part of the bench.
    pub(crate) others: f64,
}

impl Watch {
    /// Over a process; `ours` are all processes of the bench.
    pub(crate) fn start(pid: u32, ours: &[u32]) -> Self {
        let ours = ours.to_vec();
        let since = Reading::now(pid, &ours);
        Self { pid, ours, since }
    }

    /// Since the start, or the time before.
    pub(crate) fn look(&self) -> Spent {
        let now = Reading::now(self.pid, &self.ours);
        let wall = now.at - self.since.at;
        let busy = now.busy.saturating_sub(self.since.busy);
        let others = busy.saturating_sub(now.ours.saturating_sub(self.since.ours));
        Spent {
            wall,
            process: now.process.saturating_sub(self.since.process),
            others: others.as_secs_f64() / wall.as_secs_f64(),
        }
    }
}

impl Reading {
    fn now(pid: u32, ours: &[u32]) -> Self {
        Self {
            at: Instant::now(),
            process: cpu_time(pid),
            ours: ours.iter().map(|pid| cpu_time(*pid)).sum(),
            busy: busy_time(),
        }
    }
}

impl Spent {
    pub(crate) fn per_second(&self, events: u64) -> f64 {
        events as f64 / self.wall.as_secs_f64()
    }

    pub(crate) fn nanoseconds(&self, events: u64) -> f64 {
        self.process.as_secs_f64() * 1e9 / events as f64
    }
}

/// The middle one of some numbers, with the smallest and the largest.
pub(crate) fn median(numbers: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut all: Vec<f64> = numbers.collect();
    all.sort_by(f64::total_cmp);
    (all[all.len() / 2], all[0], all[all.len() - 1])
}
