//! The topics that are read: as many records between the first offset and the last as the ledger
//! says were taken.

use std::collections::BTreeMap;

use crate::cli::exit::Failure;
use crate::kafka::client::Target;
use crate::kafka::pass::Pass;
use crate::lane::books::Stretch;
use crate::wire::audit::Finding;

use super::ledger::Ledger;
use super::{judged, untold};

/// Counts them.
pub(super) fn count(
    target: &Target,
    ledger: &Ledger,
    findings: &mut Vec<Finding>,
) -> Result<(), Failure> {
    for topic in &target.inputs {
        let stretches: BTreeMap<i32, Stretch> = ledger
            .books()
            .filter_map(|(lane, books)| Some((lane.0, *books.stretches().get(topic)?)))
            .collect();
        let mut pass = Pass::open(target, topic)?;
        let mut seen: BTreeMap<i32, u64> = BTreeMap::new();
        while let Some(record) = pass.record()? {
            let stretch = stretches.get(&record.partition);
            if stretch.is_some_and(|it| it.from <= record.offset && record.offset < it.next) {
                *seen.entry(record.partition).or_default() += 1;
            }
        }
        let (mut taken, mut faults, mut gone) = (0, Vec::new(), Vec::new());
        for (partition, stretch) in &stretches {
            let seen = seen.get(partition).copied().unwrap_or(0);
            let first = pass.ends().get(partition).map(|(first, _)| *first);
            taken += stretch.records;
            if first.is_none_or(|first| first > stretch.from) {
                gone.push(partition.to_string());
            } else if seen != stretch.records {
                faults.push(format!(
                    "{partition} holds {seen} records from offset {} to {}, {} by the ledger",
                    stretch.from, stretch.next, stretch.records
                ));
            }
        }
        if !gone.is_empty() {
            let gone = gone.join(", ");
            let what = format!("the first records of partitions {gone} are gone");
            findings.push(untold("consumed", topic, what));
        }
        let sound = format!("{taken} records taken, and as many there");
        findings.extend(judged("consumed", topic, sound, faults));
    }
    Ok(())
}
