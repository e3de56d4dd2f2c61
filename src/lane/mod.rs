//! What happens next to lanes: which record comes next, where a unit ends, what the ledger says of
//! it.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

pub mod books;
pub mod budget;
pub mod crossing;
pub mod edition;
pub mod fate;
pub mod gap;
pub mod homes;
#[expect(clippy::module_inception, reason = "the room is named after its noun")]
pub mod lane;
pub mod ledger;
pub mod liveness;
pub mod merge;
pub mod pacing;
pub mod phase;
pub mod saving;
pub mod topics;
