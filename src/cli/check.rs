//! `tidemark check`: settings, policy and topics, every problem in one report.

use std::path::{Path, PathBuf};

use crate::engine::adoption::{Gaps, NotAdopted, may_follow};
use crate::engine::forgetting::rest;
use crate::kafka::survey::{Difference, survey};
use crate::policy::declared::Policy;

use super::args::CheckArgs;
use super::deployment::{read_settings, target};
use super::exit::{CONFIG, Failure};
use super::inputs::read_policy;
use super::report::{count, differences};

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
        match read_policy(&path) {
            Err(failure) => {
                code = failure.code;
                reports.push(failure.report);
            }
            Ok(policy) => {
                println!("policy    {}", summary(&path, &policy));
                println!("forgets   {}", forgets(&policy));
                if let Err(failure) = follows(&args.against, &policy) {
                    code = failure.code;
                    reports.push(failure.report);
                }
            }
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
                if !found.differences.is_empty() {
                    reports.push(differences(&found.differences));
                }
                println!(
                    "topics    {} lanes, {} sampled keys",
                    found.lanes, found.keys
                );
                for Difference { what, mend } in &found.warnings {
                    println!("warning   {what}\n          {mend}");
                }
            }
        }
    }
    if reports.is_empty() {
        println!("all good");
        return Ok(());
    }
    Err(Failure::new(code, reports.join("\n")))
}

fn summary(path: &Path, policy: &Policy) -> String {
    format!(
        "{}: {} v{}, {}, {}, {}, hash {}",
        path.display(),
        policy.name,
        policy.version,
        count(policy.features.len(), "feature"),
        count(policy.ladders.len(), "ladder"),
        count(policy.maps.len(), "map"),
        &policy.hash[..12],
    )
}

/// Whom a policy lets a lane forget.
fn forgets(policy: &Policy) -> String {
    match rest(policy) {
        Ok(rest) => format!("whoever was never moved and had no amounts, after {rest}"),
        Err(for_ever) => format!("nobody, because of {}", for_ever.join(", ")),
    }
}

/// Whether a policy can take the place of the last of those that were in force one after another.
fn follows(before: &[PathBuf], policy: &Policy) -> Result<(), Failure> {
    let before: Vec<Policy> = before
        .iter()
        .map(|path| read_policy(path))
        .collect::<Result<_, _>>()?;
    let Some(last) = before.last() else {
        return Ok(());
    };
    if last.hash == policy.hash {
        println!("against   it is the same text");
        return Ok(());
    }
    match may_follow(&before, policy) {
        Ok(()) => {
            println!(
                "against   {} v{}: can take its place",
                last.name, last.version
            );
            Ok(())
        }
        Err(refused) => Err(Failure::new(CONFIG, untold(last, &refused))),
    }
}

/// Why a policy cannot take the place of another, a line for each reason.
fn untold(last: &Policy, refused: &NotAdopted) -> String {
    let reasons = match refused {
        NotAdopted::Unanswerable(Gaps(gaps)) => gaps
            .iter()
            .map(|(feature, gap)| format!("feature \"{feature}\": {gap}"))
            .collect(),
        other => vec![other.to_string()],
    };
    let lines: String = reasons
        .iter()
        .map(|reason| format!("\nerror: {reason}"))
        .collect();
    format!(
        "error: it cannot take the place of {} v{} while that runs{lines}\n\
         help: leave out what cannot be told, or rebuild from the log beside the running service, \
         under another app name",
        last.name, last.version
    )
}
