//! What could not be borrowed from a record: texts written with escapes, declared attributes and
//! commands.

use std::cell::{Cell, OnceCell};

use crate::model::command::Command;
use crate::model::detail::Attr;

/// Keeps what decoded events borrow for as long as it is borrowed, in places that never move.
///
/// Any number of decoded events may borrow from one `Scratch` at once. [`Scratch::clear`] wants it
/// back for itself alone, so nothing that borrowed from it is left by then. Empty, it owns no
/// memory; in most feeds it stays empty.
#[derive(Debug, Default)]
pub struct Scratch {
    texts: Shelves<Box<str>>,
    attrs: Shelves<Box<[Option<Attr>]>>,
    commands: Shelves<Command>,
}

impl Scratch {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.texts.clear();
        self.attrs.clear();
        self.commands.clear();
    }

    /// Keeps one more text.
    pub(super) fn keep(&self, text: Box<str>) -> &str {
        self.texts.keep(text)
    }

    /// Keeps the attributes of one more event.
    pub(super) fn keep_attrs(&self, attrs: Box<[Option<Attr>]>) -> &[Option<Attr>] {
        self.attrs.keep(attrs)
    }

    /// Keeps one more command.
    pub(super) fn keep_command(&self, command: Command) -> &Command {
        self.commands.keep(command)
    }
}

/// Things of one sort.
#[derive(Debug)]
struct Shelves<T> {
    /// Shelf `i` has `2^i` places, so a filled shelf never grows.
    shelves: [OnceCell<Box<[OnceCell<T>]>>; 32],
    kept: Cell<usize>,
}

impl<T> Default for Shelves<T> {
    fn default() -> Self {
        Self {
            shelves: [const { OnceCell::new() }; 32],
            kept: Cell::new(0),
        }
    }
}

impl<T> Shelves<T> {
    fn clear(&mut self) {
        if self.kept.get() > 0 {
            *self = Self::default();
        }
    }

    fn keep(&self, thing: T) -> &T {
        let place = self.kept.get() + 1;
        self.kept.set(place);
        let shelf = place.ilog2() as usize;
        let places = self.shelves[shelf]
            .get_or_init(|| (0..1_usize << shelf).map(|_| OnceCell::new()).collect());
        places[place - (1 << shelf)].get_or_init(|| thing)
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
        assert_eq!(scratch.texts.kept.get(), 1);
    }
}
