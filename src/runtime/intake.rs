//! One lane at work: the records that wait for it, by topic, and their way into it in the order of
//! their instants.

mod adoption;

use std::collections::VecDeque;

use crate::engine::Engine;
use crate::engine::effect::Judged;
use crate::engine::input::Outcome;
use crate::engine::key::Key;
use crate::lane::budget::Budget;
use crate::lane::edition::Edition;
use crate::lane::lane::Lane;
use crate::lane::ledger::Entry;
use crate::lane::liveness::Feed;
use crate::lane::merge::{Head, Pick, pick};
use crate::lane::phase::Phase;
use crate::model::detail::Cleaned;
use crate::model::event::Event;
use crate::model::ids::{LaneId, Offset, TopicIx};
use crate::model::refusal::Refused;
use crate::model::time::{Span, Timestamp};
use crate::port::{Record, Source, Trouble};
use crate::wire::checksum::Checksum;
use crate::wire::event::Decoder;
use crate::wire::scratch::Scratch;

/// Records asked for at once.
const BATCH: usize = 2_000;

/// A lane with its records.
pub(super) struct Intake<R> {
    /// The lane.
    pub(super) lane: Lane,
    /// Where it is in its life.
    pub(super) phase: Phase,
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
    /// The largest record that is read, and how many lanes there are.
    reading: (usize, i32),
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

/// What happened to one record.
pub(super) struct Step<'a, R> {
    /// The topic it came from.
    pub(super) topic: TopicIx,
    /// The record.
    pub(super) record: &'a R,
    /// What became of it.
    pub(super) outcome: Outcome,
    /// Which rules of the policy cleaned it.
    pub(super) cleaned: Cleaned,
}

/// A reader's place in one queue, with the next few events decoded once.
struct Cursor<'a, R> {
    records: &'a VecDeque<R>,
    decoder: &'a Decoder,
    scratch: &'a Scratch,
    taken: usize,
    ahead: VecDeque<Result<(Event<'a>, Key), Refused>>,
}

impl<'a, R: Record> Cursor<'a, R> {
    fn new(records: &'a VecDeque<R>, decoder: &'a Decoder, scratch: &'a Scratch) -> Self {
        Self {
            records,
            decoder,
            scratch,
            taken: 0,
            ahead: VecDeque::with_capacity(Engine::AHEAD.min(records.len())),
        }
    }

    /// The next event; at the end of those decoded, decodes some more and has the engine prepare
    /// for all of them at once.
    fn head(&mut self, engine: &Engine) -> Option<&Result<(Event<'a>, Key), Refused>> {
        if self.ahead.is_empty() && self.taken < self.records.len() {
            let (decoder, scratch) = (self.decoder, self.scratch);
            let next = self.records.range(self.taken..).take(Engine::AHEAD);
            let decode = |record: &'a R| {
                let event = decoder.decode_record(record.key(), record.value(), scratch)?;
                let key = Key::of(&event);
                Ok((event, key))
            };
            self.ahead.extend(next.map(decode));
            engine.read_ahead(self.ahead.iter().flatten().map(|(_, key)| *key));
        }
        self.ahead.front()
    }
}

impl<R: Record> Intake<R> {
    /// A lane that reads records of at most so many bytes.
    pub(super) fn new(lane: Lane, budget: Budget, reading: (usize, i32)) -> Self {
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
            ahead: None,
            passes: lane.engine().awaiting() > 0,
            lane,
            phase: Phase::Restoring,
            checksum: Checksum::default(),
            budget,
            queues,
            waiting_since: None,
        }
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
                // Among what is fetched there may be news of a partition's end, which is no record.
                more |= queue.records.len() - have > most / 2;
            }
            let next = queue
                .records
                .back()
                .map_or(self.lane.next()[ix], |record| record.offset().next());
            queue.unread = source.unread(id, topic, next);
        }
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

    /// Whether records wait here.
    pub(super) fn has_records(&self) -> bool {
        self.queues.iter().any(|queue| !queue.records.is_empty())
    }

    /// Whether it may take a record now; begins or ends the wait for a lagging topic.
    pub(super) fn readiness(&mut self, now: Timestamp, merge_wait: Span) -> Readiness {
        if !self.has_records() {
            self.waiting_since = None;
            return Readiness::Empty;
        }
        if self
            .queues
            .iter()
            .all(|queue| !queue.records.is_empty() || queue.unread == 0)
        {
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
        F: FnMut(Step<'_, R>, &Lane, &mut Vec<Judged>, &mut Checksum) -> Result<bool, Trouble>,
    {
        let mut cursors = cursors(&self.queues, &self.decoder, scratch);
        let mut heads = vec![Head::AtEnd; cursors.len()];
        let latest = self.lane.latest();
        let mut result = Ok(());
        loop {
            for ((head, cursor), queue) in heads.iter_mut().zip(&mut cursors).zip(&self.queues) {
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
            match go_on(step, &self.lane, effects, &mut self.checksum) {
                Ok(true) => {}
                other => {
                    result = other.map(|_| ());
                    break;
                }
            }
        }
        let taken = cursors.iter().map(|cursor| cursor.taken).collect();
        self.let_go(taken);
        result
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
        mut each: impl FnMut(Step<'_, R>, &Lane, &mut Vec<Judged>, &mut Checksum),
    ) {
        let mut cursors = cursors(&self.queues, &self.decoder, scratch);
        for (topic, length) in &entry.runs {
            let Some(cursor) = cursors.get_mut(*topic) else {
                break;
            };
            for _ in 0..*length {
                if let Some(step) = step(&mut self.lane, TopicIx(*topic), cursor, effects) {
                    each(step, &self.lane, effects, &mut self.checksum);
                }
            }
        }
        let taken = cursors.iter().map(|cursor| cursor.taken).collect();
        self.let_go(taken);
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
fn decoder(lane: &Lane, (bytes_max, lanes): (usize, i32)) -> Decoder {
    let engine = lane.engine();
    Decoder::asking(engine.policy(), engine.wanted(), bytes_max).of_lanes(lanes)
}

/// A cursor at the front of each queue.
fn cursors<'a, R: Record>(
    queues: &'a [Queue<R>],
    decoder: &'a Decoder,
    scratch: &'a Scratch,
) -> Vec<Cursor<'a, R>> {
    let queues = queues.iter();
    queues
        .map(|queue| Cursor::new(&queue.records, decoder, scratch))
        .collect()
}

/// Gives the record at a cursor to its lane.
fn step<'a, R: Record>(
    lane: &mut Lane,
    topic: TopicIx,
    cursor: &mut Cursor<'a, R>,
    effects: &mut Vec<Judged>,
) -> Option<Step<'a, R>> {
    cursor.head(lane.engine())?;
    let event = cursor.ahead.pop_front()?;
    let record = &cursor.records[cursor.taken];
    cursor.taken += 1;
    let event = event.as_ref().map_err(|refused| *refused);
    let event = event.map(|(event, key)| (event, *key));
    let cleaned = event.map_or(Cleaned::default(), |(event, _)| event.details.cleaned);
    let outcome = lane.take(topic, record.offset(), event, effects);
    Some(Step {
        topic,
        record,
        outcome,
        cleaned,
    })
}
