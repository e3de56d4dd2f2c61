//! Who is measured: tidemark, or Kafka Streams in one of its settings.

use std::fmt;
use std::fs;
use std::path::Path;

use clap::ValueEnum;
use tempfile::TempDir;

use crate::Args;
use crate::service::{Rules, Service};
use crate::stage::Stage;
use crate::streams::{Settings, Streams};

/// Whoever takes in events and moves customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Peer {
    /// tidemark with the shipped policy.
    Tidemark,
    /// tidemark with the two ladders of the shipped policy, without its maps.
    Ladders,
    /// Streams with in-memory stores.
    Memory,
    /// The same with its record cache.
    MemoryCached,
    /// Streams with RocksDB.
    Rocks,
    /// The same with its record cache.
    RocksCached,
}

/// What somebody is started for.
#[derive(Clone, Debug)]
pub(crate) enum Occasion<'a> {
    /// Work off a backlog.
    Backlog,
    /// Take events as they happen.
    Live,
    /// Take few events as they happen, by rules whose deadlines come within a minute: a policy for
    /// tidemark, and for Streams the length of a day and when the first begins.
    Hurry(&'a str, (u64, u64)),
}

impl Peer {
    pub(crate) const ALL: [Self; 6] = [
        Self::Tidemark,
        Self::Ladders,
        Self::Memory,
        Self::MemoryCached,
        Self::Rocks,
        Self::RocksCached,
    ];

    /// As it stands in tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Tidemark => "tidemark, shipped policy",
            Self::Ladders => "tidemark, its two ladders alone",
            Self::Memory => "Streams, in-memory, cache off",
            Self::MemoryCached => "Streams, in-memory, cache on",
            Self::Rocks => "Streams, RocksDB, cache off",
            Self::RocksCached => "Streams, RocksDB, cache on",
        }
    }

    pub(crate) fn is_streams(self) -> bool {
        !matches!(self, Self::Tidemark | Self::Ladders)
    }

    /// Whether there is state on its own machine that it comes back to.
    pub(crate) fn keeps_local_state(self) -> bool {
        matches!(self, Self::Rocks | Self::RocksCached) || !self.is_streams()
    }

    /// Starts it on a stage, with local state in `state`: of tidemark, its snapshots.
    pub(crate) fn start(
        self,
        stage: &Stage,
        args: &Args,
        occasion: &Occasion<'_>,
        state: &Path,
    ) -> Running {
        if self.is_streams() {
            let settings = self.settings(args, occasion);
            return Running::Streams(Streams::start(stage, &settings, state));
        }
        let shipped = include_str!("../../config/policy.toml");
        let (ladders, _) = shipped.split_once("# ---- Maps").expect("maps come last");
        let rules = match (occasion, self) {
            (Occasion::Hurry(policy, _), _) => Rules::Text(policy),
            (_, Self::Ladders) => Rules::Text(ladders),
            _ => Rules::Shipped,
        };
        let mut settings = vec![
            format!("snapshots.folder={}", state.display()),
            format!("snapshots.every={}s", args.snapshots),
        ];
        settings.extend(args.set.iter().cloned());
        Running::Tidemark(Service::start(stage, &rules, &settings))
    }

    fn settings(self, args: &Args, occasion: &Occasion<'_>) -> Settings {
        let cached = matches!(self, Self::MemoryCached | Self::RocksCached);
        let in_memory = matches!(self, Self::Memory | Self::MemoryCached);
        Settings {
            store: if in_memory { "memory" } else { "rocksdb" },
            cache_bytes: if cached { args.cache << 20 } else { 0 },
            commit_ms: match occasion {
                Occasion::Backlog => args.backlog_commit_ms,
                Occasion::Live | Occasion::Hurry(..) => args.live_commit_ms,
            },
            threads: args.threads,
            heap: args.heap.clone(),
            jvm: args.jvm.clone(),
            days: match occasion {
                Occasion::Hurry(_, days) => Some(*days),
                Occasion::Backlog | Occasion::Live => None,
            },
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value().expect("none is skipped");
        f.write_str(value.get_name())
    }
}

/// Somebody at work; ended when dropped.
pub(crate) enum Running {
    Tidemark(Service),
    Streams(Streams),
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        match self {
            Self::Tidemark(service) => service.id(),
            Self::Streams(streams) => streams.id(),
        }
    }

    /// Panics with what it said if it has ended.
    pub(crate) fn assert_running(&mut self) {
        match self {
            Self::Tidemark(service) => service.assert_running(),
            Self::Streams(streams) => streams.assert_running(),
        }
    }

    /// Bytes in memory, without the free part of a heap, all of which is resident.
    pub(crate) fn resident(&mut self) -> u64 {
        let free = match self {
            Self::Streams(streams) => streams.collect(),
            Self::Tidemark(_) => 0,
        };
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()));
        let status = status.expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
        let kilobytes: u64 = kilobytes
            .and_then(|number| number.parse().ok())
            .expect("a process has a resident size");
        (kilobytes << 10).saturating_sub(free)
    }

    /// Lets it end as an operator would.
    pub(crate) fn stop(self) {
        match self {
            Self::Tidemark(service) => service.stop(),
            Self::Streams(streams) => streams.stop(),
        }
    }
}

/// Where somebody keeps what is not in Kafka.
pub(crate) fn state() -> TempDir {
    tempfile::tempdir().expect("a directory can be made")
}
