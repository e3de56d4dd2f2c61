//! A parcel: all that one lane hands to another of customers who move, so that they go on there as
//! if they had always been there.

use crate::features::fingerprint::hash;
use crate::model::tape::{Garbled, Reel, Tape, expect};
use crate::model::time::Timestamp;

use super::customers::Slot;
use super::departed::Trace;
use super::effect::Judged;
use super::member::NotTaken;
use super::step::Engine;

/// The name of a ladder or map, the number of its last change, and that of its last warning.
type Numbers = (Box<str>, u32, u32);

/// What is kept by id, whether or not there is a customer of it.
struct Memory {
    id: Box<str>,
    /// Of an earlier erasure: up to when nothing counts, and by names of ladders and maps the
    /// numbers of the last change and of the last warning.
    erased: Option<(Timestamp, Vec<Numbers>)>,
    /// The events that have counted.
    counted: Vec<(u64, Timestamp)>,
}

impl Engine {
    /// Takes out all that is kept of an id and of all who are one with it, and puts it on a tape;
    /// their ids. They are passed over to the policy in force first. What can matter no more stays
    /// behind: how much of that there still is depends on when there was no room for it.
    pub fn send_off(
        &mut self,
        id: &str,
        tape: &mut Tape,
        effects: &mut Vec<Judged>,
    ) -> Vec<Box<str>> {
        let slot = self.find(id);
        if let Some(slot) = slot {
            self.touch(slot);
            self.pass_over(slot, effects);
        }
        let mut ids: Vec<Box<str>> = vec![id.into()];
        if let Some(slot) = slot {
            ids = self.ids(slot);
        }
        tape.put_count(ids.len());
        for id in &ids {
            self.forget_of(id).put(tape);
        }
        tape.put(i64::from(slot.is_some()));
        if let Some(slot) = slot {
            let mut member = self.member(slot);
            member.settle(&self.era, self.clock);
            member.put(&self.era, tape);
            self.vacate(slot);
        }
        ids
    }

    /// Takes in what another lane has sent off; the ids.
    ///
    /// # Errors
    /// See [`NotTaken`]; nothing has happened.
    pub fn receive(&mut self, form: u64, reel: &mut Reel<'_>) -> Result<Vec<Box<str>>, NotTaken> {
        let count = reel.take_count("a number of ids")?;
        let memories = (0..count).map(|_| Memory::take(reel));
        let memories: Vec<Memory> = memories.collect::<Result<_, _>>()?;
        if reel.take_within("whether there is a customer", 0, 1)? == 1 {
            self.take_in(form, reel)?;
        }
        let limit = self.dedup.limit(self.arrivals());
        let mut ids = Vec::with_capacity(count);
        for memory in memories {
            let slot = self.customers.find(hash(&memory.id), &memory.id);
            if let Some(slot) = slot {
                let counted = &mut self.customers.get_mut(slot).counted;
                let events = memory.counted.into_iter();
                events.for_each(|(event, at)| counted.remember(event, at, limit));
            }
            if let Some((at, names)) = memory.erased {
                let numbers = self
                    .departed
                    .numbers(names.iter().map(|(name, ..)| &**name));
                let numbered = || numbers.iter().copied().zip(&names);
                let changes = numbered().map(|(number, (_, changes, _))| (number, *changes));
                let warnings = numbered().map(|(number, (.., warnings))| (number, *warnings));
                let hash = hash(&memory.id);
                self.departed.enter(hash, &memory.id, at, changes, warnings);
            }
            ids.push(memory.id);
        }
        Ok(ids)
    }

    /// A customer's id, and those of all who were merged into them.
    fn ids(&self, slot: Slot) -> Vec<Box<str>> {
        let others = self.customers.unions.members(slot).iter().skip(1);
        let all = [slot].into_iter().chain(others.copied());
        all.map(|slot| self.customers.get(slot).id.text().into())
            .collect()
    }

    /// Takes out what is kept by id.
    fn forget_of(&mut self, id: &str) -> Memory {
        let hash = hash(id);
        let limit = self.dedup.limit(self.arrivals());
        let slot = self.customers.find(hash, id);
        let counted = slot.map(|slot| self.customers.get(slot).counted.all(limit));
        let trace = self.departed.take(hash, id);
        let erased = trace.map(|trace| (trace.at, self.numbers_of(&trace)));
        Memory {
            id: id.into(),
            erased,
            counted: counted.unwrap_or_default(),
        }
    }

    fn numbers_of(&self, trace: &Trace) -> Vec<Numbers> {
        let number = |of: &[u32], ix: usize| of.get(ix).copied().unwrap_or(0);
        let all = 0..trace.versions.len().max(trace.numbers.len());
        let numbers = all.map(|ix| {
            let (changes, warnings) = (number(&trace.versions, ix), number(&trace.numbers, ix));
            (self.departed.name(ix).into(), changes, warnings)
        });
        numbers
            .filter(|(_, changes, warnings)| (*changes, *warnings) != (0, 0))
            .collect()
    }

    /// Leaves nothing of a customer in the slots of all who are one with them.
    fn vacate(&mut self, slot: Slot) {
        let mut slots = vec![slot];
        slots.extend(self.customers.unions.members(slot));
        self.era.population.left(self.era.footings.places(slot));
        self.customers.unions.set(slot, Vec::new());
        for slot in slots {
            self.warned.clear(slot);
            self.era.footings.clear(slot);
            for gone in &mut self.gone {
                gone.clear(slot);
            }
            let (customer, blank) = (self.customers.get(slot), &self.era.nobody.history);
            let hash = hash(customer.id.text());
            match customer.id.is("") {
                true => self.customers.get_mut(slot).history = blank.clone(),
                false => drop(self.customers.remove(hash, slot, blank)),
            }
        }
    }
}

impl Memory {
    fn put(&self, tape: &mut Tape) {
        tape.put_text(&self.id);
        tape.put(i64::from(self.erased.is_some()));
        if let Some((at, names)) = &self.erased {
            tape.put(at.0);
            tape.put_count(names.len());
            for (name, changes, warnings) in names {
                tape.put_text(name);
                tape.put((*changes).into());
                tape.put((*warnings).into());
            }
        }
        tape.put_count(self.counted.len());
        for (event, at) in &self.counted {
            tape.put_id((*event).into());
            tape.put(at.0);
        }
    }

    fn take(reel: &mut Reel<'_>) -> Result<Self, Garbled> {
        let id = reel.take_text("an id")?.into();
        let erased = match reel.take_within("whether an id was erased", 0, 1)? {
            0 => None,
            _ => Some((Timestamp(reel.take("when an id was erased")?), names(reel)?)),
        };
        let count = reel.take_count("a number of events that have counted")?;
        let counted = (0..count).map(|_| {
            let what = "an event that has counted";
            let event = reel.take_id(what)?;
            expect(event <= u64::MAX.into(), what, event, u64::MAX)?;
            Ok((
                event as u64,
                Timestamp(reel.take("when an event happened")?),
            ))
        });
        Ok(Self {
            id,
            erased,
            counted: counted.collect::<Result<_, Garbled>>()?,
        })
    }
}

/// How often ladders and maps had moved or warned whoever was erased, by their names.
fn names(reel: &mut Reel<'_>) -> Result<Vec<Numbers>, Garbled> {
    let most = u32::MAX.into();
    let count = reel.take_count("a number of ladders and maps")?;
    let names = (0..count).map(|_| {
        let name = reel.take_text("a ladder or map")?.into();
        let changes = reel.take_within("a number of changes", 0, most)? as u32;
        let warnings = reel.take_within("a number of warnings", 0, most)? as u32;
        Ok((name, changes, warnings))
    });
    names.collect()
}
