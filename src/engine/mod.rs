//! What happens next to customers: one input at a time, changes out. Is told the time, never asks.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

mod admission;
mod customers;
mod dedup;
mod departed;
mod due;
pub mod effect;
mod erasure;
pub mod explain;
mod id;
pub mod input;
mod judging;
mod news;
mod occasion;
mod overruled;
mod population;
mod request;
mod step;
pub mod view;

pub use step::Engine;
pub use view::{Horizon, View};
