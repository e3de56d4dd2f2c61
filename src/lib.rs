//! tidemark decides customers' tiers from Kafka events and publishes each change exactly once.

#[cfg(feature = "service")]
pub mod cli;
#[cfg(feature = "service")]
pub mod directory;
pub mod engine;
pub mod features;
#[cfg(feature = "service")]
pub mod http;
#[cfg(feature = "service")]
pub mod kafka;
pub mod lane;
pub mod model;
pub mod policy;
#[cfg(feature = "service")]
pub mod port;
#[cfg(feature = "service")]
pub mod runtime;
#[cfg(feature = "service")]
pub mod settings;
#[cfg(feature = "service")]
pub mod store;
pub mod story;
mod teeth;
#[cfg(feature = "service")]
pub mod telemetry;
pub mod wire;
