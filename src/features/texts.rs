//! The texts that a customer's notes are of, and which of them each order said.

use crate::model::time::Timestamp;

use super::filter::TextField;
use super::fingerprint::{Fingerprint, hash};

/// Texts, each under a number that stands for it: its hash, or the next free number where that is
/// another text's.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    /// In ascending order of numbers.
    known: Vec<(i64, Box<str>)>,
}

impl Texts {
    /// No text.
    pub(super) const NONE: Self = Self { known: Vec::new() };

    /// The number of a text, which is kept from now on.
    pub(super) fn keep(&mut self, text: &str) -> i64 {
        let mut number = hash(text) as i64;
        loop {
            match self.place(number) {
                Ok(place) if *self.known[place].1 == *text => return number,
                Ok(_) => number = number.wrapping_add(1),
                Err(place) => {
                    self.known.insert(place, (number, text.into()));
                    return number;
                }
            }
        }
    }

    /// The text of a number.
    pub(super) fn get(&self, number: i64) -> Option<&str> {
        let place = self.place(number).ok()?;
        Some(&self.known[place].1)
    }

    /// All of them, in ascending order of numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = (i64, &str)> {
        self.known.iter().map(|(number, text)| (*number, &**text))
    }

    /// Where a number is or should be.
    fn place(&self, number: i64) -> Result<usize, usize> {
        self.known
            .binary_search_by_key(&number, |(known, _)| *known)
    }

    /// Whether one more needs more room.
    pub(super) fn is_full(&self) -> bool {
        self.known.len() == self.known.capacity()
    }

    /// Forgets all but those of these numbers, in ascending order, and makes room.
    pub(super) fn retain(&mut self, numbers: &[i64]) {
        let used = |number: &i64| numbers.binary_search(number).is_ok();
        self.known.retain(|(number, _)| used(number));
        self.known.reserve(self.known.len().max(2));
    }
}

/// What orders said of themselves when they were made, for as long as they are known.
#[derive(Clone, Debug, Default)]
pub(super) struct Sayings {
    /// In ascending order of ids, then of fields.
    known: Vec<Saying>,
}

/// The text that one order said in one field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Saying {
    /// Of the order.
    pub(super) id: Fingerprint,
    /// In which field.
    pub(super) field: TextField,
    /// When it was bought.
    pub(super) at: Timestamp,
    /// The text's number.
    pub(super) text: i64,
}

impl Sayings {
    /// Notes what an order said in a field, if anything; what an order of that id once said is
    /// forgotten.
    pub(super) fn enter(
        &mut self,
        order: &str,
        field: TextField,
        at: Timestamp,
        text: Option<i64>,
    ) {
        let id = Fingerprint::of(order);
        let saying = text.map(|text| Saying {
            id,
            field,
            at,
            text,
        });
        match (self.place(id, field), saying) {
            (Ok(place), Some(saying)) => self.known[place] = saying,
            (Ok(place), None) => {
                self.known.remove(place);
            }
            (Err(place), Some(saying)) => self.known.insert(place, saying),
            (Err(_), None) => {}
        }
    }

    /// The text that a known order said.
    pub(super) fn of(&self, order: Fingerprint, field: TextField) -> Option<i64> {
        let place = self.place(order, field).ok()?;
        Some(self.known[place].text)
    }

    /// Where an order and field is or should be.
    fn place(&self, id: Fingerprint, field: TextField) -> Result<usize, usize> {
        let place = |saying: &Saying| (saying.id, saying.field);
        self.known.binary_search_by_key(&(id, field), place)
    }

    /// Those of these fields, each under another: (the new one, the old one).
    pub(super) fn carried(&self, fields: &[(TextField, TextField)]) -> Self {
        let renamed = |saying: &Saying| {
            let found = fields.iter().find(|(_, was)| *was == saying.field);
            found.map(|(field, _)| Saying {
                field: *field,
                ..*saying
            })
        };
        Self::gathered(self.known.iter().filter_map(renamed))
    }

    /// Those of some orders, each with its text under another number.
    pub(super) fn selected(
        &self,
        orders: impl Fn(Fingerprint) -> bool,
        number: impl Fn(i64) -> i64,
    ) -> impl Iterator<Item = Saying> {
        let selected = self.known.iter().filter(move |saying| orders(saying.id));
        selected.map(move |saying| Saying {
            text: number(saying.text),
            ..*saying
        })
    }

    /// Of these.
    pub(super) fn gathered(sayings: impl Iterator<Item = Saying>) -> Self {
        let mut known: Vec<Saying> = sayings.collect();
        known.sort_unstable_by_key(|saying| (saying.id, saying.field));
        Self { known }
    }

    /// All of them, in ascending order of ids, then of fields.
    pub(super) fn all(&self) -> &[Saying] {
        &self.known
    }

    /// The numbers of all texts.
    pub(super) fn texts(&self) -> impl Iterator<Item = i64> {
        self.known.iter().map(|saying| saying.text)
    }

    /// Whether one more needs more room.
    pub(super) fn is_full(&self) -> bool {
        self.known.len() == self.known.capacity()
    }

    /// Forgets the orders up to an instant and makes room.
    pub(super) fn make_room(&mut self, limit: Timestamp) {
        self.known.retain(|saying| saying.at > limit);
        self.known.reserve(self.known.len().max(2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_used_are_kept() {
        let mut texts = Texts::default();
        let numbers: Vec<i64> = (0..100).map(|n| texts.keep(&n.to_string())).collect();
        assert_eq!(texts.keep("7"), numbers[7]);
        let mut used = numbers[..10].to_vec();
        used.sort_unstable();
        texts.retain(&used);
        for (n, number) in numbers.iter().enumerate() {
            let text = n.to_string();
            let expected = (n < 10).then_some(text.as_str());
            assert_eq!(texts.get(*number), expected);
        }
    }

    #[test]
    fn an_order_says_one_text_in_each_field() {
        let mut sayings = Sayings::default();
        sayings.enter("o", TextField::Brand, Timestamp(5), Some(1));
        sayings.enter("o", TextField::Attr(1), Timestamp(5), Some(2));
        assert_eq!(sayings.of(Fingerprint::of("o"), TextField::Brand), Some(1));
        assert_eq!(sayings.of(Fingerprint::of("o"), TextField::Category), None);
        sayings.enter("o", TextField::Brand, Timestamp(6), None);
        assert_eq!(sayings.of(Fingerprint::of("o"), TextField::Brand), None);
        sayings.make_room(Timestamp(4));
        assert_eq!(
            sayings.of(Fingerprint::of("o"), TextField::Attr(1)),
            Some(2)
        );
        sayings.make_room(Timestamp(5));
        assert_eq!(sayings.of(Fingerprint::of("o"), TextField::Attr(1)), None);
    }
}
