//! The reading half of a connection: what the group says, records, ledgers.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::ids::{LaneId, Offset, TopicIx};
use crate::port::{LedgerLook, Notice, Output, Reached, Source, Trouble};
use crate::teeth::{Tooth, bites};

use super::super::count;
use super::super::group::Word;
use super::super::log::{Found, index, offset};
use super::super::weather::Step;
use super::{Skiff, restart};

/// How long a lane's offsets may be pending until its reader gives up.
const PATIENCE: i64 = 250;

/// Where a partition is read.
pub(super) struct Place {
    at: usize,
    /// The end that was reported last.
    end: Option<usize>,
}

/// The reader of a ledger.
pub(super) struct Reader {
    lane: LaneId,
    at: usize,
    /// As far as it has been fetched.
    end: usize,
    /// Whether its last look gave an entry.
    follows: bool,
}

impl Skiff {
    fn is_restoring(&self, lane: LaneId) -> bool {
        let reader = self.reader.as_ref();
        reader.is_some_and(|reader| reader.lane == lane && reader.follows)
    }

    fn stable_end(&self, place: usize) -> usize {
        self.world.broker.borrow().logs[place].stable_end()
    }
}

impl Source for Skiff {
    type Record = Found;

    fn poll(&mut self) -> Result<Option<Notice>, Trouble> {
        self.may(Step::Poll)?;
        self.doubting = false;
        let Some(member) = self.hull.member.get().filter(|_| self.is_inside) else {
            return Ok(None);
        };
        let word = self.world.broker.borrow_mut().group.poll(member);
        Ok(match word {
            None => None,
            Some(Word::Assigned(lanes, generation)) => {
                self.generation = generation;
                self.held = true;
                Some(Notice::Assigned(lanes))
            }
            Some(Word::Revoked) => Some(Notice::Revoked),
            Some(Word::Lost) if self.held => Some(Notice::Lost),
            Some(Word::Lost) => {
                self.join();
                None
            }
        })
    }

    fn committed(&mut self, lane: LaneId) -> Result<Reached, Trouble> {
        self.may(match self.doubting {
            true => Step::DoubtCommitted,
            false => Step::RestoreCommitted,
        })?;
        let given_up = self.world.broker.borrow().now + PATIENCE;
        while self.world.broker.borrow().is_pending(lane) && !bites(Tooth::PendingIgnored) {
            if self.world.broker.borrow().now > given_up {
                return Err(restart("the committed offsets are pending"));
            }
            self.world.let_others_go_on(&self.hull, 3);
        }
        let broker = self.world.broker.borrow();
        let mark = broker.committed(lane);
        Ok(Reached {
            next: match mark {
                Some(mark) => mark.next.iter().map(|it| Some(offset(*it))).collect(),
                None => vec![None; self.world.rig.shape.topics],
            },
            unit: mark.map(|mark| mark.unit),
        })
    }

    fn ends(&mut self, lane: LaneId) -> Result<Vec<(Offset, Offset)>, Trouble> {
        self.may(Step::Ends)?;
        let (rig, broker) = (&self.world.rig, self.world.broker.borrow());
        let end = |topic| offset(broker.logs[rig.shape.input(topic, lane)].end());
        let ends = (0..rig.shape.topics).map(|topic| (offset(rig.first), end(topic)));
        Ok(ends.collect())
    }

    fn start(&mut self, lanes: &[(LaneId, Vec<Offset>)]) -> Result<(), Trouble> {
        self.may(Step::Start)?;
        self.places.clear();
        for (lane, next) in lanes {
            for (topic, next) in next.iter().enumerate() {
                let at = index(*next);
                self.places.insert((*lane, topic), Place { at, end: None });
            }
        }
        self.started = true;
        Ok(())
    }

    fn release(&mut self) -> Result<(), Trouble> {
        self.may(Step::Release)?;
        self.places.clear();
        self.started = false;
        self.held = false;
        if let Some(member) = self.hull.member.get().filter(|_| self.is_inside) {
            self.world.broker.borrow_mut().group.release(member);
        }
        Ok(())
    }

    fn fetch(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        most: usize,
        into: &mut VecDeque<Found>,
    ) -> Result<(), Trouble> {
        self.may(match self.is_restoring(lane) {
            true => Step::RestoreFetch,
            false => Step::Fetch,
        })?;
        let place = self.world.rig.shape.input(topic.0, lane);
        let broker = self.world.broker.borrow();
        let Some(read) = self.places.get_mut(&(lane, topic.0)) else {
            return Ok(());
        };
        let slow = self.world.dice.one_in(4);
        let most = if slow { self.world.dice.below(3) } else { most };
        for _ in 0..most {
            let Some((at, payload)) = broker.next_visible(place, read.at) else {
                read.at = read.at.max(broker.logs[place].stable_end());
                read.end = Some(read.at);
                return Ok(());
            };
            read.at = at + 1;
            read.end = None;
            let payload = payload.clone();
            into.push_back(Found {
                offset: at,
                payload,
            });
        }
        Ok(())
    }

    fn pass_over(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        _: Offset,
        to: Offset,
    ) -> Result<(), Trouble> {
        let (at, end) = (index(to), None);
        self.places.insert((lane, topic.0), Place { at, end });
        Ok(())
    }

    fn unread(&mut self, lane: LaneId, topic: TopicIx, next: Offset) -> u64 {
        let place = self.world.rig.shape.input(topic.0, lane);
        let end = self.world.broker.borrow().logs[place].end();
        match self.places.get(&(lane, topic.0)) {
            Some(read) if read.end.is_some_and(|end| end >= index(next)) => 0,
            _ => end.saturating_sub(index(next)).max(1) as u64,
        }
    }

    fn wait(&mut self, most: Duration) {
        let most = i64::try_from(most.as_millis())
            .expect("naps are short")
            .max(1);
        let now = self.world.broker.borrow().now;
        // A worker that sleeps twice in a turn waits for something.
        if self.hull.wake.replace(Some(now + most)).is_some() {
            self.world.let_others_go_on(&self.hull, most);
        }
    }

    fn open_ledger(&mut self, lane: LaneId) -> Result<(), Trouble> {
        self.may(Step::OpenLedger)?;
        let place = self.world.rig.shape.output(Output::Ledger, lane);
        self.reader = Some(Reader {
            lane,
            at: 0,
            end: self.stable_end(place),
            follows: false,
        });
        Ok(())
    }

    fn open_ledger_at(&mut self, lane: LaneId, place: Offset) -> Result<(), Trouble> {
        self.open_ledger(lane)?;
        if let Some(reader) = &mut self.reader {
            reader.at = index(place);
        }
        // Before that, a snapshot is only looked at.
        if self.started {
            count(&self.world.tolls.made);
        }
        Ok(())
    }

    fn look_into_ledger(&mut self) -> Result<LedgerLook, Trouble> {
        self.may(match self.started {
            true => Step::RestoreLook,
            false => Step::FirstLook,
        })?;
        if self.world.dice.one_in(24) {
            return Ok(LedgerLook::NotYet);
        }
        let Some(reader) = &mut self.reader else {
            self.world.note_wrong("no ledger was open");
            return Ok(LedgerLook::End);
        };
        let broker = self.world.broker.borrow();
        let place = broker.shape.output(Output::Ledger, reader.lane);
        let next = broker.next_visible(place, reader.at);
        match next.filter(|(at, _)| *at < reader.end) {
            Some((at, payload)) => {
                reader.at = at + 1;
                reader.follows = true;
                Ok(LedgerLook::Entry(
                    offset(at),
                    payload.value.as_deref().unwrap_or_default().to_vec(),
                ))
            }
            None => {
                reader.follows = false;
                // What has come since is seen at the next look, or later.
                if self.world.dice.one_in(2) {
                    reader.end = broker.logs[place].stable_end();
                }
                Ok(LedgerLook::End)
            }
        }
    }
}
