//! The knobs: what is declared in files, the environment and flags, checked as a whole; the door
//! for `config`.

mod check;
mod layer;
mod load;
mod origin;
mod properties;
mod raw;
mod report;
mod schema;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use load::{Layers, load};
pub use properties::Properties;
pub use report::SettingsReport;

/// Every key with its default and its comment, as shipped.
pub const DEFAULTS: &str = include_str!("../../config/tidemark.toml");

/// How to run: valid as a whole.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who this is in the cluster.
    pub app: App,
    /// The cluster.
    pub kafka: Kafka,
    /// What is read.
    pub input: Input,
    /// What is written.
    pub output: Output,
    /// What is decided by.
    pub policy: PolicySource,
    /// Where a unit ends.
    pub unit: UnitBounds,
    /// How the input topics are merged.
    pub feed: Feed,
    /// What is kept of customers.
    pub state: State,
    /// How lanes are written down.
    pub snapshots: Snapshots,
    /// What is answered over HTTP.
    pub http: Http,
    /// What is written to standard error.
    pub log: Log,
}

impl Settings {
    /// All topics that a lane reads, in the order in which records of equal instants are taken, and
    /// in which the ledger names them.
    #[must_use]
    pub fn inputs(&self) -> Vec<String> {
        let Input {
            purchases,
            browsing,
            profiles,
            commands,
            transfers,
            ..
        } = &self.input;
        // What is said of a customer counts before what the customer does at the same instant.
        let said = commands.iter().chain(profiles);
        let fed = said.chain([purchases, browsing]);
        fed.chain(transfers).cloned().collect()
    }
}

/// Who this is in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Name of the service: also the consumer group.
    pub name: String,
    /// Which instance of the service.
    pub instance: String,
    /// Threads that consume; at least one.
    pub workers: usize,
    /// Whether it keeps up the lanes of others, too.
    pub standby: bool,
}

impl App {
    /// The consumer group.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.name
    }

    /// The topic of the ledger.
    #[must_use]
    pub fn ledger_topic(&self) -> String {
        format!("{}.ledger.v1", self.name)
    }

    /// The transactional id of a worker (0, 1, 2 ...): the same after a restart.
    #[must_use]
    pub fn transactional_id(&self, worker: usize) -> String {
        format!("{}.{}.{worker}", self.name, self.instance)
    }
}

/// The cluster.
#[derive(Clone, Debug)]
pub struct Kafka {
    /// "host:port", separated by commas.
    pub brokers: String,
    /// After how long without a heartbeat this member is given up.
    pub session_timeout: Duration,
    /// Whether this member keeps its lanes over a restart within the session timeout.
    pub static_membership: bool,
    /// After how long an open transaction is aborted.
    pub transaction_timeout: Duration,
    /// What is done about settings of topics that do not fit.
    pub topic_settings: TopicSettings,
    /// Further properties of librdkafka; none of them is one that exactly-once rests on.
    pub properties: Properties,
}

/// What is done about settings of topics that do not fit: cleanup, retention and the like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicSettings {
    /// The service does not begin.
    Refuse,
    /// They are told.
    Warn,
    /// Nobody looks.
    Ignore,
}

impl TopicSettings {
    /// As written in the settings.
    pub const ALL: &[(&str, Self)] = &[
        ("refuse", Self::Refuse),
        ("warn", Self::Warn),
        ("ignore", Self::Ignore),
    ];
}

/// What is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Topic of purchases, refunds and cancels.
    pub purchases: String,
    /// Topic of all other events.
    pub browsing: String,
    /// Topic of profiles, if they have one of their own.
    pub profiles: Option<String>,
    /// Topic of commands, if they have one of their own.
    pub commands: Option<String>,
    /// Topic that lanes use among themselves, if customers may be merged across lanes.
    pub transfers: Option<String>,
    /// The longest value that is read.
    pub record_bytes_max: usize,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Topic of changes.
    pub changes: String,
    /// Compacted topic of standings.
    pub current: String,
    /// Topic of records that could not be applied.
    pub dead_letters: String,
}

/// What is decided by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySource {
    /// The policy's file, relative to the working directory.
    pub file: PathBuf,
    /// The topic that all instances take their policies from; nothing where each has its file.
    pub topic: Option<String>,
    /// How many customers of each lane are passed over to another policy in each unit.
    pub pace: u32,
}

/// Where a unit ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitBounds {
    /// At most so many events.
    pub events_max: usize,
    /// At most so many bytes to publish; no fewer than a record may have.
    pub bytes_max: usize,
    /// So long after its first event.
    pub age_max: Duration,
    /// So long after its first event, where a change waits in it; at most `age_max`.
    pub change_wait: Duration,
    /// Least time between the begins of two transactions; at most `age_max`.
    pub pause: Duration,
    /// How many deadlines each lane fires a second, at most; nothing for no limit.
    pub deadlines_per_second: Option<u64>,
    /// How many times each of the first four while more than `events_max` events are unread.
    pub stretch: u32,
}

/// How the input topics are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// How long events of one topic wait for older ones of the other that are known to be unread.
    pub merge_wait: Duration,
}

/// What is kept of customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Bytes of memory that the program may have in use; nothing for no limit.
    pub max_bytes: Option<u64>,
}

/// How lanes are written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshots {
    /// The folder they are kept in, relative to the working directory; nothing for none.
    pub folder: Option<PathBuf>,
    /// The topic they are kept in; nothing for none.
    pub topic: Option<String>,
    /// How long after its last snapshot a lane is written down again.
    pub every: Duration,
    /// Bytes a second that a worker writes.
    pub bytes_per_second: u64,
}

/// What is answered over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http {
    /// Whether anything is.
    pub enabled: bool,
    /// Address and port.
    pub listen: SocketAddr,
    /// Whether questions about customers are.
    pub customers: bool,
    /// Whether policies are taken; on loopback only.
    pub policy: bool,
}

/// What is written to standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// From which severity up.
    pub level: Level,
    /// In which form.
    pub format: LogFormat,
}

/// The severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Somebody has to act.
    Error,
    /// Somebody should know.
    Warn,
    /// What happened.
    Info,
    /// How it happened.
    Debug,
    /// Every step of it.
    Trace,
}

impl Level {
    /// As written in the settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// `Text` on a terminal, else `Json`.
    Auto,
    /// For people.
    Text,
    /// For machines: one object a line.
    Json,
}
