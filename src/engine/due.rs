//! The queue of deadlines: which customer's horizon comes first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::model::time::Timestamp;

use super::customers::{AHEAD, Slot};

/// Milliseconds that are kept together until they come near.
const HOUR: i64 = 3_600_000;

/// Entries of a run; few in tests, which have few.
const RUN: usize = if cfg!(test) { 4 } else { 4096 };
/// Of an entry that is in no run.
const ALONE: usize = usize::MAX;

/// Entries that are looked at together before their time.
const LOOKED_AT: usize = 8;

/// A deadline: of one instant, the customer who came first comes first.
type Entry = (Timestamp, Slot);

/// Entries `(instant, customer)`, the earliest instant first and, at one instant, the customer who
/// came first. An entry is never taken out when a horizon moves: it is found stale when its turn
/// comes.
#[derive(Clone, Debug)]
pub(super) struct Due {
    /// Gathered, from the last to the first.
    gathered: Vec<Entry>,
    /// The others before the hour `later`: those that are alone, and of each run the first that is
    /// left, with the run's number.
    near: BinaryHeap<Reverse<(Entry, usize)>>,
    /// Of the hour before `later`.
    runs: Vec<Run>,
    /// The first hour that is not near.
    later: i64,
    /// Hour by hour.
    hours: BTreeMap<i64, Hour>,
    /// Of one of them, what is being looked at.
    ahead: Option<Ahead>,
    /// Whether the first of them may have a run that has not been looked at.
    fresh: bool,
    /// No entry is before this instant.
    soonest: Timestamp,
}

/// The entries of an hour, in runs, so that no step has to put many of them in order: days end for
/// all customers at one instant.
#[derive(Clone, Debug)]
struct Hour {
    first: Timestamp,
    runs: Vec<Run>,
    /// Runs that have been looked at before their time.
    sound: Vec<Run>,
    /// Fewer than a run has.
    open: Run,
}

/// A run that is being looked at before its time.
#[derive(Clone, Debug)]
struct Ahead {
    hour: i64,
    left: Run,
    /// Those that were not stale, the first one first.
    sound: Run,
}

/// Some entries of an hour, each by how many milliseconds of the hour have passed.
#[derive(Clone, Debug, Default)]
struct Run(Vec<(u32, Slot)>);

impl Run {
    /// Puts them in order, the last one first.
    fn ordered(mut self) -> Self {
        self.0.sort_unstable_by(|one, other| other.cmp(one));
        self
    }

    /// Takes out the last one of those of an hour.
    fn pop(&mut self, hour: i64) -> Option<Entry> {
        self.0.pop().map(|entry| of_hour(hour, entry))
    }

    /// Those of an hour, from the last one on.
    fn all(&self, hour: i64) -> impl Iterator<Item = Entry> {
        let entries = self.0.iter().rev();
        entries.map(move |entry| of_hour(hour, *entry))
    }
}

fn of_hour(hour: i64, (passed, slot): (u32, Slot)) -> Entry {
    (Timestamp(hour * HOUR + i64::from(passed)), slot)
}

impl Default for Due {
    fn default() -> Self {
        Self {
            gathered: Vec::with_capacity(AHEAD),
            near: BinaryHeap::new(),
            runs: Vec::new(),
            later: i64::MIN,
            hours: BTreeMap::new(),
            ahead: None,
            fresh: false,
            soonest: Timestamp::MAX,
        }
    }
}

impl Due {
    pub(super) fn push(&mut self, at: Timestamp, slot: Slot) {
        self.soonest = self.soonest.min(at);
        let hour = at.0.div_euclid(HOUR);
        if hour < self.later {
            self.near.push(Reverse(((at, slot), ALONE)));
            return;
        }
        let hour = self.hours.entry(hour).or_insert_with(|| Hour {
            first: at,
            runs: Vec::new(),
            sound: Vec::new(),
            open: Run::default(),
        });
        hour.first = hour.first.min(at);
        hour.open.0.push((at.0.rem_euclid(HOUR) as u32, slot));
        if hour.open.0.len() == RUN {
            hour.runs.push(std::mem::take(&mut hour.open).ordered());
            self.fresh = true;
        }
    }

    /// The instant of the first entry.
    pub(super) fn first(&self) -> Option<Timestamp> {
        let near = self.near.peek().map(|entry| entry.0.0);
        let near = self.gathered.last().copied().into_iter().chain(near).min();
        let later = || self.hours.first_key_value().map(|(_, hour)| hour.first);
        near.map(|(at, _)| at).or_else(later)
    }

    /// Gathers the next few entries before `limit` if none are; whether it has.
    pub(super) fn gather(&mut self, limit: Timestamp) -> bool {
        if !self.gathered.is_empty() {
            return false;
        }
        while self.gathered.len() < AHEAD
            && let Some(entry) = self.pop_near(limit)
        {
            self.gathered.push(entry);
        }
        self.gathered.reverse();
        !self.gathered.is_empty()
    }

    /// The customers of the gathered entries.
    pub(super) fn gathered(&self) -> impl Iterator<Item = Slot> + Clone {
        self.gathered.iter().map(|(_, slot)| *slot)
    }

    /// Whether there may be an entry before `limit`; sure that not, once none was found.
    #[inline]
    pub(super) fn may_pop(&self, limit: Timestamp) -> bool {
        self.soonest < limit
    }

    /// Takes the first entry out if it is before `limit`.
    pub(super) fn pop_before(&mut self, limit: Timestamp) -> Option<Entry> {
        let popped = match (self.gathered.last(), self.near.peek()) {
            (Some(gathered), near) if near.is_none_or(|near| *gathered <= near.0.0) => {
                self.gathered.pop_if(|(at, _)| *at < limit)
            }
            _ => self.pop_near(limit),
        };
        if popped.is_none() {
            self.soonest = self.first().unwrap_or(Timestamp::MAX);
        }
        popped
    }

    /// Takes the first entry that is not gathered out if it is before `limit`.
    fn pop_near(&mut self, limit: Timestamp) -> Option<Entry> {
        // All of an hour may have been stale.
        while self.near.is_empty() {
            self.go_near(limit)?;
        }
        let Reverse(((at, slot), run)) = *self.near.peek()?;
        if at >= limit {
            return None;
        }
        self.near.pop();
        self.next_of(run);
        Some((at, slot))
    }

    /// Brings the next hour near if it has an entry before `limit`.
    fn go_near(&mut self, limit: Timestamp) -> Option<()> {
        let hour = self.hours.first_entry()?;
        if hour.get().first >= limit {
            return None;
        }
        let number = *hour.key();
        self.later = number + 1;
        self.fresh = true;
        let Hour {
            runs, sound, open, ..
        } = hour.remove();
        self.runs = runs;
        self.runs.extend(sound);
        self.runs.push(open.ordered());
        if let Some(ahead) = self.ahead.take_if(|ahead| ahead.hour == number) {
            self.runs.extend([ahead.left, ahead.sound.ordered()]);
        }
        (0..self.runs.len()).for_each(|run| self.next_of(run));
        Some(())
    }

    /// Takes out some entries of the next hour before their time, for whoever tells which of them
    /// are stale; of many entries only, since a few can be passed over when it is time.
    pub(super) fn take_ahead(&mut self) -> Option<[Option<Entry>; LOOKED_AT]> {
        let ahead = self.ahead.as_ref();
        if ahead.is_none_or(|ahead| ahead.left.0.is_empty()) {
            self.go_ahead();
        }
        let Ahead { hour, left, .. } = self.ahead.as_mut()?;
        let mut entries = [None; LOOKED_AT];
        entries.fill_with(|| left.pop(*hour));
        Some(entries)
    }

    /// Begins with another run, if there is one.
    fn go_ahead(&mut self) {
        if let Some(Ahead { hour, sound, .. }) = self.ahead.take()
            && let Some(hour) = self.hours.get_mut(&hour)
        {
            hour.sound.push(sound.ordered());
        }
        if self.fresh
            && let Some(mut entry) = self.hours.first_entry()
        {
            let left = entry.get_mut().runs.pop();
            self.ahead = left.map(|left| Ahead {
                hour: *entry.key(),
                left,
                sound: Run::default(),
            });
            self.fresh = self.ahead.is_some();
        }
    }

    /// One of those that were taken out is not stale.
    pub(super) fn stay(&mut self, (at, slot): Entry) {
        let ahead = self.ahead.as_mut().expect("they are still looked at");
        ahead.sound.0.push((at.0.rem_euclid(HOUR) as u32, slot));
    }

    /// Puts the next one of a run among the near ones.
    fn next_of(&mut self, run: usize) {
        let hour = self.later - 1;
        let next = self.runs.get_mut(run).and_then(|run| run.pop(hour));
        self.near.extend(next.map(|entry| Reverse((entry, run))));
    }

    /// The customers with an entry before `limit`, each once. Costs as much as there are such
    /// entries, and others of the hour of `limit`, however many others there are.
    pub(super) fn customers_before(&self, limit: Timestamp) -> Vec<Slot> {
        let mut found = self.near_before(limit);
        let near = self.runs.iter();
        let near = near.flat_map(|run| run.all(self.later - 1).take_while(|(at, _)| *at < limit));
        found.extend(near.map(|(_, slot)| slot));
        let later = self.hours.iter();
        let later = later.take_while(|(_, hour)| hour.first < limit);
        let later = later.flat_map(|(number, hour)| {
            let runs = hour.runs.iter().chain(&hour.sound).chain([&hour.open]);
            runs.flat_map(|run| run.all(*number))
        });
        let ahead = self.ahead.iter();
        let ahead = ahead.flat_map(|ahead| {
            let both = [&ahead.left, &ahead.sound].into_iter();
            both.flat_map(|run| run.all(ahead.hour))
        });
        let later = later.chain(ahead);
        let apart = self.gathered.iter().copied().chain(later);
        found.extend(apart.filter(|(at, _)| *at < limit).map(|(_, slot)| slot));
        found.sort_unstable();
        found.dedup();
        found
    }

    fn near_before(&self, limit: Timestamp) -> Vec<Slot> {
        let heap = self.near.as_slice();
        let mut found = Vec::new();
        let mut open = vec![0];
        while let Some(ix) = open.pop() {
            // No child of an entry comes before it.
            if let Some(Reverse(((at, slot), _))) = heap.get(ix)
                && *at < limit
            {
                found.push(*slot);
                open.extend([2 * ix + 1, 2 * ix + 2]);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(entries: &[(i64, u32)]) -> Due {
        let mut due = Due::default();
        for (at, slot) in entries {
            due.push(Timestamp(*at), Slot(*slot));
        }
        due
    }

    #[test]
    fn the_earliest_comes_first_and_of_one_instant_the_first_customer() {
        let mut due = due(&[(5, 1), (3, 9), (5, 0), (3, 2)]);
        let mut order = Vec::new();
        while let Some((at, slot)) = due.pop_before(Timestamp(6)) {
            order.push((at.0, slot.0));
        }
        assert_eq!(order, [(3, 2), (3, 9), (5, 0), (5, 1)]);
    }

    #[test]
    fn an_entry_at_the_limit_stays() {
        let mut due = due(&[(5, 1)]);
        assert_eq!(due.pop_before(Timestamp(5)), None);
        assert_eq!(due.first(), Some(Timestamp(5)));
    }

    /// Deadlines of some days come and go, near ones and far ones, gathered and not: always the
    /// first one comes first.
    #[test]
    fn whatever_comes_between_the_earliest_comes_first() {
        let mut dice = 1_u64;
        let mut throw = |sides: i64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (dice >> 33) as i64 % sides
        };
        let (mut due, mut plain) = (Due::default(), std::collections::BTreeSet::new());
        let mut clock = 0;
        for step in 0..20_000_u32 {
            let far = [2, HOUR, 50 * HOUR][throw(3) as usize];
            let at = Timestamp(clock + throw(far) - 10);
            due.push(at, Slot(step));
            plain.insert((at, Slot(step)));
            clock += throw(HOUR / 100);
            let limit = Timestamp(clock);
            if throw(3) == 0 {
                due.gather(limit);
            }
            // In the second half there are stale ones, found before their time.
            let stale = step > 10_000;
            for entry in due.take_ahead().into_iter().flatten().flatten() {
                match stale && throw(4) == 0 {
                    true => assert!(plain.remove(&entry), "step {step}"),
                    false => due.stay(entry),
                }
            }
            let first = plain.first().map(|(at, _)| *at);
            match stale {
                true => assert!(due.first() <= first.or(due.first()), "step {step}"),
                false => assert_eq!(due.first(), first, "step {step}"),
            }
            if first.is_some_and(|first| first < limit) {
                assert!(due.may_pop(limit), "step {step}");
            }
            for _ in 0..throw(3) {
                let first = plain.first().filter(|(at, _)| *at < limit).copied();
                plain.remove(&first.unwrap_or((Timestamp::MAX, Slot(0))));
                assert_eq!(due.pop_before(limit), first, "step {step}");
                assert!(first.is_some() || !due.may_pop(limit), "step {step}");
            }
            if step % 500 == 0 {
                let before = plain.iter().filter(|(at, _)| *at < limit);
                let mut slots: Vec<Slot> = before.map(|(_, slot)| *slot).collect();
                slots.sort_unstable();
                assert_eq!(due.customers_before(limit), slots, "step {step}");
            }
        }
    }

    #[test]
    fn customers_before_an_instant_are_counted_once() {
        let entries: Vec<_> = (0..1_000_i64)
            .map(|n| (n * 37 % 500, n as u32 % 50))
            .collect();
        let due = due(&entries);
        for limit in [0, 1, 250, 500] {
            let mut expected: Vec<_> = entries
                .iter()
                .filter(|(at, _)| *at < limit)
                .map(|(_, slot)| Slot(*slot))
                .collect();
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(due.customers_before(Timestamp(limit)), expected, "{limit}");
        }
    }
}
