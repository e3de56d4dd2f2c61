//! Tests that need nothing but the pure rooms: `cargo test --no-default-features --test pure`.

mod admission;
mod adoptions;
mod chains;
mod charts;
mod clock;
mod codemap;
mod corrections;
mod crossing;
#[path = "../service/exactly_once/dice.rs"]
mod dice;
mod failures;
mod faults;
mod flapping;
mod forgetting;
mod histories;
mod homes;
mod hourly;
mod keeping;
mod laws;
mod limits;
mod model;
mod oracle;
mod poison;
mod policy;
mod saving;
mod sightings;
mod slots;
mod snapshots;
mod story;
mod tidy;
mod wire;
