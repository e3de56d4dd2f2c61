//! Entry point of the `tidemark` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    tidemark::cli::main()
}
