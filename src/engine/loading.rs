//! An engine made from what was written down of another: the same customers in the same slots, so
//! that it goes on as that one would have.

use std::collections::BTreeMap;
use std::mem;

use crate::features::fingerprint::{Fingerprint, hash};
use crate::features::history::History;
use crate::model::standing::ScaleIx;
use crate::model::tape::{Garbled, Reel, Tape, expect};
use crate::model::time::Timestamp;

use super::counted::Counted;
use super::customers::Slot;
use super::departed::{Departed, Trace};
use super::era::Era;
use super::member::Member;
use super::seats::Seats;
use super::step::Engine;

/// Slots are numbered in 32 bits.
const SLOTS_MAX: i64 = u32::MAX as i64;
/// Slots that a lane may have however few customers it has: a page of them.
const FEW: u64 = 4096;
/// Slots that a lane may have for each customer who is or was there. Whoever was erased, or has
/// gone to another lane, has left a slot that stays vacant, and may come back into another one; but
/// not as often as that.
const TIMES: u64 = 16;
/// Of numbers of changes and warnings.
const NUMBER_MAX: i64 = u32::MAX as i64;

/// An engine whose customers are still coming.
///
/// How many slots there are is said before anybody comes. It is not believed: slots are made as
/// customers come, and never many more than there have been customers to fill them.
pub struct Loading {
    engine: Engine,
    /// Who was merged into whom.
    unions: Vec<(Slot, Vec<Slot>)>,
    /// How many slots there are said to be.
    slots: u32,
    /// Slots whose customers were forgotten.
    left: Vec<Slot>,
    /// Customers known of besides those who come: they have left slots, listed or not.
    gone: u64,
    /// Slots that have been made, and those of them that are taken.
    taken: Seats,
    /// Rows whose slots are too far on for as many customers as have come.
    waiting: BTreeMap<Slot, Row>,
    rows: u64,
}

/// One slot.
struct Row {
    slot: Slot,
    member: Member,
    counted: Vec<(u64, Timestamp)>,
    members: Vec<Slot>,
}

impl Loading {
    /// From an engine without customers that has come through the same policies, and what
    /// [`Engine::begin_saving`] has put on a tape; so many customers are known to have moved to
    /// other lanes.
    ///
    /// # Errors
    /// There is something else than there can be.
    pub fn begin(mut engine: Engine, moved: usize, reel: &mut Reel<'_>) -> Result<Self, Garbled> {
        let mut instant = |what| Ok::<_, Garbled>(Timestamp(reel.take(what)?));
        engine.clock = instant("a clock")?;
        engine.ceiling = instant("a ceiling")?;
        engine.floor = instant("a floor")?;
        engine
            .dedup
            .forget(instant("an instant before which events are forgotten")?);
        engine.allowed = reel
            .take("a number of deadlines that may fire")?
            .cast_unsigned();
        let forgotten = reel.take_within("a number of customers forgotten", 0, i64::MAX)?;
        engine.forgotten = forgotten.cast_unsigned();
        engine.departed = Departed::take_all(reel)?;
        engine.renumber();
        let (slots, left) = take_left(reel)?;
        let gone = moved + left.len() + engine.departed.traces().len();
        Ok(Self {
            engine,
            unions: Vec::new(),
            slots,
            left,
            gone: gone as u64,
            taken: Seats::new(0),
            waiting: BTreeMap::new(),
            rows: 0,
        })
    }

    /// Takes in a page.
    ///
    /// # Errors
    /// There is something else than there can be; the engine is of no use then.
    pub fn page(&mut self, tape: &Tape) -> Result<(), Garbled> {
        let mut reel = tape.reel();
        while !reel.is_over() {
            let row = Row::take(&self.engine, self.slots, &mut reel)?;
            self.rows += 1;
            let slot = row.slot;
            let is_free = self.waiting.insert(slot, row).is_none();
            expect(is_free, "a customer's slot", slot.0, "one that is free")?;
            self.place_all()?;
        }
        reel.end()
    }

    /// How many rows have come, and how many there can be.
    #[must_use]
    pub fn rows(&self) -> (u64, u64) {
        (self.rows, self.slots.into())
    }

    /// Slots that so many customers can have needed.
    fn room(&self) -> u64 {
        FEW + TIMES * (self.rows + self.gone)
    }

    /// The engine, once all pages are in, which had so many rows.
    ///
    /// # Errors
    /// There are not as many, or who was merged into whom makes no sense.
    pub fn end(mut self, rows: u64) -> Result<Engine, Garbled> {
        expect(self.rows == rows, "a number of customers", self.rows, rows)?;
        let (slots, room) = (self.slots, self.room());
        let can_be = u64::from(slots) <= room;
        let expected = format!("{room} at most for so few customers");
        expect(can_be, "a number of slots", slots, expected)?;
        self.place_all()?;
        let customers = &mut self.engine.customers;
        customers.grow(slots);
        self.taken.grow(slots);
        for (_, members) in &self.unions {
            for member in members {
                let is_there = self.taken.is_taken(*member);
                expect(is_there, "a member's slot", member.0, "one that is taken")?;
            }
        }
        for (whole, members) in self.unions {
            customers.unions.set(whole, members);
        }
        for slot in &self.left {
            let is_free = self.taken.take(*slot);
            expect(is_free, "a slot that is left", slot.0, "one that is free")?;
        }
        customers.leave(self.left);
        let engine = &mut self.engine;
        for slot in (0..slots).map(Slot) {
            if engine.customers.stands(slot) {
                let Era {
                    population,
                    footings,
                    ..
                } = &mut engine.era;
                population.came(footings.places(slot));
                engine.expect(slot, engine.customers.get(slot).due);
            }
        }
        Ok(self.engine)
    }

    /// Puts those where they belong for whom there is room by now.
    fn place_all(&mut self) -> Result<(), Garbled> {
        let room = self.room();
        while let Some(first) = self.waiting.first_entry()
            && u64::from(first.key().0) < room
        {
            let row = first.remove();
            self.place(row)?;
        }
        Ok(())
    }

    fn place(&mut self, row: Row) -> Result<(), Garbled> {
        let Row {
            slot,
            mut member,
            counted,
            members,
        } = row;
        let engine = &mut self.engine;
        engine.customers.grow(slot.0 + 1);
        self.taken.grow(slot.0 + 1);
        let is_free = self.taken.take(slot);
        expect(is_free, "a customer's slot", slot.0, "one that is free")?;
        let history = mem::replace(&mut member.history, History::NONE);
        engine
            .customers
            .put_at(slot, hash(&member.id), &member.id, history);
        let customer = engine.customers.get_mut(slot);
        customer.due = member.due;
        customer.counted = Counted::of_all(counted);
        engine.furnish(slot, member);
        if !members.is_empty() {
            self.unions.push((slot, members));
        }
        Ok(())
    }
}

impl Row {
    fn take(engine: &Engine, slots: u32, reel: &mut Reel<'_>) -> Result<Self, Garbled> {
        let most = i64::from(slots) - 1;
        let slot = |reel: &mut Reel<'_>| {
            let slot = reel.take_within("a slot", 0, most)?;
            Ok::<_, Garbled>(Slot(slot as u32))
        };
        let at = slot(reel)?;
        let member = Member::take_one(&engine.ground(), reel)?;
        let count = reel.take_count("a number of events that have counted")?;
        let mut last = 0_i64;
        let counted = (0..count).map(|_| {
            let event = reel.take("an event that has counted")?.cast_unsigned();
            last = last.wrapping_add(reel.take("when an event happened")?);
            Ok((event, Timestamp(last)))
        });
        let counted = counted.collect::<Result<_, Garbled>>()?;
        let count = reel.take_count("a number of members")?;
        let members = (0..count).map(|_| slot(reel));
        Ok(Self {
            slot: at,
            member,
            counted,
            members: members.collect::<Result<_, Garbled>>()?,
        })
    }
}

impl Departed {
    fn take_all(reel: &mut Reel<'_>) -> Result<Self, Garbled> {
        let count = reel.take_count("a number of ladders and maps")?;
        let names = (0..count).map(|_| Ok(reel.take_text("a ladder or map")?.into()));
        let mut departed = Self::named(names.collect::<Result<_, Garbled>>()?);
        let traces = reel.take_count("a number of customers erased")?;
        for _ in 0..traces {
            let hash = reel.take("a hash")?.cast_unsigned();
            let id = Fingerprint::of_bits(reel.take_id("what stands for an id")?)?;
            let at = Timestamp(reel.take("when an id was erased")?);
            let mut numbers = || {
                let numbers = reel.take_count("a number of ladders and maps")?;
                expect(
                    numbers <= count,
                    "a number of ladders and maps",
                    numbers,
                    count,
                )?;
                let number = |_| reel.take_within("a number of changes", 0, NUMBER_MAX);
                let numbers = (0..numbers).map(number).map(|it| Ok(it? as u32));
                numbers.collect::<Result<Box<[u32]>, Garbled>>()
            };
            let trace = Trace {
                at,
                versions: numbers()?,
                numbers: numbers()?,
            };
            departed.put_back((hash, id), trace);
        }
        Ok(departed)
    }
}

impl Engine {
    /// The names of ladders and maps have other numbers than they came by.
    fn renumber(&mut self) {
        let policy = &self.era.policy;
        let scales = (0..policy.scales()).map(ScaleIx);
        let names = scales.map(|scale| policy.scale_name(scale));
        self.era.names = self.departed.numbers(names);
        for gone in &mut self.gone {
            let name = self
                .departed
                .numbers([gone.column.name.as_str()].into_iter());
            gone.name = name[0];
        }
    }
}

/// How many slots there are, and those whose customers were forgotten.
fn take_left(reel: &mut Reel<'_>) -> Result<(u32, Vec<Slot>), Garbled> {
    let slots = reel.take_within("a number of slots", 0, SLOTS_MAX)?;
    let count = reel.take_count("a number of slots that are left")?;
    let left = (0..count).map(|_| {
        let slot = reel.take_within("a slot that is left", 0, slots - 1)?;
        Ok(Slot(slot as u32))
    });
    Ok((slots as u32, left.collect::<Result<_, Garbled>>()?))
}
