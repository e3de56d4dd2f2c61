//! Carries the lanes of others on, one after another, along their ledgers.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::lane::budget::Budget;
use crate::model::ids::{LaneId, Offset, UnitId};
use crate::model::time::{Span, Timestamp};
use crate::port::{Clock, Loss, Memory, Record, Shelf, Source, Trouble};
use crate::runtime::allowance::Allowance;
use crate::runtime::intake::Intake;
use crate::runtime::outbox::Outbox;
use crate::runtime::plan::Plan;
use crate::runtime::restore::{Origin, Restore, Unfit};
use crate::teeth::{Tooth, bites};
use crate::telemetry::happening::{LaneKeptUp, LaneNotKeptUp, StandbyGivenUp};
use crate::telemetry::{Happening, Telemetry};

use super::{Standby, Standing};

/// Between two looks at a lane's ledger: what a takeover has to do of its tail grows with it, and
/// each costs the broker a few requests.
const EVERY: Span = Span(500);
/// How long a lane that cannot be kept up is left alone: what ails it is its owner's to tell.
const LEFT_ALONE: Span = Span(30_000);
/// How long nothing is kept up once memory was short, lest lanes are built and dropped in turn.
const GIVEN_UP_FOR: Span = Span(600_000);
/// Longest sleep: a lane that a worker takes on meanwhile is seen after it.
const NAP: Duration = Duration::from_millis(100);
/// Wait before looking for records or entries that had not arrived.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// Keeps up lanes by a connection of its own, outside of the group.
pub(in crate::runtime) struct Follower<S: Source, C, M> {
    // The records of the lane go before the connection that they came by.
    course: Option<Course<S::Record>>,
    source: S,
    shelves: Vec<Box<dyn Shelf>>,
    plan: Arc<Plan>,
    clock: C,
    standby: Standby,
    allowance: Allowance<M>,
    telemetry: Telemetry,
    outbox: Outbox,
    /// The lane that is being carried on, or was to be.
    carried: Option<LaneId>,
    /// When each lane is looked at again; those that are not here, at once.
    again: BTreeMap<LaneId, Timestamp>,
    /// Until when nothing is kept up, for want of memory.
    given_up: Option<Timestamp>,
}

/// How the lane is carried on.
struct Course<R> {
    intake: Intake<R>,
    restore: Restore,
    /// Where it was when the course began, if it was kept up before.
    place: Option<Offset>,
    needs: Vec<Offset>,
    stood: Option<Timestamp>,
}

impl<R: Record> Course<R> {
    /// The lane, if it was kept up before or is now. Those that were never at their ledger's end
    /// are of use, too, unless their customers are still on a shelf.
    fn end(self, now: Timestamp) -> Option<Standing> {
        let place = self.restore.place().or(self.place);
        let is_whole = !self.intake.is_hollow || bites(Tooth::HollowKeptUp);
        is_whole.then(|| Standing {
            lane: self.intake.into_lane(),
            place,
            needs: self.needs,
            stood: now,
        })
    }
}

impl<S: Source, C: Clock, M: Memory> Follower<S, C, M> {
    /// Goes on with what is kept up already.
    pub(in crate::runtime) fn new(
        plan: Arc<Plan>,
        source: S,
        clock: C,
        standby: Standby,
        allowance: Allowance<M>,
        telemetry: &Telemetry,
    ) -> Self {
        let shelves = plan.snapshots.as_ref();
        Self {
            course: None,
            source,
            shelves: shelves.map_or_else(Vec::new, |snapshots| (snapshots.shelves.shelves)()),
            plan,
            clock,
            standby,
            allowance,
            telemetry: telemetry.clone(),
            outbox: Outbox::default(),
            carried: None,
            again: BTreeMap::new(),
            given_up: None,
        }
    }

    /// The same with these shelves.
    #[cfg(test)]
    pub(in crate::runtime) fn by(mut self, shelves: Vec<Box<dyn Shelf>>) -> Self {
        self.shelves = shelves;
        self
    }

    /// Keeps lanes up until told to stop.
    ///
    /// # Errors
    /// The connection is of no use any more.
    pub(in crate::runtime) fn run(&mut self, stop: &AtomicBool) -> Result<(), Trouble> {
        while !stop.load(Ordering::Relaxed) {
            match self.turn() {
                Err(Trouble::Lost(Loss { why, .. }) | Trouble::Fatal(why)) => {
                    LaneNotKeptUp { why: &why }.log();
                }
                turned => turned?,
            }
        }
        Ok(())
    }

    /// Carries one lane further, or looks which comes next.
    ///
    /// # Errors
    /// The connection is of no use any more; or a lane cannot be kept up, and is left alone.
    pub(in crate::runtime) fn turn(&mut self) -> Result<(), Trouble> {
        let now = self.clock.now();
        if let Err(trouble) = self.source.poll() {
            self.put_down(now);
            return Err(trouble);
        }
        self.allowance.look(now);
        if self.allowance.is_near() {
            self.give_up(now)?;
        }
        if self.given_up.is_some_and(|until| now < until) {
            self.source.wait(NAP);
            return Ok(());
        }
        self.given_up = None;
        let turned = match &self.course {
            Some(course) if self.standby.is_own(course.intake.id()) => self.hand_over(now),
            Some(_) => self.go_on(now),
            None => self.set_out(now),
        };
        if let Err(Trouble::Lost(_) | Trouble::Fatal(_)) = &turned {
            self.leave(now)?;
        }
        self.tell();
        turned
    }

    /// Begins with the lane whose turn it is, or sleeps until it is somebody's.
    fn set_out(&mut self, now: Timestamp) -> Result<(), Trouble> {
        let due = |lane: &LaneId| self.again.get(lane).copied().unwrap_or(Timestamp::MIN);
        let others = (0..self.plan.lanes).map(LaneId);
        let others = others.filter(|lane| !self.standby.is_own(*lane));
        let Some(id) = others.min_by_key(due) else {
            self.source.wait(NAP);
            return Ok(());
        };
        if due(&id) > now {
            let wait = u64::try_from((due(&id) - now).0).unwrap_or(0);
            self.source.wait(NAP.min(Duration::from_millis(wait)));
            return Ok(());
        }
        self.carried = Some(id);
        let (lane, origin, kept) = match self.standby.carry(id) {
            Some(standing) => {
                let (origin, kept) = (Origin::KeptUp(standing.place), standing.kept());
                (standing.lane, origin, kept)
            }
            None => {
                let (plan, source, clock) = (&self.plan, &mut self.source, &self.clock);
                // The lane's owner tells of snapshots that are not fit.
                let unfit = |_: &'static str, _: UnitId, _: &Unfit| {};
                let (lane, origin) =
                    Origin::find(id, &mut self.shelves, plan, source, clock, unfit)?;
                let kept = (None, lane.next().to_vec(), None);
                (lane, origin, kept)
            }
        };
        let (place, needs, stood) = kept;
        self.source.start(&[(id, lane.next().to_vec())])?;
        let mut intake = Intake::new(lane, Budget::new(None), self.plan.reading());
        intake.is_hollow = origin.snapshot().is_some();
        let (source, clock) = (&mut self.source, &self.clock);
        match Restore::begin(&self.plan, &intake, source, clock, origin) {
            Ok(restore) => {
                self.course = Some(Course {
                    intake,
                    restore: restore.following(),
                    place,
                    needs,
                    stood,
                });
                Ok(())
            }
            // It stays as far as it was.
            Err(trouble @ Trouble::Restart(_)) => {
                let standing = stood.map(|stood| Standing {
                    lane: intake.into_lane(),
                    place,
                    needs,
                    stood,
                });
                self.carried = None;
                self.standby.put(id, standing);
                Err(trouble)
            }
            Err(trouble) => Err(trouble),
        }
    }

    fn go_on(&mut self, now: Timestamp) -> Result<(), Trouble> {
        let Some(mut course) = self.course.take() else {
            return Ok(());
        };
        let (intake, restore) = (&mut course.intake, &mut course.restore);
        let (before, to) = (restore.progress(), None::<&mut Infallible>);
        let (plan, source) = (&self.plan, &mut self.source);
        // Should it fail, the lane is dropped: it may be amid a unit.
        let done = restore.go_on(plan, intake, source, &mut self.outbox, to, now);
        match done.map_err(Trouble::from)? {
            true => {
                if course.stood.is_none() {
                    LaneKeptUp(restore.summary(intake)).log();
                }
                self.course = Some(course);
                self.hand_over(now)
            }
            false => {
                if restore.progress() == before {
                    self.source.wait(LOOK_AGAIN);
                }
                self.course = Some(course);
                Ok(())
            }
        }
    }

    /// The lane stands where its ledger ends, or a worker here has taken it on.
    fn hand_over(&mut self, now: Timestamp) -> Result<(), Trouble> {
        self.put_down(now);
        self.source.release()
    }

    fn put_down(&mut self, now: Timestamp) {
        let standing = self.course.take().and_then(|course| course.end(now));
        if let Some(lane) = self.carried.take() {
            self.again.insert(lane, now + EVERY);
            self.standby.put(lane, standing);
        }
    }

    /// The lane cannot be kept up now.
    fn leave(&mut self, now: Timestamp) -> Result<(), Trouble> {
        self.course = None;
        if let Some(lane) = self.carried.take() {
            self.again.insert(lane, now + LEFT_ALONE);
            self.standby.put(lane, None);
        }
        self.source.release()
    }

    /// Makes room for the lanes that are worked on here.
    fn give_up(&mut self, now: Timestamp) -> Result<(), Trouble> {
        let lanes = self.standby.kept_up().0 + usize::from(self.carried.is_some());
        self.given_up = Some(now + GIVEN_UP_FOR);
        if lanes == 0 {
            return Ok(());
        }
        StandbyGivenUp { lanes }.log();
        (self.course, self.carried) = (None, None);
        self.standby.keep_up(true);
        self.tell();
        self.source.release()
    }

    fn tell(&self) {
        let (lanes, oldest) = self.standby.kept_up();
        let carried = self.course.as_ref().and_then(|course| course.stood);
        let oldest = oldest.into_iter().chain(carried).min();
        let lanes = lanes + usize::from(carried.is_some());
        self.telemetry.standby().set(lanes, oldest);
    }
}

impl<S: Source, C, M> Drop for Follower<S, C, M> {
    fn drop(&mut self) {
        if let Some(lane) = self.carried.take() {
            self.standby.put(lane, None);
        }
    }
}
