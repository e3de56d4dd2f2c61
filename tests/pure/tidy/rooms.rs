//! The tables: which room may know which, and which room is the door of which library.

/// The rooms above the tide line: no input or output, no clock, no logging.
pub(crate) const PURE: &[&str] = &[
    "model", "features", "policy", "engine", "lane", "wire", "story",
];

/// Each room with the rooms that it may know besides itself.
pub(crate) const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("teeth", &[]),
    ("features", &["model"]),
    ("policy", &["model", "features"]),
    ("engine", &["model", "features", "policy", "teeth"]),
    ("lane", &["model", "features", "policy", "engine", "teeth"]),
    ("wire", &["model", "features", "policy", "engine", "lane"]),
    ("story", &["model", "features", "policy", "engine", "wire"]),
    ("port", &["model", "lane"]),
    ("settings", &["model", "policy", "wire"]),
    ("telemetry", &["model", "policy", "engine", "lane"]),
    ("directory", &["model", "policy", "engine"]),
    ("store", &["model", "port"]),
    (
        "kafka",
        &["model", "lane", "wire", "port", "settings", "telemetry"],
    ),
    (
        "runtime",
        &[
            "model",
            "features",
            "policy",
            "engine",
            "lane",
            "wire",
            "port",
            "directory",
            "telemetry",
            "teeth",
        ],
    ),
    ("http", &["model", "directory", "telemetry"]),
    (
        "cli",
        &[
            "model",
            "features",
            "policy",
            "engine",
            "lane",
            "wire",
            "story",
            "port",
            "settings",
            "telemetry",
            "directory",
            "store",
            "kafka",
            "runtime",
            "http",
        ],
    ),
    ("main", &["cli"]),
];

/// Each library with the only places that may name it: a room, or a file without its `.rs`.
/// `*` is everywhere.
pub(crate) const DOORS: &[(&str, &[&str])] = &[
    ("axum", &["http"]),
    ("clap", &["cli"]),
    ("comfy_table", &["cli"]),
    ("config", &["settings"]),
    ("dashmap", &["directory"]),
    ("flate2", &["cli"]),
    ("hashbrown", &["engine", "features/orders/many"]),
    ("hdrhistogram", &["telemetry"]),
    ("hyper", &["http"]),
    ("hyper_util", &["http"]),
    ("indicatif", &["cli"]),
    ("iso_currency", &["model/money"]),
    (
        "jiff",
        &["model/civil", "model/period", "model/until", "model/zone"],
    ),
    ("miette", &["wire", "settings", "cli"]),
    ("procfs", &["runtime/memory"]),
    ("prometheus", &["telemetry"]),
    ("rdkafka", &["kafka"]),
    ("rdkafka_sys", &["kafka"]),
    ("serde", &["wire", "settings"]),
    ("serde_json", &["wire", "http"]),
    ("sha2", &["wire"]),
    ("strsim", &["policy/suggestion", "settings"]),
    ("thiserror", &["*"]),
    ("tikv_jemallocator", &["main", "runtime/basin/tests"]),
    ("tokio", &["http", "kafka/survey/described", "cli"]),
    ("toml", &["wire", "settings"]),
    ("tracing", &["telemetry"]),
    ("tracing_subscriber", &["telemetry"]),
    ("ureq", &["cli"]),
    ("xxhash_rust", &["wire", "features/fingerprint"]),
];

/// What no pure room may name: the world outside.
pub(crate) const OUTSIDE: &[(&[&str], &str)] = &[
    (&["std", "fs"], "files belong below the tide line"),
    (&["std", "net"], "the network belongs below the tide line"),
    (&["std", "thread"], "threads belong to runtime"),
    (
        &["std", "env"],
        "the environment belongs to settings and cli",
    ),
    (&["std", "process"], "processes belong to cli"),
    (&["std", "io", "stdin"], "input and output belong to cli"),
    (&["std", "io", "stdout"], "input and output belong to cli"),
    (&["std", "io", "stderr"], "input and output belong to cli"),
];

/// Words that name a habit instead of a thing.
pub(crate) const EMPTY_WORDS: &[&str] = &[
    "manager",
    "managers",
    "handler",
    "handlers",
    "processor",
    "processors",
    "util",
    "utils",
    "utility",
    "utilities",
    "common",
    "helper",
    "helpers",
    "core",
];

/// The one file that asks what time it is.
pub(crate) const CLOCK: &str = "runtime/clock";

/// The one module that may hold `unsafe`: its file, and those of its directory.
pub(crate) const FOREIGN_CALLS: [&str; 2] = ["src/kafka/ffi.rs", "src/kafka/ffi/"];
