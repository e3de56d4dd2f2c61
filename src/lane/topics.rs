//! The ledger read by the names of its topics, where a lane reads others than it did: some more, or
//! in another order.

use crate::model::ids::{LaneId, Offset, UnitId};

use super::ledger::{Entry, Read};

/// A unit read records of a topic that is not read any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "lane {lane}, unit {unit} read {records} records of {topic}, which is none of the input topics \
     ({topics}); name it in the settings again, or start a new app name"
)]
pub struct Unread {
    /// The lane.
    pub lane: LaneId,
    /// The unit.
    pub unit: UnitId,
    /// How many.
    pub records: u64,
    /// The topic that was read.
    pub topic: String,
    /// Those that are.
    pub topics: String,
}

impl Entry {
    /// What was read of a topic, if the unit names it.
    #[must_use]
    pub fn read_of(&self, topic: &str) -> Option<&Read> {
        self.reads.iter().find(|read| read.topic == topic)
    }

    /// The same unit as a lane would have written it that reads these topics, in this order, and
    /// stands at `next`: of a topic that the unit does not name, it took nothing.
    ///
    /// # Errors
    /// Records of some other topic were read.
    pub fn of_topics(mut self, topics: &[String], next: &[Offset]) -> Result<Self, Unread> {
        if self.reads.iter().map(|read| &read.topic).eq(topics) {
            return Ok(self);
        }
        let place = |read: &Read| topics.iter().position(|topic| *topic == read.topic);
        let places: Vec<Option<usize>> = self.reads.iter().map(place).collect();
        let mut gone = self.reads.iter().zip(&places);
        if let Some((read, _)) = gone.find(|(read, to)| to.is_none() && read.records > 0) {
            return Err(Unread {
                lane: self.lane,
                unit: self.unit,
                records: read.records,
                topic: read.topic.clone(),
                topics: topics.join(", "),
            });
        }
        for (read, _) in &mut self.runs {
            *read = places[*read].expect("a run is of a topic with records");
        }
        let reads = topics.iter().zip(next).map(|(topic, at)| {
            self.read_of(topic).cloned().unwrap_or_else(|| Read {
                topic: topic.clone(),
                from: *at,
                next: *at,
                records: 0,
            })
        });
        self.reads = reads.collect();
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::ledger::Counts;
    use crate::model::time::Timestamp;

    /// A unit that read so many records of topics, from these offsets on.
    fn unit(reads: &[(&str, i64, u64)], runs: &[(usize, u32)]) -> Entry {
        let read = |(topic, from, records): &(&str, i64, u64)| Read {
            topic: (*topic).to_owned(),
            from: Offset(*from),
            next: Offset(from + *records as i64),
            records: *records,
        };
        Entry {
            lane: LaneId(3),
            unit: UnitId(7),
            policy: String::new(),
            adopts: None,
            owner: String::new(),
            ceiling: Timestamp(9),
            coast: None,
            firings: None,
            gap: None,
            clock: Timestamp(8),
            reads: reads.iter().map(read).collect(),
            runs: runs.to_vec(),
            counts: Counts::default(),
            checksum: 1,
        }
    }

    fn topics(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn of_a_topic_that_was_added_nothing_was_taken() {
        let written = unit(
            &[("buys", 5, 3), ("looks", 0, 2)],
            &[(0, 1), (1, 2), (0, 2)],
        );
        let next = [40, 5, 11, 0].map(Offset);
        let read = written
            .clone()
            .of_topics(&topics(&["asks", "buys", "says", "looks"]), &next);
        let expected = unit(
            &[
                ("asks", 40, 0),
                ("buys", 5, 3),
                ("says", 11, 0),
                ("looks", 0, 2),
            ],
            &[(1, 1), (3, 2), (1, 2)],
        );
        assert_eq!(read, Ok(expected));
        let same = written
            .clone()
            .of_topics(&topics(&["buys", "looks"]), &next);
        assert_eq!(same, Ok(written));
    }

    #[test]
    fn a_topic_goes_only_if_nothing_of_it_was_taken() {
        let written = unit(&[("says", 4, 0), ("buys", 5, 3)], &[(1, 3)]);
        let next = [Offset(5)];
        let read = written.of_topics(&topics(&["buys"]), &next);
        assert_eq!(read, Ok(unit(&[("buys", 5, 3)], &[(0, 3)])));

        let written = unit(&[("says", 4, 2), ("buys", 5, 3)], &[(1, 3), (0, 2)]);
        let read = written.of_topics(&topics(&["buys", "looks"]), &next);
        let said = read
            .expect_err("its records are not read any more")
            .to_string();
        assert_eq!(
            said,
            "lane 3, unit 7 read 2 records of says, which is none of the input topics (buys, \
             looks); name it in the settings again, or start a new app name"
        );
    }
}
