//! `tidemark replay`: events from files through the engine, to changes, warnings, standings and
//! features.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::Path;
use std::sync::Arc;

use crate::model::refusal::Refusal;
use crate::model::time::Timestamp;
use crate::model::zone::{parse_instant, show_utc};
use crate::policy::declared::Policy;
use crate::wire::event::Decoder;
use crate::wire::{dead_letter, measures, standing};

use super::along;
use super::args::ReplayArgs;
use super::backtest::{Backtest, backtest};
use super::exit::{DATA, Failure};
use super::history::History;
use super::inputs::read_policy;
use super::progress::Progress;

/// Largest line that is read as an event: the same as a record by default.
pub(super) const LINE_BYTES_MAX: usize = 65_536;

/// Runs it.
///
/// # Errors
/// See the exit codes.
pub(crate) fn replay(args: &ReplayArgs) -> Result<(), Failure> {
    let Some(path) = args.policy.as_deref().filter(|_| !args.from_kafka) else {
        return along::replay(args);
    };
    let policy = Arc::new(read_policy(path)?);
    let until = args.until.as_deref().map(instant).transpose()?;
    let history = read_history(args, &policy)?;
    let mut progress = Progress::events(history.events().len() as u64, args.quiet);
    let result = backtest(&policy, &history, until, |done| progress.at(done));
    progress.end();
    write_all(args, &policy, &result)?;
    if !args.quiet {
        summarize(&policy, &history, &result);
    }
    if history.events().len() == 0 && !history.refused.is_empty() {
        return Err(Failure::new(DATA, "error: no line is an event"));
    }
    Ok(())
}

/// An instant as typed.
pub(super) fn instant(text: &str) -> Result<Timestamp, Failure> {
    parse_instant(text).ok_or_else(|| {
        Failure::new(
            2,
            format!("error: {text}: not an instant such as 2026-03-02T00:00:00Z"),
        )
    })
}

fn read_history(args: &ReplayArgs, policy: &Policy) -> Result<History, Failure> {
    let mut progress = Progress::reading(args.quiet);
    let decoder = Decoder::of_policy(policy, LINE_BYTES_MAX);
    let history = History::read(&args.events, &decoder, |bytes| progress.at(bytes as u64))?;
    progress.end();
    Ok(history)
}

fn write_all(args: &ReplayArgs, policy: &Policy, result: &Backtest) -> Result<(), Failure> {
    if let Some(path) = &args.changes {
        write_lines(
            path,
            result.changes.by_instant().into_iter().map(<[u8]>::to_vec),
        )?;
    }
    if let Some(path) = &args.standings {
        write_lines(
            path,
            result.engine.standings().map(|(customer, places)| {
                let mut line = Vec::new();
                let overridden = result.engine.overridden(customer);
                let standing = (places, &overridden[..]);
                standing::encode_places(policy, customer, result.until, standing, &mut line);
                line
            }),
        )?;
    }
    if let Some(path) = &args.features {
        write_lines(
            path,
            result.engine.standings().filter_map(|(customer, _)| {
                let view = result.engine.view(customer, result.until)?;
                let mut line = Vec::new();
                measures::encode(policy, customer, view.at, &view.measures, &mut line);
                Some(line)
            }),
        )?;
    }
    Ok(())
}

/// Writes lines to a file; `-` is standard output.
pub(super) fn write_lines(
    path: &Path,
    lines: impl Iterator<Item = Vec<u8>>,
) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::writing(path, &error);
    let mut out: Box<dyn Write> = if path.as_os_str() == "-" {
        Box::new(BufWriter::new(stdout().lock()))
    } else {
        Box::new(BufWriter::new(File::create(path).map_err(failed)?))
    };
    for mut line in lines {
        line.push(b'\n');
        out.write_all(&line).map_err(failed)?;
    }
    out.flush().map_err(failed)
}

/// How many warnings there are, behind another number; nothing where there are none.
pub(super) fn warnings(count: u64) -> String {
    match count {
        0 => String::new(),
        count => format!(", {count} warnings"),
    }
}

/// Says on standard error what came of it.
fn summarize(policy: &Policy, history: &History, result: &Backtest) {
    let counts = &result.counts;
    eprintln!(
        "{} events counted, {} duplicates, {} after the end; {} customers; {} changes{} up to {}",
        counts.applied,
        counts.duplicates,
        counts.later,
        result.engine.customers(),
        result.changes.changes(),
        warnings(result.changes.warnings()),
        policy.zone.show(result.until),
    );
    if counts.suppressed > 0 {
        let suppressed = counts.suppressed;
        eprintln!("  {suppressed} suppressed: they happened before their customer was erased");
    }
    let refused = |what: &str, all: &std::collections::BTreeMap<Refusal, u64>| {
        for (refusal, count) in all {
            eprintln!(
                "  {count} {what} {}: {}",
                refusal.code(),
                dead_letter::message(*refusal)
            );
        }
    };
    for ((field, rule), count) in policy.cleaning.names().zip(&counts.cleaned) {
        eprintln!("  {count} cleaned, {field} {rule}");
    }
    refused("lines set aside,", &history.refused);
    if let Some((file, line, first)) = &history.first_refused {
        eprintln!(
            "  first: {file} line {line}, {} {}",
            first.refusal.code(),
            first.field
        );
    }
    refused("events refused,", &counts.refused);
    if counts.later > 0 {
        eprintln!(
            "  the end is {}; later events were left out",
            show_utc(result.until)
        );
    }
}
