//! A connection to the broker in memory, as the port describes one: it behaves as librdkafka does,
//! and meets the weather at each call.

mod committing;
mod reading;
mod sending;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::model::ids::LaneId;
use crate::port::{Outgoing, Output, Trouble};
use crate::teeth::{Tooth, bites};

use super::World;
use super::broker::{Refusal, Request};
use super::hull::Hull;
use super::log::Payload;
use super::weather::{Fault, Step};
use committing::Commit;
use reading::{Place, Reader};

/// The connection.
pub(in crate::runtime) struct Skiff {
    world: Rc<World>,
    /// Whether it is a member of the group, and a producer.
    is_inside: bool,
    pub(super) hull: Rc<Hull>,
    owner: String,
    epoch: u32,
    /// By partition, the next sequence number.
    sequences: Vec<u32>,
    /// How many records the open transaction has been given.
    sent: u32,
    /// Whether records are sent with the commit only, and those that wait for it.
    lazy: bool,
    outbound: Vec<Request>,
    /// What is wrong with the producer, to be told at the next chance.
    lost: Option<Trouble>,
    commit: Option<Commit>,
    generation: u32,
    /// Whether it has been assigned lanes, be it none, and not given them up.
    held: bool,
    places: BTreeMap<(LaneId, usize), Place>,
    reader: Option<Reader>,
    started: bool,
    doubting: bool,
}

/// What becomes of a call.
pub(super) enum Way {
    /// It does what it should.
    Clear,
    /// The request arrives, and a copy of it later.
    Doubled,
    /// The request is late; the client may try again.
    Delayed,
    /// The request arrives, and the answer is lost.
    Unheard,
    /// The request is refused without effect.
    Refused,
    /// The process dies before the request is sent, after it has arrived, or while it is on its
    /// way.
    Dead(Death),
}

#[derive(Clone, Copy)]
pub(super) enum Death {
    Before,
    After,
    Between,
}

pub(super) fn restart(why: &str) -> Trouble {
    Trouble::Restart(why.to_owned())
}

/// What a process is told that is dead.
pub(super) fn dead() -> Trouble {
    Trouble::Fatal("dead".to_owned())
}

impl Skiff {
    /// Takes over a transactional id and joins the group.
    pub(super) fn open(world: &Rc<World>, hull: &Rc<Hull>) -> Result<Self, Trouble> {
        let mut skiff = Self::outside(world, hull);
        skiff.is_inside = true;
        skiff.lazy = world.dice.one_in(2);
        skiff.init(Step::Init)?;
        match skiff.meet(Step::Join) {
            Way::Clear => {}
            Way::Dead(_) => return Err(dead()),
            _ => return Err(restart("cannot join")),
        }
        skiff.join();
        Ok(skiff)
    }

    /// Reads only.
    pub(super) fn outside(world: &Rc<World>, hull: &Rc<Hull>) -> Self {
        Self {
            owner: world.name(hull.who),
            sequences: vec![0; world.broker.borrow().logs.len()],
            world: world.clone(),
            is_inside: false,
            hull: hull.clone(),
            epoch: 0,
            sent: 0,
            lazy: false,
            outbound: Vec::new(),
            lost: None,
            commit: None,
            generation: 0,
            held: false,
            places: BTreeMap::new(),
            reader: None,
            started: false,
            doubting: false,
        }
    }

    fn join(&mut self) {
        let name = self.world.rig.is_static.then_some(self.hull.who);
        let mut broker = self.world.broker.borrow_mut();
        let now = broker.now;
        self.hull.member.set(Some(broker.group.join(name, now)));
        self.held = false;
    }

    /// Lets the world go on for a moment, and says how this call goes.
    fn meet(&self, step: Step) -> Way {
        if !self.hull.alive.get() {
            return Way::Dead(Death::Before);
        }
        match self.world.befall(&self.hull, step) {
            Some(Fault::Crash) => {
                let death = [Death::Before, Death::After, Death::Between];
                Way::Dead(death[self.world.dice.below(3)])
            }
            Some(Fault::ErrorReply) => Way::Refused,
            Some(Fault::LostReply) => Way::Unheard,
            Some(Fault::DelayedRequest) => Way::Delayed,
            Some(Fault::DoubledRequest) => Way::Doubled,
            _ => Way::Clear,
        }
    }

    /// A call that only looks, or that the client does by itself.
    fn may(&self, step: Step) -> Result<(), Trouble> {
        match self.meet(step) {
            Way::Clear => Ok(()),
            Way::Dead(_) => Err(dead()),
            _ => Err(restart("no answer")),
        }
    }

    fn ask(&self, request: &Request) -> Result<u32, Refusal> {
        self.world.broker.borrow_mut().take(request, true)
    }

    /// A request that will arrive, but not now.
    fn float(&self, request: Request) {
        self.world.broker.borrow_mut().floating.push(request);
    }

    /// Has the broker raise the epoch.
    fn init(&mut self, step: Step) -> Result<(), Trouble> {
        let way = self.meet(step);
        if bites(Tooth::EpochKept) && step == Step::Renew {
            let (who, epoch) = (self.hull.who, self.epoch);
            let commits = false;
            // If none is open, that is as well.
            let _ = self.ask(&Request::End {
                who,
                epoch,
                commits,
            });
            self.lost = None;
            self.hull.open.set(false);
            return Ok(());
        }
        let request = Request::Init { who: self.hull.who };
        let epoch = match way {
            Way::Clear => self.ask(&request),
            Way::Doubled | Way::Delayed => {
                let epoch = self.ask(&request);
                self.float(request);
                epoch
            }
            Way::Unheard => {
                let _ = self.ask(&request);
                return Err(restart("cannot begin to publish: no answer"));
            }
            Way::Refused => return Err(restart("cannot begin to publish")),
            Way::Dead(death) => return Err(self.dies(death, [request])),
        };
        self.epoch = epoch.expect("everybody may begin");
        self.hull.epoch.set(self.epoch);
        self.sequences.fill(0);
        self.lost = None;
        self.hull.open.set(false);
        Ok(())
    }

    /// The process dies with these requests in its hands.
    fn dies(&self, death: Death, requests: impl IntoIterator<Item = Request>) -> Trouble {
        for request in requests {
            match death {
                Death::Before => {}
                // Nobody hears the answer.
                Death::After => drop(self.ask(&request)),
                Death::Between => self.float(request),
            }
        }
        dead()
    }

    /// Sends a record to the broker; what is wrong is told later.
    fn deliver(&mut self, request: &Request) {
        if let Err(refusal) = self.ask(request) {
            self.lost.get_or_insert(match refusal {
                Refusal::Fenced => Trouble::Fenced("somebody else".to_owned()),
                _ => restart("a record was not delivered"),
            });
        }
    }

    fn request(&mut self, outgoing: &Outgoing<'_>) -> Request {
        let header =
            |(name, value): &(&str, Option<&[u8]>)| ((*name).to_owned(), value.map(<[u8]>::to_vec));
        let payload = Payload {
            key: outgoing.key.map(Box::from),
            value: outgoing.value.map(Box::from),
            headers: match outgoing.output {
                Output::DeadLetters => outgoing.headers.iter().map(header).collect(),
                // As long as they say nothing that the body does not.
                _ => Vec::new(),
            },
            order: self.sent,
        };
        self.sent += 1;
        let shape = self.world.rig.shape;
        let place = shape.output(outgoing.output, outgoing.lane);
        let sequence = self.sequences[place];
        self.sequences[place] += 1;
        Request::Produce {
            who: self.hull.who,
            epoch: self.epoch,
            place,
            sequence,
            payload: Rc::new(payload),
        }
    }
}

impl Drop for Skiff {
    fn drop(&mut self) {
        if !self.is_inside || !self.hull.alive.get() {
            return;
        }
        self.hull.alive.set(false);
        if let Some(member) = self.hull.member.take() {
            let mut broker = self.world.broker.borrow_mut();
            let now = broker.now;
            broker.group.leave(member, now);
        }
        // What it had still to send may be sent before it has ended.
        if self.world.dice.one_in(3) {
            for request in std::mem::take(&mut self.outbound) {
                self.float(request);
            }
        }
    }
}
