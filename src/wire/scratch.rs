//! Texts that could not be borrowed from a record because they were written with escapes.

use std::cell::{Cell, OnceCell};

/// Keeps unescaped texts for as long as it is borrowed, in one place that never moves.
///
/// Any number of decoded events may borrow from one `Scratch` at once. [`Scratch::clear`] wants it
/// back for itself alone, so nothing that borrowed from it is left by then. Empty, it owns no
/// memory; in most feeds it stays empty.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Shelf `i` has `2^i` places, so a filled shelf never grows.
    shelves: [OnceCell<Shelf>; 32],
    texts: Cell<usize>,
}

type Shelf = Box<[OnceCell<Box<str>>]>;

impl Scratch {
    /// Forgets all texts.
    pub fn clear(&mut self) {
        if self.texts.get() > 0 {
            *self = Self::default();
        }
    }

    /// Keeps one more text.
    pub(super) fn keep(&self, text: Box<str>) -> &str {
        let place = self.texts.get() + 1;
        self.texts.set(place);
        let shelf = place.ilog2() as usize;
        let places = self.shelves[shelf]
            .get_or_init(|| (0..1_usize << shelf).map(|_| OnceCell::new()).collect());
        places[place - (1 << shelf)].get_or_init(|| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_stays_where_it_is() {
        let mut scratch = Scratch::default();
        let kept: Vec<(usize, &str)> = (0..1000)
            .map(|i| (i, scratch.keep(i.to_string().into())))
            .collect();
        for (i, text) in kept {
            assert_eq!(text, i.to_string());
        }
        scratch.clear();
        assert_eq!(scratch.keep("again".into()), "again");
        assert_eq!(scratch.texts.get(), 1);
    }
}
