//! Tests that need nothing but the pure rooms: `cargo test --no-default-features --test pure`.

mod codemap;
mod policy;
mod tidy;
mod wire;
