//! A reader's place among the records of one topic that have arrived.

use std::collections::VecDeque;

use crate::engine::Engine;
use crate::engine::effect::Judged;
use crate::engine::key::Key;
use crate::lane::crossing::From;
use crate::lane::fate::Fate;
use crate::lane::lane::Lane;
use crate::model::detail::Cleaned;
use crate::model::event::Event;
use crate::model::ids::{Offset, TopicIx};
use crate::model::refusal::Refused;
use crate::port::Record;
use crate::wire::event::Decoder;
use crate::wire::scratch::Scratch;

use super::transfers::may_take;
use super::{Queue, Step};

/// An event with its key, or why there is none.
pub(super) type Decoded<'a> = Result<(Event<'a>, Key), Refused>;

/// A reader's place in one queue, with the next few events decoded once.
pub(super) struct Cursor<'a, R> {
    pub(super) records: &'a VecDeque<R>,
    pub(super) decoder: &'a Decoder,
    scratch: &'a Scratch,
    pub(super) taken: usize,
    ahead: VecDeque<Decoded<'a>>,
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
    pub(super) fn head(&mut self, engine: &Engine) -> Option<&Decoded<'a>> {
        if self.ahead.is_empty() && self.taken < self.records.len() {
            let (decoder, scratch) = (self.decoder, self.scratch);
            let next = self.records.range(self.taken..).take(Engine::AHEAD);
            let decode = |record: &'a R| decoded(decoder, (record.key(), record.value()), scratch);
            self.ahead.extend(next.map(decode));
            engine.read_ahead(self.ahead.iter().flatten().map(|(_, key)| *key));
        }
        self.ahead.front()
    }
}

impl<R: Record> Cursor<'_, R> {
    /// Whether there is a record of another lane that can be taken now.
    pub(super) fn may_be_received(&self, lane: &Lane) -> bool {
        let next = self.records.get(self.taken);
        next.is_some_and(|record| may_take(lane, record))
    }
}

/// A cursor at the front of each queue.
pub(super) fn cursors<'a, R: Record>(
    queues: &'a [Queue<R>],
    decoder: &'a Decoder,
    scratch: &'a Scratch,
) -> Vec<Cursor<'a, R>> {
    let queues = queues.iter();
    queues
        .map(|queue| Cursor::new(&queue.records, decoder, scratch))
        .collect()
}

/// The event of a record with that key and value.
pub(super) fn decoded<'a>(
    decoder: &'a Decoder,
    (key, value): (Option<&'a [u8]>, Option<&'a [u8]>),
    scratch: &'a Scratch,
) -> Decoded<'a> {
    let event = decoder.decode_record(key, value, scratch)?;
    let key = Key::of(&event);
    Ok((event, key))
}

/// Gives what was decoded of the record at a place to a lane; what becomes of it, and how it was
/// cleaned.
pub(super) fn give(
    lane: &mut Lane,
    place: (TopicIx, Offset),
    event: &Decoded<'_>,
    from: From,
    effects: &mut Vec<Judged>,
) -> (Fate, Cleaned) {
    let event = event.as_ref().map_err(|refused| *refused);
    let event = event.map(|(event, key)| (event, *key));
    let cleaned = event.map_or(Cleaned::default(), |(event, _)| event.details.cleaned);
    (lane.take(place, event, from, effects), cleaned)
}

/// Gives the record at a cursor to its lane.
pub(super) fn step<'a, R: Record>(
    lane: &mut Lane,
    topic: TopicIx,
    cursor: &mut Cursor<'a, R>,
    effects: &mut Vec<Judged>,
) -> Option<Step<'a>> {
    cursor.head(lane.engine())?;
    let event = cursor.ahead.pop_front()?;
    let record = &cursor.records[cursor.taken];
    cursor.taken += 1;
    let place = (topic, record.offset());
    let (fate, cleaned) = give(lane, place, &event, From::Feed, effects);
    Some(Step {
        topic,
        record,
        origin: None,
        fate,
        cleaned,
    })
}
