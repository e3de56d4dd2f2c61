//! What the engine can tell of one customer.

use std::mem;

use crate::features::fingerprint::hash;
use crate::features::history::History;
use crate::features::measures::Measured;
use crate::model::change::Measure;
use crate::model::standing::{Place, ScaleIx};
use crate::model::time::Timestamp;
use crate::policy::climb::{Now, Waiting};
use crate::policy::judge::Stood;

use super::customers::Customer;
use super::judging::Judging;
use super::step::{Engine, Nobody};

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
    /// What each ladder waits for, as of the frontier; nothing for one that never waits.
    pub waiting: Vec<Option<Waiting>>,
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
        let stood = self.customers.stood(slot);
        let frontier = history.frontier();
        let at = at.max(frontier);
        Some(View {
            places: places.to_vec(),
            measures: Measured::new(&self.law.layout, &self.policy.zone, history, at).all(),
            at,
            frontier,
            horizon: (*due < Timestamp::MAX)
                .then(|| self.horizon(history, stood))
                .flatten(),
            waiting: self.waiting(stood, frontier),
        })
    }

    /// What holds of a customer without events.
    #[must_use]
    pub fn stranger(&self, at: Timestamp) -> View {
        let Nobody {
            history,
            places,
            marks,
        } = &self.nobody;
        let ranks: Vec<u8> = places.iter().map(|place| place.rank).collect();
        let stood = Stood {
            ranks: &ranks,
            marks,
        };
        View {
            places: places.clone(),
            measures: Measured::new(&self.law.layout, &self.policy.zone, history, at).all(),
            at,
            frontier: history.frontier(),
            horizon: None,
            waiting: self.waiting(stood, history.frontier()),
        }
    }

    fn waiting(&self, stood: Stood<'_>, frontier: Timestamp) -> Vec<Option<Waiting>> {
        let ladders = (0..self.policy.ladders.len()).map(ScaleIx);
        let now = Now {
            zone: &self.policy.zone,
            at: frontier,
        };
        ladders
            .map(|ladder| self.law.judge.waiting(now, ladder, stood))
            .collect()
    }

    /// The first move to come by time alone. Deadlines before it move nobody: at each of them a
    /// ladder that waits begins to wait, or no longer does.
    fn horizon(&self, history: &History, stood: Stood<'_>) -> Option<Horizon> {
        let (policy, law) = (&self.policy, &self.law);
        let mut judging = Judging::default();
        judging.judge(policy, law, history, stood, history.frontier());
        loop {
            let at = judging.horizon(policy, law)?;
            let marks = mem::take(&mut judging.footing.marks);
            let from = Stood {
                ranks: stood.ranks,
                marks: &marks,
            };
            judging.judge(policy, law, history, from, at);
            let moves = moves(stood.ranks, &judging.footing.ranks);
            if !moves.is_empty() {
                return Some(Horizon { at, moves });
            }
        }
    }
}

/// The ladders and maps on which the ranks differ.
fn moves(from: &[u8], to: &[u8]) -> Vec<(ScaleIx, u8, u8)> {
    let moves = (0..).map(ScaleIx).zip(from).zip(to);
    moves
        .filter(|((_, from), to)| from != to)
        .map(|((scale, from), to)| (scale, *from, *to))
        .collect()
}
