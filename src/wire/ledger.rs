//! Ledger entries as JSON, written canonically and read back with suspicion. The contract is
//! docs/changes.md.

mod counts;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::lane::ledger::{Adopts, Counts, Entry, Gap, Read};
use crate::model::ids::{LaneId, Offset, UnitId};
use crate::model::time::Timestamp;

use super::policy::sha256_hex;
use super::value::write_json;
use counts::CountsRecord;

/// The version of the format that units are written in.
pub const VERSION: u64 = 1;
/// That of gaps: a program that knows none must not take one for a unit.
const WITH_GAP: u64 = 2;

/// Why bytes are not an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    /// Written by another version of the program.
    #[error(
        "ledger entry has version {found}, this program reads versions {VERSION} and {WITH_GAP}"
    )]
    Version {
        /// The version it says.
        found: u64,
    },
    /// Not the JSON that an entry is.
    #[error("not a ledger entry: {0}")]
    Shape(String),
    /// A value that contradicts another one or that cannot be.
    #[error("ledger entry has {field} {found}, expected {expected}")]
    Value {
        /// The field at fault.
        field: &'static str,
        /// What it holds.
        found: String,
        /// What it should hold.
        expected: String,
    },
}

/// Appends an entry: compact JSON, the same bytes for the same entry.
pub fn encode(entry: &Entry, out: &mut Vec<u8>) {
    let record = Record {
        v: match entry.gap {
            None => VERSION,
            Some(_) => WITH_GAP,
        },
        lane: entry.lane.0,
        unit: entry.unit.0,
        policy: entry.policy.clone(),
        adopts: entry.adopts.as_ref().map(AdoptsRecord::of),
        owner: entry.owner.clone(),
        ceiling: entry.ceiling.0,
        coast: entry.coast.map(|coast| coast.0),
        firings: entry.firings,
        gap: entry.gap.as_ref().map(GapRecord::of),
        clock: entry.clock.0,
        reads: entry.reads.iter().map(ReadRecord::of).collect(),
        runs: entry
            .runs
            .iter()
            .flat_map(|(read, records)| [*read as u64, u64::from(*records)])
            .collect(),
        counts: CountsRecord::of(entry.counts),
        checksum: format!("{:016x}", entry.checksum),
    };
    write_json(&record, out);
}

/// Reads an entry and checks that its parts agree.
///
/// # Errors
/// See [`BadEntry`].
pub fn decode(bytes: &[u8]) -> Result<Entry, BadEntry> {
    let shape = |error: serde_json::Error| BadEntry::Shape(error.to_string());
    let Versioned { v } = serde_json::from_slice(bytes).map_err(shape)?;
    if ![VERSION, WITH_GAP].contains(&v) {
        return Err(BadEntry::Version { found: v });
    }
    let record: Record = serde_json::from_slice(bytes).map_err(shape)?;
    let reads = record.reads()?;
    Ok(Entry {
        runs: record.runs(&reads)?,
        counts: record.counts(&reads)?,
        checksum: record.checksum()?,
        lane: record.lane()?,
        unit: record.unit()?,
        adopts: record.adopts()?,
        gap: record.gap(&reads)?,
        reads,
        policy: record.policy,
        owner: record.owner,
        ceiling: Timestamp(record.ceiling),
        coast: record.coast.map(Timestamp),
        firings: record.firings,
        clock: Timestamp(record.clock),
    })
}

#[derive(Deserialize)]
struct Versioned {
    v: u64,
}

/// An entry as it is written; the order of the fields is the order of the keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    v: u64,
    lane: i32,
    unit: u64,
    policy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    adopts: Option<AdoptsRecord>,
    owner: String,
    ceiling: i64,
    coast: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    firings: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<GapRecord>,
    clock: i64,
    reads: Vec<ReadRecord>,
    /// Index into `reads`, records, index, records ...
    runs: Vec<u64>,
    counts: CountsRecord,
    /// 16 hexadecimal digits: a 64-bit number is more than JSON readers keep exactly.
    checksum: String,
}

impl Record {
    fn lane(&self) -> Result<LaneId, BadEntry> {
        expect(self.lane >= 0, "lane", self.lane, "0 or more")?;
        Ok(LaneId(self.lane))
    }

    fn unit(&self) -> Result<UnitId, BadEntry> {
        expect(self.unit >= 1, "unit", self.unit, "1 or more")?;
        Ok(UnitId(self.unit))
    }

    /// A lane cannot begin without a policy, and the text must be the one that is named.
    fn adopts(&self) -> Result<Option<Adopts>, BadEntry> {
        let Some(adopts) = &self.adopts else {
            let expected = "the policy that the lane begins with";
            expect(self.unit > 1, "adopts", "nothing", expected)?;
            return Ok(None);
        };
        let hash = sha256_hex(&adopts.text);
        expect(hash == self.policy, "policy", &self.policy, &hash)?;
        Ok(Some(Adopts {
            text: Arc::from(adopts.text.as_str()),
            pace: adopts.pace,
        }))
    }

    fn reads(&self) -> Result<Vec<Read>, BadEntry> {
        let gap = self.gap.as_ref().map(|gap| &gap.topic);
        let read = |read: &ReadRecord| match gap == Some(&read.topic) {
            true => read.to_gap(),
            false => read.to_read(),
        };
        self.reads.iter().map(read).collect()
    }

    /// In a gap nothing happens, and one topic is read on elsewhere.
    fn gap(&self, reads: &[Read]) -> Result<Option<Gap>, BadEntry> {
        let Some(gap) = &self.gap else {
            expect(self.v == VERSION, "gap", "nothing", "one, of version 2")?;
            return Ok(None);
        };
        expect(self.v == WITH_GAP, "gap", &gap.topic, "none in version 1")?;
        let idle = self.counts.to_counts() == Counts::default() && self.adopts.is_none();
        let idle = idle && self.coast.is_none() && self.firings.is_none() && self.unit > 1;
        expect(idle, "gap", &gap.topic, "a unit in which nothing happens")?;
        let mut moved = reads.iter().filter(|read| read.next != read.from);
        let of_it = moved.next().is_some_and(|read| read.topic == gap.topic);
        let alone = of_it && moved.next().is_none();
        expect(
            alone,
            "gap",
            &gap.topic,
            "the one topic that is read on elsewhere",
        )?;
        Ok(Some(Gap {
            topic: gap.topic.clone(),
            at: Timestamp(gap.at),
        }))
    }

    fn runs(&self, reads: &[Read]) -> Result<Vec<(usize, u32)>, BadEntry> {
        let (pairs, odd) = self.runs.as_chunks::<2>();
        expect(
            odd.is_empty(),
            "runs of length",
            self.runs.len(),
            "an even one",
        )?;
        let mut left: Vec<u64> = reads.iter().map(|read| read.records).collect();
        let mut runs = Vec::with_capacity(pairs.len());
        for [read, records] in pairs {
            let index = usize::try_from(*read).unwrap_or(usize::MAX);
            let Some(left) = left.get_mut(index) else {
                return unexpected("run of read", read, format!("less than {}", reads.len()));
            };
            let count = u32::try_from(*records).unwrap_or(0);
            expect(count > 0, "run of records", records, "1 to 4294967295")?;
            let Some(rest) = left.checked_sub(*records) else {
                return unexpected("run of records", records, format!("at most {left}"));
            };
            *left = rest;
            runs.push((index, count));
        }
        expect(
            left.iter().all(|left| *left == 0),
            "records outside runs",
            format_args!("{left:?}"),
            "none",
        )?;
        Ok(runs)
    }

    fn counts(&self, reads: &[Read]) -> Result<Counts, BadEntry> {
        let counts = self.counts.to_counts();
        let read = reads
            .iter()
            .map(|read| u128::from(read.records))
            .sum::<u128>();
        let consumed = [
            counts.applied,
            counts.duplicates,
            counts.suppressed,
            counts.dead_letters,
            counts.transfers,
        ];
        let consumed = consumed.into_iter().map(u128::from).sum::<u128>();
        expect(
            consumed == read,
            "counts of consumed records",
            consumed,
            read,
        )?;
        Ok(counts)
    }

    fn checksum(&self) -> Result<u64, BadEntry> {
        let checksum = u64::from_str_radix(&self.checksum, 16).unwrap_or(0);
        let canonical = format!("{checksum:016x}") == self.checksum;
        expect(
            canonical,
            "checksum",
            &self.checksum,
            "16 lower-case hexadecimal digits",
        )?;
        Ok(checksum)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AdoptsRecord {
    pace: u32,
    text: String,
}

impl AdoptsRecord {
    fn of(adopts: &Adopts) -> Self {
        Self {
            pace: adopts.pace,
            text: adopts.text.as_ref().to_owned(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GapRecord {
    topic: String,
    at: i64,
}

impl GapRecord {
    fn of(gap: &Gap) -> Self {
        Self {
            topic: gap.topic.clone(),
            at: gap.at.0,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadRecord {
    topic: String,
    from: i64,
    next: i64,
    records: u64,
}

impl ReadRecord {
    fn of(read: &Read) -> Self {
        Self {
            topic: read.topic.clone(),
            from: read.from.0,
            next: read.next.0,
            records: read.records,
        }
    }

    /// Where a gap leads, which may be back.
    fn to_gap(&self) -> Result<Read, BadEntry> {
        expect(self.from >= 0, "from", self.from, "0 or more")?;
        expect(self.next >= 0, "next", self.next, "0 or more")?;
        expect(self.records == 0, "records", self.records, "none")?;
        Ok(self.as_read())
    }

    fn to_read(&self) -> Result<Read, BadEntry> {
        expect(self.from >= 0, "from", self.from, "0 or more")?;
        let room = self
            .next
            .checked_sub(self.from)
            .and_then(|room| u64::try_from(room).ok());
        let Some(room) = room else {
            return unexpected("next", self.next, format!("{} or more", self.from));
        };
        expect(
            self.records <= room,
            "records",
            self.records,
            format_args!("at most {room}"),
        )?;
        Ok(self.as_read())
    }

    fn as_read(&self) -> Read {
        Read {
            topic: self.topic.clone(),
            from: Offset(self.from),
            next: Offset(self.next),
            records: self.records,
        }
    }
}

fn expect(
    holds: bool,
    field: &'static str,
    found: impl ToString,
    expected: impl ToString,
) -> Result<(), BadEntry> {
    if holds {
        Ok(())
    } else {
        unexpected(field, found, expected)
    }
}

fn unexpected<T>(
    field: &'static str,
    found: impl ToString,
    expected: impl ToString,
) -> Result<T, BadEntry> {
    Err(BadEntry::Value {
        field,
        found: found.to_string(),
        expected: expected.to_string(),
    })
}
