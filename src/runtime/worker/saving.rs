//! How a worker writes its lanes down, one after another, while it works.

use std::collections::{BTreeMap, VecDeque};

use crate::lane::lane::Lane;
use crate::lane::ledger::Entry;
use crate::lane::phase::Phase;
use crate::model::ids::{LaneId, Offset, UnitId};
use crate::model::tape::Tape;
use crate::model::time::{Span, Timestamp};
use crate::port::{Bus, Clock, Memory, Record, Shelf, Trouble};
use crate::runtime::intake::Intake;
use crate::runtime::plan::Snapshots;
use crate::runtime::restore::{Origin, Unfit, bad_entry};
use crate::runtime::saver::{Apart, News, Order, Saver};
use crate::teeth::{Tooth, bites};
use crate::wire::ledger;
use crate::wire::snapshot::Stamp;

use super::Worker;

/// Customers written down in one turn, some 0.3 ms of work.
const SLICE: u32 = 256;
/// Orders that wait for the disk before a snapshot is given up: customers change faster than they
/// are written, and each page is memory.
const WAITING_MOST: usize = 64;
/// A lane that lags behind is not written down before this many times its turn: it changes more
/// customers a second than the pace of snapshots allows for.
const PATIENT: i64 = 4;
/// How long a lane whose turn it is may go without a unit: one that nothing happens to need not be
/// written down again, and others wait.
const AWAITED: Span = Span(5_000);
/// Records unread at which a lane lags behind.
const LAGS: u64 = 10_000;

/// What a worker does about snapshots.
pub(super) struct Keeping {
    plan: Snapshots,
    saver: Box<dyn Saver>,
    /// Customers written down in one turn.
    slice: u32,
    shelves: Vec<Box<dyn Shelf>>,
    draft: Option<Draft>,
    ahead: Option<Ahead>,
    /// Of each lane, when its last snapshot was begun, and the last unit in it.
    last: BTreeMap<LaneId, (Timestamp, UnitId)>,
    /// Of each lane, the last unit of the one that was begun last, and what comes after it.
    begun: BTreeMap<LaneId, (UnitId, Vec<Offset>)>,
}

/// The lane that comes next.
#[derive(Clone, Copy)]
struct Ahead {
    lane: LaneId,
    /// Since when.
    since: Timestamp,
    /// Where its ledger ended before its next unit, once that is known.
    place: Option<Offset>,
}

/// The one that is being written.
struct Draft {
    lane: LaneId,
    unit: UnitId,
    at: Timestamp,
    waiting: VecDeque<Order>,
    /// Whether its last unit is committed.
    is_committed: bool,
    /// Whether all customers are written down.
    is_done: bool,
    /// When the next slice is due.
    next: Timestamp,
}

impl Keeping {
    /// By a thread of its own.
    pub(super) fn new(plan: &Snapshots) -> Result<Self, Trouble> {
        let saver = Box::new(Apart::start(&plan.shelves)?);
        Ok(Self::by(saver, (plan.shelves.shelves)(), plan, SLICE))
    }

    fn by(
        saver: Box<dyn Saver>,
        shelves: Vec<Box<dyn Shelf>>,
        plan: &Snapshots,
        slice: u32,
    ) -> Self {
        Self {
            saver,
            shelves,
            slice,
            ahead: None,
            plan: plan.clone(),
            draft: None,
            last: BTreeMap::new(),
            begun: BTreeMap::new(),
        }
    }

    /// The lane that is to be written down after its next unit, and a place in its ledger before
    /// that.
    pub(super) fn turn(&self) -> Option<(LaneId, Offset)> {
        let ahead = self.ahead.filter(|_| self.draft.is_none())?;
        Some((ahead.lane, ahead.place?))
    }

    /// Looks whose turn it is, and asks where the ledger ends.
    fn look<R: Record>(&mut self, lanes: &BTreeMap<LaneId, Intake<R>>, now: Timestamp) {
        if self.ahead.is_some_and(|ahead| now - ahead.since > AWAITED) {
            self.pass_by(now);
        }
        if self.draft.is_some() || self.ahead.is_some() {
            return;
        }
        let last = |id: &LaneId| self.last.get(id).map_or(Timestamp::MIN, |(at, _)| *at);
        let is_due = |(id, intake): &(&LaneId, &Intake<R>)| {
            let patient = if intake.waiting() > LAGS { PATIENT } else { 1 };
            let every = Span(self.plan.every.0.saturating_mul(patient));
            intake.phase == Phase::Running && last(id) + every <= now
        };
        let due = lanes.iter().filter(is_due).map(|(id, _)| *id);
        let next = due.min_by_key(|id| (last(id), *id));
        if let Some(lane) = next
            && self.saver.give(Order::Ask(lane)).is_ok()
        {
            self.ahead = Some(Ahead {
                lane,
                since: now,
                place: None,
            });
        }
    }

    /// The lane that comes next has to wait until its turn comes again.
    fn pass_by(&mut self, now: Timestamp) {
        if let Some(Ahead { lane, .. }) = self.ahead.take() {
            let unit = self.last.get(&lane).map_or(UnitId(0), |(_, unit)| *unit);
            self.last.insert(lane, (now, unit));
        }
    }

    /// A lane's ledger ended there. If nobody can tell, its turn comes again.
    fn ends(&mut self, lane: LaneId, place: Result<Offset, Trouble>, now: Timestamp) {
        match (&mut self.ahead, place) {
            (Some(ahead), Ok(place)) if ahead.lane == lane => ahead.place = Some(place),
            _ => self.pass_by(now),
        }
    }

    /// Begins with a lane, whose last unit is this one.
    pub(super) fn begin<R: Record>(
        &mut self,
        intake: &mut Intake<R>,
        stamp: Stamp,
        now: Timestamp,
    ) {
        self.ahead = None;
        let mut tape = Tape::default();
        let (lane, unit) = (stamp.lane(), stamp.unit());
        let form = intake.lane.engine().form();
        if intake.lane.begin_saving(&mut tape) {
            self.begun.insert(lane, (unit, intake.lane.next().to_vec()));
            self.draft = Some(Draft {
                lane,
                unit,
                at: now,
                waiting: VecDeque::from([Order::Begin(Box::new(stamp), form, tape)]),
                is_committed: false,
                is_done: false,
                next: now,
            });
        }
    }

    /// The unit that was on its way is committed.
    pub(super) fn committed(&mut self) {
        if let Some(draft) = &mut self.draft {
            draft.is_committed = true;
        }
    }

    /// Whether a slice is due soon.
    pub(super) fn is_busy(&self) -> bool {
        self.draft.is_some()
    }

    /// A lane has been made of a snapshot.
    fn made_of(&mut self, stamp: &Stamp) {
        self.last.insert(stamp.lane(), (stamp.at, stamp.unit()));
    }

    /// Writes down a lane that takes no part any more, at once.
    fn write_down(&mut self, mut lane: Lane, stamp: Stamp) {
        self.abandon();
        lane.saving().end_saving();
        let (form, mut tape) = (lane.engine().form(), Tape::default());
        if !lane.begin_saving(&mut tape) {
            return;
        }
        let begin = Order::Begin(Box::new(stamp), form, tape);
        self.saver.give_after(begin);
        loop {
            let engine = lane.saving();
            let is_done = engine.save(SLICE);
            for page in engine.saved() {
                self.saver.give_after(Order::Page(page));
            }
            if is_done {
                let end = Order::End(engine.end_saving());
                return self.saver.give_after(end);
            }
        }
    }

    /// One of the shelf of that name makes no lane.
    pub(super) fn spoil(&mut self, shelf: &str, lane: LaneId, unit: UnitId) {
        let mut shelves = self.shelves.iter_mut();
        if let Some(shelf) = shelves.find(|one| one.name() == shelf) {
            shelf.spoil(lane, unit);
        }
    }

    /// The one that is being written is of no use any more.
    pub(super) fn abandon(&mut self) {
        self.ahead = None;
        if self.draft.take().is_some() {
            // If there is no room for it, the next begin says the same.
            let _ = self.saver.give(Order::Abandon);
        }
    }

    /// Writes on; whether it is given up for want of speed.
    fn go_on<R: Record>(
        &mut self,
        lanes: &mut BTreeMap<LaneId, Intake<R>>,
        now: Timestamp,
    ) -> bool {
        let Some(draft) = &mut self.draft else {
            return false;
        };
        let Some(intake) = lanes.get_mut(&draft.lane) else {
            self.abandon();
            return false;
        };
        let engine = intake.lane.saving();
        // Another policy may have come in between.
        if !draft.is_done && !engine.is_saving() {
            self.abandon();
            return false;
        }
        if !draft.is_done {
            if now >= draft.next && draft.waiting.is_empty() {
                draft.is_done = engine.save(self.slice);
            }
            for page in engine.saved() {
                let bytes = page.bytes() as u64;
                let pause = bytes.saturating_mul(1_000) / self.plan.bytes_per_second;
                draft.next = draft.next.max(now) + Span(pause.cast_signed());
                draft.waiting.push_back(Order::Page(page));
            }
        }
        let may_end = draft.is_committed || bites(Tooth::KeptEarly);
        if draft.is_done && may_end && engine.is_saving() {
            draft.waiting.push_back(Order::End(engine.end_saving()));
        }
        while let Some(order) = draft.waiting.pop_front() {
            if let Err(order) = self.saver.give(order) {
                draft.waiting.push_front(order);
                break;
            }
        }
        if draft.is_done && !engine.is_saving() && draft.waiting.is_empty() {
            self.last.insert(draft.lane, (draft.at, draft.unit));
            self.draft = None;
        } else if draft.waiting.len() > WAITING_MOST {
            engine.end_saving();
            // It has its turn again.
            self.last.insert(draft.lane, (draft.at, draft.unit));
            self.abandon();
            return true;
        }
        false
    }
}

impl<B: Bus, C: Clock, M: Memory> Worker<B, C, M> {
    /// Has snapshots written in step, each customer in a turn of its own.
    #[cfg(test)]
    pub(in crate::runtime) fn save_by(
        &mut self,
        saver: Box<dyn Saver>,
        shelves: Vec<Box<dyn Shelf>>,
    ) {
        let plan = self.plan.snapshots.as_ref();
        self.keeping = plan.map(|plan| Keeping::by(saver, shelves, plan, 1));
    }

    /// Begins to write down a lane whose unit was just sealed.
    pub(super) fn begin_saving(&mut self, entry: Entry, ledger: Offset) {
        let lane = entry.lane;
        let now = self.clock.now();
        let (Some(keeping), Some(intake)) = (&mut self.keeping, self.lanes.get_mut(&lane)) else {
            return;
        };
        let stamp = Stamp {
            app: keeping.plan.app.clone(),
            entry,
            ledger,
            at: now,
        };
        self.places.insert(lane, ledger);
        keeping.begin(intake, stamp, now);
    }

    /// Writes down a lane that takes no part any more, with what its ledger says of its last unit.
    pub(super) fn save_last(&mut self, lane: Lane) -> Result<(), Trouble> {
        let (id, now) = (lane.id(), self.clock.now());
        let Some(keeping) = &mut self.keeping else {
            return Ok(());
        };
        let Some(bytes) = self.transactions.ledger_end(id)? else {
            return Ok(());
        };
        let entry = ledger::decode(&bytes).map_err(|error| bad_entry(id, &error))?;
        if entry.unit != lane.last_unit() {
            return Ok(());
        }
        let stamp = Stamp {
            app: keeping.plan.app.clone(),
            entry,
            ledger: self.places.get(&id).copied().unwrap_or(Offset(0)),
            at: now,
        };
        keeping.write_down(lane, stamp);
        Ok(())
    }

    /// Writes on what is being written down, and tells what has become of it.
    pub(super) fn save(&mut self, now: Timestamp) {
        let Some(keeping) = &mut self.keeping else {
            return;
        };
        if keeping.go_on(&mut self.lanes, now) {
            let shelves = keeping.shelves.iter().map(|shelf| shelf.name());
            self.desk.snapshot_overtaken(&shelves.collect::<Vec<_>>());
        }
        keeping.look(&self.lanes, now);
        for news in keeping.saver.news() {
            match news {
                News::Ends(lane, place) => keeping.ends(lane, place, now),
                News::Kept {
                    lane,
                    unit,
                    shelf,
                    bytes,
                } => {
                    let begun = keeping.begun.get(&lane);
                    if let Some((_, next)) = begun.filter(|(begun, _)| *begun == unit) {
                        self.needs.insert(lane, next.clone());
                        self.desk.needs(lane, next);
                    }
                    self.desk.snapshot_kept(lane, (unit, bytes), shelf, now);
                }
                News::Failed { lane, shelf, why } => self.desk.snapshot_failed(lane, shelf, &why),
            }
        }
    }

    /// A lane as it was written down last, or at its begin.
    pub(super) fn written(&mut self, id: LaneId) -> Result<(Lane, Origin), Trouble> {
        let (plan, source, clock) = (&self.plan, self.transactions.reading(), &self.clock);
        let desk = &self.desk;
        let unfit = |shelf: &'static str, unit, why: &Unfit| {
            desk.snapshot_unfit((id, unit), shelf, why, why.is_damage());
        };
        let shelves = match &mut self.keeping {
            Some(keeping) => &mut keeping.shelves[..],
            None => &mut [],
        };
        let (lane, origin) = Origin::find(id, shelves, plan, source, clock, unfit)?;
        let stamp = origin.snapshot().map(|snapshot| snapshot.stamp());
        if let (Some(keeping), Some(stamp)) = (&mut self.keeping, stamp) {
            keeping.made_of(stamp);
        }
        Ok((lane, origin))
    }
}
