//! `tidemark audit --from-kafka`: the books of a deployment, held against themselves and against
//! its topics, while it works or not.

mod inputs;
mod ledger;
mod outputs;

use crate::kafka::client::Target;
use crate::kafka::survey::survey;
use crate::settings::TopicSettings;
use crate::wire::audit::{Finding, Verdict, encode, violated};

use super::args::{AuditArgs, AuditFormat};
use super::deployment::{read_settings, target};
use super::exit::{CONFIG, Failure, VIOLATED};
use super::report::{count, differences};

/// Of one check at one place, as many faults are told.
const TOLD_MAX: usize = 5;

/// Runs it. Nothing is written, and no group is joined.
///
/// # Errors
/// See the exit codes.
pub(crate) fn audit(args: &AuditArgs) -> Result<(), Failure> {
    let settings = read_settings(&args.settings)?;
    let target = Target {
        topic_settings: TopicSettings::Ignore,
        snapshots: None,
        ..target(&settings, 0)
    };
    let found = survey(&target)?;
    if !found.differences.is_empty() {
        return Err(Failure::new(CONFIG, differences(&found.differences)));
    }
    let mut findings = Vec::new();
    // What the outputs hold lies between what the ledger held before and after they were read.
    let mut ledger = ledger::read(&target, found.lanes)?;
    let before = ledger.total();
    let seen = outputs::read(&target, &mut findings)?;
    ledger.go_on(&target)?;
    outputs::compare(&seen, before, ledger.total(), &mut findings);
    if !args.skip_inputs {
        inputs::count(&target, &ledger, &mut findings)?;
    }
    ledger.tell(&mut findings);
    show(&findings, args);
    match violated(&findings) {
        0 => Ok(()),
        _ => Err(Failure::new(VIOLATED, "")),
    }
}

/// One finding for a check that holds, else one for each of its first faults.
fn judged(check: &'static str, place: &str, sound: String, faults: Vec<String>) -> Vec<Finding> {
    let finding = |verdict, what| Finding {
        check,
        place: place.to_owned(),
        verdict,
        what,
    };
    if faults.is_empty() {
        return vec![finding(Verdict::Holds, sound)];
    }
    let more = faults.len().saturating_sub(TOLD_MAX);
    let first = faults.into_iter().take(TOLD_MAX);
    let mut all: Vec<Finding> = first.map(|what| finding(Verdict::Violated, what)).collect();
    if more > 0 {
        all.push(finding(
            Verdict::Violated,
            format!("{more} more of that kind"),
        ));
    }
    all
}

fn untold(check: &'static str, place: &str, what: String) -> Finding {
    Finding {
        check,
        place: place.to_owned(),
        verdict: Verdict::Untold,
        what,
    }
}

fn show(findings: &[Finding], args: &AuditArgs) {
    if args.format == AuditFormat::Json {
        let mut json = Vec::new();
        encode(findings, &mut json);
        println!("{}", String::from_utf8_lossy(&json));
        return;
    }
    for one in findings {
        let verdict = match one.verdict {
            Verdict::Holds => "ok",
            Verdict::Untold => "untold",
            Verdict::Violated => "VIOLATED",
        };
        println!("{verdict:<9} {:<13} {}: {}", one.check, one.place, one.what);
    }
    match violated(findings) {
        0 => println!("the books are in order"),
        violated => println!("{}", count(violated, "violation")),
    }
}
