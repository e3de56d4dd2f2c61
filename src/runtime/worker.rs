//! A worker: one thread, one connection, the lanes that the group gives it.

mod adopting;
mod committing;
mod filling;
mod nap;
mod saving;
mod stopping;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::effect::Judged;
use crate::lane::budget::Budget;
use crate::lane::lane::Lane;
use crate::lane::liveness::Feed;
use crate::lane::phase::{Phase, Signal};
use crate::model::ids::{LaneId, Offset};
use crate::model::time::Timestamp;
use crate::port::{Bus, Clock, Memory, Notice, Source, Trouble};
use crate::teeth::{Tooth, bites};
use crate::telemetry::Rebalance;
use crate::wire::scratch::Scratch;

use super::allowance::Allowance;
use super::desk::Desk;
use super::intake::Intake;
use super::open_unit::OpenUnit;
use super::outbox::Outbox;
use super::plan::Plan;
use super::pulse::Pulse;
use super::restore::{Origin, Restore, Stop};
use super::standby::{Standby, Standing};
use super::tally::Tally;
use super::transactions::Transactions;
use committing::Sealed;
use saving::Keeping;

/// Records wanted in each queue while a lane runs.
const WANTED: usize = 2_000;

/// One worker, as long as its connection is good.
pub(super) struct Worker<B: Bus, C, M> {
    // The records of the lanes go before the connection that they came by.
    lanes: BTreeMap<LaneId, Intake<<B::Reading as Source>::Record>>,
    /// Lanes given up, which may well come back.
    parked: BTreeMap<LaneId, Lane>,
    /// Where a restore of each lane would begin to read.
    needs: BTreeMap<LaneId, Vec<Offset>>,
    /// Where the entry of the last unit of each lane lies in its ledger, or of one before it.
    places: BTreeMap<LaneId, Offset>,
    restores: VecDeque<(LaneId, Origin)>,
    restore: Option<Restore>,
    unit: Option<OpenUnit>,
    /// The unit before, until it is committed.
    sealed: Option<Sealed>,
    outbox: Outbox,
    tally: Tally,
    desk: Desk,
    pulse: Pulse,
    allowance: Allowance<M>,
    standby: Standby,
    effects: Vec<Judged>,
    scratch: Scratch,
    /// Nothing where lanes are not written down.
    keeping: Option<Keeping>,
    /// The revision of the policies that the lanes have looked up.
    revision: usize,
    plan: Arc<Plan>,
    clock: C,
    transactions: Transactions<B>,
}

impl<B: Bus, C: Clock, M: Memory> Worker<B, C, M> {
    /// A worker with a fresh connection.
    pub(super) fn new(
        plan: Arc<Plan>,
        bus: B,
        clock: C,
        desk: Desk,
        pulse: Pulse,
        allowance: Allowance<M>,
        standby: Standby,
    ) -> Self {
        Self {
            lanes: BTreeMap::new(),
            parked: BTreeMap::new(),
            needs: BTreeMap::new(),
            places: BTreeMap::new(),
            restores: VecDeque::new(),
            restore: None,
            unit: None,
            sealed: None,
            outbox: Outbox::default(),
            tally: Tally::new(plan.topics.len(), desk.telemetry()),
            desk,
            pulse,
            allowance,
            standby,
            effects: Vec::new(),
            scratch: Scratch::default(),
            keeping: None,
            revision: plan.policies.revision(),
            transactions: Transactions::new(bus, plan.pause),
            plan,
            clock,
        }
    }

    /// Works until told to stop; then commits what is open and gives up its lanes.
    ///
    /// # Errors
    /// The worker is of no use any more; its connection is to be dropped.
    pub(super) fn run(&mut self, stop: &AtomicBool) -> Result<(), Trouble> {
        let result = self.go_round(stop);
        self.end(&result);
        result
    }

    /// Ends like this.
    pub(super) fn end(&mut self, how: &Result<(), Trouble>) {
        // What is on its way may well arrive, and then it counts.
        let heard = self.transactions.hear_out();
        self.tell();
        let doubted = matches!(heard, Err(Trouble::InDoubt(_)));
        let open = self.transactions.is_unfinished() && !doubted;
        self.desk.ended(how, open);
        self.standby.claim(self.desk.shard().worker(), &[]);
    }

    fn go_round(&mut self, stop: &AtomicBool) -> Result<(), Trouble> {
        if self.keeping.is_none() {
            let snapshots = self.plan.snapshots.as_ref();
            self.keeping = snapshots.map(Keeping::new).transpose()?;
        }
        while !stop.load(Ordering::Relaxed) {
            self.turn()?;
        }
        self.give_up()
    }

    /// One turn: what the group says, what has been committed, restoring lanes, running lanes, what
    /// people ask, the transaction. Without memory for more, lanes stay as they are.
    pub(super) fn turn(&mut self) -> Result<(), Trouble> {
        match self.transactions.reading().poll()? {
            Some(Notice::Assigned(lanes)) => self.take_on(&lanes)?,
            Some(Notice::Revoked) => self.give_up()?,
            Some(Notice::Lost) if !bites(Tooth::LostGoesOn) => {
                self.desk.gone(Rebalance::Lost);
                return Err(Trouble::Restart(
                    "the group has given the lanes away".to_owned(),
                ));
            }
            Some(Notice::Lost) | None => {}
        }
        let now = self.clock.now();
        self.look(now)?;
        if let Some(unit) = &mut self.unit
            && self.transactions.begin(now)?
        {
            unit.begin(now);
        }
        self.allowance.look(now);
        if !self.allowance.is_full() {
            self.restore(now)?;
        }
        self.look_up();
        let more = self.fetch()?;
        let feed = self.feed();
        self.fill(now, feed)?;
        self.desk.answer(&self.lanes, feed, now);
        self.desk.gauge(&self.lanes, feed, &self.plan, now);
        self.save(now);
        if self.is_due(now) {
            return self.commit();
        }
        // Records that arrive wake the worker, but not those that it has left where they were.
        if !more {
            self.nap(now, feed);
        }
        Ok(())
    }

    /// Fetches for the lanes that run; whether there may be more where it came from. Without
    /// memory for it, only looks how much there is.
    fn fetch(&mut self) -> Result<bool, Trouble> {
        let wanted = if self.allowance.is_full() { 0 } else { WANTED };
        let (mut more, mut lost) = (false, Vec::new());
        for (id, intake) in &mut self.lanes {
            if intake.phase == Phase::Running {
                match intake.fetch(self.transactions.reading(), |_| wanted) {
                    Err(Trouble::Lost(loss)) => lost.push((*id, loss)),
                    fetched => more |= fetched?,
                }
            }
        }
        for (id, loss) in lost {
            self.stop_lane(id, &loss)?;
        }
        Ok(more)
    }

    /// Takes on lanes, each from where it was left, or from where its ledger begins.
    fn take_on(&mut self, lanes: &[LaneId]) -> Result<(), Trouble> {
        self.desk.assigned(lanes);
        self.standby.claim(self.desk.shard().worker(), lanes);
        let mut starts = Vec::with_capacity(lanes.len());
        self.restores.clear();
        for id in lanes {
            let (lane, origin) = self.found(*id)?;
            if let Some(next) = self.needs.get(id) {
                self.desk.needs(*id, next);
            }
            let back = i64::from(bites(Tooth::StartsAtLast) && lane.last_unit().0 > 0);
            let next = lane.next().iter().map(|next| Offset(next.0 - back));
            starts.push((*id, next.collect()));
            let budget = Budget::new(self.plan.deadlines_per_second);
            let mut intake = Intake::new(lane, budget, self.plan.reading());
            intake.is_hollow = origin.snapshot().is_some();
            let trusts = bites(Tooth::ParkedStale)
                || matches!(origin, Origin::KeptUp(_)) && bites(Tooth::KeptUpStale);
            if trusts && intake.lane.last_unit().0 > 0 {
                intake.phase = Phase::Running;
            } else {
                self.restores.push_back((*id, origin));
            }
            self.lanes.insert(*id, intake);
        }
        self.standby.settle(lanes);
        self.leave_parked();
        self.transactions.reading().start(&starts)
    }

    /// Lets go of the lanes that have not come back. They may be elsewhere before they come again.
    fn leave_parked(&mut self) {
        for (id, lane) in std::mem::take(&mut self.parked) {
            let standing = Standing {
                lane,
                place: self.places.get(&id).copied(),
                needs: self.needs.get(&id).cloned().unwrap_or_default(),
                stood: self.clock.now(),
            };
            self.standby.offer(standing);
        }
    }

    /// A lane where it was left, or as it was kept up, or as its snapshot has it, or at its begin.
    fn found(&mut self, id: LaneId) -> Result<(Lane, Origin), Trouble> {
        if let Some(lane) = self.parked.remove(&id) {
            return Ok((lane, Origin::Itself(self.places.get(&id).copied())));
        }
        let (lane, needs, origin) = match self.standby.take(id) {
            Some(standing) => {
                let origin = Origin::KeptUp(standing.place);
                (standing.lane, standing.needs, origin)
            }
            None => {
                let (lane, origin) = self.written(id)?;
                let needs = lane.next().to_vec();
                (lane, needs, origin)
            }
        };
        self.needs.insert(id, needs);
        // What was known of the lane that was here before goes for another one.
        match origin.place() {
            Some(place) => self.places.insert(id, place),
            None => self.places.remove(&id),
        };
        Ok((lane, origin))
    }

    /// Commits what is open and lets go of all lanes, remembering them in case they come back.
    fn give_up(&mut self) -> Result<(), Trouble> {
        match bites(Tooth::RevokedUnfinished) {
            true => self.unit = None,
            false => self.finish()?,
        }
        self.desk.gone(Rebalance::Revoked);
        self.restore = None;
        self.restores.clear();
        if let Some(keeping) = &mut self.keeping {
            keeping.abandon();
        }
        for (id, mut intake) in std::mem::take(&mut self.lanes) {
            intake.lane.saving().end_saving();
            let whole = !intake.is_hollow || bites(Tooth::HollowParked);
            if whole && intake.phase.after(Signal::Revoked).is_ok() {
                self.parked.insert(id, intake.into_lane());
            }
        }
        self.transactions.reading().release()
    }

    /// Carries the rebuilding of one lane further.
    fn restore(&mut self, now: Timestamp) -> Result<(), Trouble> {
        if self.restore.is_none()
            && let Some((id, origin)) = self.restores.pop_front()
        {
            let intake = self
                .lanes
                .get(&id)
                .expect("lanes to restore are taken on first");
            let source = self.transactions.reading();
            match Restore::begin(&self.plan, intake, source, &self.clock, origin) {
                Err(Trouble::Lost(loss)) => return self.stop_lane(id, &loss),
                begun => self.restore = Some(begun?),
            }
        }
        let Some(restore) = &mut self.restore else {
            return Ok(());
        };
        let Some(intake) = self.lanes.get_mut(&restore.lane()) else {
            return Ok(());
        };
        let (reading, outbox) = (self.transactions.reading(), &mut self.outbox);
        let before = restore.records();
        let to = None::<&mut B>;
        let done = restore.go_on(&self.plan, intake, reading, outbox, to, now);
        if let Err(Stop::Unfit(shelf, unit, why)) = &done
            && let Some(keeping) = &mut self.keeping
        {
            let (what, spoiled) = ((restore.lane(), *unit), !why.may_pass());
            if spoiled {
                keeping.spoil(shelf, restore.lane(), *unit);
            }
            self.desk.snapshot_unfit(what, shelf, why, spoiled);
        }
        if let Err(Stop::Trouble(Trouble::Lost(loss))) = &done {
            let id = restore.lane();
            return self.stop_lane(id, loss);
        }
        let done = done.map_err(|stop| stop.tell(&self.desk))?;
        let progress = restore.progress();
        self.desk
            .repeated(restore.lane(), restore.records() - before, progress);
        if done {
            let restored = intake.phase.after(Signal::Restored);
            intake.phase = restored.expect("only a restoring lane is restored");
            self.desk.restored(&restore.summary(intake));
            let (id, place) = (restore.lane(), restore.place());
            self.places.extend(place.map(|place| (id, place)));
            self.restore = None;
            self.join(id);
        }
        Ok(())
    }

    /// What is known of the feed as a whole. While nothing is read of it, it is not known to be at
    /// its end.
    fn feed(&self) -> Feed {
        let newest = self.lanes.values().map(|intake| intake.lane.newest()).max();
        let reads = !self.allowance.is_full() && !self.lanes.is_empty();
        Feed {
            caught_up: reads && self.lanes.values().all(Intake::is_caught_up),
            newest: self.pulse.beat(newest.unwrap_or(Timestamp::MIN)),
        }
    }
}

#[cfg(test)]
mod tests;
