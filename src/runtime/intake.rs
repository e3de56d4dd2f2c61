//! One lane at work: the records that wait for it, by topic, and their way into it in the order of
//! their instants.

mod adoption;
mod cursor;
mod transfers;

use std::collections::VecDeque;

use crate::engine::effect::Judged;
use crate::engine::input::Outcome;
use crate::lane::budget::Budget;
use crate::lane::edition::Edition;
use crate::lane::fate::Fate;
use crate::lane::lane::Lane;
use crate::lane::ledger::Entry;
use crate::lane::liveness::Feed;
use crate::lane::merge::{Head, Pick, pick};
use crate::lane::phase::Phase;
use crate::model::detail::Cleaned;
use crate::model::ids::{LaneId, Offset, TopicIx};
use crate::model::time::{Span, Timestamp};
use crate::port::{Record, Source, Trouble};
use crate::teeth::{Tooth, bites};
use crate::wire::checksum::Checksum;
use crate::wire::dead_letter::Origin;
use crate::wire::event::Decoder;
use crate::wire::scratch::Scratch;

use cursor::{cursors, step};
use transfers::receive;

/// Records asked for at once.
const BATCH: usize = 2_000;

/// A lane with its records.
pub(super) struct Intake<R> {
    /// The lane.
    pub(super) lane: Lane,
    /// Where it is in its life.
    pub(super) phase: Phase,
    /// Whether its customers are still on a shelf: it is to be read on from where they were, and
    /// knows nothing yet.
    pub(super) is_hollow: bool,
    /// Over what the open unit has put out.
    pub(super) checksum: Checksum,
    /// What is left for deadlines.
    pub(super) budget: Budget,
    /// The policy that it is to adopt next.
    ahead: Option<Edition>,
    /// Whether customers were still to be passed over when it was last looked at.
    pub(super) passes: bool,
    /// Reads what its policy asks for.
    decoder: Decoder,
    reading: Reading,
    /// Where in the topic of the other lanes customers wait who cannot be taken in yet.
    held: Option<Offset>,
    queues: Vec<Queue<R>>,
    /// Since when it waits for a topic that has unread records.
    waiting_since: Option<Timestamp>,
}

/// The records of one topic that have arrived.
struct Queue<R> {
    records: VecDeque<R>,
    /// Records beyond those, as last seen.
    unread: u64,
}

/// Whether a lane can take a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// There is none.
    Empty,
    /// One of another topic may have to go first, and is on its way.
    Waiting,
    /// It can; impatient if a topic with unread records has been waited for long enough.
    Ready {
        /// Whether to go on without the lagging topic.
        impatient: bool,
    },
}

/// What a lane reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Bytes of the largest record that is read.
    pub(super) bytes_max: usize,
    /// The topic of the other lanes, if customers may be merged across lanes.
    pub(super) transfers: Option<TopicIx>,
}

/// What happened to one record.
pub(super) struct Step<'a> {
    /// The topic it came from.
    pub(super) topic: TopicIx,
    /// The record.
    pub(super) record: &'a dyn Record,
    /// Where it lay at first, if another lane has sent it on.
    pub(super) origin: Option<Origin<'a>>,
    /// What became of it.
    pub(super) fate: Fate,
    /// Which rules of the policy cleaned it.
    pub(super) cleaned: Cleaned,
}

impl Step<'_> {
    /// Whether there is something to publish of the record itself.
    pub(super) fn publishes(&self) -> bool {
        let refused = matches!(self.fate, Fate::Became(Outcome::Refused(_)));
        refused || matches!(&self.fate, Fate::Transfer(sent) if !sent.is_empty())
    }
}

impl<R: Record> Intake<R> {
    /// A lane without records.
    pub(super) fn new(lane: Lane, budget: Budget, reading: Reading) -> Self {
        let queues = lane
            .next()
            .iter()
            .map(|_| Queue {
                records: VecDeque::new(),
                unread: 1,
            })
            .collect();
        Self {
            decoder: decoder(&lane, reading),
            reading,
            held: None,
            ahead: None,
            passes: lane.engine().awaiting() > 0,
            lane,
            phase: Phase::Restoring,
            is_hollow: false,
            checksum: Checksum::default(),
            budget,
            queues,
            waiting_since: None,
        }
    }

    /// Lets go of what has arrived of a topic that is read on elsewhere.
    pub(super) fn forget(&mut self, topic: TopicIx) {
        let queue = &mut self.queues[topic.0];
        queue.records.clear();
        queue.unread = 1;
    }

    /// The lane is this one, which reads on where it did.
    pub(super) fn stand(&mut self, lane: Lane) {
        debug_assert_eq!(
            lane.next(),
            self.lane.next(),
            "records have been fetched from there on"
        );
        self.decoder = decoder(&lane, self.reading);
        self.passes = lane.engine().awaiting() > 0;
        self.is_hollow = false;
        self.lane = lane;
    }

    /// Where its clock may go without an event.
    pub(super) fn coast(&self, feed: Feed, now: Timestamp) -> Option<Timestamp> {
        feed.coast(now, &self.lane.engine().policy().time)
    }

    /// Fetches what has arrived for the queues that hold fewer than `wanted` records; whether there
    /// may be more where it came from.
    pub(super) fn fetch<S: Source<Record = R>>(
        &mut self,
        source: &mut S,
        wanted: impl Fn(TopicIx) -> usize,
    ) -> Result<bool, Trouble> {
        let id = self.lane.id();
        let mut more = false;
        for (ix, queue) in self.queues.iter_mut().enumerate() {
            let topic = TopicIx(ix);
            let have = queue.records.len();
            if have < wanted(topic) {
                let most = BATCH.max(wanted(topic) - have);
                source.fetch(id, topic, most, &mut queue.records)?;
                if bites(Tooth::RecordDropped) && queue.records.len() > have + 1 {
                    queue.records.remove(have);
                }
                // Among what is fetched there may be news of a partition's end, which is no record.
                more |= queue.records.len() - have > most / 2;
            }
            let next = queue
                .records
                .back()
                .map_or(self.lane.next()[ix], |record| record.offset().next());
            queue.unread = source.unread(id, topic, next);
        }
        self.look_at_transfers();
        Ok(more)
    }

    /// Records of a topic that are not yet applied, as last seen.
    pub(super) fn lag(&self, topic: TopicIx) -> u64 {
        let queue = &self.queues[topic.0];
        queue.records.len() as u64 + queue.unread
    }

    /// Records of all topics that are not yet applied, as last seen.
    pub(super) fn waiting(&self) -> u64 {
        let topics = 0..self.queues.len();
        topics.map(|topic| self.lag(TopicIx(topic))).sum()
    }

    /// Whether it runs and everything there is has been applied.
    pub(super) fn is_caught_up(&self) -> bool {
        self.phase == Phase::Running
            && self
                .queues
                .iter()
                .all(|queue| queue.records.is_empty() && queue.unread == 0)
    }

    /// Whether records wait here that can be taken.
    pub(super) fn has_records(&self) -> bool {
        let mut queues = self.queues.iter().enumerate();
        queues.any(|(ix, queue)| !queue.records.is_empty() && !self.holds_back(TopicIx(ix)))
    }

    /// Whether it may take a record now; begins or ends the wait for a lagging topic.
    pub(super) fn readiness(&mut self, now: Timestamp, merge_wait: Span) -> Readiness {
        if !self.has_records() {
            self.waiting_since = None;
            return Readiness::Empty;
        }
        let mut queues = self.queues.iter();
        if queues.all(|queue| !queue.records.is_empty() || queue.unread == 0) {
            self.waiting_since = None;
            return Readiness::Ready { impatient: false };
        }
        let since = *self.waiting_since.get_or_insert(now);
        if now - since >= merge_wait {
            Readiness::Ready { impatient: true }
        } else {
            Readiness::Waiting
        }
    }

    /// Takes nothing for a while, which is no wait for a lagging topic.
    pub(super) fn rest(&mut self) {
        self.waiting_since = None;
    }

    /// Applies records in the order of their instants while `go_on` says so, or until one has to be
    /// waited for.
    pub(super) fn apply<F>(
        &mut self,
        scratch: &Scratch,
        impatient: bool,
        effects: &mut Vec<Judged>,
        mut go_on: F,
    ) -> Result<(), Trouble>
    where
        F: FnMut(Step<'_>, &Lane, &mut Vec<Judged>, &mut Checksum) -> Result<bool, Trouble>,
    {
        let mut cursors = cursors(&self.queues, &self.decoder, scratch);
        let mut heads = vec![Head::AtEnd; cursors.len()];
        let latest = self.lane.latest();
        let others = self.reading.transfers;
        let mut result = Ok(true);
        if let Some(topic) = others {
            let cursor = &mut cursors[topic.0];
            let checksum = &mut self.checksum;
            while matches!(result, Ok(true)) && cursor.may_be_received(&self.lane) {
                let then = |step: Step<'_>, lane: &Lane, effects: &mut Vec<Judged>| {
                    go_on(step, lane, effects, checksum)
                };
                result = receive(&mut self.lane, topic, cursor, effects, then);
            }
        }
        while matches!(result, Ok(true)) {
            let inputs = heads.iter_mut().zip(&mut cursors).zip(&self.queues);
            for (ix, ((head, cursor), queue)) in inputs.enumerate() {
                if others == Some(TopicIx(ix)) {
                    continue;
                }
                *head = match cursor.head(self.lane.engine()) {
                    Some(event) => {
                        Head::here(event.as_ref().ok().map(|(event, _)| event.at), latest)
                    }
                    None if queue.unread > 0 => Head::OnItsWay,
                    None => Head::AtEnd,
                };
            }
            let Pick::Take(topic) = pick(&heads, impatient) else {
                break;
            };
            let Some(step) = step(&mut self.lane, topic, &mut cursors[topic.0], effects) else {
                break;
            };
            result = go_on(step, &self.lane, effects, &mut self.checksum);
        }
        let taken = cursors.iter().map(|cursor| cursor.taken).collect();
        self.let_go(taken);
        result.map(drop)
    }

    /// Whether all records of a unit have arrived.
    pub(super) fn holds(&self, entry: &Entry) -> bool {
        self.queues
            .iter()
            .zip(&entry.reads)
            .all(|(queue, read)| queue.records.len() as u64 >= read.records)
    }

    /// Applies the records of a unit in the order that its entry gives; all of them are here.
    pub(super) fn follow(
        &mut self,
        entry: &Entry,
        scratch: &Scratch,
        effects: &mut Vec<Judged>,
        mut each: impl FnMut(Step<'_>, &Lane, &mut Vec<Judged>, &mut Checksum),
    ) -> Result<(), Trouble> {
        let mut cursors = cursors(&self.queues, &self.decoder, scratch);
        let mut runs = entry.runs.clone();
        if bites(Tooth::OrderForgotten) {
            runs.sort_unstable();
        }
        for (topic, length) in &runs {
            let Some(cursor) = cursors.get_mut(*topic) else {
                break;
            };
            for _ in 0..*length {
                let topic = TopicIx(*topic);
                if self.reading.transfers == Some(topic) {
                    let checksum = &mut self.checksum;
                    receive(
                        &mut self.lane,
                        topic,
                        cursor,
                        effects,
                        |step, lane, effects| {
                            each(step, lane, effects, checksum);
                            Ok(())
                        },
                    )?;
                } else if let Some(step) = step(&mut self.lane, topic, cursor, effects) {
                    each(step, &self.lane, effects, &mut self.checksum);
                }
            }
        }
        let taken = cursors.iter().map(|cursor| cursor.taken).collect();
        self.let_go(taken);
        Ok(())
    }

    /// Lets go of the first records of each topic.
    fn let_go(&mut self, taken: Vec<usize>) {
        for (queue, taken) in self.queues.iter_mut().zip(taken) {
            queue.records.drain(..taken);
        }
    }

    /// The lane, its records let go.
    pub(super) fn into_lane(self) -> Lane {
        self.lane
    }

    /// Its number.
    pub(super) fn id(&self) -> LaneId {
        self.lane.id()
    }

    /// The next offset to take of each topic.
    pub(super) fn next(&self) -> Vec<Offset> {
        self.lane.next().to_vec()
    }
}

/// What reads records for a lane.
fn decoder(lane: &Lane, reading: Reading) -> Decoder {
    let engine = lane.engine();
    Decoder::asking(engine.policy(), engine.wanted(), reading.bytes_max)
}
