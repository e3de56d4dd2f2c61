//! How a worker fills its unit: deadlines and records of its lanes, until there is no more or no
//! room.

use crate::engine::input::Tick;
use crate::lane::liveness::Feed;
use crate::lane::phase::Phase;
use crate::model::ids::LaneId;
use crate::model::time::Timestamp;
use crate::port::{Bus, Clock, Memory, Trouble};
use crate::runtime::intake::{Intake, Readiness};
use crate::runtime::open_unit::OpenUnit;

use super::{Worker, adopting};

impl<B: Bus, C: Clock, M: Memory> Worker<B, C, M> {
    /// Puts what can be taken into the unit, opening one if there is anything to do.
    pub(super) fn fill(&mut self, now: Timestamp, feed: Feed) -> Result<(), Trouble> {
        if self.allowance.is_full() {
            self.lanes.values_mut().for_each(Intake::rest);
            return Ok(());
        }
        let ids: Vec<LaneId> = self.lanes.keys().copied().collect();
        for id in ids {
            let intake = self
                .lanes
                .get_mut(&id)
                .expect("its number was taken from here");
            if intake.phase != Phase::Running {
                continue;
            }
            let readiness = intake.readiness(now, self.plan.merge_wait);
            let ready = matches!(readiness, Readiness::Ready { .. });
            let coast = intake.coast(feed, now);
            let due = intake.lane.has_due(coast) && intake.budget.granted(now) != Some(0);
            if !ready && (intake.lane.is_open() || !(due || intake.presses())) {
                continue;
            }
            if self.is_full(now) {
                self.transactions.stand_still();
                return Ok(());
            }
            if self.unit.is_none() {
                self.transactions.begin(now)?;
                self.outbox.bytes = 0;
                let waiting = self.lanes.values().map(Intake::waiting).sum();
                self.unit = Some(OpenUnit::new(self.plan.pacing, waiting, now));
            }
            self.work(id, now, coast, readiness)?;
        }
        Ok(())
    }

    /// Lets one lane take its part of the unit.
    fn work(
        &mut self,
        id: LaneId,
        now: Timestamp,
        coast: Option<Timestamp>,
        readiness: Readiness,
    ) -> Result<(), Trouble> {
        let intake = self.lanes.get(&id).expect("the caller has it from here");
        if !intake.lane.is_open() {
            self.open_lane(id, now, coast)?;
        }
        match readiness {
            Readiness::Ready { impatient } => self.take_records(id, now, coast, impatient),
            Readiness::Empty | Readiness::Waiting => Ok(()),
        }
    }

    /// Begins a lane's part of the unit: time has passed, deadlines fire.
    fn open_lane(
        &mut self,
        id: LaneId,
        now: Timestamp,
        coast: Option<Timestamp>,
    ) -> Result<(), Trouble> {
        let intake = self
            .lanes
            .get_mut(&id)
            .expect("the caller has it from here");
        let unit = self.unit.as_mut().expect("the caller has opened it");
        let tick = Tick {
            ceiling: now,
            coast,
            firings: intake.budget.for_unit(now, coast.is_some()),
        };
        adopting::open(&self.plan, &self.desk, intake, tick, &mut self.effects)?;
        for judged in self.effects.drain(..) {
            let policy = intake.lane.policy_of(&judged);
            self.tally.judged(policy, &judged, None, coast.is_some());
            unit.first_output.get_or_insert(now);
            let to = Some((&mut self.transactions, now));
            let before = self.outbox.bytes;
            self.outbox
                .judged(&self.plan, &intake.lane, &judged, &mut intake.checksum, to)?;
            unit.by_time += self.outbox.bytes - before;
        }
        Ok(())
    }

    /// Applies records of a lane until the unit is full or one has to be waited for.
    fn take_records(
        &mut self,
        id: LaneId,
        now: Timestamp,
        coast: Option<Timestamp>,
        impatient: bool,
    ) -> Result<(), Trouble> {
        let Self {
            lanes,
            unit,
            outbox,
            tally,
            effects,
            scratch,
            plan,
            transactions,
            ..
        } = self;
        let intake = lanes.get_mut(&id).expect("the caller has it from here");
        let unit = unit.as_mut().expect("the caller has opened it");
        let live = coast.is_some();
        scratch.clear();
        intake.apply(
            scratch,
            impatient,
            effects,
            |step, lane, effects, checksum| {
                unit.records += 1;
                let policy = lane.engine().policy();
                tally.record(policy, step.topic, &step.fate, step.cleaned);
                if step.publishes() {
                    unit.first_output.get_or_insert(now);
                    outbox.record(plan, lane, &step, checksum, Some(&mut *transactions))?;
                }
                for judged in effects.drain(..) {
                    let policy = lane.policy_of(&judged);
                    tally.judged(policy, &judged, step.record.stamped_at(), live);
                    unit.first_output.get_or_insert(now);
                    let before = outbox.bytes;
                    let to = Some((&mut *transactions, now));
                    outbox.judged(plan, lane, &judged, checksum, to)?;
                    if judged.is_by_time() {
                        unit.by_time += outbox.bytes - before;
                    }
                }
                Ok(!unit.is_full(outbox.bytes, now, transactions.is_open()))
            },
        )
    }

    /// Whether there is a unit that takes no more.
    fn is_full(&self, now: Timestamp) -> bool {
        let (bytes, begun) = (self.outbox.bytes, self.transactions.is_open());
        self.unit
            .is_some_and(|unit| unit.is_full(bytes, now, begun))
    }
}
