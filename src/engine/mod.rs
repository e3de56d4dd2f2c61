//! What happens next to customers: one input at a time, changes out. Is told the time, never asks.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

mod admission;
pub mod adoption;
mod counted;
mod customers;
mod dedup;
mod departed;
mod due;
pub mod effect;
mod era;
mod erasure;
pub mod explain;
mod firing;
mod footings;
pub mod forgetting;
mod id;
pub mod input;
mod judging;
pub mod key;
mod law;
pub mod loading;
mod losses;
pub mod member;
mod merging;
mod news;
mod occasion;
mod overruled;
mod parcel;
mod population;
mod request;
mod saving;
mod seats;
mod stale;
mod starts;
mod step;
mod transfer;
mod unions;
pub mod view;
mod warned;

pub use step::Engine;
pub use view::{Horizon, View};
