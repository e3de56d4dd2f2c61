//! Customers of whom nothing is left to know: when that is, and how they are forgotten.

use crate::features::fingerprint::hash;
use crate::features::history::History;
use crate::features::sight;
use crate::model::time::{DAY_MS, Span, Timestamp};
use crate::policy::declared::Policy;

use super::adoption::Gone;
use super::customers::Slot;
use super::era::Era;
use super::law::Kept;
use super::step::Engine;

/// Zones may make a day longer than 24 hours, and leave one out.
const DAYS_OF_ZONES: Span = Span(2 * DAY_MS);

/// How long a customer must not have been judged until nothing that happened before can matter to
/// anything that may still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rest {
    /// Where no order is known.
    plain: Span,
    /// Where one may be.
    ordered: Span,
}

impl Rest {
    /// Where features see so far back, and so much is kept.
    pub(super) fn new(sight: Span, kept: Kept) -> Self {
        let after = |longest: Span| {
            let all = [kept.late, longest, DAYS_OF_ZONES].map(|span| span.0);
            Span(all.into_iter().fold(0, i64::saturating_add))
        };
        let plain = sight.max(kept.dedup);
        Self {
            plain: after(plain),
            ordered: after(plain.max(kept.orders)),
        }
    }
}

/// How long after they were last judged customers are forgotten under a policy, if they have no
/// orders, and there is nothing else to know of them.
///
/// # Errors
/// The features that know something for ever, by name.
pub fn rest(policy: &Policy) -> Result<Span, Vec<&str>> {
    match sight::longest(&policy.features) {
        Ok(sight) => Ok(Rest::new(sight, Kept::of(policy)).plain),
        Err(for_ever) => {
            let name = |ix: usize| policy.features[ix].name.as_str();
            Err(for_ever.into_iter().map(name).collect())
        }
    }
}

impl Engine {
    /// When a customer whom time alone does not move is forgotten, if that ever comes: whoever
    /// came instead of them then could not be told from them any more.
    pub(super) fn end(&self, slot: Slot) -> Option<Timestamp> {
        let era = &self.era;
        let rest = era.law.rest?;
        if self.passing.as_ref().is_some_and(|it| it.awaits(slot)) {
            return None;
        }
        let history = &self.customers.get(slot).history;
        if !self.is_as_at_first(era, slot) || !history.is_weightless(&era.law.layout) {
            return None;
        }
        let frontier = history.frontier();
        let ordered = history.has_order_after(frontier - era.law.kept.orders);
        Some(frontier + if ordered { rest.ordered } else { rest.plain })
    }

    /// Whether a customer is alone, has never been moved or warned, and nothing else is remembered
    /// but a past.
    fn is_as_at_first(&self, era: &Era, slot: Slot) -> bool {
        let unions = &self.customers.unions;
        let never = |gone: &Gone| {
            let place = gone.place(slot);
            place.is_none_or(|place| place.version == 0)
        };
        era.footings.places(slot) == era.nobody.places
            && era.footings.overruled(slot).is_none()
            && era.footings.stood(slot).marks == era.nobody.marks
            && self.warned.given(slot).next().is_none()
            && self.gone.iter().all(never)
            && unions.members(slot).is_empty()
            && !unions.is_member(slot)
    }

    /// Forgets a customer whose end has come.
    pub(super) fn let_go(&mut self, slot: Slot) {
        self.unseat(slot);
        let hash = hash(self.customers.get(slot).id.text());
        self.customers.let_go(hash, slot);
        self.forgotten += 1;
    }

    /// A customer who is not there yet takes a slot.
    pub(super) fn seat(&mut self, hash: u64, id: &str, history: History) -> Slot {
        let slot = self.customers.add(hash, id, history);
        self.occupy(slot);
        if let Some(passing) = &mut self.passing {
            passing.skip(slot);
        }
        slot
    }

    /// A customer who goes stands nowhere any more, on what there was before neither.
    pub(super) fn unseat(&mut self, slot: Slot) {
        let Era {
            population,
            footings,
            ..
        } = &mut self.era;
        population.left(footings.places(slot));
        footings.clear(slot);
        for gone in &mut self.gone {
            gone.clear(slot);
        }
    }

    /// How many customers have been forgotten so far.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }
}
