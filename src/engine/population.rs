//! How many customers stand where.

use crate::model::standing::Place;
use crate::policy::declared::Policy;

/// Per ladder and map, per tier and segment.
#[derive(Clone, Debug)]
pub(super) struct Population {
    counts: Vec<Vec<u64>>,
}

impl Population {
    pub(super) fn new(policy: &Policy) -> Self {
        let ladders = policy.ladders.iter().map(|ladder| ladder.tiers.len());
        let maps = policy.maps.iter().map(|map| map.segments.len());
        Self {
            counts: ladders.chain(maps).map(|ranks| vec![0; ranks]).collect(),
        }
    }

    pub(super) fn counts(&self) -> &[Vec<u64>] {
        &self.counts
    }

    pub(super) fn came(&mut self, places: &[Place]) {
        for (counts, place) in self.counts.iter_mut().zip(places) {
            counts[usize::from(place.rank)] += 1;
        }
    }

    pub(super) fn left(&mut self, places: &[Place]) {
        for (counts, place) in self.counts.iter_mut().zip(places) {
            counts[usize::from(place.rank)] -= 1;
        }
    }

    pub(super) fn moved(&mut self, scale: usize, from: u8, to: u8) {
        self.counts[scale][usize::from(from)] -= 1;
        self.counts[scale][usize::from(to)] += 1;
    }
}
