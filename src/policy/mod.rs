//! The judgement: features and a standing in, a new standing and its reasons out.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

pub mod declared;
pub mod judge;
pub mod reasons;
pub mod rule;
