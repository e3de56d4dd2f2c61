//! Rebuilding a lane: its input again, along its ledger, with the output suppressed or sent
//! elsewhere.

mod agreement;
mod beginning;
mod lost;
mod origin;
mod pages;
mod repeating;
mod snapshot;
mod stop;

use std::time::{Duration, Instant};

use crate::lane::budget::Budget;
use crate::lane::gap::Road;
use crate::lane::lane::Lane;
use crate::lane::ledger::Entry;
use crate::model::ids::{LaneId, Offset, TopicIx, UnitId};
use crate::model::time::{Span, Timestamp};
use crate::port::{Clock, LedgerLook, Record, Sink, Source, Trouble};
use crate::telemetry::happening::LaneRestored;
use crate::wire::ledger;

pub(super) use agreement::show;
use beginning::first_offsets;
use lost::Wait;
pub(super) use origin::Origin;
use repeating::repeat;
pub(super) use snapshot::Unfit;
use snapshot::{Progress, Snapshot};
pub(super) use stop::Stop;

use super::intake::Intake;
use super::outbox::Outbox;
use super::plan::Plan;

/// Entries followed before the worker looks after its other lanes.
const SLICE: usize = 50;
/// Wait before looking for records or entries that had not arrived.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

pub(super) fn bad_entry(lane: LaneId, error: &ledger::BadEntry) -> Trouble {
    Trouble::Fatal(format!("lane {lane}: bad ledger entry: {error}"))
}

/// Does everything again that the ledger of a lane holds, with the output sent to `sink`, and gives
/// the lane as it stands then, with how many records that took.
///
/// # Errors
/// The input or the ledger cannot be read to the end, or what comes out is not what the ledger
/// says.
pub fn repeat_lane<S: Source>(
    lane: LaneId,
    plan: &Plan,
    source: &mut S,
    sink: &mut impl Sink,
    clock: &impl Clock,
) -> Result<(Lane, u64), Trouble> {
    let next = first_offsets(lane, plan, source, clock)?;
    source.start(&[(lane, next.clone())])?;
    let mut intake = Intake::new(plan.lane(lane, next), Budget::new(None), plan.reading());
    let mut outbox = Outbox::default();
    let mut restore = Restore::begin(plan, &intake, source, clock, Origin::Itself(None))?;
    loop {
        source.poll()?;
        let now = clock.now();
        if restore.go_on(
            plan,
            &mut intake,
            source,
            &mut outbox,
            Some(&mut *sink),
            now,
        )? {
            let lane = intake.into_lane();
            source.release()?;
            return Ok((lane, restore.records));
        }
        source.wait(LOOK_AGAIN);
    }
}

/// How far the rebuilding of a lane has come.
pub(super) struct Restore {
    lane: LaneId,
    /// The next unit to repeat, and where its entry lies.
    pending: Option<(Offset, Entry)>,
    /// Where the entry of the last unit lies, or of one before it.
    place: Option<Offset>,
    /// Whether the end of the ledger is enough: somebody else works on the lane.
    follows: bool,
    /// Whether customers could be merged across lanes in it: its entry names the topic.
    crossed: bool,
    /// Which topics the ledger has named so far. One that was added has no committed offset before.
    named: Vec<bool>,
    /// What of its topics it has needed so far.
    road: Road,
    /// When the ledger's end was last seen to disagree with the committed offsets, and for how
    /// long it was then.
    disagreeing: Option<(Timestamp, Span)>,
    /// For records of its next unit.
    wait: Wait,
    /// Records repeated.
    records: u64,
    /// Records that the committed offsets are ahead of where the lane begins.
    records_expected: u64,
    units: u64,
    /// Rows of the snapshot that have come, and that there are.
    rows: (u64, u64),
    /// The snapshot that it is made of, while customers still come.
    snapshot: Option<Snapshot>,
    /// The last unit that was in it.
    snapshot_unit: Option<UnitId>,
    kept_up: bool,
    began: Instant,
}

impl Restore {
    /// Begins with what there is of a lane, and to read its ledger from there on.
    pub(super) fn begin<S: Source>(
        plan: &Plan,
        intake: &Intake<S::Record>,
        source: &mut S,
        clock: &impl Clock,
        origin: Origin,
    ) -> Result<Self, Trouble> {
        let lane = intake.id();
        origin.open_ledger(lane, source)?;
        let committed = source.committed(lane)?;
        let last = origin.snapshot().map(|snapshot| snapshot.stamp().unit());
        let last = last.unwrap_or(intake.lane.last_unit());
        let (road, looked) = lost::none(plan, &intake.lane, last, &committed.next, source, clock)?;
        if looked {
            origin.open_ledger(lane, source)?;
        }
        let ahead = |(committed, next): (&Option<Offset>, &Offset)| {
            committed.map_or(0, |committed| {
                u64::try_from(committed.0 - next.0).unwrap_or(0)
            })
        };
        let places = committed.next.iter().zip(intake.lane.next());
        let kept_up = matches!(origin, Origin::KeptUp(_));
        let snapshot = origin.into_snapshot().map(|snapshot| *snapshot);
        Ok(Self {
            lane,
            pending: None,
            place: None,
            follows: false,
            crossed: false,
            named: vec![false; committed.next.len()],
            road,
            disagreeing: None,
            wait: Wait::default(),
            records: 0,
            records_expected: places.map(ahead).sum(),
            units: 0,
            rows: snapshot.as_ref().map_or((0, 0), Snapshot::rows),
            snapshot_unit: snapshot.as_ref().map(|snapshot| snapshot.stamp().unit()),
            snapshot,
            kept_up,
            began: Instant::now(),
        })
    }

    /// The same for a lane that somebody else works on: it is done where its ledger ends, whatever
    /// the committed offsets are meanwhile.
    pub(super) fn following(self) -> Self {
        Self {
            follows: true,
            ..self
        }
    }

    /// Where the entry of the last unit lies, or of one before it, if that was come by.
    pub(super) fn place(&self) -> Option<Offset> {
        self.place
    }

    /// Records repeated so far.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// How far it has come, of how far: customers of a snapshot, and records. One takes about as
    /// long as the other.
    pub(super) fn progress(&self) -> (u64, u64) {
        let (rows, all) = self.rows;
        (rows + self.records, all + self.records_expected)
    }

    /// What the log says at the end.
    pub(super) fn summary<R: Record>(&self, intake: &Intake<R>) -> LaneRestored {
        LaneRestored {
            lane: self.lane,
            customers: intake.lane.engine().customers(),
            snapshot: self.snapshot_unit,
            kept_up: self.kept_up,
            units: self.units,
            records: self.records,
            took: self.began.elapsed(),
        }
    }

    pub(super) fn lane(&self) -> LaneId {
        self.lane
    }

    /// Repeats the next units; true once the lane stands where its ledger ends, and the committed
    /// offsets agree.
    pub(super) fn go_on<S: Source>(
        &mut self,
        plan: &Plan,
        intake: &mut Intake<S::Record>,
        source: &mut S,
        outbox: &mut Outbox,
        mut to: Option<&mut impl Sink>,
        now: Timestamp,
    ) -> Result<bool, Stop> {
        if let Some(snapshot) = self.snapshot.take() {
            return self.load(snapshot, intake).map(|()| false);
        }
        for _ in 0..SLICE {
            if self.pending.is_none() {
                match source.look_into_ledger()? {
                    LedgerLook::NotYet => return Ok(false),
                    LedgerLook::End if self.follows => return Ok(true),
                    LedgerLook::End => return Ok(self.agree(plan, intake, source, now)?),
                    LedgerLook::Entry(at, bytes) => {
                        match self.next_unit(&bytes, plan, intake)? {
                            Some(entry) => self.pending = Some((at, entry)),
                            None => self.place = Some(at),
                        }
                        continue;
                    }
                }
            }
            let Some((at, entry)) = self.pending.take() else {
                continue;
            };
            if entry.gap.is_some() {
                self.leap(&entry, plan, intake, source)?;
                self.place = Some(at);
                continue;
            }
            let wanted = |topic: TopicIx| {
                entry
                    .reads
                    .get(topic.0)
                    .map_or(0, |read| read.records as usize)
            };
            intake.fetch(source, wanted)?;
            if !intake.holds(&entry) {
                self.wait.goes_on(now, &entry, source)?;
                self.pending = Some((at, entry));
                return Ok(false);
            }
            self.wait = Wait::default();
            self.road.take(&entry);
            intake.lane.cross(self.crossed);
            repeat(plan, intake, &entry, outbox, to.as_deref_mut())?;
            self.place = Some(at);
            self.records += entry.counts.consumed();
            self.units += 1;
        }
        Ok(false)
    }

    /// Goes on where a gap ends.
    fn leap<S: Source>(
        &mut self,
        gap: &Entry,
        plan: &Plan,
        intake: &mut Intake<S::Record>,
        source: &mut S,
    ) -> Result<(), Stop> {
        self.road.take(gap);
        self.units += 1;
        let mut topics = plan.topics.iter();
        let Some(topic) = topics.position(|topic| gap.passes_over(topic)) else {
            // It is not read any more.
            return intake.lane.leap(gap).map_err(Stop::Mismatch);
        };
        if let Some(unit) = self.road.blocked() {
            let name = &plan.topics[topic];
            let why = format!(
                "{name} {}: what unit {unit} has read was cut off after it",
                self.lane
            );
            return Err(lost::lost_of(name, lost::blocked(&why, unit)).into());
        }
        intake.lane.leap(gap).map_err(Stop::Mismatch)?;
        let (topic, read) = (TopicIx(topic), &gap.reads[topic]);
        intake.forget(topic);
        Ok(source.pass_over(self.lane, topic, read.from, read.next)?)
    }

    /// Takes in more of the customers of a snapshot.
    fn load<R: Record>(&mut self, snapshot: Snapshot, intake: &mut Intake<R>) -> Result<(), Stop> {
        let (shelf, unit) = (snapshot.shelf(), snapshot.stamp().unit());
        let gone_on = snapshot.go_on();
        match gone_on.map_err(|why| Stop::Unfit(shelf, unit, why))? {
            Progress::More(snapshot) => {
                self.rows = snapshot.rows();
                self.snapshot = Some(*snapshot);
            }
            Progress::Done(lane) => {
                self.rows.0 = self.rows.1;
                intake.stand(*lane);
            }
        }
        Ok(())
    }

    /// The entry, if the lane has not done it yet.
    fn next_unit<R: Record>(
        &mut self,
        bytes: &[u8],
        plan: &Plan,
        intake: &Intake<R>,
    ) -> Result<Option<Entry>, Trouble> {
        let id = intake.id();
        let entry = ledger::decode(bytes).map_err(|error| bad_entry(id, &error))?;
        let last = intake.lane.last_unit();
        let places = plan.topics.iter().zip(intake.lane.next());
        for (named, (topic, at)) in self.named.iter_mut().zip(places) {
            let Some(read) = entry.read_of(topic) else {
                continue;
            };
            if !*named && entry.unit > last && read.from != *at {
                return Err(Trouble::Fatal(format!(
                    "lane {id}, unit {} reads {topic} from offset {} on, but its first is {at}; \
                     restore the topic's retention or start a new app name",
                    entry.unit, read.from
                )));
            }
            *named = true;
        }
        if entry.unit <= last {
            return Ok(None);
        }
        if entry.unit.0 != last.0 + 1 {
            return Err(Trouble::Fatal(format!(
                "lane {id}: unit {} follows unit {last} in the ledger; its first entries are gone, \
                 so the history cannot be rebuilt",
                entry.unit
            )));
        }
        let transfers = plan.transfers.map(|topic| &plan.topics[topic.0]);
        self.crossed = transfers.is_some_and(|topic| entry.read_of(topic).is_some());
        if !self.crossed && entry.counts.transfers > 0 {
            return Err(Trouble::Fatal(format!(
                "lane {id}, unit {}: {} records were transfers between lanes, but input.transfers \
                 names no topic of the unit; name it in the settings again",
                entry.unit, entry.counts.transfers
            )));
        }
        let entry = entry.of_topics(&plan.topics, intake.lane.next());
        let entry = entry.map_err(|unread| Trouble::Fatal(unread.to_string()))?;
        Ok(Some(entry))
    }
}
