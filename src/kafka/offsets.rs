//! The offsets of the group as the client lists them, each marked with the unit that it is of.

use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};

use crate::model::ids::{LaneId, Offset, UnitId};
use crate::port::{Offsets, Reached, Trouble};

use super::trouble::restart;

/// What stands before a unit's number.
const UNIT: &str = "unit ";

/// These offsets, to be committed.
pub(super) fn marked(topics: &[String], lanes: &[Offsets]) -> Result<TopicPartitionList, Trouble> {
    let mut list = TopicPartitionList::new();
    for Offsets { lane, unit, next } in lanes {
        for (topic, next) in topics.iter().zip(next) {
            let mut place = list.add_partition(topic, lane.0);
            place
                .set_offset(KafkaOffset::Offset(next.0))
                .map_err(restart("name an offset"))?;
            place.set_metadata(format!("{UNIT}{unit}"));
        }
    }
    Ok(list)
}

/// How far a lane has come, as a list of committed offsets says.
pub(super) fn reached(topics: &[String], lane: LaneId, list: &TopicPartitionList) -> Reached {
    let mut reached = Reached::default();
    for topic in topics {
        let place = list.find_partition(topic, lane.0);
        let offset = place.as_ref().map(|place| place.offset());
        reached.next.push(match offset {
            Some(KafkaOffset::Offset(offset)) => Some(Offset(offset)),
            _ => None,
        });
        // One topic's offset may have been set by hand.
        let mark = place.as_ref().and_then(|place| unit(place.metadata()));
        reached.unit = reached.unit.max(mark);
    }
    reached
}

/// The unit that a mark names.
fn unit(mark: &str) -> Option<UnitId> {
    mark.strip_prefix(UNIT)?.parse().ok().map(UnitId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_as_they_are_written() {
        let topics = ["shop".to_owned(), "web".to_owned()];
        let lanes = [(3, 7), (4, 18_446_744_073_709_551_615)].map(|(lane, unit)| Offsets {
            lane: LaneId(lane),
            unit: UnitId(unit),
            next: vec![Offset(5), Offset(0)],
        });
        let list = marked(&topics, &lanes).expect("a list");
        for Offsets { lane, unit, next } in lanes {
            let expected = Reached {
                next: next.into_iter().map(Some).collect(),
                unit: Some(unit),
            };
            assert_eq!(reached(&topics, lane, &list), expected);
        }
        let expected = Reached {
            next: vec![None, None],
            unit: None,
        };
        assert_eq!(reached(&topics, LaneId(5), &list), expected);
    }

    /// Earlier versions, and whoever sets offsets by hand.
    #[test]
    fn what_others_write_is_no_mark() {
        for mark in ["", "unit", "unit ", "unit -1", "7", "Unit 7", "unit 7 "] {
            assert_eq!(unit(mark), None, "{mark:?}");
        }
    }
}
