//! A worker's connection to the broker, as the runtime knows it.

#[cfg(feature = "bench-at-least-once")]
pub mod loose;

use std::collections::VecDeque;
use std::thread;
use std::time::Duration;

use crate::model::ids::{LaneId, Offset, TopicIx};
use crate::port::{Bus, LedgerLook, Notice, Offsets, Outgoing, Reached, Sink, Source, Trouble};

use super::client::Target;
use super::inlet::Inlet;
use super::ledger::Ledger;
use super::outlet::Outlet;
use super::record::Fetched;

/// The reading half: lanes and their ledgers. By itself it stays outside the group and writes
/// nothing.
pub struct Reading {
    inlet: Inlet,
    ledger: Ledger,
}

impl Reading {
    /// Reads a deployment's lanes from outside its group.
    ///
    /// # Errors
    /// The clients cannot be made.
    pub fn outside(target: &Target) -> Result<Self, Trouble> {
        Ok(Self {
            inlet: Inlet::outside(target)?,
            ledger: Ledger::new(target)?,
        })
    }
}

/// One consumer of the group, one transactional producer, one reader of the ledger.
pub struct Connection {
    reading: Reading,
    outlet: Outlet,
    target: Target,
}

impl Connection {
    /// Fences whoever had this transactional id before, then joins the group.
    ///
    /// # Errors
    /// The broker does not answer or refuses.
    pub fn open(target: &Target) -> Result<Self, Trouble> {
        Self::of(Outlet::open(target)?, target)
    }

    /// Joins the group.
    fn of(outlet: Outlet, target: &Target) -> Result<Self, Trouble> {
        let reading = Reading {
            ledger: Ledger::new(target)?,
            inlet: Inlet::join(target)?,
        };
        Ok(Self {
            reading,
            outlet,
            target: target.clone(),
        })
    }
}

impl Source for Reading {
    type Record = Fetched;

    fn poll(&mut self) -> Result<Option<Notice>, Trouble> {
        self.inlet.poll()
    }

    fn committed(&mut self, lane: LaneId) -> Result<Reached, Trouble> {
        self.inlet.committed(lane)
    }

    fn ends(&mut self, lane: LaneId) -> Result<Vec<(Offset, Offset)>, Trouble> {
        self.inlet.ends(lane)
    }

    fn start(&mut self, lanes: &[(LaneId, Vec<Offset>)]) -> Result<(), Trouble> {
        self.inlet.start(lanes)
    }

    fn release(&mut self) -> Result<(), Trouble> {
        self.inlet.release()
    }

    fn fetch(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        most: usize,
        into: &mut VecDeque<Fetched>,
    ) -> Result<(), Trouble> {
        self.inlet.fetch(lane, topic, most, into)
    }

    fn pass_over(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        from: Offset,
        to: Offset,
    ) -> Result<(), Trouble> {
        self.inlet.pass_over(lane, topic, from, to)
    }

    fn unread(&mut self, lane: LaneId, topic: TopicIx, next: Offset) -> u64 {
        self.inlet.unread(lane, topic, next)
    }

    fn wait(&mut self, most: Duration) {
        thread::park_timeout(most);
    }

    fn open_ledger(&mut self, lane: LaneId) -> Result<(), Trouble> {
        self.ledger.open(lane)
    }

    fn open_ledger_at(&mut self, lane: LaneId, place: Offset) -> Result<(), Trouble> {
        self.ledger.open_from(lane, place)
    }

    fn look_into_ledger(&mut self) -> Result<LedgerLook, Trouble> {
        self.ledger.look()
    }
}

impl Sink for Connection {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        self.outlet.send(outgoing)
    }
}

impl Bus for Connection {
    type Reading = Reading;

    fn reading(&mut self) -> &mut Reading {
        &mut self.reading
    }

    fn begin(&mut self) -> Result<(), Trouble> {
        self.outlet.begin()
    }

    fn commit(&mut self, lanes: &[Offsets]) -> Result<(), Trouble> {
        let group = self.reading.inlet.group_metadata()?;
        self.outlet
            .commit(self.reading.inlet.topics(), lanes, group)
    }

    fn is_committed(&mut self) -> Result<bool, Trouble> {
        self.outlet.is_committed()
    }

    fn hear_out(&mut self) -> Result<(), Trouble> {
        self.outlet.hear_out()
    }

    fn renew(&mut self) -> Result<(), Trouble> {
        self.outlet = Outlet::open(&self.target)?;
        Ok(())
    }

    fn ledger_ends(&mut self, lanes: &[LaneId]) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
        self.reading.ledger.ends(lanes)
    }

    fn owner(&self) -> &str {
        &self.target.owner
    }
}
