//! The words: what every other room speaks in. Knows nothing of any other room.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

pub mod change;
pub mod civil;
pub mod command;
pub mod detail;
pub mod event;
pub mod ids;
mod instant;
pub mod money;
pub mod overrides;
pub mod partitioner;
pub mod period;
pub mod refusal;
pub mod standing;
pub mod tape;
pub mod time;
pub mod until;
pub mod warning;
pub mod zone;
