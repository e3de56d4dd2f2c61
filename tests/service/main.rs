//! What tidemark does on a real Apache Kafka, which the tests fetch, start and end themselves.

#[path = "../broker/mod.rs"]
mod broker;

mod broker_boots;
