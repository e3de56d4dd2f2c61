//! How the units of a worker are committed: the next is filled while the last is on its way.

use crate::model::ids::LaneId;
use crate::model::time::Timestamp;
use crate::port::{Bus, Clock, Memory, Trouble};
use crate::runtime::doubt::Part;
use crate::teeth::{Tooth, bites};

use super::Worker;
use super::saving::Keeping;

/// What is to be told of a unit once it is committed.
pub(super) struct Sealed {
    /// How many lanes took part.
    lanes: u64,
    began: Timestamp,
    /// Lanes all of whose customers are passed over with it, to the policy of that hash.
    passed: Vec<(LaneId, String)>,
}

impl<B: Bus, C: Clock, M: Memory> Worker<B, C, M> {
    /// Whether the unit is to be committed now, and can be.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let due = |unit: super::OpenUnit| unit.is_due(self.outbox.bytes, now);
        self.transactions.is_open() && self.unit.is_some_and(due)
    }

    /// Seals what is open and begins to commit it, all lanes in one transaction.
    pub(super) fn commit(&mut self) -> Result<(), Trouble> {
        // The one before has ended, since this one could begin.
        self.tell();
        let mut parts = Vec::new();
        let mut passed = Vec::new();
        let turn = self.keeping.as_ref().and_then(Keeping::turn);
        let mut to_save = None;
        let mut late = Vec::new();
        for (id, intake) in self
            .lanes
            .iter_mut()
            .filter(|(_, intake)| intake.lane.is_open())
        {
            let checksum = std::mem::take(&mut intake.checksum).finish();
            let entry = intake.lane.seal(self.transactions.owner(), checksum);
            let left = intake.lane.engine().allowed();
            intake
                .budget
                .spend(entry.firings.map_or(0, |granted| granted - left));
            passed.extend(intake.passed().map(|hash| (*id, hash)));
            if let Some((_, place)) = turn.filter(|(lane, _)| lane == id) {
                to_save = Some((entry.clone(), place));
            }
            match bites(Tooth::EntryLate) {
                true => late.push(entry.clone()),
                false => self.outbox.sealed(&entry, &mut self.transactions)?,
            }
            parts.push(Part::of(entry));
        }
        let lanes = parts.len() as u64;
        self.transactions.commit(parts)?;
        for entry in late {
            self.outbox.sealed(&entry, &mut self.transactions)?;
        }
        self.unit = None;
        self.tally.seal();
        self.sealed = Some(Sealed {
            lanes,
            began: self.transactions.began(),
            passed,
        });
        if let Some((entry, place)) = to_save {
            self.begin_saving(entry, place);
        }
        Ok(())
    }

    /// Looks whether the last unit is committed, and tells what it came to.
    pub(super) fn look(&mut self, now: Timestamp) -> Result<(), Trouble> {
        let looked = self.transactions.look(now);
        self.tell();
        looked
    }

    /// The same, but waits for it.
    fn settle(&mut self) -> Result<(), Trouble> {
        let settled = self.transactions.settle();
        self.tell();
        settled
    }

    /// Commits what is open, after what is on its way, and waits until nothing is.
    pub(super) fn finish(&mut self) -> Result<(), Trouble> {
        self.settle()?;
        if self.unit.is_some() {
            self.transactions.begin_at_once()?;
            self.commit()?;
            self.settle()?;
        }
        Ok(())
    }

    /// Tells what has become of the producer, and what the last unit came to, once it is committed.
    pub(super) fn tell(&mut self) {
        for news in self.transactions.news() {
            self.desk.producer(&news);
        }
        let committed = self.transactions.is_committed();
        let Some(sealed) = self.sealed.take_if(|_| committed) else {
            return;
        };
        if let Some(keeping) = &mut self.keeping {
            keeping.committed();
        }
        for (id, hash) in &sealed.passed {
            self.desk.passed(*id, hash);
        }
        let shard = self.desk.shard();
        shard.turn();
        let times = (sealed.began, self.clock.now());
        let stood = self.transactions.stood();
        self.tally.committed(shard, sealed.lanes, times, stood);
    }
}
