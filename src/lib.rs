//! tidemark decides customers' tiers from Kafka events and publishes each change exactly once.

pub mod engine;
pub mod features;
pub mod lane;
pub mod model;
pub mod policy;
#[cfg(feature = "service")]
pub mod settings;
#[cfg(feature = "service")]
pub mod telemetry;
pub mod wire;
