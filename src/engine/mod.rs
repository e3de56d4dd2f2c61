//! What happens next to customers: one input at a time, changes out. Is told the time, never asks.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

pub mod effect;
pub mod input;
