//! The topics that are written: how many records of each kind they hold, and whether the changes of
//! each customer are a chain.

use crate::cli::exit::Failure;
use crate::kafka::client::Target;
use crate::kafka::pass::{Ends, Pass};
use crate::lane::ledger::Counts;
use crate::model::ids::Offset;
use crate::wire::audit::Finding;
use crate::wire::chains::{Chains, Told};
use crate::wire::redrive::{Letter, marked};

use super::{TOLD_MAX, judged, untold};

/// As many chains are held at a time, about 100 MB; where there are more, the topic is read several
/// times, for a share of the customers each.
const CHAINS_MAX: usize = 1_000_000;

/// What the topics hold.
pub(super) struct Seen {
    changes: Held,
    dead_letters: Held,
}

/// What one topic holds.
struct Held {
    topic: String,
    /// Whether from its first record on.
    whole: bool,
    /// Changes, warnings and receipts; of dead letters the first alone.
    counts: [u64; 3],
}

/// Reads them.
pub(super) fn read(target: &Target, findings: &mut Vec<Finding>) -> Result<Seen, Failure> {
    let changes = changes(target, findings)?;
    let mut pass = Pass::open(target, &target.dead_letters)?;
    let whole = is_whole(pass.ends());
    let (mut letters, mut foreign) = (0, Vec::new());
    while let Some(record) = pass.record()? {
        if Letter::read(&record.headers).is_some() {
            letters += 1;
        } else if marked(&record.headers).is_none() && foreign.len() <= TOLD_MAX {
            let (partition, offset) = (record.partition, record.offset);
            foreign.push(format!("{partition}, offset {offset} is no dead letter"));
        }
    }
    let sound = format!("{letters} dead letters");
    findings.extend(judged("records", &target.dead_letters, sound, foreign));
    Ok(Seen {
        changes,
        dead_letters: Held {
            topic: target.dead_letters.clone(),
            whole,
            counts: [letters, 0, 0],
        },
    })
}

fn is_whole(ends: &Ends) -> bool {
    ends.values().all(|(first, _)| *first == Offset(0))
}

fn changes(target: &Target, findings: &mut Vec<Finding>) -> Result<Held, Failure> {
    let topic = &target.changes;
    let ends = Pass::open(target, topic)?.ends().clone();
    let mut shares = 1;
    let (counts, chains, faults) = loop {
        if let Some(told) = in_shares(target, &ends, shares)? {
            break told;
        }
        shares *= 4;
    };
    let sound = format!("{chains} chains of customers, without gap or fork");
    findings.extend(judged("chains", topic, sound, faults));
    Ok(Held {
        topic: topic.clone(),
        whole: is_whole(&ends),
        counts,
    })
}

/// How many changes, warnings and receipts there are, how many chains, and what is wrong with them.
type Counted = ([u64; 3], usize, Vec<String>);

/// Reads the changes once for each share of the customers; nothing where one has too many chains.
fn in_shares(target: &Target, ends: &Ends, shares: u64) -> Result<Option<Counted>, Failure> {
    let (mut counts, mut chains_seen, mut faults) = ([0; 3], 0, Vec::new());
    for share in 0..shares {
        let mut chains = Chains::new((share, shares), is_whole(ends));
        let mut pass = Pass::over(target, &target.changes, ends.clone())?;
        while let Some(record) = pass.record()? {
            let mut types = record.headers.iter().filter(|(name, _)| name == "ce_type");
            let ce_type = types.next().and_then(|(_, value)| value.as_deref());
            let ce_type = std::str::from_utf8(ce_type.unwrap_or_default());
            let body = record.value.as_deref().unwrap_or_default();
            let wrong = match chains.take(ce_type.unwrap_or_default(), body) {
                Ok((told, wrong)) => {
                    let kind = match told {
                        Told::Change => 0,
                        Told::Warning => 1,
                        Told::Receipt => 2,
                    };
                    counts[kind] += u64::from(share == 0);
                    wrong
                }
                Err(why) => (share == 0).then_some(why),
            };
            if let Some(wrong) = wrong.filter(|_| faults.len() <= TOLD_MAX) {
                let (partition, offset) = (record.partition, record.offset);
                faults.push(format!("{partition}, offset {offset}: {wrong}"));
            }
            if chains.len() > CHAINS_MAX {
                return Ok(None);
            }
        }
        chains_seen += chains.len();
    }
    Ok(Some((counts, chains_seen, faults)))
}

/// Holds what was seen against what the ledger held before and after.
pub(super) fn compare(seen: &Seen, before: Counts, after: Counts, findings: &mut Vec<Finding>) {
    let of = |counts: Counts| [counts.changes, counts.warnings, counts.receipts];
    let (least, most) = (of(before), of(after));
    for (kind, name) in ["changes", "warnings", "receipts"].iter().enumerate() {
        let bounds = (least[kind], most[kind]);
        findings.push(held(&seen.changes, name, seen.changes.counts[kind], bounds));
    }
    let bounds = (before.dead_letters, after.dead_letters);
    let letters = seen.dead_letters.counts[0];
    findings.push(held(&seen.dead_letters, "dead letters", letters, bounds));
}

fn held(held: &Held, name: &str, seen: u64, (least, most): (u64, u64)) -> Finding {
    let place = &held.topic;
    let ledger = match least == most {
        true => least.to_string(),
        false => format!("{least} to {most}"),
    };
    let what = format!("{seen} {name}, {ledger} by the ledger");
    if !held.whole && seen < least {
        return untold(
            "counts",
            place,
            format!("{what}; its first records are gone"),
        );
    }
    let fault = !(least..=most).contains(&seen);
    let faults = fault.then(|| what.clone()).into_iter().collect();
    let mut findings = judged("counts", place, what, faults);
    findings.remove(0)
}
