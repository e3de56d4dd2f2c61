//! `tidemark check`: settings, policy and topics, every problem in one report.

use std::fs;

use crate::kafka::survey::survey;
use crate::wire::policy;

use super::args::CheckArgs;
use super::deployment::{read_settings, target};
use super::exit::{CONFIG, Failure};
use super::report::{count, render};

/// Runs it.
///
/// # Errors
/// See the exit codes.
pub(crate) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let settings = read_settings(&args.settings);
    let mut reports = Vec::new();
    let mut code = CONFIG;
    let named = settings
        .as_ref()
        .ok()
        .map(|settings| settings.policy.file.clone());
    if let Some(path) = args.policy.clone().or(named) {
        match fs::read_to_string(&path) {
            Err(error) => {
                let failure = Failure::reading(&path, &error);
                code = failure.code;
                reports.push(failure.report);
            }
            Ok(text) => match policy::parse(&path.display().to_string(), &text) {
                Err(report) => reports.push(render(&report)),
                Ok(policy) => println!(
                    "policy    {}: {} v{}, {}, {}, {}, hash {}",
                    path.display(),
                    policy.name,
                    policy.version,
                    count(policy.features.len(), "feature"),
                    count(policy.ladders.len(), "ladder"),
                    count(policy.maps.len(), "map"),
                    &policy.hash[..12],
                ),
            },
        }
    }
    match settings {
        Err(failure) => reports.insert(0, failure.report),
        Ok(settings) => {
            println!(
                "settings  app {}, {}",
                settings.app.name, settings.kafka.brokers
            );
            if args.connect {
                let found = survey(&target(&settings, 0))?;
                reports.extend(
                    found
                        .differences
                        .iter()
                        .map(|text| format!("error: {text}")),
                );
                println!(
                    "topics    {} lanes, {} sampled keys",
                    found.lanes, found.keys
                );
            }
        }
    }
    if reports.is_empty() {
        println!("all good");
        return Ok(());
    }
    Err(Failure::new(code, reports.join("\n")))
}
