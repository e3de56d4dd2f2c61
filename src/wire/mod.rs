//! Bytes to values and back: events, policies, changes, standings, dead letters and the ledger; the
//! door for serde, serde_json, toml and sha2.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

pub mod audit;
pub mod chains;
pub mod change;
pub mod checksum;
mod cleaning;
mod command;
pub mod dead_letter;
mod details;
pub mod event;
pub mod explanation;
mod fields;
pub mod ledger;
pub mod measures;
mod overrides;
pub mod policy;
mod reason;
pub mod receipt;
pub mod record;
pub mod redrive;
pub mod report;
mod scanner;
pub mod scratch;
mod section;
pub mod snapshot;
pub mod standing;
pub mod tape;
pub mod told;
pub mod transfer;
pub mod value;
pub mod warning;
