//! The ledger of one lane held against itself, entry by entry, and against what the group has
//! committed.

use std::collections::BTreeMap;

use crate::model::ids::{LaneId, Offset, UnitId};

use super::ledger::{Counts, Entry};

/// What a lane has read of one topic, by its ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first offset.
    pub from: Offset,
    /// The next one after the last.
    pub next: Offset,
    /// Records in between.
    pub records: u64,
}

/// The books of one lane.
#[derive(Clone, Debug)]
pub struct Books {
    lane: LaneId,
    last: UnitId,
    policy: Option<String>,
    stretches: BTreeMap<String, Stretch>,
    gaps: Vec<Entry>,
    total: Counts,
    /// What the group has committed, by topic.
    committed: BTreeMap<String, Option<Offset>>,
    /// Whether that is where some unit ended.
    met: bool,
}

impl Books {
    /// Empty ones, of a lane of whose topics the group has committed this.
    #[must_use]
    pub fn open(lane: LaneId, committed: BTreeMap<String, Option<Offset>>) -> Self {
        let mut books = Self {
            lane,
            last: UnitId(0),
            policy: None,
            stretches: BTreeMap::new(),
            gaps: Vec::new(),
            total: Counts::default(),
            committed,
            met: false,
        };
        books.met = books.meets();
        books
    }

    /// Takes the next entry; gives everything in which it does not follow those before.
    pub fn take(&mut self, entry: &Entry) -> Vec<String> {
        let mut found = Vec::new();
        let unit = entry.unit;
        if entry.lane != self.lane {
            found.push(format!("unit {unit} is of lane {}", entry.lane));
        }
        if unit.0 != self.last.0 + 1 {
            found.push(format!("unit {unit} follows unit {}", self.last));
        }
        self.last = unit;
        match &self.policy {
            Some(policy) if entry.adopts.is_none() && *policy != entry.policy => {
                found.push(format!("unit {unit} has another policy and adopts none"));
            }
            None if entry.adopts.is_none() => {
                found.push(format!("unit {unit} is the first and adopts no policy"));
            }
            _ => {}
        }
        self.policy = Some(entry.policy.clone());
        for read in &entry.reads {
            let stretch = self.stretches.entry(read.topic.clone()).or_insert(Stretch {
                from: read.from,
                next: read.from,
                records: 0,
            });
            if stretch.next != read.from {
                found.push(format!(
                    "unit {unit} reads {} from offset {} on, and the unit before ended at {}",
                    read.topic, read.from, stretch.next
                ));
            }
            stretch.next = read.next;
            stretch.records += read.records;
            if entry.passes_over(&read.topic) {
                // What lies before it is not there any more to be counted.
                (stretch.from, stretch.records) = (read.next, 0);
            }
        }
        if entry.gap.is_some() {
            self.gaps.push(entry.clone());
        }
        self.total.add(entry.counts);
        self.met |= self.meets();
        found
    }

    fn meets(&self) -> bool {
        let mut committed = self.committed.iter();
        committed.all(|(topic, committed)| {
            self.stretches.get(topic).map(|stretch| stretch.next) == *committed
        })
    }

    /// Why what the group has committed is not where the ledger has been.
    #[must_use]
    pub fn missed(&self) -> Option<String> {
        let show =
            |offset: Option<Offset>| offset.map_or("nothing".to_owned(), |it| it.to_string());
        let of = |(topic, committed): (&String, &Option<Offset>)| {
            let next = self.stretches.get(topic).map(|stretch| stretch.next);
            format!("{topic} {} (ledger: {})", show(*committed), show(next))
        };
        let all: Vec<String> = self.committed.iter().map(of).collect();
        (!self.met).then(|| format!("no unit ends where the group is: {}", all.join(", ")))
    }

    /// The last unit; 0 where there is none.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.last.0
    }

    /// What all units came to.
    #[must_use]
    pub fn total(&self) -> Counts {
        self.total
    }

    /// The units that pass something over.
    #[must_use]
    pub fn gaps(&self) -> &[Entry] {
        &self.gaps
    }

    /// What was read, by topic; since its last gap, if it has one.
    #[must_use]
    pub fn stretches(&self) -> &BTreeMap<String, Stretch> {
        &self.stretches
    }
}

impl Counts {
    /// Adds another's.
    pub fn add(&mut self, more: Self) {
        self.applied += more.applied;
        self.duplicates += more.duplicates;
        self.suppressed += more.suppressed;
        self.dead_letters += more.dead_letters;
        self.transfers += more.transfers;
        self.changes += more.changes;
        self.warnings += more.warnings;
        self.standings += more.standings;
        self.receipts += more.receipts;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lane::ledger::{Adopts, Read};
    use crate::model::time::Timestamp;

    fn unit(number: u64, from: i64, next: i64) -> Entry {
        Entry {
            lane: LaneId(3),
            unit: UnitId(number),
            policy: "p".to_owned(),
            adopts: (number == 1).then(|| Adopts {
                text: Arc::from(""),
                pace: 0,
            }),
            owner: String::new(),
            ceiling: Timestamp(9),
            coast: None,
            firings: None,
            gap: None,
            clock: Timestamp(8),
            reads: vec![Read {
                topic: "buys".to_owned(),
                from: Offset(from),
                next: Offset(next),
                records: 2,
            }],
            runs: vec![(0, 2)],
            counts: Counts {
                applied: 2,
                ..Counts::default()
            },
            checksum: 0,
        }
    }

    fn books(committed: Option<i64>) -> Books {
        let committed = [("buys".to_owned(), committed.map(Offset))];
        Books::open(LaneId(3), committed.into())
    }

    #[test]
    fn units_that_follow_each_other_are_sound() {
        let mut books = books(Some(9));
        for entry in [unit(1, 5, 7), unit(2, 7, 9), unit(3, 9, 12)] {
            assert_eq!(books.take(&entry), [""; 0]);
        }
        assert_eq!(books.missed(), None, "it was there, and has gone on");
        assert_eq!((books.units(), books.total().consumed()), (3, 6));
        let stretch = books.stretches()["buys"];
        let whole = (stretch.from, stretch.next, stretch.records);
        assert_eq!(whole, (Offset(5), Offset(12), 6));
    }

    #[test]
    fn what_is_passed_over_is_not_counted() {
        let mut books = books(Some(60));
        for entry in [unit(1, 5, 7), unit(2, 7, 9)] {
            assert_eq!(books.take(&entry), [""; 0]);
        }
        let last = unit(2, 7, 9);
        let gap = last.leap("buys", Offset(50), "skip", Timestamp(70));
        let gap = gap.expect("the topic is read");
        assert_eq!(books.take(&gap), [""; 0]);
        assert!(books.missed().is_some());
        assert_eq!(books.take(&unit(4, 50, 60)), [""; 0]);
        assert_eq!(books.missed(), None);
        let since = Stretch {
            from: Offset(50),
            next: Offset(60),
            records: 2,
        };
        assert_eq!(books.stretches()["buys"], since);
        assert_eq!((books.gaps(), books.total().consumed()), (&[gap][..], 6));
    }

    #[test]
    fn gaps_and_overlaps_are_told() {
        let mut books = books(Some(12));
        books.take(&unit(1, 5, 7));
        assert_eq!(books.take(&unit(3, 7, 9)), ["unit 3 follows unit 1"]);
        for (from, next) in [(10, 11), (10, 12)] {
            let told = books.take(&unit(books.units() + 1, from, next));
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains("reads buys from offset 10 on"), "{told:?}");
        }
        let other = Entry {
            lane: LaneId(4),
            policy: "q".to_owned(),
            ..unit(6, 12, 13)
        };
        assert_eq!(books.take(&other).len(), 2);
        assert_eq!(books.missed(), None);
    }

    #[test]
    fn the_first_unit_has_a_policy() {
        let first = Entry {
            adopts: None,
            ..unit(1, 5, 7)
        };
        let told = books(None).take(&first);
        assert_eq!(told, ["unit 1 is the first and adopts no policy"]);
    }

    #[test]
    fn offsets_that_no_unit_ends_at_are_told() {
        assert_eq!(books(None).missed(), None, "nothing has been done");
        for committed in [Some(8), Some(10), None] {
            let mut books = books(committed);
            books.take(&unit(1, 5, 7));
            books.take(&unit(2, 7, 9));
            let at_first = committed.is_none();
            assert_eq!(books.missed().is_none(), at_first, "{committed:?}");
        }
        assert!(books(Some(5)).missed().is_some());
    }
}
