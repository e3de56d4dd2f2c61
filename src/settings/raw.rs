//! The shape of the settings as written: section by section, every value still text or a number.

use std::collections::BTreeMap;

use serde::Deserialize;

/// All sections of `config/tidemark.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) app: App,
    pub(super) kafka: Kafka,
    pub(super) input: Input,
    pub(super) output: Output,
    pub(super) policy: Policy,
    pub(super) unit: Unit,
    pub(super) feed: Feed,
    pub(super) state: State,
    pub(super) snapshots: Snapshots,
    pub(super) http: Http,
    pub(super) log: Log,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct App {
    pub(super) name: String,
    pub(super) instance: String,
    pub(super) workers: i64,
    pub(super) standby: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kafka {
    pub(super) brokers: String,
    pub(super) session_timeout: String,
    pub(super) static_membership: bool,
    pub(super) transaction_timeout: String,
    pub(super) topic_settings: String,
    pub(super) properties: BTreeMap<String, String>,
    pub(super) property_files: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    pub(super) purchases: String,
    pub(super) browsing: String,
    pub(super) profiles: String,
    pub(super) commands: String,
    pub(super) transfers: String,
    pub(super) record_bytes_max: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Output {
    pub(super) changes: String,
    pub(super) current: String,
    pub(super) dead_letters: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub(super) file: String,
    pub(super) topic: String,
    pub(super) pace: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unit {
    pub(super) events_max: i64,
    pub(super) bytes_max: i64,
    pub(super) age_max: String,
    pub(super) change_wait: String,
    pub(super) pause: String,
    pub(super) stretch: i64,
    pub(super) deadlines_per_second: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Feed {
    pub(super) merge_wait: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    pub(super) max_bytes: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Http {
    pub(super) enabled: bool,
    pub(super) listen: String,
    pub(super) customers: bool,
    pub(super) policy: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Log {
    pub(super) level: String,
    pub(super) format: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Snapshots {
    pub(super) folder: String,
    pub(super) topic: String,
    pub(super) every: String,
    pub(super) bytes_per_second: i64,
}
