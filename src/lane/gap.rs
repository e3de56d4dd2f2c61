//! Gaps: how a lane goes on past records that are gone, and what it must find in its topics to be
//! rebuilt along a ledger that may have some.

use crate::model::ids::{LaneId, Offset, UnitId};
use crate::model::time::Timestamp;

use super::lane::Lane;
use super::ledger::{Counts, Entry, Gap, Mismatch, Read};

impl Entry {
    /// The unit after this one, in which nothing happens but that the lane goes on elsewhere in a
    /// topic; nothing if it does not read that topic.
    #[must_use]
    pub fn leap(&self, topic: &str, to: Offset, owner: &str, at: Timestamp) -> Option<Self> {
        self.read_of(topic)?;
        let stays = |read: &Read| Read {
            topic: read.topic.clone(),
            from: read.next,
            next: if read.topic == topic { to } else { read.next },
            records: 0,
        };
        Some(Self {
            lane: self.lane,
            unit: UnitId(self.unit.0 + 1),
            policy: self.policy.clone(),
            adopts: None,
            owner: owner.to_owned(),
            ceiling: self.ceiling,
            coast: None,
            firings: None,
            gap: Some(Gap {
                topic: topic.to_owned(),
                at,
            }),
            clock: self.clock,
            reads: self.reads.iter().map(stays).collect(),
            runs: Vec::new(),
            counts: Counts::default(),
            checksum: 0,
        })
    }

    /// Whether it is a gap in that topic.
    #[must_use]
    pub fn passes_over(&self, topic: &str) -> bool {
        self.gap.as_ref().is_some_and(|gap| gap.topic == topic)
    }
}

impl Lane {
    /// Goes on where a gap of its ledger ends.
    ///
    /// # Errors
    /// The gap does not follow on where the lane is.
    ///
    /// # Panics
    /// A unit is open.
    pub fn leap(&mut self, gap: &Entry) -> Result<(), Mismatch> {
        assert!(!self.is_open(), "a gap lies between units");
        let places = gap.reads.iter().zip(self.next());
        let reads = places.map(|(read, at)| Read {
            from: *at,
            ..read.clone()
        });
        let made = Entry {
            unit: UnitId(self.last_unit.0 + 1),
            policy: self.engine.policy().hash.clone(),
            clock: self.engine.clock(),
            reads: reads.collect(),
            ..gap.clone()
        };
        made.agrees_with(gap)?;
        self.next = gap.reads.iter().map(|read| read.next).collect();
        self.last_unit = gap.unit;
        Ok(())
    }
}

/// The way of a lane along its ledger, and where its topics have not what it needs.
#[derive(Clone, Debug)]
pub struct Road {
    lane: LaneId,
    stages: Vec<Stage>,
    blocked: Option<UnitId>,
}

/// One topic on it.
#[derive(Clone, Debug)]
struct Stage {
    topic: String,
    next: Offset,
    /// The first offset that is there, and the next to come.
    ends: (Offset, Offset),
    /// The last unit that read records of it, and where that ended.
    read: Option<(UnitId, Offset)>,
}

impl Road {
    /// From these places on, by topic, through logs that begin and end there.
    #[must_use]
    pub fn new(
        lane: LaneId,
        topics: &[String],
        next: &[Offset],
        ends: &[(Offset, Offset)],
    ) -> Self {
        let all = topics.iter().zip(next).zip(ends);
        let stages = all.map(|((topic, next), ends)| Stage {
            topic: topic.clone(),
            next: *next,
            ends: *ends,
            read: None,
        });
        Self {
            lane,
            stages: stages.collect(),
            blocked: None,
        }
    }

    /// Takes the next unit.
    pub fn take(&mut self, entry: &Entry) {
        for stage in &mut self.stages {
            let Some(read) = entry.read_of(&stage.topic) else {
                continue;
            };
            stage.next = read.next;
            if entry.passes_over(&stage.topic) {
                // What was read from there on before is not what lies there now.
                let before = stage.read.take();
                let other = before.filter(|(_, next)| *next > read.next);
                self.blocked = self.blocked.max(other.map(|(unit, _)| unit));
            } else if read.records > 0 {
                stage.read = Some((entry.unit, read.next));
                let (first, end) = stage.ends;
                if read.from < first || read.next > end {
                    self.blocked = Some(entry.unit);
                }
            }
        }
    }

    /// The last unit whose records are not there any more: only a snapshot of that unit or a later
    /// one leads past it.
    #[must_use]
    pub fn blocked(&self) -> Option<UnitId> {
        self.blocked
    }

    /// A topic in which the lane stands outside of what is there, and why.
    #[must_use]
    pub fn lost(&self) -> Option<(&str, String)> {
        let lane = self.lane;
        self.stages.iter().find_map(|stage| {
            let Stage { topic, next, .. } = stage;
            let (first, end) = stage.ends;
            if *next < first {
                return Some((
                    topic.as_str(),
                    format!(
                        "{topic} {lane}: offset {next} is not in the log any more, which begins \
                         at {first}"
                    ),
                ));
            }
            // What a snapshot holds need not be read again, so nothing else would tell.
            (*next > end).then(|| {
                (
                    topic.as_str(),
                    format!(
                        "{topic} {lane}: the lane has read up to offset {next}, but the log ends \
                         at {end}: it was cut off, or the topic was made again"
                    ),
                )
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lane::ledger::Adopts;

    fn unit(number: u64, (from, next): (i64, i64), looks: i64) -> Entry {
        let read = |topic: &str, from, next: i64| Read {
            topic: topic.to_owned(),
            from: Offset(from),
            next: Offset(next),
            records: (next - from).unsigned_abs(),
        };
        Entry {
            lane: LaneId(3),
            unit: UnitId(number),
            policy: "p".to_owned(),
            adopts: (number == 1).then(|| Adopts {
                text: Arc::from(""),
                pace: 0,
            }),
            owner: "crm.1".to_owned(),
            ceiling: Timestamp(9),
            coast: Some(Timestamp(7)),
            firings: Some(4),
            gap: None,
            clock: Timestamp(8),
            reads: vec![read("buys", from, next), read("looks", looks, looks)],
            runs: Vec::new(),
            counts: Counts::default(),
            checksum: 1,
        }
    }

    fn gap(after: u64, from: i64, to: i64) -> Entry {
        let last = unit(after, (from, from), 0);
        let leap = last.leap("buys", Offset(to), "crm.skip", Timestamp(90));
        leap.expect("the topic is read")
    }

    fn road(next: i64, ends: (i64, i64)) -> Road {
        let topics = ["buys".to_owned(), "looks".to_owned()];
        let ends = [ends, (0, 9)].map(|(first, end)| (Offset(first), Offset(end)));
        Road::new(LaneId(3), &topics, &[Offset(next), Offset(0)], &ends)
    }

    #[test]
    fn a_gap_is_a_unit_in_which_nothing_happens() {
        let gap = gap(6, 20, 50);
        assert_eq!((gap.unit, gap.owner.as_str()), (UnitId(7), "crm.skip"));
        assert_eq!((gap.clock, gap.coast), (Timestamp(8), None));
        let places: Vec<_> = gap
            .reads
            .iter()
            .map(|read| (read.from, read.next))
            .collect();
        let places: Vec<(i64, i64)> = places.iter().map(|(from, to)| (from.0, to.0)).collect();
        assert_eq!(places, [(20, 50), (0, 0)]);
        assert!(gap.passes_over("buys") && !gap.passes_over("looks"));
        let last = unit(6, (20, 20), 0);
        assert_eq!(last.leap("says", Offset(9), "", Timestamp(1)), None);
    }

    #[test]
    fn what_lies_before_a_gap_is_needed_only_if_it_was_read() {
        let mut open = road(20, (50, 90));
        assert!(open.lost().is_some_and(|(topic, _)| topic == "buys"));
        open.take(&gap(6, 20, 50));
        open.take(&unit(8, (50, 60), 0));
        assert_eq!((open.lost(), open.blocked()), (None, None));

        let mut read = road(10, (50, 90));
        read.take(&unit(6, (10, 20), 0));
        read.take(&gap(6, 20, 50));
        assert_eq!((read.lost(), read.blocked()), (None, Some(UnitId(6))));

        let mut again = road(20, (55, 90));
        again.take(&gap(6, 20, 50));
        again.take(&unit(8, (50, 60), 0));
        assert_eq!((again.lost(), again.blocked()), (None, Some(UnitId(8))));
    }

    #[test]
    fn what_was_cut_off_and_written_anew_is_something_else() {
        let mut road = road(10, (0, 90));
        road.take(&unit(6, (10, 20), 0));
        assert_eq!(road.blocked(), None);
        road.take(&gap(6, 20, 15));
        assert_eq!(road.blocked(), Some(UnitId(6)));

        let mut sound = self::road(10, (0, 90));
        sound.take(&unit(6, (10, 20), 0));
        sound.take(&gap(6, 20, 20));
        assert_eq!(sound.blocked(), None);
    }

    #[test]
    fn a_log_that_ends_too_early_is_told() {
        let short = road(20, (0, 15));
        let (_, why) = short.lost().expect("it ends before");
        let told = "buys 3: the lane has read up to offset 20, but the log ends at 15";
        assert!(why.starts_with(told), "{why}");
    }
}
