//! What is kept of a customer with overrides: the tiers that the ladders give meanwhile, and the
//! overrides.

use crate::model::change::Overridden;
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::policy::overrides::{NONE, Overrides};

use super::customers::Slot;
use super::occasion::Occasion;
use super::step::Engine;

/// A customer with overrides.
#[derive(Clone, Debug)]
pub(super) struct Overruled {
    /// The rank that each ladder gives, and the segment on each map.
    pub(super) ranks: Box<[u8]>,
    /// At least one, but in the judging at which the last one goes.
    pub(super) overrides: Overrides,
}

/// The tiers that the ladders give a customer who is shown these, and the overrides above them.
pub(super) fn given_to<'a>(
    overruled: Option<&'a Overruled>,
    shown: &'a [u8],
) -> (&'a [u8], &'a Overrides) {
    match overruled {
        Some(Overruled { ranks, overrides }) => (ranks, overrides),
        None => (shown, &NONE),
    }
}

impl Engine {
    /// Brings a customer's overrides to where they are in a judging; returns those until then, if
    /// there were or are any.
    pub(super) fn overrule(
        &mut self,
        slot: Slot,
        at: Timestamp,
        on: Occasion<'_>,
    ) -> Option<Overrides> {
        let known = self.era.footings.overruled(slot);
        let is_asked = matches!(on, Occasion::Command(_));
        if known.is_none() && !is_asked {
            return None;
        }
        let shown = self.era.footings.ranks(slot);
        let (given, before) = given_to(known, shown);
        let before = before.clone();
        let mut overrides = before.clone();
        if let Occasion::Command(request) = on {
            request.follow(&mut overrides, shown, given);
        }
        overrides.pass(at);
        let ranks = given.into();
        self.era
            .footings
            .overrule(slot, Overruled { ranks, overrides });
        Some(before)
    }
}

/// The override that the move of a customer on a ladder comes from. `before` and `after` are the
/// overrides and the tier that the ladder gave before the judging, and gives after it.
pub(super) fn source(
    ladder: ScaleIx,
    before: (&Overrides, u8),
    after: (&Overrides, u8),
) -> Option<Box<Overridden>> {
    let told = |by, holds| {
        Box::new(Overridden {
            by: Clone::clone(by),
            holds,
        })
    };
    let (was, from) = before;
    let (is, to) = after;
    if let (_, Some(by)) = is.shown(ladder, to) {
        return Some(told(by, true));
    }
    let (_, shown_by) = was.shown(ladder, from);
    let extended = was.extending(ladder);
    let extended = extended.filter(|one| to < from && from <= one.tier);
    let mut over = [shown_by, extended].into_iter().flatten();
    over.find(|one| !is.counts(one)).map(|by| told(by, false))
}
