//! Fixed pieces of work, each in one room and the same in every run.

mod engine;
mod features;
mod lane;
mod model;
mod policy;
mod way;
mod wire;

use std::hint::black_box;

/// A piece of work that can be done again and again.
pub(crate) trait Work {
    /// Makes what the next round needs. Not measured.
    fn prepare(&mut self) {}

    /// Does it once.
    fn round(&mut self);
}

/// A piece of work that there is.
pub(crate) struct Offer {
    /// Its room, a slash, and what is done.
    pub(crate) name: &'static str,
    /// How many things each round does.
    pub(crate) things: u64,
    /// Makes ready for it.
    pub(crate) begin: fn() -> Box<dyn Work>,
}

/// All works.
pub(crate) fn offers() -> impl Iterator<Item = &'static Offer> {
    let rooms = [
        model::OFFERS,
        features::OFFERS,
        policy::OFFERS,
        engine::OFFERS,
        lane::OFFERS,
        way::OFFERS,
        wire::OFFERS,
    ];
    rooms.into_iter().flatten()
}

/// One round. Whoever counts instructions counts those within this function.
#[inline(never)]
pub(crate) fn measured(work: &mut dyn Work) {
    work.round();
    // Something that follows the call, so that it is not made a jump out of this function.
    black_box(work);
}

/// Work that needs no preparation and is a function.
struct Plain<F>(F);

impl<F: FnMut()> Work for Plain<F> {
    fn round(&mut self) {
        (self.0)();
    }
}

/// Boxes a function as a work.
fn plain(work: impl FnMut() + 'static) -> Box<dyn Work> {
    Box::new(Plain(work))
}
