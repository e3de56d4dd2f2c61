//! Where customers stand who are merged, before they are judged.

use crate::model::time::Timestamp;

use super::checks::Scale;
use super::climb::{Climb, LAPSED, Now};
use super::judge::{Judge, Stood};
use super::merge::Keep;

impl Judge {
    /// How many of the instants that are remembered of a customer are those of ladders that wait;
    /// the others follow them.
    #[must_use]
    pub fn waits(&self) -> usize {
        let ends = self.scales.iter().map(|scale| match scale {
            Scale::Patient(_, place) => place.end,
            Scale::Ladder(_) | Scale::Map(_) => 0,
        });
        ends.max().unwrap_or(0)
    }

    /// The ranks that the ladders give two customers together, the first of whom goes on, and what
    /// they remember of them. On maps, they are where the first one was; of what was told, that of
    /// the first one.
    #[must_use]
    pub fn joined(
        &self,
        now: Now<'_>,
        keep: Keep,
        both: [Stood<'_>; 2],
    ) -> (Vec<u8>, Vec<Timestamp>) {
        let (mut ranks, mut marks) = (both[0].ranks.to_vec(), both[0].marks.to_vec());
        for (ix, scale) in self.scales.iter().enumerate() {
            let given = both.map(|stood| stood.ranks[ix]);
            match scale {
                Scale::Map(_) => {}
                Scale::Ladder(_) => {
                    ranks[ix] = match keep {
                        Keep::Higher => given[0].max(given[1]),
                        Keep::Into => given[0],
                        Keep::Computed => 0,
                    };
                }
                Scale::Patient(climb, place) => {
                    let remembered = both.map(|stood| &stood.marks[place.clone()]);
                    let (rank, joined) = climb.joined(now, keep, given, remembered);
                    ranks[ix] = rank;
                    marks[place.clone()].copy_from_slice(&joined);
                }
            }
        }
        (ranks, marks)
    }
}

impl Climb {
    fn joined(
        &self,
        now: Now<'_>,
        keep: Keep,
        ranks: [u8; 2],
        marks: [&[Timestamp]; 2],
    ) -> (u8, Vec<Timestamp>) {
        let stays = [0, 1].map(|of: usize| (ranks[of], self.stays(now, ranks[of], marks[of])));
        let chosen = match keep {
            Keep::Computed => return (0, self.first()),
            Keep::Into => return (ranks[0], marks[0].to_vec()),
            Keep::Higher => usize::from(stays[1] > stays[0]),
        };
        let (rank, other) = (ranks[chosen], marks[1 - chosen]);
        let mut joined = marks[chosen].to_vec();
        for (tier, rung) in (1_u8..).zip(&self.rungs) {
            if let Some(held) = rung.held.filter(|_| tier > rank) {
                joined[held] = joined[held].min(other[held]);
            }
            if let Some(floor) = &rung.floor {
                floor.join(&mut joined, other);
            }
        }
        (rank, joined)
    }

    /// Until when a customer stays on a tier that nothing keeps from now on.
    fn stays(&self, now: Now<'_>, rank: u8, marks: &[Timestamp]) -> Timestamp {
        let Some(rung) = self.rung(rank) else {
            return Timestamp::MAX;
        };
        let mut marks = marks.to_vec();
        marks[LAPSED] = marks[LAPSED].min(now.at);
        self.ends(now.zone, rung, &marks)
    }
}
