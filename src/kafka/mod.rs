//! The broker: the door for rdkafka. Nothing here decides about a customer or a lane.

pub mod client;
mod committer;
pub mod connection;
mod context;
pub mod feeder;
pub mod ffi;
mod inlet;
pub mod ledger;
pub mod members;
pub mod mock;
mod offsets;
mod outlet;
pub mod pass;
pub mod record;
pub mod retention;
pub mod returns;
pub mod roll;
pub mod shelf;
pub mod survey;
pub mod tap;
mod trouble;
pub mod watch;
