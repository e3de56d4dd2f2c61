//! A lane's customers written down as they are at one instant, while the lane goes on: whoever is
//! about to change is written down first.

use crate::model::tape::Tape;
use crate::model::time::Timestamp;
use crate::teeth::{Tooth, bites};

use super::customers::Slot;
use super::departed::Departed;
use super::seats::Seats;
use super::step::Engine;

/// Numbers of a tape that are enough for a page: some hundred customers, a few hundred kilobytes.
const PAGE: usize = 1 << 15;

/// How far it has come.
#[derive(Clone, Debug)]
pub(super) struct Saving {
    /// Who has been written down, or was not there when it began.
    done: Seats,
    /// All before this one are done.
    next: u32,
    /// What is dated before this instant need not be remembered.
    limit: Timestamp,
    /// The page that is being filled.
    tape: Tape,
    /// Pages that are full.
    pages: Vec<Tape>,
    /// Customers written down, and pasts that those who go on for others had alone.
    rows: u64,
}

impl Engine {
    /// Begins to write down all customers as they are now; what there is besides them is put on the
    /// tape. Not while customers are still to be passed over to the policy in force: nothing has
    /// happened then.
    #[must_use]
    pub fn begin_saving(&mut self, tape: &mut Tape) -> bool {
        if self.passing.is_some() {
            return false;
        }
        for instant in [self.clock, self.ceiling, self.floor] {
            tape.put(instant.0);
        }
        tape.put(self.dedup.forgotten().0);
        tape.put(self.allowed.cast_signed());
        tape.put(self.forgotten.cast_signed());
        self.departed.put(tape);
        tape.put_count(self.customers.len());
        let left = self.customers.left();
        tape.put_count(left.len());
        left.iter().for_each(|slot| tape.put(slot.0.into()));
        self.saving = Some(Box::new(Saving {
            done: Seats::new(self.customers.len()),
            next: 0,
            limit: self.dedup.limit(self.arrivals()),
            tape: Tape::default(),
            pages: Vec::new(),
            rows: 0,
        }));
        true
    }

    /// Writes on, until a page is full or so many slots have been looked at; whether all is written
    /// down.
    ///
    /// # Panics
    /// It was not begun.
    pub fn save(&mut self, slots: u32) -> bool {
        let mut saving = self.saving.take().expect("it was begun");
        let end = saving.done.slots().min(saving.next.saturating_add(slots));
        let full = saving.pages.len();
        while saving.next < end && saving.pages.len() == full {
            let slot = Slot(saving.next);
            saving.next += 1;
            self.save_one(&mut saving, slot);
        }
        let done = saving.next == saving.done.slots();
        if done && !saving.tape.numbers.is_empty() {
            let last = std::mem::take(&mut saving.tape);
            saving.pages.push(last);
        }
        self.saving = Some(saving);
        done
    }

    /// The pages that are full.
    pub fn saved(&mut self) -> Vec<Tape> {
        let saving = self.saving.as_mut();
        saving.map_or_else(Vec::new, |saving| std::mem::take(&mut saving.pages))
    }

    /// Ends it, whether or not all is written down; how many rows were.
    pub fn end_saving(&mut self) -> u64 {
        self.saving.take().map_or(0, |saving| saving.rows)
    }

    /// Whether it has begun and not ended.
    #[must_use]
    pub fn is_saving(&self) -> bool {
        self.saving.is_some()
    }

    /// A customer is about to change.
    #[inline]
    pub(super) fn touch(&mut self, slot: Slot) {
        if self.saving.is_some() && !bites(Tooth::CopySkipped) {
            self.save_first(slot);
        }
    }

    #[cold]
    fn save_first(&mut self, slot: Slot) {
        let Some(mut saving) = self.saving.take() else {
            return;
        };
        let whole = self.customers.unions.whole(slot);
        self.save_one(&mut saving, whole);
        for ix in 0..self.customers.unions.members(whole).len() {
            let member = self.customers.unions.members(whole)[ix];
            self.save_one(&mut saving, member);
        }
        self.saving = Some(saving);
    }

    /// Somebody has come who takes a slot, perhaps one that was vacant until now.
    pub(super) fn occupy(&mut self, slot: Slot) {
        if let Some(saving) = &mut self.saving {
            saving.done.take(slot);
        }
    }

    fn save_one(&self, saving: &mut Saving, slot: Slot) {
        if !saving.done.take(slot) || !self.is_somebody(slot) {
            return;
        }
        self.put_row(slot, saving.limit, &mut saving.tape);
        saving.rows += 1;
        if saving.tape.numbers.len() >= PAGE {
            let full = std::mem::take(&mut saving.tape);
            saving.pages.push(full);
        }
    }

    /// Whether there is a customer in a slot, or the past that one who goes on for others had
    /// alone.
    fn is_somebody(&self, slot: Slot) -> bool {
        let customers = &self.customers;
        !customers.get(slot).id.is("") || customers.unions.is_member(slot)
    }

    /// All that is kept in a slot: its number, the customer, what has counted, and the slots of
    /// those who were merged into them.
    fn put_row(&self, slot: Slot, limit: Timestamp, tape: &mut Tape) {
        tape.put(slot.0.into());
        self.member_alone(slot).put_alone(&self.era, tape);
        let counted = self.customers.get(slot).counted.all(limit);
        tape.put_count(counted.len());
        let mut last = 0;
        for (event, at) in counted {
            tape.put(event.cast_signed());
            tape.put(at.0.wrapping_sub(last));
            last = at.0;
        }
        let members = self.customers.unions.members(slot);
        tape.put_count(members.len());
        members.iter().for_each(|member| tape.put(member.0.into()));
    }
}

impl Departed {
    /// All names of ladders and maps, then who was erased, in an order that depends on nothing
    /// else.
    fn put(&self, tape: &mut Tape) {
        let names = self.names();
        tape.put_count(names.len());
        names.iter().for_each(|name| tape.put_text(name));
        let traces = self.traces();
        tape.put_count(traces.len());
        for ((hash, id), trace) in traces {
            tape.put(hash.cast_signed());
            tape.put_id(id.to_bits());
            tape.put(trace.at.0);
            for numbers in [&trace.versions, &trace.numbers] {
                tape.put_count(numbers.len());
                numbers.iter().for_each(|number| tape.put((*number).into()));
            }
        }
    }
}
