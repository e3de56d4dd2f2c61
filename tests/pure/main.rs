//! Tests that need nothing but the pure rooms: `cargo test --no-default-features --test pure`.

mod tidy;
mod wire;
mod policy;
