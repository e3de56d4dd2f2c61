//! What a lane takes from others: customers who were sent to it, and events of theirs.

use crate::engine::effect::Judged;
use crate::lane::crossing::From;
use crate::lane::lane::Lane;
use crate::model::detail::Cleaned;
use crate::model::ids::TopicIx;
use crate::model::refusal::Refusal;
use crate::port::{Record, Trouble};
use crate::wire::dead_letter::Origin;
use crate::wire::scratch::Scratch;
use crate::wire::transfer::{Letter, Transfer, decode, form};

use super::cursor::{Cursor, decoded, give};
use super::{Intake, Step};

impl<R: Record> Intake<R> {
    /// Looks whether the next of the other lanes' records has to wait.
    pub(super) fn look_at_transfers(&mut self) {
        let Some(topic) = self.reading.transfers else {
            return;
        };
        let next = self.queues[topic.0].records.front();
        let held = next.filter(|record| match self.held == Some(record.offset()) {
            true => is_unread(&self.lane, *record),
            false => !may_take(&self.lane, *record),
        });
        self.held = held.map(Record::offset);
    }

    /// Whether the next record of a topic has to wait.
    pub(super) fn holds_back(&self, topic: TopicIx) -> bool {
        self.held.is_some() && self.reading.transfers == Some(topic)
    }
}

/// Whether a lane can take a record of another lane now: customers who are kept in a form of a
/// policy that it has not adopted have to wait until it has. What is no transfer waits for nothing.
pub(super) fn may_take(lane: &Lane, record: &impl Record) -> bool {
    !is_unread(lane, record) || decode(record.value().unwrap_or_default()).is_err()
}

/// Whether a record says that it holds customers in a form that a lane does not read yet.
fn is_unread(lane: &Lane, record: &impl Record) -> bool {
    let form = form(record.value().unwrap_or_default());
    form.is_some_and(|form| !lane.reads(form))
}

/// Gives the record of another lane at a cursor to a lane.
pub(super) fn receive<R: Record, T>(
    lane: &mut Lane,
    topic: TopicIx,
    cursor: &mut Cursor<'_, R>,
    effects: &mut Vec<Judged>,
    then: impl FnOnce(Step<'_>, &Lane, &mut Vec<Judged>) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let record = &cursor.records[cursor.taken];
    cursor.taken += 1;
    let place = (topic, record.offset());
    let fate = match decode(record.value().unwrap_or_default()) {
        Ok(Transfer::Event(letter, note)) => {
            let scratch = Scratch::default();
            let key = Some(letter.key.as_bytes());
            let value = Some(letter.value.as_bytes());
            let event = decoded(cursor.decoder, (key, value), &scratch);
            let (fate, cleaned) = give(lane, place, &event, From::Lane(note), effects);
            let step = Step {
                topic,
                record: &letter,
                origin: Some(origin(&letter)),
                fate,
                cleaned,
            };
            return then(step, lane, effects);
        }
        Ok(Transfer::Customers(form, tape)) => {
            let received = lane.receive(place, (form, &tape), effects);
            let id = lane.id();
            received.map_err(|why| Trouble::Fatal(format!("lane {id}, {}: {why}", place.1)))?
        }
        // Nobody but lanes may write there.
        Err(_) => lane.take(place, Err(Refusal::NotJson.of("")), From::Feed, effects),
    };
    let step = Step {
        topic,
        record,
        origin: None,
        fate,
        cleaned: Cleaned::default(),
    };
    then(step, lane, effects)
}

fn origin(letter: &Letter) -> Origin<'_> {
    Origin {
        topic: &letter.topic,
        partition: letter.partition,
        offset: letter.offset,
    }
}
