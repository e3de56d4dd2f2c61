//! What the service promises, seen from outside the crate, on a real Apache Kafka where it takes
//! one; the tests fetch, start and end it themselves.

#[path = "../broker/mod.rs"]
mod broker;
#[path = "../chaos/mod.rs"]
mod chaos;

mod alerts;
mod broker_boots;
mod client;
mod dashboard;
mod demo;
mod exactly_once;
mod http;
mod http_damaged;
mod leaving;
mod metrics;
mod policy;
mod readme;
mod ready;
mod settings;
mod shop;
mod stories;
mod succession;
mod supervision;

use exactly_once::dice;
