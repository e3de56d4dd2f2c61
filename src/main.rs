//! Entry point of the `tidemark` program; the door for the allocator.

use std::process::ExitCode;

/// Serves librdkafka too: its records are made by one thread and freed by another, and its buffers
/// come and go by the megabyte, which costs the system's allocator a fifth to a third of the
/// processor time of catching up.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    tidemark::cli::main()
}
