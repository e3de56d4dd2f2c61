//! What the engine can tell of one customer.

use crate::features::fingerprint::hash;
use crate::features::history::History;
use crate::features::measures::Measured;
use crate::model::change::Measure;
use crate::model::standing::{Place, ScaleIx};
use crate::model::time::Timestamp;

use super::customers::Customer;
use super::judging::Judging;
use super::step::Engine;

/// One customer as of an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// On every ladder and map, ladders first, as last judged.
    pub places: Vec<Place>,
    /// Of every feature, as of `at`.
    pub measures: Vec<Measure>,
    /// The instant asked for, or the frontier if that is later.
    pub at: Timestamp,
    /// The latest instant at which the customer was judged.
    pub frontier: Timestamp,
    /// The first instant after the frontier at which time alone moves the customer; not after `at`
    /// where a deadline is held.
    pub horizon: Option<Horizon>,
}

/// A move that comes about unless an event comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// When.
    pub at: Timestamp,
    /// On which ladders and maps, from which tier or segment to which.
    pub moves: Vec<(ScaleIx, u8, u8)>,
}

impl Engine {
    /// What is known of a customer, with the measures as of `at` (or as of the frontier, if that is
    /// later).
    #[must_use]
    pub fn view(&self, customer: &str, at: Timestamp) -> Option<View> {
        let slot = self.customers.find(hash(customer), customer)?;
        let Customer { history, due, .. } = self.customers.get(slot);
        let places = self.customers.places(slot);
        let frontier = history.frontier();
        let at = at.max(frontier);
        Some(View {
            places: places.to_vec(),
            measures: Measured::new(&self.law.layout, &self.policy.zone, history, at).all(),
            at,
            frontier,
            horizon: (*due < Timestamp::MAX)
                .then(|| self.horizon(history, self.customers.ranks(slot))),
        })
    }

    /// What holds of a customer without events.
    #[must_use]
    pub fn stranger(&self, at: Timestamp) -> View {
        let (history, places) = &self.nobody;
        View {
            places: places.clone(),
            measures: Measured::new(&self.law.layout, &self.policy.zone, history, at).all(),
            at,
            frontier: history.frontier(),
            horizon: None,
        }
    }

    /// The horizon of a customer who has one.
    fn horizon(&self, history: &History, ranks: &[u8]) -> Horizon {
        let (policy, law) = (&self.policy, &self.law);
        let mut judging = Judging::default();
        judging.judge(policy, law, history, ranks, history.frontier());
        let at = judging.horizon(law);
        let at = at.expect("a customer with a deadline has a horizon");
        judging.judge(policy, law, history, ranks, at);
        let moves = (0..).map(ScaleIx).zip(ranks).zip(&judging.ranks);
        Horizon {
            at,
            moves: moves
                .filter(|((_, from), to)| from != to)
                .map(|((scale, from), to)| (scale, *from, *to))
                .collect(),
        }
    }
}
