//! The ledger, read from its first entry to its last.

use std::collections::BTreeMap;

use crate::cli::exit::Failure;
use crate::kafka::client::Target;
use crate::kafka::connection::Reading;
use crate::kafka::pass::{Ends, Pass};
use crate::lane::books::Books;
use crate::lane::ledger::{Counts, Entry};
use crate::model::ids::LaneId;
use crate::model::zone::show_utc;
use crate::port::Source;
use crate::wire::audit::Finding;
use crate::wire::ledger::decode;

use super::{TOLD_MAX, judged, untold};

/// The books of all lanes.
pub(super) struct Ledger {
    books: BTreeMap<LaneId, Books>,
    faults: BTreeMap<LaneId, Vec<String>>,
    ends: Ends,
}

/// Reads it, up to where it ends now. What the group has committed is asked before, so that its end
/// must be among what is read.
pub(super) fn read(target: &Target, lanes: i32) -> Result<Ledger, Failure> {
    let mut group = Reading::outside(target)?;
    let mut books = BTreeMap::new();
    for lane in (0..lanes).map(LaneId) {
        let committed = group.committed(lane)?.next;
        let committed = target.inputs.iter().cloned().zip(committed).collect();
        books.insert(lane, Books::open(lane, committed));
    }
    let mut pass = Pass::open(target, &target.ledger)?;
    let mut ledger = Ledger {
        books,
        faults: BTreeMap::new(),
        ends: pass.ends().clone(),
    };
    ledger.take(&mut pass)?;
    Ok(ledger)
}

/// What a lane has passed over, which nobody can tell any more.
fn passed_over(gap: &Entry, place: &str) -> Option<Finding> {
    let over = gap.gap.as_ref()?;
    let read = gap.read_of(&over.topic)?;
    let what = format!(
        "unit {} passes over {} from offset {} to {}, as somebody said at {}: what was there is \
         not in these books",
        gap.unit,
        over.topic,
        read.from,
        read.next,
        show_utc(over.at)
    );
    Some(untold("gap", place, what))
}

impl Ledger {
    /// Reads what has been written since.
    pub(super) fn go_on(&mut self, target: &Target) -> Result<(), Failure> {
        let mut now = Pass::open(target, &target.ledger)?.ends().clone();
        for (partition, (first, _)) in &mut now {
            if let Some((_, end)) = self.ends.get(partition) {
                *first = *end;
            }
        }
        let mut pass = Pass::over(target, &target.ledger, now)?;
        self.take(&mut pass)
    }

    fn take(&mut self, pass: &mut Pass) -> Result<(), Failure> {
        while let Some(record) = pass.record()? {
            let lane = LaneId(record.partition);
            let Some(books) = self.books.get_mut(&lane) else {
                continue;
            };
            let found = match decode(record.value.as_deref().unwrap_or_default()) {
                Ok(entry) => books.take(&entry),
                Err(error) => vec![format!("offset {}: {error}", record.offset)],
            };
            let faults = self.faults.entry(lane).or_default();
            // More are only counted by what is told of them.
            let room = (TOLD_MAX + 1).saturating_sub(faults.len());
            faults.extend(found.into_iter().take(room));
        }
        Ok(())
    }

    /// What all units of all lanes came to.
    pub(super) fn total(&self) -> Counts {
        let mut total = Counts::default();
        for books in self.books.values() {
            total.add(books.total());
        }
        total
    }

    /// The books of each lane.
    pub(super) fn books(&self) -> impl Iterator<Item = (LaneId, &Books)> {
        self.books.iter().map(|(lane, books)| (*lane, books))
    }

    /// Tells how its lanes stand.
    pub(super) fn tell(&mut self, findings: &mut Vec<Finding>) {
        let mut all = Vec::new();
        for (lane, books) in &self.books {
            let place = format!("lane {lane}");
            let total = books.total();
            let sound = format!(
                "{} units, one after another: {} consumed = {} applied + {} duplicates + \
                 {} suppressed + {} dead letters + {} transfers",
                books.units(),
                total.consumed(),
                total.applied,
                total.duplicates,
                total.suppressed,
                total.dead_letters,
                total.transfers
            );
            let faults = self.faults.remove(lane).unwrap_or_default();
            all.extend(judged("ledger", &place, sound, faults));
            all.extend(books.gaps().iter().flat_map(|gap| passed_over(gap, &place)));
            let sound = "the group is where a unit ends".to_owned();
            let missed = books.missed().into_iter().collect();
            all.extend(judged("offsets", &place, sound, missed));
        }
        all.append(findings);
        *findings = all;
    }
}
