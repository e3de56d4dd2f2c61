//! What a feature makes of the notes of a roll, now and as time passes.

use std::cmp::Reverse;

use crate::model::money::SCALE;
use crate::model::time::{DAY_MS, HOUR_MS};

use super::back::Back;
use super::feature::{Aggregate, Feature, Resolution, Ties};
use super::layout::Layout;
use super::notes::Note;
use super::tally::Tally;
use super::texts::Texts;

/// How a feature regards a roll.
#[derive(Clone, Copy, Debug)]
pub(super) struct Regard {
    /// Which roll.
    pub(super) roll: usize,
    /// Which of its notes it sees.
    back: Back,
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
    /// The mean gap between keys, which have so many milliseconds each.
    Gap(i64),
    /// How many mean gaps ago the latest key was.
    Silence,
}

/// A value as long as nothing leaves or enters the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// There is none.
    Never,
    /// A number, or the number of a text.
    Is(i64),
    /// A number that grows with every key.
    Grows(Rhythm),
}

/// Keys at which something came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rhythm {
    /// The last of them.
    latest: i64,
    /// How far the first lies before it.
    span: i64,
    /// How many gaps are between them; at least one.
    gaps: i64,
}

impl Rhythm {
    /// The mean gap if a key has so many milliseconds, rounded down.
    fn mean(self, unit: i64) -> i64 {
        let whole = i128::from(self.span) * i128::from(unit) / i128::from(self.gaps);
        i64::try_from(whole).unwrap_or(i64::MAX)
    }

    /// How many mean gaps ago the latest was at a key, in 1/10,000 and rounded down.
    pub(super) fn silence(self, key: i64) -> i64 {
        let since = i128::from(key) - i128::from(self.latest);
        let whole = since * i128::from(self.gaps) * i128::from(SCALE);
        i64::try_from(whole / i128::from(self.span)).unwrap_or(i64::MAX)
    }

    /// The first key at which that is a number.
    pub(super) fn reaches(self, silence: i64) -> i64 {
        let whole = i128::from(silence) * i128::from(self.span);
        let each = i128::from(self.gaps) * i128::from(SCALE);
        let since = whole.div_euclid(each) + i128::from(whole.rem_euclid(each) > 0);
        i64::try_from(i128::from(self.latest) + since).unwrap_or(i64::MAX)
    }
}

impl Regard {
    /// Of a feature.
    pub(super) fn new(roll: usize, back: Back, feature: &Feature) -> Self {
        let verdict = match feature.aggregate {
            Aggregate::MostFrequent(_, ties) => Verdict::MostFrequent(ties),
            Aggregate::MostFrequentCount(_) => Verdict::MostFrequentCount,
            Aggregate::Distinct(_, most) => Verdict::Distinct(most.into()),
            Aggregate::Least(_) => Verdict::Least,
            Aggregate::Most(_) => Verdict::Most,
            Aggregate::MeanGap => Verdict::Gap(match feature.resolution {
                Resolution::Exact => 1,
                Resolution::Hour => HOUR_MS,
                Resolution::Day => DAY_MS,
            }),
            Aggregate::Silence => Verdict::Silence,
            other => unreachable!("nothing is noted for {other:?}"),
        };
        Self {
            roll,
            back,
            verdict,
        }
    }

    /// The same for a customer, of whom the tally is.
    pub(super) fn of(self, layout: &Layout, tally: &Tally) -> Self {
        Self {
            back: tally.back(layout, self.back),
            ..self
        }
    }

    /// Whether the value is a text.
    pub(super) fn is_text(self) -> bool {
        matches!(self.verdict, Verdict::MostFrequent(_))
    }

    /// What it makes of the notes that it sees at a key.
    pub(super) fn at(self, notes: &[Note], texts: &Texts, now: i64) -> Piece {
        let mut fold = Fold::new(self.verdict, texts);
        for note in self.seen(notes, now) {
            fold.add(note);
        }
        fold.piece()
    }

    /// The notes that it sees at a key, from the newest to the oldest.
    fn seen(self, notes: &[Note], now: i64) -> impl Iterator<Item = &Note> {
        let (bound, edge) = (self.back.bound(now), self.back.edge(now));
        let notes = notes.iter().rev().skip_while(move |note| note.key > edge);
        notes.take_while(move |note| note.key > bound)
    }

    /// What it makes of those it sees at key `now` and, as time passes, from which keys on it makes
    /// something else: from the last of those keys to the first, then what it makes of them now.
    pub(super) fn course(
        self,
        notes: &[Note],
        texts: &Texts,
        now: i64,
    ) -> (Vec<(i64, Piece)>, Piece) {
        if let Some(turns) = self.back.turns(now) {
            let course = turns.map(|key| (key, self.at(notes, texts, key)));
            return (course.to_vec(), self.at(notes, texts, now));
        }
        let mut fold = Fold::new(self.verdict, texts);
        let mut course: Vec<(i64, Piece)> = Vec::new();
        for note in self.seen(notes, now) {
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
    /// The latest and the first key and how many there are, if there are any.
    keys: Option<[i64; 3]>,
}

impl<'t> Fold<'t> {
    fn new(verdict: Verdict, texts: &'t Texts) -> Self {
        Self {
            verdict,
            texts,
            values: Vec::new(),
            leader: 0,
            end: None,
            keys: None,
        }
    }

    fn add(&mut self, note: &Note) {
        let end = |end: fn(i64, i64) -> i64, so_far: Option<i64>| {
            Some(so_far.map_or(note.value, |so_far| end(so_far, note.value)))
        };
        match self.verdict {
            Verdict::Least => self.end = end(i64::min, self.end),
            Verdict::Most => self.end = end(i64::max, self.end),
            Verdict::Gap(_) | Verdict::Silence => {
                let [latest, _, times] = self.keys.unwrap_or([note.key, 0, 0]);
                self.keys = Some([latest, note.first, times + note.times]);
            }
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

    fn rhythm(&self) -> Option<Rhythm> {
        let [latest, first, times] = self.keys?;
        (times > 1).then_some(Rhythm {
            latest,
            span: latest - first,
            gaps: times - 1,
        })
    }

    fn piece(&self) -> Piece {
        let leader = self.values.get(self.leader);
        match self.verdict {
            Verdict::MostFrequent(_) => leader.map_or(Piece::Never, |note| Piece::Is(note.value)),
            Verdict::MostFrequentCount => Piece::Is(leader.map_or(0, |note| note.count)),
            Verdict::Distinct(_) => Piece::Is(self.values.len() as i64),
            Verdict::Least | Verdict::Most => Piece::Is(self.end.unwrap_or(0)),
            Verdict::Gap(unit) => match self.rhythm() {
                Some(rhythm) => Piece::Is(rhythm.mean(unit)),
                None => Piece::Never,
            },
            Verdict::Silence => self.rhythm().map_or(Piece::Is(0), Piece::Grows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_reaches_a_number_at_the_first_key_that_has_it() {
        for (span, gaps) in [(1, 1), (30, 1), (100, 3), (7, 13), (365, 10_001)] {
            let rhythm = Rhythm {
                latest: 20_000,
                span,
                gaps,
            };
            for silence in [-1, 0, 1, 3_333, 10_000, 15_000, 1_000_000] {
                let key = rhythm.reaches(silence);
                let told = format!("{rhythm:?} {silence}");
                assert!(rhythm.silence(key) >= silence, "{told}");
                assert!(
                    key <= rhythm.latest || rhythm.silence(key - 1) < silence,
                    "{told}"
                );
            }
        }
    }
}
