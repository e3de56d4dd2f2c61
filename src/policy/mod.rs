//! The judgement: features and a standing in, a new standing and its reasons out.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type
)]

mod aggregate;
mod answers;
pub mod build;
mod cells;
pub mod chart;
mod checks;
mod clean;
pub mod cleaning;
pub mod climb;
mod comparison;
mod constant;
pub mod counter;
mod cuts;
mod dates;
mod declaration;
pub mod declared;
mod derivation;
pub mod draft;
mod ends;
mod event;
mod filter;
pub mod foresight;
pub mod heritage;
pub mod judge;
mod labels;
pub mod lifetime;
mod marks;
pub mod merge;
mod named;
mod names;
pub mod overrides;
mod owner;
pub mod patience;
pub mod problem;
mod profile;
pub mod reasons;
mod renewal;
mod rfm;
pub mod rule;
mod rules;
mod scale;
mod starts;
pub mod succession;
pub mod suggestion;
mod tenure;
mod terms;
pub mod transition;
pub mod truths;
mod union;
mod vocabulary;
mod waiting;
mod waits;
mod warnings;
pub mod watch;
mod window;
