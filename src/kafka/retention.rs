//! How long the input topics still hold what a restore of a lane would need: looked at from outside
//! the group, now and then.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset as KafkaOffset, TopicPartitionList};

use crate::model::ids::{LaneId, Offset};
use crate::model::time::{Span, Timestamp};
use crate::port::Trouble;

use super::client::Target;
use super::context::Outsider;
use super::survey::settings;
use super::trouble::{restart, say};

const LOOK: Duration = Duration::from_millis(100);

/// Where a lane would be read from, by input topic.
pub type Needs = (LaneId, Vec<Offset>);

/// How long what a lane needs of each input topic is still there; nothing where it is for ever.
pub type Margins = (LaneId, Vec<Option<Span>>);

/// One who looks.
pub struct Retention {
    consumer: BaseConsumer<Outsider>,
    target: Target,
}

/// What a topic's settings say of how long it keeps records; nothing for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Limits {
    age: Option<Span>,
    /// Whether records go for another reason, or for one that may not be looked at.
    other: bool,
}

impl Limits {
    fn of(settings: Option<&BTreeMap<String, String>>) -> Self {
        let Some(settings) = settings.filter(|settings| !settings.is_empty()) else {
            return Self {
                age: None,
                other: true,
            };
        };
        let number = |name: &str| -> Option<i64> { settings.get(name)?.parse().ok() };
        let limited = |name| number(name).filter(|limit| *limit >= 0);
        Self {
            age: limited("retention.ms").map(Span),
            other: limited("retention.bytes").is_some(),
        }
    }

    fn are_none(self) -> bool {
        self == Self::default()
    }
}

/// A partition as it is, and what is needed of it.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The first record that is needed, and when it was written; now, if it is yet to come.
    needed: (Offset, Timestamp),
    /// The first record that is there.
    first: (Offset, Timestamp),
}

impl Place {
    /// How long that is still there: until its age is reached, and as long as the log's begin takes
    /// to come to it, if that moves. What its clock says is yet to be written is of now.
    fn margin(&self, limits: Limits, now: Timestamp) -> Option<Span> {
        let ((needed, written), (first, begun)) = (self.needed, self.first);
        if needed < first {
            return Some(Span(0));
        }
        let by_age = limits.age.map(|age| written.min(now) + age - now);
        let moves = limits.other && first.0 > 0;
        let by_begin = moves.then(|| written - begun);
        let least = by_age.into_iter().chain(by_begin).min();
        least.map(|least| Span(least.0.max(0)))
    }
}

impl Retention {
    /// Looks at the input topics of a target.
    ///
    /// # Errors
    /// The client cannot be made.
    pub fn open(target: &Target) -> Result<Self, Trouble> {
        let mut config = target.reader();
        // The first record of a batch is wanted, and no other.
        config.set("fetch.message.max.bytes", "16384");
        let consumer = config.create_with_context(Outsider);
        Ok(Self {
            consumer: consumer.map_err(restart("make a consumer"))?,
            target: target.clone(),
        })
    }

    /// How long what these lanes need is still there.
    ///
    /// # Errors
    /// The broker does not answer.
    pub fn look(&self, all: &[Needs], now: Timestamp) -> Result<Vec<Margins>, Trouble> {
        let inputs = &self.target.inputs;
        let described = settings(inputs.iter().map(String::as_str), &self.target)?;
        let limits: Vec<Limits> = inputs
            .iter()
            .map(|topic| Limits::of(described.get(topic)))
            .collect();
        let (mut begins, mut needs) = (Vec::new(), Vec::new());
        for (lane, offsets) in all {
            let topics = inputs.iter().zip(&limits).zip(offsets);
            for ((topic, _), needed) in topics.filter(|((_, limits), _)| !limits.are_none()) {
                let ends = self
                    .consumer
                    .fetch_watermarks(topic, lane.0, self.target.patience);
                let (first, end) = ends.map_err(restart("find the ends of a topic"))?;
                begins.push((topic.as_str(), *lane, Offset(first), Offset(end)));
                needs.push((topic.as_str(), *lane, *needed, Offset(end)));
            }
        }
        let (begun, written) = (self.stamps(&begins)?, self.stamps(&needs)?);
        let mut places = BTreeMap::new();
        for ((topic, lane, first, _), (.., needed, _)) in begins.iter().zip(&needs) {
            let at = |stamps: &Stamps| stamps.get(&((*topic).to_owned(), *lane)).copied();
            let place = Place {
                needed: (*needed, at(&written).unwrap_or(now)),
                first: (*first, at(&begun).unwrap_or(now)),
            };
            places.insert((*topic, *lane), place);
        }
        let margins = |(lane, _): &Needs| {
            let topics = inputs.iter().zip(&limits);
            let each = topics.map(|(topic, limits)| {
                let place = places.get(&(topic.as_str(), *lane))?;
                place.margin(*limits, now)
            });
            (*lane, each.collect())
        };
        Ok(all.iter().map(margins).collect())
    }

    /// When the records at these places were written; none is told where none is yet.
    fn stamps(&self, places: &[(&str, LaneId, Offset, Offset)]) -> Result<Stamps, Trouble> {
        let mut list = TopicPartitionList::new();
        let (mut stamps, mut waits) = (Stamps::new(), 0_usize);
        for (topic, lane, at, end) in places {
            if at < end {
                list.add_partition_offset(topic, lane.0, KafkaOffset::Offset(at.0))
                    .map_err(restart("name an offset"))?;
                waits += 1;
            }
        }
        self.consumer
            .assign(&list)
            .map_err(restart("read a sample"))?;
        let given_up = Instant::now() + self.target.patience;
        while waits > 0 && Instant::now() < given_up {
            match self.consumer.poll(LOOK) {
                Some(Ok(record)) => {
                    let place = (record.topic().to_owned(), LaneId(record.partition()));
                    let stamp = record.timestamp().to_millis().map(Timestamp);
                    if let Some(stamp) = stamp.filter(|_| !stamps.contains_key(&place)) {
                        stamps.insert(place, stamp);
                        waits -= 1;
                    }
                }
                Some(Err(KafkaError::PartitionEOF(_))) | None => {}
                Some(Err(error)) => say(&error)?,
            }
        }
        self.consumer.unassign().map_err(restart("read a sample"))?;
        Ok(stamps)
    }
}

/// When records were written, by topic and partition.
type Stamps = BTreeMap<(String, LaneId), Timestamp>;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(100_000);

    fn margin(needed: (i64, i64), first: (i64, i64), limits: Limits) -> Option<i64> {
        let at = |(offset, at)| (Offset(offset), Timestamp(at));
        let place = Place {
            needed: at(needed),
            first: at(first),
        };
        place.margin(limits, NOW).map(|span| span.0)
    }

    #[test]
    fn what_is_needed_is_there_until_its_age_or_until_the_begin_comes_to_it() {
        let limits = |age: Option<i64>, other| Limits {
            age: age.map(Span),
            other,
        };
        let (needed, first) = ((50, 90_000), (10, 40_000));
        assert_eq!(margin(needed, first, limits(None, false)), None);
        assert_eq!(
            margin(needed, first, limits(Some(60_000), false)),
            Some(50_000)
        );
        assert_eq!(margin(needed, first, limits(Some(8_000), false)), Some(0));
        assert_eq!(margin(needed, first, limits(None, true)), Some(50_000));
        assert_eq!(
            margin(needed, first, limits(Some(70_000), true)),
            Some(50_000)
        );
        assert_eq!(
            margin(needed, first, limits(Some(30_000), true)),
            Some(20_000)
        );
        assert_eq!(
            margin((50, 100_069), first, limits(Some(8_000), false)),
            Some(8_000)
        );
        // Nothing was deleted yet, so nobody knows how quickly the begin moves.
        assert_eq!(margin(needed, (0, 40_000), limits(None, true)), None);
        assert_eq!(
            margin((9, 90_000), first, limits(Some(60_000), true)),
            Some(0)
        );
    }

    #[test]
    fn limits_are_those_of_the_settings() {
        let limits = |all: &[(&str, &str)]| {
            let all = all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
            Limits::of(Some(&all.collect()))
        };
        let never = [("retention.ms", "-1"), ("retention.bytes", "-1")];
        assert!(limits(&never).are_none());
        let week = limits(&[("retention.ms", "9"), ("retention.bytes", "-1")]);
        assert_eq!((week.age, week.other), (Some(Span(9)), false));
        assert!(limits(&[("retention.ms", "-1"), ("retention.bytes", "0")]).other);
        assert!(Limits::of(None).other);
    }
}
