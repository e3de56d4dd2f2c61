//! What is noted of a customer laid out on a tape, and read back: texts by their places, not their
//! numbers.

use crate::features::filter::TextField;
use crate::features::fingerprint::Fingerprint;
use crate::features::layout::Layout;
use crate::features::notes::{Note, Notes};
use crate::features::profile::{Latest, Profile, What};
use crate::features::texts::{Saying, Sayings, Texts};
use crate::model::tape::{Garbled, Reel, Tape, expect};
use crate::model::time::Timestamp;

/// Values that a note takes up.
const NOTE: usize = 5;
/// Values that a saying takes up.
const SAYING: usize = 4;

impl Notes {
    pub(super) fn put(&self, layout: &Layout, tape: &mut Tape) {
        self.texts.put(tape);
        let place = |number| self.texts.place_of(number);
        for (ix, roll) in layout.rolls.all().iter().enumerate() {
            let notes = self.of(ix);
            tape.put_count(notes.len());
            let mut last = 0;
            for note in notes {
                tape.put(note.key.wrapping_sub(last));
                tape.put(match roll.is_of_texts() {
                    true => place(note.value),
                    false => note.value,
                });
                tape.put(note.count);
                tape.put(note.key.wrapping_sub(note.first));
                tape.put(note.times);
                last = note.key;
            }
        }
        self.sayings.put(tape, place);
        self.profile.put(tape, place);
    }

    pub(super) fn take(layout: &Layout, reel: &mut Reel<'_>) -> Result<Self, Garbled> {
        let mut notes = Self::new(&layout.rolls);
        let (texts, numbers) = Texts::take(reel)?;
        for (ix, roll) in layout.rolls.all().iter().enumerate() {
            let count = reel.take_count_of("a number of notes", NOTE)?;
            let mut all: Vec<Note> = Vec::with_capacity(count);
            for _ in 0..count {
                let last = all.last().map(|note| (note.key, note.value));
                let key = last.map_or(0, |(key, _)| key);
                let key = key.wrapping_add(reel.take("a note")?);
                let value = match roll.is_of_texts() {
                    true => numbers[take_place(reel, numbers.len())?],
                    false => reel.take("a note's value")?,
                };
                let ascends = last.is_none_or(|last| last < (key, value));
                expect(ascends, "a note's key", key, "a later one")?;
                all.push(Note {
                    key,
                    value,
                    count: reel.take("a note's count")?,
                    first: key.wrapping_sub(reel.take("a note's first key")?),
                    times: reel.take("how often a note's value came by")?,
                });
            }
            notes.append(ix, &all);
        }
        notes.texts = texts;
        notes.sayings = Sayings::take(reel, &numbers)?;
        notes.profile = Profile::take(layout.members.len(), reel, &numbers)?;
        Ok(notes)
    }
}

/// The place of a text among so many.
fn take_place(reel: &mut Reel<'_>, texts: usize) -> Result<usize, Garbled> {
    let last = texts as i64 - 1;
    Ok(reel.take_within("a text's place", 0, last)? as usize)
}

impl Texts {
    fn put(&self, tape: &mut Tape) {
        tape.put_count(self.all().count());
        self.all().for_each(|(_, text)| tape.put_text(text));
    }

    /// The place of a text of that number among all.
    fn place_of(&self, number: i64) -> i64 {
        let before = self.all().take_while(|(known, _)| *known < number);
        before.count() as i64
    }

    /// The texts, and their numbers in order. A text keeps its number: those before it are the same
    /// as before.
    fn take(reel: &mut Reel<'_>) -> Result<(Self, Vec<i64>), Garbled> {
        let count = reel.take_count("a number of texts")?;
        let mut texts = Self::NONE;
        let mut numbers: Vec<i64> = Vec::with_capacity(count);
        for _ in 0..count {
            let text = reel.take_text("a text that is noted")?;
            let number = texts.keep(text);
            let ascends = numbers.last().is_none_or(|last| *last < number);
            expect(
                ascends,
                "a text that is noted",
                text,
                "one of a later number",
            )?;
            numbers.push(number);
        }
        Ok((texts, numbers))
    }
}

impl Sayings {
    fn put(&self, tape: &mut Tape, place: impl Fn(i64) -> i64) {
        tape.put_count(self.all().len());
        for saying in self.all() {
            tape.put_id(saying.id.to_bits());
            tape.put(match saying.field {
                TextField::Category => 0,
                TextField::Brand => 1,
                TextField::Channel => 2,
                TextField::Attr(attr) => attr as i64 + 3,
            });
            tape.put(saying.at.0);
            tape.put(place(saying.text));
        }
    }

    fn take(reel: &mut Reel<'_>, numbers: &[i64]) -> Result<Self, Garbled> {
        let count = reel.take_count_of("a number of sayings", SAYING)?;
        let mut sayings: Vec<Saying> = Vec::with_capacity(count);
        for _ in 0..count {
            let saying = Saying {
                id: Fingerprint::of_bits(reel.take_id("a saying's order")?)?,
                field: match reel.take_within("a saying's field", 0, u32::MAX.into())? {
                    0 => TextField::Category,
                    1 => TextField::Brand,
                    2 => TextField::Channel,
                    attr => TextField::Attr(attr as usize - 3),
                },
                at: Timestamp(reel.take("a saying's instant")?),
                text: numbers[take_place(reel, numbers.len())?],
            };
            let last = sayings.last();
            let ascends = last.is_none_or(|last| (last.id, last.field) < (saying.id, saying.field));
            expect(
                ascends,
                "a saying's order",
                saying.id.to_bits(),
                "a later one",
            )?;
            sayings.push(saying);
        }
        Ok(Self::gathered(sayings.into_iter()))
    }
}

impl Profile {
    /// Of each member whether anything was said, and what sort of thing; then when, and what.
    fn put(&self, tape: &mut Tape, place: impl Fn(i64) -> i64) {
        tape.put_count(self.all().len());
        for latest in self.all() {
            let Some(Latest { at, what }) = latest else {
                tape.put(0);
                continue;
            };
            let (sort, value) = match what {
                What::Nothing => (1, 0),
                What::Number(number) => (2, *number),
                What::Text(text) => (3, place(*text)),
            };
            for number in [sort, at.0, value] {
                tape.put(number);
            }
        }
    }

    fn take(members: usize, reel: &mut Reel<'_>, numbers: &[i64]) -> Result<Self, Garbled> {
        let count = reel.take_count("a number of members of a profile")?;
        let fits = count == 0 || count == members;
        expect(fits, "a number of members of a profile", count, members)?;
        let mut latest = Vec::with_capacity(count);
        for _ in 0..count {
            let sort = reel.take_within("what sort of thing was said", 0, 3)?;
            if sort == 0 {
                latest.push(None);
                continue;
            }
            let at = Timestamp(reel.take("when something was said")?);
            let what = match sort {
                1 => What::Nothing,
                2 => What::Number(reel.take("a number that was said")?),
                _ => What::Text(numbers[take_place(reel, numbers.len())?]),
            };
            if what == What::Nothing {
                reel.take_within("nothing that was said", 0, 0)?;
            }
            latest.push(Some(Latest { at, what }));
        }
        Ok(Self::of_all(latest))
    }
}
