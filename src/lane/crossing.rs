//! Customers who are merged across lanes: which events are another lane's, who moves there, and who
//! comes from one.

use crate::engine::Engine;
use crate::engine::effect::Judged;
use crate::engine::input::{Outcome, Tick};
use crate::engine::member::NotTaken;
use crate::model::command::Ask;
use crate::model::event::{Event, Kind};
use crate::model::ids::{Offset, TopicIx};
use crate::model::refusal::{Refusal, Refused};
use crate::model::tape::Tape;

use super::fate::{Cargo, Fate, Sent};
use super::homes::{Note, Route};
use super::lane::Lane;

/// The most bytes of customers that are sent: a record that every broker takes.
const BYTES_MAX: usize = 900_000;

/// Where a lane has an event from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// Its own topics.
    Feed,
    /// Another lane, with what that said.
    Lane(Option<Note>),
}

/// Why customers who were sent are not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReceived {
    /// They cannot be.
    #[error("customers from another lane are not taken in: {0}")]
    NotTaken(#[from] NotTaken),
    /// They were kept under policies that the lane has not had.
    #[error("customers from another lane are in form {0:016x}, which this lane has never kept")]
    Form(u64),
}

impl Lane {
    /// Whether customers in that form can be taken in: the lane's own, or one that it has had.
    #[must_use]
    pub fn reads(&self, form: u64) -> bool {
        self.forms().contains(&form)
    }

    /// Takes the customers that another lane has sent.
    ///
    /// # Errors
    /// See [`NotReceived`].
    ///
    /// # Panics
    /// No unit is open.
    pub fn receive(
        &mut self,
        (topic, offset): (TopicIx, Offset),
        (form, tape): (u64, &Tape),
        effects: &mut Vec<Judged>,
    ) -> Result<Fate, NotReceived> {
        let before = effects.len();
        let carried;
        let own = self.form();
        let tape = match form == own {
            true => tape,
            false => {
                carried = self.carried(form, tape, effects)?;
                &carried
            }
        };
        let ids = self.engine.receive(own, &mut tape.reel())?;
        let here = self.id();
        for id in ids {
            self.homes_mut().lives(&id, here);
        }
        let fate = Fate::Transfer(Vec::new());
        self.note((topic, offset), None, &fate, &effects[before..]);
        Ok(fate)
    }

    /// What becomes of an event; nothing if it is to be applied here.
    pub(super) fn elsewhere(
        &mut self,
        event: &Event<'_>,
        from: From,
        effects: &mut Vec<Judged>,
    ) -> Option<Fate> {
        let into = event.command.and_then(|command| match &command.ask {
            Ask::Merge(into) => Some(&**into),
            _ => None,
        });
        match self.way((event, into), from) {
            Err(refused) => Some(Fate::Became(Outcome::Refused(refused))),
            Ok(Route::Here) => None,
            Ok(Route::On(to, note)) => {
                let what = Cargo::Event(note);
                Some(Fate::Transfer(vec![Sent { to, what }]))
            }
            Ok(Route::Move(id, to)) => {
                let mut tape = Tape::default();
                let ids = self.engine.send_off(&id, &mut tape, effects);
                let form = self.form();
                if tape.bytes() > BYTES_MAX {
                    let back = self.engine.receive(form, &mut tape.reel());
                    back.expect("it has just been sent off");
                    let refused = Refusal::OtherLane.of("into");
                    return Some(Fate::Became(Outcome::Refused(refused)));
                }
                ids.iter().for_each(|id| self.homes_mut().lives(id, to));
                let all = [Cargo::Customers(form, tape), Cargo::Event(None)];
                Some(Fate::Transfer(all.map(|what| Sent { to, what }).into()))
            }
        }
    }

    /// Where an event goes that may be a merge into somebody.
    fn way(&self, (event, into): (&Event<'_>, Option<&str>), from: From) -> Result<Route, Refused> {
        let Some(homes) = self.homes() else {
            return Ok(Route::Here);
        };
        let other_lane = Refusal::OtherLane.of("into");
        if !self.crosses() {
            let apart = into.is_some_and(|into| homes.are_apart(event.customer, into));
            return if apart {
                Err(other_lane)
            } else {
                Ok(Route::Here)
            };
        }
        match (into, from) {
            _ if event.kind == Kind::Heartbeat => Ok(Route::Here),
            (None, From::Feed) => Ok(homes.gone(event.customer)),
            (_, From::Lane(note)) => Ok(homes.route(event.customer, into, note)),
            (Some(_), From::Feed) => {
                let route = homes.route(event.customer, into, None);
                let begins = route != Route::Here && homes.of(event.customer) == self.id();
                let merges = self.engine.policy().merge.is_some();
                if begins && !merges {
                    Err(other_lane)
                } else {
                    Ok(route)
                }
            }
        }
    }

    /// An engine without customers that has gone through the lane's policies up to the one of that
    /// place, at the lane's clock.
    fn engine_at(&self, place: usize) -> Option<Engine> {
        let mut engine = Engine::new(self.editions()[0].policy.clone());
        let clock = Tick {
            ceiling: self.engine.ceiling(),
            coast: Some(self.engine.clock()),
            firings: None,
        };
        engine.tick(clock, &mut Vec::new());
        for edition in &self.editions()[1..=place] {
            engine.adopt(edition.policy.clone(), 1).ok()?;
        }
        Some(engine)
    }

    /// Customers in the form of an earlier policy, passed over to each that has been adopted since.
    fn carried(
        &self,
        form: u64,
        tape: &Tape,
        effects: &mut Vec<Judged>,
    ) -> Result<Tape, NotReceived> {
        let unread = || NotReceived::Form(form);
        let kept = self.forms().iter().position(|kept| *kept == form);
        let place = kept.ok_or_else(unread)?;
        let mut engine = self.engine_at(place).ok_or_else(unread)?;
        let ids = engine.receive(form, &mut tape.reel())?;
        for edition in &self.editions()[place + 1..] {
            let adopted = engine.adopt(edition.policy.clone(), 1);
            adopted.map_err(|_| unread())?;
            while engine.awaiting() > 0 {
                let tick = Tick {
                    ceiling: engine.ceiling(),
                    coast: None,
                    firings: None,
                };
                engine.tick(tick, effects);
            }
        }
        let mut carried = Tape::default();
        let id = ids.first().ok_or_else(unread)?;
        engine.send_off(id, &mut carried, effects);
        Ok(carried)
    }
}
