//! Tests that need nothing but the pure rooms: `cargo test --no-default-features --test pure`.

mod codemap;
mod histories;
mod laws;
mod limits;
mod model;
mod oracle;
mod policy;
mod sightings;
mod stories;
mod tidy;
mod wire;
