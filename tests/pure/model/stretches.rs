//! How long a customer has been on a tier that must be held to be one for life (section 5).

use tidemark::model::time::{Span, Timestamp};
use tidemark::policy::lifetime::Held;

use super::judgement::Now;

/// How long a customer was on a tier or higher.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stretches {
    pub(super) over: Vec<(Timestamp, Timestamp)>,
    pub(super) begun: Option<Timestamp>,
    pub(super) enough: bool,
}

impl Stretches {
    /// The customer is on the tier or higher now, or is not.
    pub(super) fn note(&mut self, held: Held, there: bool, now: Now<'_>) {
        if there {
            self.begun.get_or_insert(now.at);
            self.enough |= self.end(held, now).is_some_and(|end| end <= now.at);
        } else if let Some(begun) = self.begun.take() {
            self.over.push((begun, now.at));
        }
    }

    /// Another customer is one with this one, who may have been there for long enough.
    pub(crate) fn or_enough(&mut self, other: &Self) {
        self.enough |= other.enough;
    }

    /// Whether the customer has been there before.
    pub(crate) fn is_back(&self) -> bool {
        self.begun.is_some() && !self.over.is_empty()
    }

    /// When it will have been enough.
    pub(super) fn end(&self, held: Held, now: Now<'_>) -> Option<Timestamp> {
        let begun = self.begun?;
        Some(match held {
            Held::InARow(until) => now.days.end_of(until, begun),
            Held::InTotal(span) => {
                let before: i64 = self.over.iter().map(|(from, to)| to.0 - from.0).sum();
                begun + span - Span(before)
            }
        })
    }
}
