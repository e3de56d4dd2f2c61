//! A worker: one thread, one connection, the lanes that the group gives it.

mod adopting;
mod nap;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::effect::Judged;
use crate::engine::input::Tick;
use crate::lane::budget::Budget;
use crate::lane::lane::Lane;
use crate::lane::liveness::Feed;
use crate::lane::phase::{Phase, Signal};
use crate::model::ids::LaneId;
use crate::model::time::Timestamp;
use crate::port::{Bus, Clock, Notice, Source, Trouble};
use crate::telemetry::Rebalance;
use crate::wire::scratch::Scratch;

use super::desk::Desk;
use super::intake::{Intake, Readiness};
use super::open_unit::OpenUnit;
use super::outbox::Outbox;
use super::plan::Plan;
use super::pulse::Pulse;
use super::restore::{Restore, first_offsets};
use super::tally::Tally;

/// Records wanted in each queue while a lane runs.
const WANTED: usize = 2_000;

/// One worker, as long as its connection is good.
pub(super) struct Worker<B: Bus, C> {
    // The records of the lanes go before the connection that they came by.
    lanes: BTreeMap<LaneId, Intake<<B::Reading as Source>::Record>>,
    /// Lanes given up, which may well come back.
    parked: BTreeMap<LaneId, Lane>,
    restores: VecDeque<LaneId>,
    restore: Option<Restore>,
    unit: Option<OpenUnit>,
    began: Timestamp,
    outbox: Outbox,
    tally: Tally,
    desk: Desk,
    pulse: Pulse,
    effects: Vec<Judged>,
    scratch: Scratch,
    /// The revision of the policies that the lanes have looked up.
    revision: usize,
    plan: Arc<Plan>,
    clock: C,
    bus: B,
}

impl<B: Bus, C: Clock> Worker<B, C> {
    /// A worker with a fresh connection.
    pub(super) fn new(plan: Arc<Plan>, bus: B, clock: C, desk: Desk, pulse: Pulse) -> Self {
        Self {
            lanes: BTreeMap::new(),
            parked: BTreeMap::new(),
            restores: VecDeque::new(),
            restore: None,
            unit: None,
            began: Timestamp::MIN,
            outbox: Outbox::default(),
            tally: Tally::new(plan.topics.len(), desk.telemetry()),
            desk,
            pulse,
            effects: Vec::new(),
            scratch: Scratch::default(),
            revision: plan.policies.revision(),
            plan,
            clock,
            bus,
        }
    }

    /// Works until told to stop; then commits what is open and gives up its lanes.
    ///
    /// # Errors
    /// The worker is of no use any more; its connection is to be dropped.
    pub(super) fn run(&mut self, stop: &AtomicBool) -> Result<(), Trouble> {
        let result = self.go_round(stop);
        self.desk.ended(&result, self.unit.is_some());
        result
    }

    fn go_round(&mut self, stop: &AtomicBool) -> Result<(), Trouble> {
        while !stop.load(Ordering::Relaxed) {
            self.turn()?;
        }
        self.give_up()
    }

    /// One turn: what the group says, what people ask, restoring lanes, running lanes, the
    /// transaction.
    fn turn(&mut self) -> Result<(), Trouble> {
        match self.bus.reading().poll()? {
            Some(Notice::Assigned(lanes)) => self.take_on(&lanes)?,
            Some(Notice::Revoked) => self.give_up()?,
            Some(Notice::Lost) => {
                self.desk.gone(Rebalance::Lost);
                return Err(Trouble::Restart(
                    "the group has given the lanes away".to_owned(),
                ));
            }
            None => {}
        }
        let now = self.clock.now();
        self.restore(now)?;
        self.look_up();
        let more = self.fetch()?;
        let feed = self.feed();
        self.fill(now, feed)?;
        self.desk.answer(&self.lanes, feed, now);
        self.desk.gauge(&self.lanes, feed, &self.plan, now);
        if self
            .unit
            .is_some_and(|unit| unit.is_due(self.outbox.bytes, now))
        {
            return self.commit();
        }
        // Records that arrive wake the worker, but not those that it has left where they were.
        if !more {
            self.nap(now, feed);
        }
        Ok(())
    }

    /// Fetches for the lanes that run; whether there may be more where it came from.
    fn fetch(&mut self) -> Result<bool, Trouble> {
        let mut more = false;
        for intake in self.lanes.values_mut() {
            if intake.phase == Phase::Running {
                more |= intake.fetch(self.bus.reading(), |_| WANTED)?;
            }
        }
        Ok(more)
    }

    /// Takes on lanes, each from where it was left, or from where its ledger begins.
    fn take_on(&mut self, lanes: &[LaneId]) -> Result<(), Trouble> {
        self.desk.assigned(lanes);
        let mut starts = Vec::with_capacity(lanes.len());
        for id in lanes {
            let lane = match self.parked.remove(id) {
                Some(lane) => lane,
                None => {
                    let plan = &self.plan;
                    let next = first_offsets(*id, plan, self.bus.reading(), &self.clock)?;
                    plan.lane(*id, next)
                }
            };
            starts.push((*id, lane.next().to_vec()));
            let budget = Budget::new(self.plan.deadlines_per_second);
            let intake = Intake::new(lane, budget, self.plan.reading());
            self.lanes.insert(*id, intake);
        }
        self.parked.clear();
        self.bus.reading().start(&starts)?;
        self.restores = lanes.iter().copied().collect();
        Ok(())
    }

    /// Commits what is open and lets go of all lanes, remembering them in case they come back.
    fn give_up(&mut self) -> Result<(), Trouble> {
        self.commit()?;
        self.desk.gone(Rebalance::Revoked);
        self.restore = None;
        self.restores.clear();
        for (id, intake) in std::mem::take(&mut self.lanes) {
            if intake.phase.after(Signal::Revoked).is_ok() {
                self.parked.insert(id, intake.into_lane());
            }
        }
        self.bus.reading().release()
    }

    /// Carries the rebuilding of one lane further.
    fn restore(&mut self, now: Timestamp) -> Result<(), Trouble> {
        if self.restore.is_none()
            && let Some(id) = self.restores.pop_front()
        {
            let intake = self
                .lanes
                .get(&id)
                .expect("lanes to restore are taken on first");
            self.restore = Some(Restore::begin(intake, self.bus.reading())?);
        }
        let Some(restore) = &mut self.restore else {
            return Ok(());
        };
        let Some(intake) = self.lanes.get_mut(&restore.lane()) else {
            return Ok(());
        };
        let (bus, outbox) = (&mut self.bus, &mut self.outbox);
        let before = restore.records();
        let to = None::<&mut B>;
        let done = restore.go_on(&self.plan, intake, bus.reading(), outbox, to, now);
        let done = done.map_err(|stop| stop.tell(&self.desk))?;
        let progress = (restore.records(), restore.records_expected());
        self.desk
            .repeated(restore.lane(), restore.records() - before, progress);
        if done {
            let restored = intake.phase.after(Signal::Restored);
            intake.phase = restored.expect("only a restoring lane is restored");
            self.desk.restored(&restore.summary(intake));
            let id = restore.lane();
            self.restore = None;
            self.join(id);
        }
        Ok(())
    }

    /// What is known of the feed as a whole.
    fn feed(&self) -> Feed {
        let newest = self.lanes.values().map(|intake| intake.lane.newest()).max();
        Feed {
            caught_up: !self.lanes.is_empty() && self.lanes.values().all(Intake::is_caught_up),
            newest: self.pulse.beat(newest.unwrap_or(Timestamp::MIN)),
        }
    }

    /// Puts what can be taken into the unit, opening one if there is anything to do.
    fn fill(&mut self, now: Timestamp, feed: Feed) -> Result<(), Trouble> {
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
            if self.unit.is_none() {
                if now - self.began < self.plan.pause {
                    return Ok(());
                }
                self.bus.begin()?;
                self.began = now;
                self.outbox.bytes = 0;
                let waiting = self.lanes.values().map(Intake::waiting).sum();
                let pacing = self.plan.pacing.with_waiting(waiting);
                self.unit = Some(OpenUnit::new(pacing, now));
            }
            self.work(id, now, coast, readiness)?;
            if self
                .unit
                .is_some_and(|unit| unit.is_full(self.outbox.bytes, now))
            {
                return Ok(());
            }
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
            let to = Some((&mut self.bus, now));
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
            bus,
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
                    outbox.record(plan, lane, &step, checksum, Some(&mut *bus))?;
                }
                for judged in effects.drain(..) {
                    let policy = lane.policy_of(&judged);
                    tally.judged(policy, &judged, step.record.stamped_at(), live);
                    unit.first_output.get_or_insert(now);
                    let before = outbox.bytes;
                    outbox.judged(plan, lane, &judged, checksum, Some((&mut *bus, now)))?;
                    if judged.is_by_time() {
                        unit.by_time += outbox.bytes - before;
                    }
                }
                Ok(!unit.is_full(outbox.bytes, now))
            },
        )
    }

    /// Seals what is open and commits it, all lanes in one transaction.
    fn commit(&mut self) -> Result<(), Trouble> {
        if self.unit.is_none() {
            return Ok(());
        }
        let mut offsets = Vec::new();
        for (id, intake) in self
            .lanes
            .iter_mut()
            .filter(|(_, intake)| intake.lane.is_open())
        {
            let checksum = std::mem::take(&mut intake.checksum).finish();
            let entry = intake.lane.seal(self.bus.owner(), checksum);
            let left = intake.lane.engine().allowed();
            intake
                .budget
                .spend(entry.firings.map_or(0, |granted| granted - left));
            self.outbox.sealed(&entry, &mut self.bus)?;
            offsets.push((*id, intake.next()));
        }
        self.bus.commit(&offsets)?;
        self.unit = None;
        self.tell_passed(&offsets);
        let times = (self.began, self.clock.now());
        let units = offsets.len() as u64;
        self.tally.committed(self.desk.shard(), units, times);
        Ok(())
    }
}
