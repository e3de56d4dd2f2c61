//! The numbers: what is counted and summed about a customer, and how it changes as time passes.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

pub mod feature;
