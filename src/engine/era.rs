//! An era of a lane: all that holds of its customers under one policy.

use std::sync::Arc;

use crate::features::history::History;
use crate::model::standing::Place;
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;

use super::footings::Footings;
use super::judging::Judging;
use super::law::Law;
use super::population::Population;

/// The time of one policy.
#[derive(Clone, Debug)]
pub(super) struct Era {
    /// How many there were before.
    pub(super) number: u32,
    pub(super) policy: Arc<Policy>,
    pub(super) law: Law,
    pub(super) footings: Footings,
    pub(super) population: Population,
    /// A customer without events.
    pub(super) nobody: Nobody,
    /// The numbers of the names of its ladders and maps among all there ever were.
    pub(super) names: Vec<usize>,
}

/// What is known of a customer without events.
#[derive(Clone, Debug)]
pub(super) struct Nobody {
    pub(super) history: History,
    pub(super) places: Vec<Place>,
    pub(super) marks: Vec<Timestamp>,
}

impl Era {
    /// Without customers.
    pub(super) fn new(
        number: u32,
        policy: Arc<Policy>,
        law: Law,
        names: Vec<usize>,
        judging: &mut Judging,
    ) -> Self {
        Self {
            number,
            footings: Footings::new(policy.scales(), law.judge.marks()),
            population: Population::new(&policy),
            nobody: nobody(&policy, &law, judging),
            law,
            policy,
            names,
        }
    }
}

/// A customer without events: no past, on tier 0 of every ladder, and where the maps say.
fn nobody(policy: &Policy, law: &Law, judging: &mut Judging) -> Nobody {
    let place = |rank| Place {
        rank,
        version: 0,
        since: Timestamp::MIN,
    };
    let history = History::new(&law.layout);
    let footing = judging.first(policy, law, &history);
    let ranks = footing.ranks.iter();
    Nobody {
        places: ranks.map(|rank| place(*rank)).collect(),
        marks: footing.marks.clone(),
        history,
    }
}
