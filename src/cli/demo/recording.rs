//! What was fed and what the ledger said, as a source that needs no broker: for the demonstration's
//! check of itself.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::model::ids::{LaneId, Offset, TopicIx};
use crate::model::partitioner::lane_of;
use crate::model::time::Timestamp;
use crate::port::{Header, LedgerLook, Notice, Reached, Record, Source, Trouble};

use super::browsing::Fed;

/// One record as it was fed.
pub(crate) struct Copy<'a> {
    offset: Offset,
    fed: &'a Fed,
}

impl Record for Copy<'_> {
    fn offset(&self) -> Offset {
        self.offset
    }

    fn key(&self) -> Option<&[u8]> {
        Some(self.fed.customer.as_bytes())
    }

    fn value(&self) -> Option<&[u8]> {
        Some(&self.fed.text)
    }

    fn stamped_at(&self) -> Option<Timestamp> {
        None
    }

    fn headers(&self) -> Vec<Header> {
        Vec::new()
    }
}

/// All that was fed, by lane and topic, and the ledgers as they were read.
pub(crate) struct Recording<'a> {
    records: BTreeMap<(LaneId, usize), Vec<&'a Fed>>,
    read: BTreeMap<(LaneId, usize), usize>,
    ledgers: BTreeMap<LaneId, Vec<Vec<u8>>>,
    open: VecDeque<(Offset, Vec<u8>)>,
    topics: usize,
}

impl<'a> Recording<'a> {
    /// Of a timeline fed into `lanes` lanes of `topics` topics, and their ledgers.
    #[must_use]
    pub(crate) fn new(
        timeline: &'a [Fed],
        (lanes, topics): (i32, usize),
        ledgers: BTreeMap<LaneId, Vec<Vec<u8>>>,
    ) -> Self {
        let mut records: BTreeMap<(LaneId, usize), Vec<&Fed>> = BTreeMap::new();
        for fed in timeline {
            let lane = lane_of(fed.customer.as_bytes(), lanes);
            records
                .entry((lane, usize::from(fed.browsing)))
                .or_default()
                .push(fed);
        }
        Self {
            records,
            read: BTreeMap::new(),
            ledgers,
            open: VecDeque::new(),
            topics,
        }
    }

    fn fed(&self, lane: LaneId, topic: usize) -> &[&'a Fed] {
        self.records.get(&(lane, topic)).map_or(&[], Vec::as_slice)
    }
}

impl<'a> Source for Recording<'a> {
    type Record = Copy<'a>;

    fn poll(&mut self) -> Result<Option<Notice>, Trouble> {
        Ok(None)
    }

    /// All that was fed: the ledger must end there.
    fn committed(&mut self, lane: LaneId) -> Result<Reached, Trouble> {
        let end = |topic| Some(Offset(self.fed(lane, topic).len() as i64));
        Ok(Reached {
            next: (0..self.topics).map(end).collect(),
            unit: None,
        })
    }

    fn ends(&mut self, lane: LaneId) -> Result<Vec<(Offset, Offset)>, Trouble> {
        let end = |topic| Offset(self.fed(lane, topic).len() as i64);
        Ok((0..self.topics)
            .map(|topic| (Offset(0), end(topic)))
            .collect())
    }

    fn start(&mut self, _: &[(LaneId, Vec<Offset>)]) -> Result<(), Trouble> {
        Ok(())
    }

    fn release(&mut self) -> Result<(), Trouble> {
        Ok(())
    }

    fn fetch(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        most: usize,
        into: &mut VecDeque<Copy<'a>>,
    ) -> Result<(), Trouble> {
        let from = self.read.get(&(lane, topic.0)).copied().unwrap_or(0);
        let fresh = self
            .fed(lane, topic.0)
            .iter()
            .enumerate()
            .skip(from)
            .take(most);
        let before = into.len();
        into.extend(fresh.map(|(i, fed)| Copy {
            offset: Offset(i as i64),
            fed,
        }));
        self.read
            .insert((lane, topic.0), from + into.len() - before);
        Ok(())
    }

    fn pass_over(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        _: Offset,
        to: Offset,
    ) -> Result<(), Trouble> {
        let to = usize::try_from(to.0).unwrap_or(usize::MAX);
        self.read.insert((lane, topic.0), to);
        Ok(())
    }

    fn unread(&mut self, lane: LaneId, topic: TopicIx, next: Offset) -> u64 {
        u64::try_from(self.fed(lane, topic.0).len() as i64 - next.0).unwrap_or(0)
    }

    fn wait(&mut self, _: Duration) {}

    fn open_ledger(&mut self, lane: LaneId) -> Result<(), Trouble> {
        let entries = self.ledgers.get(&lane).cloned().unwrap_or_default();
        self.open = (0..).map(Offset).zip(entries).collect();
        Ok(())
    }

    fn look_into_ledger(&mut self) -> Result<LedgerLook, Trouble> {
        Ok(self
            .open
            .pop_front()
            .map_or(LedgerLook::End, |(at, entry)| LedgerLook::Entry(at, entry)))
    }
}
