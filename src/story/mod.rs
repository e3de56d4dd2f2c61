//! Stories that people write about a policy: what customers do and what must come of it, read, told
//! to an engine, and compared.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

pub mod acceptance;
mod asking;
mod deed;
mod diff;
mod expectation;
mod ground;
mod instant;
mod news;
mod page;
mod phrase;
pub mod read;
mod saying;
pub mod script;
mod table;
mod telling;
pub mod verdict;
