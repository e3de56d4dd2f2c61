//! How the program is linked: with a guard before one function of librdkafka, see `src/kafka/ffi.rs`.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is_service = env::var_os("CARGO_FEATURE_SERVICE").is_some();
    if is_service && env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo:rustc-link-arg=-Wl,--wrap=rd_kafka_metadata_update_op");
    }
}
