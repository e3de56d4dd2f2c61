//! A lane written down as it is between two units, while it goes on, and made again of that.

use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::adoption::NotAdopted;
use crate::engine::loading;
use crate::model::ids::{LaneId, Offset, UnitId};
use crate::model::tape::{Garbled, Reel, Tape, expect};
use crate::model::time::Timestamp;

use super::edition::Edition;
use super::lane::Lane;

/// Partitions are numbered in 31 bits.
const LANE_MAX: i64 = i32::MAX as i64;

/// Why a lane cannot be made of what was written down.
#[derive(Debug, thiserror::Error)]
pub enum NotLoaded {
    /// It does not read.
    #[error(transparent)]
    Garbled(#[from] Garbled),
    /// One of its policies is not one any more.
    #[error("a policy that the lane has decided by is refused: {0}")]
    Policy(String),
    /// A policy cannot follow the one before.
    #[error("a policy that the lane has decided by is refused: {0}")]
    NotAdopted(#[from] NotAdopted),
    /// This version of the program keeps customers in another form.
    #[error("customers were written down in form {kept:016x}, the lane keeps form {wanted:016x}")]
    Form {
        /// Of the tape.
        kept: u64,
        /// Of the lane.
        wanted: u64,
    },
    /// It was read from a topic that is no longer read.
    #[error("the lane has read topic \"{0}\", which is not read any more")]
    Topic(String),
}

impl Lane {
    /// Begins to write down the lane as it is now: what there is besides its customers is put on
    /// the tape. Whether it could: not while customers are still to be passed over to its policy.
    ///
    /// # Panics
    /// A unit is open.
    #[must_use]
    pub fn begin_saving(&mut self, tape: &mut Tape) -> bool {
        assert!(!self.is_open(), "a lane is written down between two units");
        if self.engine.awaiting() > 0 {
            return false;
        }
        tape.put(self.id.0.into());
        tape.put(self.last_unit.0.cast_signed());
        tape.put(self.newest.0);
        tape.put_count(self.topics.len());
        for (topic, next) in self.topics.iter().zip(&self.next) {
            tape.put_text(topic);
            tape.put(next.0);
        }
        tape.put_count(self.editions.len());
        let texts = self.editions.iter().map(|edition| &*edition.text);
        texts.for_each(|text| tape.put_text(text));
        let moved = self.homes.iter().flat_map(|homes| homes.moved());
        let moved: Vec<_> = moved.collect();
        tape.put_count(moved.len());
        for (id, lane) in moved {
            tape.put_text(id);
            tape.put(lane.0.into());
        }
        self.engine.begin_saving(tape)
    }

    /// Its customers, to be written down one after another.
    pub fn saving(&mut self) -> &mut Engine {
        &mut self.engine
    }
}

/// A lane whose customers are still coming.
pub struct Loading {
    lane: Lane,
    engine: loading::Loading,
}

/// A lane that has not begun, and what it would be read from.
pub struct Ground<'g> {
    /// Its number.
    pub id: LaneId,
    /// Of how many.
    pub lanes: i32,
    /// What it reads now, and the first offsets that are there.
    pub topics: (&'g Arc<[String]>, &'g [Offset]),
}

impl Loading {
    /// From a tape of that form on which [`Lane::begin_saving`] has put what there is besides
    /// customers; `read` knows policies by their texts.
    ///
    /// # Errors
    /// See [`NotLoaded`].
    pub fn begin(
        ground: &Ground<'_>,
        (form, tape): (u64, &Tape),
        read: impl Fn(&str) -> Result<Edition, String>,
    ) -> Result<Self, NotLoaded> {
        let mut reel = tape.reel();
        let id = reel.take_within("a lane", 0, LANE_MAX)?;
        let expected = i64::from(ground.id.0);
        expect(id == expected, "a lane", id, expected)?;
        let unit = reel.take_within("a unit", 1, i64::MAX)?;
        let newest = Timestamp(reel.take("the newest instant")?);
        let next = next_of(ground.topics, &mut reel)?;
        let count = reel.take_count("a number of policies")?;
        expect(count > 0, "a number of policies", count, "one at least")?;
        let edition = |reel: &mut Reel<'_>| {
            let text = reel.take_text("a policy")?;
            read(text).map_err(NotLoaded::Policy)
        };
        let topics = ground.topics.0.clone();
        let lane = Lane::new(ground.id, topics, edition(&mut reel)?, next);
        let mut lane = lane.among(ground.lanes);
        // Those that follow are adopted by a lane that has begun.
        lane.last_unit = UnitId(unit.cast_unsigned());
        for _ in 1..count {
            let edition = edition(&mut reel)?;
            lane.adopt(Some((&edition, 1)))?;
        }
        lane.newest = newest;
        let moved = reel.take_count("a number of customers who have moved")?;
        for _ in 0..moved {
            let who = reel.take_text("who has moved")?;
            let lane_of = reel.take_within("a lane", 0, LANE_MAX)?;
            lane.homes_mut().lives(who, LaneId(lane_of as i32));
        }
        let wanted = lane.form();
        if form != wanted {
            return Err(NotLoaded::Form { kept: form, wanted });
        }
        let edition = &lane.editions[0];
        let bare = std::mem::replace(&mut lane.engine, Engine::new(edition.policy.clone()));
        let engine = loading::Loading::begin(bare, moved, &mut reel)?;
        reel.end()?;
        Ok(Self { lane, engine })
    }

    /// Takes in a page of customers.
    ///
    /// # Errors
    /// There is something else than there can be; the lane is of no use then.
    pub fn page(&mut self, tape: &Tape) -> Result<(), Garbled> {
        self.engine.page(tape)
    }

    /// Where it is to be read on, by topic.
    #[must_use]
    pub fn next(&self) -> &[Offset] {
        self.lane.next()
    }

    /// How many customers have come, and pasts that they keep apart, and how many there can be.
    #[must_use]
    pub fn rows(&self) -> (u64, u64) {
        self.engine.rows()
    }

    /// The lane, once all pages are in, which had so many rows.
    ///
    /// # Errors
    /// They do not make one.
    pub fn end(mut self, rows: u64) -> Result<Lane, Garbled> {
        self.lane.engine = self.engine.end(rows)?;
        Ok(self.lane)
    }
}

/// Where the topics are to be read on: as they were when the lane was written down; those that it
/// did not read then, from their first records.
fn next_of(
    (topics, first): (&Arc<[String]>, &[Offset]),
    reel: &mut Reel<'_>,
) -> Result<Vec<Offset>, NotLoaded> {
    let mut next = first.to_vec();
    let count = reel.take_count("a number of topics")?;
    for _ in 0..count {
        let topic = reel.take_text("a topic")?;
        let offset = Offset(reel.take_within("an offset", 0, i64::MAX)?);
        let place = topics.iter().position(|known| known == topic);
        let place = place.ok_or_else(|| NotLoaded::Topic(topic.to_owned()))?;
        next[place] = offset;
    }
    Ok(next)
}
