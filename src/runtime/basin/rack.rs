//! The disks of the instances: what their shelves keep, whether they live or not, and what goes
//! wrong there.

use std::cell::RefCell;
use std::io::{self, Cursor, Read};
use std::rc::Rc;

use crate::lane::ledger::Entry;
use crate::model::ids::{LaneId, UnitId};
use crate::port::{NotKept, Output, Shelf};
use crate::wire::ledger;
use crate::wire::snapshot::{Frame, HEADER, Reader, Writer};

use super::World;
use super::hull::Hull;
use super::log::Slot;
use super::weather::{Fault, Step};

/// How many snapshots of a lane are kept.
const KEPT: usize = 2;

/// The lane and the unit that a file is named after.
type Name = (LaneId, UnitId);

/// What a file holds; whoever has it open goes on with it under another name.
type File = Rc<RefCell<Vec<u8>>>;

/// One disk.
#[derive(Default)]
pub(super) struct Rack {
    parts: Vec<(Name, File)>,
    whole: Vec<(Name, File)>,
}

impl Rack {
    fn whole(&self, name: Name) -> Option<File> {
        let found = self.whole.iter().find(|(it, _)| *it == name);
        found.map(|(_, file)| file.clone())
    }

    /// The snapshots of a lane, the newest first.
    fn of(&self, lane: LaneId) -> Vec<UnitId> {
        let own = self.whole.iter().filter(|((it, _), _)| *it == lane);
        let mut units: Vec<UnitId> = own.map(|((_, unit), _)| *unit).collect();
        units.sort_unstable_by_key(|unit| std::cmp::Reverse(*unit));
        units
    }

    fn remove(&mut self, name: Name) {
        self.whole.retain(|(it, _)| *it != name);
    }

    /// Gives a part its name, if it is there.
    fn rename(&mut self, name: Name) -> bool {
        let Some(at) = self.parts.iter().position(|(it, _)| *it == name) else {
            return false;
        };
        self.remove(name);
        self.whole.push(self.parts.swap_remove(at));
        true
    }

    /// Removes what is left of a lane but its newest.
    fn clear(&mut self, lane: LaneId) {
        self.parts.retain(|((it, _), _)| *it != lane);
        for unit in self.of(lane).into_iter().skip(KEPT) {
            self.remove((lane, unit));
        }
    }
}

/// The shelf of one process on the disk of its instance.
pub(super) struct Board {
    world: Rc<World>,
    hull: Rc<Hull>,
    draft: Option<Draft>,
}

struct Draft {
    name: Name,
    file: File,
    /// Bytes written.
    at: usize,
}

fn failed(why: &str) -> NotKept {
    NotKept {
        place: "rack".to_owned(),
        why: io::Error::other(why.to_owned()),
    }
}

impl Board {
    pub(super) fn new(world: &Rc<World>, hull: &Rc<Hull>) -> Self {
        Self {
            world: world.clone(),
            hull: hull.clone(),
            draft: None,
        }
    }

    /// What goes wrong with this step, if the process lives to see it.
    fn meet(&self, step: Step) -> Result<Option<Fault>, NotKept> {
        match self.hull.alive.get() {
            true => Ok(self.world.befall(&self.hull, step)),
            false => Err(failed("dead")),
        }
    }

    fn note(&self, step: Step, fault: Fault) {
        self.world.weather.borrow_mut().note(step, fault);
    }

    fn with<T>(&self, does: impl FnOnce(&mut Rack) -> T) -> T {
        does(&mut self.world.racks.borrow_mut()[self.hull.who])
    }

    /// Damages a snapshot that is kept; whether that can be.
    fn damage(&self, (lane, unit): Name, fault: Fault) -> bool {
        let dice = &self.world.dice;
        let Some(file) = self.with(|rack| rack.whole((lane, unit))) else {
            return false;
        };
        let older = self.with(|rack| {
            let older = rack.of(lane).into_iter().find(|it| *it < unit)?;
            rack.whole((lane, older))
        });
        let mut bytes = file.borrow_mut();
        if bytes.is_empty() {
            return false;
        }
        let other = match fault {
            Fault::Flipped => {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
                return true;
            }
            Fault::Torn => {
                let length = dice.below(bytes.len());
                bytes.truncate(length);
                return true;
            }
            Fault::Stale => older.map(|older| older.borrow().clone()),
            Fault::OtherLane => stamped(&bytes, &bytes, |entry| entry.lane.0 += 1),
            _ => {
                let older = older.map_or_else(|| bytes.clone(), |older| older.borrow().clone());
                stamped(&bytes, &older, |entry| entry.ceiling.0 += 1)
            }
        };
        other.map(|other| *bytes = other).is_some()
    }

    /// Damages a snapshot, if that is what goes wrong.
    fn suffer(&self, name: Name, step: Step, fault: Option<Fault>) {
        if let Some(fault) = fault.filter(|fault| fault.is_of_disk())
            && self.damage(name, fault)
        {
            self.note(step, fault);
        }
    }

    /// I11: what is kept is of a unit that is committed.
    fn hold(&self, (lane, unit): Name, file: &File) {
        let Some(frames) = frames(&file.borrow()) else {
            return;
        };
        let Some(Frame::Stamp(stamp)) = frames.into_iter().next() else {
            return;
        };
        let mut entry = Vec::new();
        ledger::encode(&stamp.entry, &mut entry);
        let broker = self.world.broker.borrow();
        let log = &broker.logs[broker.shape.output(Output::Ledger, lane)];
        let is_it = |slot: &Slot| match slot {
            Slot::Record(payload, Some(serial)) => {
                broker.deeds[*serial].committed == Some(true)
                    && payload.value.as_deref() == Some(&entry)
            }
            _ => false,
        };
        if !log.slots.iter().rev().any(is_it) {
            let what =
                format!("I11: lane {lane} is kept as of unit {unit}, which is not committed");
            self.world.note_wrong(what);
        }
    }
}

impl Draft {
    fn write(&mut self, bytes: &[u8]) {
        let mut file = self.file.borrow_mut();
        let end = self.at + bytes.len();
        if file.len() < end {
            file.resize(end, 0);
        }
        file[self.at..end].copy_from_slice(bytes);
        self.at = end;
    }
}

impl Shelf for Board {
    fn name(&self) -> &'static str {
        "rack"
    }

    fn begin(&mut self, lane: LaneId, unit: UnitId) -> Result<(), NotKept> {
        self.abandon();
        if self.meet(Step::SaveBegin)?.is_some() {
            return Err(failed("it does not begin"));
        }
        let file = self.with(|rack| {
            let found = rack.parts.iter().find(|(name, _)| *name == (lane, unit));
            let file = found.map(|(_, file)| file.clone()).unwrap_or_default();
            if found.is_none() {
                rack.parts.push(((lane, unit), file.clone()));
            }
            file
        });
        file.borrow_mut().clear();
        let name = (lane, unit);
        self.draft = Some(Draft { name, file, at: 0 });
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), NotKept> {
        let fault = self.meet(Step::SaveAdd)?;
        let dice = &self.world.dice;
        let Some(draft) = &mut self.draft else {
            return Ok(());
        };
        let some = &bytes[..dice.below(bytes.len() + 1)];
        match fault {
            Some(Fault::Flipped | Fault::Torn) if bytes.is_empty() => {}
            Some(Fault::Flipped) => {
                let mut bytes = bytes.to_vec();
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
                draft.write(&bytes);
                self.note(Step::SaveAdd, Fault::Flipped);
            }
            Some(Fault::Torn) => {
                draft.write(some);
                self.note(Step::SaveAdd, Fault::Torn);
            }
            Some(_) => {
                draft.write(some);
                return Err(failed("no room"));
            }
            None => draft.write(bytes),
        }
        Ok(())
    }

    fn keep(&mut self) -> Result<(), NotKept> {
        let fault = self.meet(Step::SaveKeep)?;
        let Some(Draft { name, file, .. }) = self.draft.take() else {
            return Ok(());
        };
        match fault {
            Some(Fault::Crash) if self.world.dice.one_in(2) => return Err(failed("dead")),
            Some(Fault::ErrorReply) => {
                self.with(|rack| rack.parts.retain(|(it, _)| *it != name));
                return Err(failed("no name"));
            }
            _ => {}
        }
        self.hold(name, &file);
        if !self.with(|rack| rack.rename(name)) {
            return Err(failed("it is gone"));
        }
        if fault == Some(Fault::Crash) {
            return Err(failed("dead"));
        }
        self.suffer(name, Step::SaveKeep, fault);
        self.with(|rack| rack.clear(name.0));
        Ok(())
    }

    fn abandon(&mut self) {
        let alive = self.hull.alive.get();
        if let Some(draft) = self.draft.take().filter(|_| alive) {
            let other = |(name, _): &(Name, File)| *name != draft.name;
            self.with(|rack| rack.parts.retain(other));
        }
    }

    fn kept(&mut self, lane: LaneId) -> Result<Vec<UnitId>, NotKept> {
        match self.meet(Step::ShelfList)? {
            Some(Fault::Stale) => {
                let newest = self.with(|rack| rack.of(lane).first().copied());
                if let Some(newest) = newest {
                    self.with(|rack| rack.remove((lane, newest)));
                    self.note(Step::ShelfList, Fault::Stale);
                }
            }
            Some(_) => return Err(failed("no answer")),
            None => {}
        }
        Ok(self.with(|rack| rack.of(lane)))
    }

    fn open(&mut self, lane: LaneId, unit: UnitId) -> Result<Box<dyn Read + Send>, NotKept> {
        let fault = self.meet(Step::ShelfOpen)?;
        if fault.is_some_and(|fault| !fault.is_of_disk()) {
            return Err(failed("no answer"));
        }
        self.suffer((lane, unit), Step::ShelfOpen, fault);
        let file = self.with(|rack| rack.whole((lane, unit)));
        let file = file.ok_or_else(|| failed("it is gone"))?;
        let bytes = file.borrow().clone();
        Ok(Box::new(Cursor::new(bytes)))
    }

    fn spoil(&mut self, lane: LaneId, unit: UnitId) {
        if self.hull.alive.get() {
            self.with(|rack| rack.remove((lane, unit)));
        }
    }
}

/// The frames of a snapshot, if it is whole.
fn frames(bytes: &[u8]) -> Option<Vec<Frame>> {
    let (mut reader, mut frames, mut rest) = (Reader::default(), Vec::new(), bytes);
    while !reader.is_over() {
        let length = HEADER + reader.length(rest.first_chunk()?).ok()?;
        let (frame, others) = rest.split_at_checked(length)?;
        frames.push(reader.frame(frame).ok()?);
        rest = others;
    }
    Some(frames)
}

/// A sound snapshot with the stamp of one, but for what its entry says otherwise, and the lane of
/// another.
fn stamped(name: &[u8], lane: &[u8], otherwise: impl FnOnce(&mut Entry)) -> Option<Vec<u8>> {
    let (name, lane) = (frames(name)?, frames(lane)?);
    let Frame::Stamp(mut stamp) = name.into_iter().next()? else {
        return None;
    };
    otherwise(&mut stamp.entry);
    let mut bytes = Vec::new();
    let mut writer = Writer::begin(&stamp, &mut bytes);
    for frame in lane {
        match frame {
            Frame::Stamp(_) => {}
            Frame::Lane(form, tape) => writer.lane(form, &tape, &mut bytes),
            Frame::Page(tape) => writer.page(&tape, &mut bytes),
            Frame::End(end) => writer.end(end.rows, &mut bytes),
        }
    }
    Some(bytes)
}
