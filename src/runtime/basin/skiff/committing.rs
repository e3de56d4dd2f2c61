//! How a connection commits: offsets, records that still lie here, the request, its answer.

use std::rc::Rc;

use crate::port::Trouble;
use crate::teeth::{Tooth, bites};

use super::super::broker::{Mark, Refusal, Request};
use super::super::group::MemberId;
use super::super::weather::Step;
use super::{Skiff, Way, dead, restart};

/// A commit on its way.
pub(super) struct Commit {
    stage: Stage,
    marks: Rc<[Mark]>,
    member: MemberId,
    generation: u32,
    /// Whether the connection failed meanwhile, so that a copy of a request may arrive later.
    disturbed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Offsets,
    Records,
    Ask,
    Hear,
}

impl Commit {
    /// One that has just begun, by a member of that generation as far as it knows.
    pub(super) fn new(marks: Rc<[Mark]>, member: MemberId, generation: u32) -> Self {
        Self {
            stage: Stage::Offsets,
            marks,
            member,
            generation,
            disturbed: false,
        }
    }
}

fn doubt(why: &str) -> Trouble {
    Trouble::InDoubt(why.to_owned())
}

impl Skiff {
    /// Carries the commit further, to its end or for a while; whether it has ended.
    pub(super) fn carry_on(&mut self, to_the_end: bool) -> Result<bool, Trouble> {
        loop {
            if !self.hull.alive.get() {
                return Err(dead());
            }
            if self.commit.is_none() {
                self.world.note_wrong("nothing was on its way");
                return Ok(true);
            }
            if !to_the_end && self.world.dice.one_in(3) {
                return Ok(false);
            }
            if to_the_end {
                self.world.pass(1);
            }
            match self.next_stage() {
                Ok(false) => {}
                Ok(true) => {
                    self.commit = None;
                    self.hull.open.set(false);
                    return self.may(Step::AfterCommit).map(|()| true);
                }
                Err(trouble) => {
                    let commit = self.commit.take();
                    let asked = commit.is_some_and(|commit| commit.stage == Stage::Hear);
                    self.hull.open.set(!asked);
                    return Err(trouble);
                }
            }
        }
    }

    fn next_stage(&mut self) -> Result<bool, Trouble> {
        let stage = self.commit.as_ref().map(|commit| commit.stage);
        let (next, done) = match stage {
            Some(Stage::Offsets) => (Stage::Records, self.add_offsets()),
            Some(Stage::Records) => (Stage::Ask, self.flush_all()),
            Some(Stage::Ask) => (Stage::Hear, self.ask_to_commit()),
            Some(Stage::Hear) | None => return self.hear().map(|()| true),
        };
        done?;
        if let Some(commit) = &mut self.commit {
            commit.stage = next;
        }
        Ok(false)
    }

    fn disturb(&mut self, unheard: Tooth) {
        if let Some(commit) = self.commit.as_mut().filter(|_| !bites(unheard)) {
            commit.disturbed = true;
        }
    }

    fn add_offsets(&mut self) -> Result<(), Trouble> {
        let way = self.meet(Step::AddOffsets);
        let Some(commit) = &self.commit else {
            return Ok(());
        };
        let request = Request::Offsets {
            who: self.hull.who,
            epoch: self.epoch,
            member: commit.member,
            generation: commit.generation,
            marks: commit.marks.clone(),
        };
        let asked = match way {
            Way::Clear => self.ask(&request),
            Way::Doubled | Way::Delayed => {
                let asked = self.ask(&request);
                self.float(request);
                self.disturb(Tooth::OffsetsTwiceUnheard);
                asked
            }
            Way::Unheard => {
                let _ = self.ask(&request);
                return Err(restart("cannot add the offsets: no answer"));
            }
            Way::Refused => return Err(restart("cannot add the offsets")),
            Way::Dead(death) => return Err(self.dies(death, [request])),
        };
        match asked {
            Ok(_) => Ok(()),
            Err(Refusal::Fenced) => Err(Trouble::Fenced("somebody else".to_owned())),
            Err(_) => Err(restart("the offsets are refused")),
        }
    }

    /// Sends the records that still lie here.
    pub(super) fn flush(&mut self) {
        for request in std::mem::take(&mut self.outbound) {
            self.deliver(&request);
        }
    }

    fn flush_all(&mut self) -> Result<(), Trouble> {
        self.flush();
        match &self.lost {
            Some(_) => Err(doubt("cannot commit a transaction: a record is lost")),
            None => Ok(()),
        }
    }

    fn ask_to_commit(&mut self) -> Result<(), Trouble> {
        let way = self.meet(Step::AskCommit);
        let request = Request::End {
            who: self.hull.who,
            epoch: self.epoch,
            commits: true,
        };
        let asked = match way {
            Way::Clear => self.ask(&request),
            Way::Doubled => {
                let asked = self.ask(&request);
                self.float(request);
                self.disturb(Tooth::DisturbanceUnheard);
                asked
            }
            Way::Delayed => {
                self.float(request.clone());
                if self.world.dice.one_in(2) {
                    return Err(doubt("a commit timed out"));
                }
                self.disturb(Tooth::DisturbanceUnheard);
                self.ask(&request)
            }
            Way::Unheard => {
                let _ = self.ask(&request);
                return Err(doubt("a commit timed out"));
            }
            Way::Refused => return Err(doubt("a commit failed")),
            Way::Dead(death) => return Err(self.dies(death, [request])),
        };
        asked.map(drop).map_err(|_| doubt("a commit is refused"))
    }

    fn hear(&mut self) -> Result<(), Trouble> {
        match self.meet(Step::HearCommit) {
            Way::Clear => {}
            Way::Dead(_) => return Err(dead()),
            _ => return Err(doubt("the answer to a commit is lost")),
        }
        let disturbed = self.commit.as_ref().is_some_and(|commit| commit.disturbed);
        match disturbed {
            true => Err(doubt("the connection was disturbed during a commit")),
            false => Ok(()),
        }
    }
}
