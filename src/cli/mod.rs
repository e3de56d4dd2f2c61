//! The front door: arguments, exit codes, and the only place that assembles.

mod along;
mod args;
mod audit;
mod backtest;
mod check;
mod demo;
mod deployment;
#[cfg(test)]
mod disturbed;
mod exit;
mod explain;
mod following;
mod front;
mod giving;
mod history;
mod inputs;
mod logging;
mod progress;
mod redrive;
mod replay;
mod report;
mod retaining;
mod run;
mod skip;
mod stories;
mod watching;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// Does what was typed.
#[must_use]
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Demo(args) => demo::demo(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Test(args) => stories::test(&args),
        Command::Check(args) => check::check(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Skip(args) => skip::skip(&args),
        Command::Redrive(args) => redrive::redrive(&args),
        Command::Audit(args) => audit::audit(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}
