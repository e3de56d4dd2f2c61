//! Bytes to values and back: golden files in `tests/data/wire`, and properties.

mod changes;
mod cleaning;
mod contract;
mod details;
mod events;
mod gaps;
mod ledger;
mod money;
mod produced;
mod profiles;
mod sample;
pub(crate) mod scanned;
mod warnings;
