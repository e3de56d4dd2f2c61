//! What a feature makes of the notes of a roll, now and as time passes.

use std::cmp::Reverse;

use super::back::Back;
use super::feature::{Aggregate, Ties};
use super::notes::Note;
use super::texts::Texts;

/// How a feature regards a roll.
#[derive(Clone, Copy, Debug)]
pub(super) struct Regard {
    /// Which roll.
    pub(super) roll: usize,
    /// Which of its notes it sees.
    pub(super) back: Back,
    /// What it makes of them.
    verdict: Verdict,
}

/// What is made of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The value with the highest count.
    MostFrequent(Ties),
    /// That count.
    MostFrequentCount,
    /// How many values, up to so many.
    Distinct(i64),
    /// The least value.
    Least,
    /// The greatest value.
    Most,
}

/// A value as long as nothing leaves or enters the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// There is none.
    Never,
    /// A number, or the number of a text.
    Is(i64),
}

impl Regard {
    /// Of a feature.
    pub(super) fn new(roll: usize, back: Back, aggregate: Aggregate) -> Self {
        let verdict = match aggregate {
            Aggregate::MostFrequent(_, ties) => Verdict::MostFrequent(ties),
            Aggregate::MostFrequentCount(_) => Verdict::MostFrequentCount,
            Aggregate::Distinct(_, most) => Verdict::Distinct(most.into()),
            Aggregate::Least(_) => Verdict::Least,
            Aggregate::Most(_) => Verdict::Most,
            other => unreachable!("nothing is noted for {other:?}"),
        };
        Self {
            roll,
            back,
            verdict,
        }
    }

    /// Whether the value is a text.
    pub(super) fn is_text(self) -> bool {
        matches!(self.verdict, Verdict::MostFrequent(_))
    }

    /// What it makes of some notes, seen from the newest to the oldest.
    pub(super) fn of<'n>(self, notes: impl Iterator<Item = &'n Note>, texts: &Texts) -> Piece {
        let mut fold = Fold::new(self.verdict, texts);
        for note in notes {
            fold.add(note);
        }
        fold.piece()
    }

    /// What it makes of those it sees at key `now` and, as time passes, from which keys on it makes
    /// something else: from the last of those keys to the first, then what it makes of them now.
    pub(super) fn course(
        self,
        notes: &[Note],
        texts: &Texts,
        now: i64,
    ) -> (Vec<(i64, Piece)>, Piece) {
        let mut fold = Fold::new(self.verdict, texts);
        let mut course: Vec<(i64, Piece)> = Vec::new();
        let bound = self.back.bound(now);
        let seen = notes.iter().rev().take_while(|note| note.key > bound);
        for note in seen {
            let leaves = self.back.leaves(note.key);
            if course.last().is_none_or(|(key, _)| *key > leaves) {
                course.push((leaves, fold.piece()));
            }
            fold.add(note);
        }
        (course, fold.piece())
    }
}

/// What is made of the notes added so far, from the newest to the oldest.
struct Fold<'t> {
    verdict: Verdict,
    texts: &'t Texts,
    values: Vec<Note>,
    /// The place of the most frequent value among them.
    leader: usize,
    /// The least or greatest value.
    end: Option<i64>,
}

impl<'t> Fold<'t> {
    fn new(verdict: Verdict, texts: &'t Texts) -> Self {
        Self {
            verdict,
            texts,
            values: Vec::new(),
            leader: 0,
            end: None,
        }
    }

    fn add(&mut self, note: &Note) {
        let end = |end: fn(i64, i64) -> i64, so_far: Option<i64>| {
            Some(so_far.map_or(note.value, |so_far| end(so_far, note.value)))
        };
        match self.verdict {
            Verdict::Least => self.end = end(i64::min, self.end),
            Verdict::Most => self.end = end(i64::max, self.end),
            Verdict::Distinct(most) if self.values.len() as i64 >= most => {}
            Verdict::Distinct(_) | Verdict::MostFrequent(_) | Verdict::MostFrequentCount => {
                self.gather(note);
            }
        }
    }

    /// Adds to the count of the note's value.
    fn gather(&mut self, note: &Note) {
        let known = self
            .values
            .iter()
            .position(|known| known.value == note.value);
        let place = known.unwrap_or(self.values.len());
        match self.values.get_mut(place) {
            Some(known) => {
                known.count += note.count;
                known.first = known.first.min(note.first);
            }
            None => self.values.push(*note),
        }
        if self.leads(place, self.leader) {
            self.leader = place;
        }
    }

    /// Whether a value goes before another one.
    fn leads(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.values[one], &self.values[other]);
        let ties = match self.verdict {
            Verdict::MostFrequent(ties) => ties,
            _ => return one.count > other.count,
        };
        let rank = |note: &Note| {
            let key = match ties {
                Ties::Latest => note.key,
                Ties::First => -note.first,
                Ties::Alphabetical => 0,
            };
            (note.count, key, Reverse(self.texts.get(note.value)))
        };
        rank(one) > rank(other)
    }

    fn piece(&self) -> Piece {
        let leader = self.values.get(self.leader);
        match self.verdict {
            Verdict::MostFrequent(_) => leader.map_or(Piece::Never, |note| Piece::Is(note.value)),
            Verdict::MostFrequentCount => Piece::Is(leader.map_or(0, |note| note.count)),
            Verdict::Distinct(_) => Piece::Is(self.values.len() as i64),
            Verdict::Least | Verdict::Most => Piece::Is(self.end.unwrap_or(0)),
        }
    }
}
