//! What the broker's coordinator does with a transaction: opens it, decides it, tells everybody.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::teeth::{Tooth, bites};

use super::super::log::{Payload, Serial, lane_ix};
use super::{Broker, Deed, Mark, Pending, Refusal, State};

impl Broker {
    /// Raises the epoch; what was open is aborted and told to all partitions.
    pub(super) fn init(&mut self, who: usize) -> u32 {
        if self.is_open(who) {
            self.decide(who, false);
        }
        self.tell_all(who);
        let producer = &mut self.producers[who];
        producer.epoch += 1;
        producer.state = State::Over(None);
        producer.sequences.fill(0);
        producer.epoch
    }

    fn fenced(&self, who: usize, epoch: u32) -> Result<(), Refusal> {
        match self.producers[who].epoch == epoch {
            true => Ok(()),
            false => Err(Refusal::Fenced),
        }
    }

    /// Opens the transaction if there is none.
    pub(super) fn add(&mut self, who: usize, epoch: u32, in_time: bool) -> Result<(), Refusal> {
        self.fenced(who, epoch)?;
        if matches!(self.producers[who].state, State::Ending { .. }) {
            if !in_time {
                return Err(Refusal::State);
            }
            // The client tries again until the last one is over.
            self.tell_all(who);
        }
        if matches!(self.producers[who].state, State::Over(_)) {
            let serial = self.deeds.len();
            self.deeds.push(Deed {
                who,
                epoch,
                committed: None,
                offsets: Vec::new(),
            });
            let producer = &mut self.producers[who];
            producer.places.clear();
            producer.offsets = false;
            producer.state = State::Open {
                serial,
                since: self.now,
            };
        }
        Ok(())
    }

    pub(super) fn produce(
        &mut self,
        (who, epoch): (usize, u32),
        place: usize,
        sequence: u32,
        payload: Rc<Payload>,
        in_time: bool,
    ) -> Result<(), Refusal> {
        self.fenced(who, epoch)?;
        if in_time {
            self.add(who, epoch, true)?;
        }
        let producer = &mut self.producers[who];
        let State::Open { serial, .. } = producer.state else {
            return Err(Refusal::State);
        };
        if !producer.places.contains(&place) {
            if !in_time {
                return Err(Refusal::State);
            }
            producer.places.push(place);
        }
        let next = &mut producer.sequences[place];
        match sequence.cmp(next) {
            // Here already.
            Ordering::Less => return Ok(()),
            Ordering::Greater => return Err(Refusal::State),
            Ordering::Equal => *next += 1,
        }
        self.logs[place].append(payload, Some(serial));
        Ok(())
    }

    pub(super) fn offsets(
        &mut self,
        (who, epoch): (usize, u32),
        marks: &[Mark],
        in_time: bool,
    ) -> Result<(), Refusal> {
        self.fenced(who, epoch)?;
        if in_time {
            self.add(who, epoch, true)?;
        }
        let producer = &mut self.producers[who];
        let State::Open { serial, .. } = producer.state else {
            return Err(Refusal::State);
        };
        if !in_time && !producer.offsets {
            return Err(Refusal::State);
        }
        producer.offsets = true;
        for mark in marks {
            if bites(Tooth::OffsetsOutside) {
                self.committed[lane_ix(mark.lane)] = Some(mark.clone());
                continue;
            }
            self.pending
                .retain(|old| (old.serial, old.mark.lane) != (serial, mark.lane));
            self.pending.push(Pending {
                serial,
                mark: mark.clone(),
            });
        }
        Ok(())
    }

    pub(super) fn end(&mut self, who: usize, epoch: u32, commits: bool) -> Result<(), Refusal> {
        self.fenced(who, epoch)?;
        match &self.producers[who].state {
            State::Open { .. } => self.decide(who, commits),
            State::Over(last) if *last == Some(commits) => {}
            State::Ending { commits: was, .. } if *was == commits => {}
            _ => return Err(Refusal::State),
        }
        Ok(())
    }

    fn decide(&mut self, who: usize, commits: bool) {
        let producer = &mut self.producers[who];
        let State::Open { serial, .. } = producer.state else {
            return;
        };
        producer.state = State::Ending {
            serial,
            commits,
            left: std::mem::take(&mut producer.places),
        };
        self.deeds[serial].committed = Some(commits);
    }

    /// Tells one more partition how a transaction has ended; whether there was one to tell.
    pub(super) fn tell_one(&mut self, who: usize, which: usize) -> bool {
        let producer = &mut self.producers[who];
        let State::Ending {
            serial,
            commits,
            left,
        } = &mut producer.state
        else {
            return false;
        };
        let (serial, commits) = (*serial, *commits);
        let all = left.len() + usize::from(producer.offsets);
        if all > 0 && which % all < left.len() {
            let place = left.swap_remove(which % all);
            self.logs[place].mark(serial);
        } else if producer.offsets {
            producer.offsets = false;
            self.settle(serial, commits);
        } else {
            producer.state = State::Over(Some(commits));
        }
        true
    }

    /// The offsets of a transaction count, or are dropped.
    fn settle(&mut self, serial: Serial, commits: bool) {
        for Pending { mark, .. } in self.pending.extract_if(.., |it| it.serial == serial) {
            if commits {
                self.committed[lane_ix(mark.lane)] = Some(mark.clone());
                self.deeds[serial].offsets.push(mark);
            }
        }
    }

    fn tell_all(&mut self, who: usize) {
        while self.tell_one(who, 0) {}
    }

    /// Aborts the open transaction of somebody, who is fenced by it; whether one was open.
    pub(in super::super) fn time_out(&mut self, who: usize) -> bool {
        let open = self.is_open(who);
        if open {
            self.decide(who, false);
            let producer = &mut self.producers[who];
            producer.epoch += 1;
            producer.sequences.fill(0);
        }
        open
    }
}
