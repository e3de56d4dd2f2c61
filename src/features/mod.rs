//! The numbers: what is counted and summed about a customer, and how it changes as time passes.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

mod back;
mod booking;
mod buckets;
pub mod carry;
mod counters;
mod course;
pub mod cuts;
mod decay;
pub mod derived;
mod ever;
pub mod feature;
pub mod filter;
pub mod fingerprint;
mod form;
pub mod history;
mod joined;
pub mod layout;
mod limits;
pub mod measures;
mod moment;
mod narrow;
mod notes;
pub mod orders;
pub mod outlook;
mod profile;
mod regard;
mod rolls;
mod rows;
mod settled;
mod shape;
pub mod sight;
mod tally;
mod taped;
pub mod terms;
mod texts;
