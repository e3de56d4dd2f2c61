//! A tape: what is kept of customers laid out as plain numbers, ids and texts, to be written down
//! and read back in the same order.

use std::slice;

/// Plain values, each sort in the order in which they were put.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tape {
    /// Numbers, instants, ranks and how many of something there are.
    pub numbers: Vec<i64>,
    /// What stands for ids.
    pub ids: Vec<u128>,
    /// Texts.
    pub texts: Vec<Box<str>>,
}

/// Why a tape does not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Garbled {
    /// It ends too early.
    #[error("the tape ends before {0}")]
    Ends(&'static str),
    /// It goes on.
    #[error("{0} values are left on the tape")]
    Left(usize),
    /// There is something else than there can be.
    #[error("{what} is {found}, expected {expected}")]
    Value {
        /// What was read.
        what: &'static str,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
}

impl Tape {
    /// Puts a number.
    pub fn put(&mut self, number: i64) {
        self.numbers.push(number);
    }

    /// Puts how many of something follow.
    pub fn put_count(&mut self, count: usize) {
        self.put(count as i64);
    }

    /// Puts what stands for an id.
    pub fn put_id(&mut self, id: u128) {
        self.ids.push(id);
    }

    /// Puts a text.
    pub fn put_text(&mut self, text: &str) {
        self.texts.push(text.into());
    }

    /// How many bytes it is written in, nearly: counted numbers have 7 bits in each.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let bits = |number: &i64| 65 - ((number << 1) ^ (number >> 63)).leading_zeros() as usize;
        let numbers: usize = self.numbers.iter().map(|it| bits(it).div_ceil(7)).sum();
        let texts: usize = self.texts.iter().map(|text| text.len() + 2).sum();
        numbers + 16 * self.ids.len() + texts
    }

    /// Reads it from its start.
    #[must_use]
    pub fn reel(&self) -> Reel<'_> {
        Reel {
            numbers: self.numbers.iter(),
            ids: self.ids.iter(),
            texts: self.texts.iter(),
        }
    }
}

/// A tape that is being read.
#[derive(Clone, Debug)]
pub struct Reel<'t> {
    numbers: slice::Iter<'t, i64>,
    ids: slice::Iter<'t, u128>,
    texts: slice::Iter<'t, Box<str>>,
}

impl<'t> Reel<'t> {
    /// The next number.
    ///
    /// # Errors
    /// There is none.
    pub fn take(&mut self, what: &'static str) -> Result<i64, Garbled> {
        self.numbers.next().copied().ok_or(Garbled::Ends(what))
    }

    /// The next number, which is at least the one and at most the other.
    ///
    /// # Errors
    /// There is none, or another.
    pub fn take_within(
        &mut self,
        what: &'static str,
        least: i64,
        most: i64,
    ) -> Result<i64, Garbled> {
        let number = self.take(what)?;
        if (least..=most).contains(&number) {
            return Ok(number);
        }
        let found = number.to_string();
        let expected = format!("{least} to {most}");
        Err(Garbled::Value {
            what,
            found,
            expected,
        })
    }

    /// How many of something follow, each of which takes up one value at least.
    ///
    /// # Errors
    /// There is none, or more than can follow.
    pub fn take_count(&mut self, what: &'static str) -> Result<usize, Garbled> {
        self.take_count_of(what, 1)
    }

    /// How many of something follow, each of which takes up so many values at least: whoever makes
    /// room for them makes no more than what is left can fill.
    ///
    /// # Errors
    /// There is none, or more than can follow.
    pub fn take_count_of(&mut self, what: &'static str, values: usize) -> Result<usize, Garbled> {
        let left = self.left().saturating_sub(1) / values;
        Ok(self.take_within(what, 0, left as i64)? as usize)
    }

    /// The next that stands for an id.
    ///
    /// # Errors
    /// There is none.
    pub fn take_id(&mut self, what: &'static str) -> Result<u128, Garbled> {
        self.ids.next().copied().ok_or(Garbled::Ends(what))
    }

    /// The next text.
    ///
    /// # Errors
    /// There is none.
    pub fn take_text(&mut self, what: &'static str) -> Result<&'t str, Garbled> {
        self.texts
            .next()
            .map(|text| &**text)
            .ok_or(Garbled::Ends(what))
    }

    /// Whether no number follows.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.numbers.len() == 0
    }

    /// Nothing follows.
    ///
    /// # Errors
    /// Something does.
    pub fn end(&self) -> Result<(), Garbled> {
        match self.left() {
            0 => Ok(()),
            left => Err(Garbled::Left(left)),
        }
    }

    fn left(&self) -> usize {
        self.numbers.len() + self.ids.len() + self.texts.len()
    }
}

/// What is there is not what can be.
///
/// # Errors
/// Unless it holds.
pub fn expect(
    holds: bool,
    what: &'static str,
    found: impl ToString,
    expected: impl ToString,
) -> Result<(), Garbled> {
    if holds {
        return Ok(());
    }
    Err(Garbled::Value {
        what,
        found: found.to_string(),
        expected: expected.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_said_to_follow_than_can() {
        let mut tape = Tape::default();
        (0..7).for_each(|_| tape.put(2));
        tape.put_text("a");
        tape.numbers[0] = 3;
        assert_eq!(tape.reel().take_count_of("threes", 2), Ok(3));
        let error = tape
            .reel()
            .take_count_of("threes", 3)
            .expect_err("too many");
        assert_eq!(error.to_string(), "threes is 3, expected 0 to 2");
        assert_eq!(tape.reel().take_count("ones"), Ok(3));
    }
}
