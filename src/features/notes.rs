//! What is noted of one customer: values one by one, each with its count.

use crate::model::time::Timestamp;

use super::limits::Limits;
use super::orders::Turn;
use super::profile::Profile;
use super::rolls::{Roll, Rolls, Value};
use super::texts::{Sayings, Texts};

/// One value and how often it came by at one key; or at several of them, where it does not matter
/// any more at which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// The key, or the latest of them.
    pub(super) key: i64,
    /// The value: a number, or the number of a text.
    pub(super) value: i64,
    /// How often.
    pub(super) count: i64,
    /// The first key.
    pub(super) first: i64,
    /// How many keys.
    pub(super) times: i64,
}

/// All notes of one customer.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// Per roll, in ascending order of keys and values; no count is zero.
    rolls: Vec<Vec<Note>>,
    /// The texts that notes, sayings and the profile are of.
    pub(super) texts: Texts,
    /// What orders said.
    pub(super) sayings: Sayings,
    /// What is said of the customer.
    pub(super) profile: Profile,
}

impl Notes {
    /// Of a customer of whom nothing is noted yet.
    pub(super) fn new(rolls: &Rolls) -> Self {
        Self {
            rolls: vec![Vec::new(); rolls.all().len()],
            ..Self::default()
        }
    }

    /// Puts what another roll holds into one that is empty.
    pub(super) fn append(&mut self, roll: usize, notes: &[Note]) {
        self.rolls[roll].extend_from_slice(notes);
    }

    /// Those of a roll.
    pub(super) fn of(&self, roll: usize) -> &[Note] {
        &self.rolls[roll]
    }

    /// Notes what a contribution that says `text` comes to at a key. Tells whether that is news.
    pub(super) fn book(
        &mut self,
        roll: &Roll,
        ix: usize,
        key: i64,
        turn: &Turn<'_>,
        text: Option<i64>,
    ) -> bool {
        let (was, is) = (roll.noted(&turn.was(), text), roll.noted(turn.is(), text));
        if was == is || roll.from.is_some_and(|from| key < from) {
            return false;
        }
        if let Some((value, count)) = was {
            self.add(ix, key, value, -count);
        }
        if let Some((value, count)) = is {
            self.add(ix, key, value, count);
        }
        true
    }

    fn add(&mut self, roll: usize, key: i64, value: i64, by: i64) {
        let notes = &mut self.rolls[roll];
        match notes.binary_search_by_key(&(key, value), |note| (note.key, note.value)) {
            Ok(at) => {
                notes[at].count += by;
                if notes[at].count == 0 {
                    notes.remove(at);
                }
            }
            Err(at) => notes.insert(
                at,
                Note {
                    key,
                    value,
                    count: by,
                    first: key,
                    times: 1,
                },
            ),
        }
    }

    /// Whether the next event might not fit without growing.
    pub(super) fn is_full(&self) -> bool {
        let full = |notes: &Vec<Note>| notes.len() == notes.capacity();
        self.rolls.iter().any(full) || self.texts.is_full() || self.sayings.is_full()
    }

    /// Drops what can matter no more, and makes room for as much as is left. `known_after` is how
    /// far back orders are known.
    pub(super) fn make_room(&mut self, rolls: &Rolls, limits: &Limits, known_after: Timestamp) {
        let mut used: Vec<i64> = Vec::new();
        for (notes, roll) in self.rolls.iter_mut().zip(rolls.all()) {
            drop_unseen(notes, roll, limits);
            notes.reserve(notes.len().max(2));
            if let Value::Text(_) = roll.value {
                used.extend(notes.iter().map(|note| note.value));
            }
        }
        self.sayings.make_room(known_after);
        used.extend(self.sayings.texts());
        used.extend(self.profile.texts());
        used.sort_unstable();
        self.texts.retain(&used);
    }
}

/// Drops notes that no window sees any more, and brings together those that no event or order can
/// change and every window sees.
fn drop_unseen(notes: &mut Vec<Note>, roll: &Roll, limits: &Limits) {
    if roll.apart {
        return;
    }
    let key = |moment: &super::moment::Moment| moment.key(roll.resolution);
    let unseen = roll.longest.map(|longest| key(&limits.frontier) - longest);
    let mut settled = key(&limits.arrivals);
    if roll.shrinks {
        settled = settled.min(key(&limits.orders));
    }
    if roll.from.is_none() {
        let unseen = unseen.unwrap_or(i64::MIN);
        notes.drain(..notes.partition_point(|note| note.key <= unseen));
    } else {
        let settled = notes.partition_point(|note| note.key < settled);
        let mut merged = merge(&notes[..settled], roll);
        merged.sort_unstable_by_key(|note| (note.key, note.value));
        notes.splice(..settled, merged);
    }
    if let Some(enough) = roll.enough {
        let settled = notes.partition_point(|note| note.key < settled);
        let needed = newest(&notes[..settled], enough);
        notes.drain(..needed);
    }
}

/// Notes that are as they will stay, one for each value; of numbers, the least and the most.
fn merge(notes: &[Note], roll: &Roll) -> Vec<Note> {
    if let Value::Number(_) = roll.value {
        let by_value = |note: &&Note| note.value;
        let ends = [
            notes.iter().min_by_key(by_value),
            notes.iter().max_by_key(by_value),
        ];
        let mut ends: Vec<Note> = ends.into_iter().flatten().copied().collect();
        ends.dedup();
        return ends;
    }
    let mut notes = notes.to_vec();
    notes.sort_by_key(|note| note.value);
    notes.dedup_by(|later, kept| {
        let same = later.value == kept.value;
        if same {
            kept.key = later.key;
            kept.count += later.count;
            kept.times += later.times;
        }
        same
    });
    notes
}

/// Before which place notes are not needed, since so many values come by after it.
fn newest(notes: &[Note], enough: i64) -> usize {
    let mut values = Vec::new();
    for (place, note) in notes.iter().enumerate().rev() {
        if !values.contains(&note.value) {
            values.push(note.value);
            if values.len() as i64 >= enough {
                return place;
            }
        }
    }
    0
}
