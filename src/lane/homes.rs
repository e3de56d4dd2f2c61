//! Where customers live who have left the lane of their hash: who goes where, so that two who are
//! to be merged come to lie in one lane.
//!
//! Customers only ever move to a lane with a smaller number, and each lane remembers where to it
//! has sent them. So nobody moves for ever, no two lanes wait for each other, and whoever follows
//! the traces of a customer comes to where they are.

use std::collections::BTreeMap;

use crate::model::ids::LaneId;
use crate::model::partitioner::lane_of;

/// What a lane knows of where customers live.
#[derive(Clone, Debug)]
pub struct Homes {
    lane: LaneId,
    lanes: i32,
    /// Those who are not, or have not always been, where their ids hash to: where they went.
    moved: BTreeMap<Box<str>, LaneId>,
}

/// What a lane says of the one who is to go on when it sends a merge on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// They are asked to come to that lane, where the customer lives who is to be merged into them.
    Wanted(LaneId),
    /// They live in that lane, which the customer has to come to.
    Live(LaneId),
}

/// What is to become of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// It is applied.
    Here,
    /// It is sent on.
    On(LaneId, Option<Note>),
    /// That customer moves to that lane, and the event follows.
    Move(Box<str>, LaneId),
}

impl Homes {
    /// Of a lane among so many.
    #[must_use]
    pub fn new(lane: LaneId, lanes: i32) -> Self {
        Self {
            lane,
            lanes,
            moved: BTreeMap::new(),
        }
    }

    /// A customer has gone to another lane, or come to this one.
    pub fn lives(&mut self, id: &str, lane: LaneId) {
        self.moved.insert(id.into(), lane);
    }

    /// Those who are not, or have not always been, where their ids hash to: where they went.
    pub fn moved(&self) -> impl ExactSizeIterator<Item = (&str, LaneId)> {
        self.moved.iter().map(|(id, lane)| (&**id, *lane))
    }

    /// Where a customer lives, as far as is known here.
    #[must_use]
    pub fn of(&self, id: &str) -> LaneId {
        let moved = self.moved.get(id).copied();
        moved.unwrap_or_else(|| lane_of(id.as_bytes(), self.lanes))
    }

    /// Whether the ids of two hash into different lanes.
    #[must_use]
    pub fn are_apart(&self, one: &str, other: &str) -> bool {
        let lane = |id: &str| lane_of(id.as_bytes(), self.lanes);
        lane(one) != lane(other)
    }

    /// What is to become of an event of this lane's own topics that is no merge: whoever has not
    /// moved is here.
    #[must_use]
    pub fn gone(&self, customer: &str) -> Route {
        if self.moved.is_empty() {
            return Route::Here;
        }
        match self.moved.get(customer) {
            Some(home) if *home != self.lane => Route::On(*home, None),
            _ => Route::Here,
        }
    }

    /// Where somebody has gone who is not here.
    #[must_use]
    pub fn elsewhere(&self, customer: &str) -> Option<LaneId> {
        let home = self.moved.get(customer).copied();
        home.filter(|home| *home != self.lane)
    }

    /// What is to become of an event about a customer, who is to be merged `into` another if it is
    /// a merge.
    #[must_use]
    pub fn route(&self, customer: &str, into: Option<&str>, note: Option<Note>) -> Route {
        let (here, home) = (self.lane, self.of(customer));
        if let (Some(into), Some(Note::Wanted(by))) = (into, note)
            && by != here
        {
            let other = self.of(into);
            return match other {
                _ if other != here => Route::On(other, note),
                _ if by < here => Route::Move(into.into(), by),
                _ => Route::On(by, Some(Note::Live(here))),
            };
        }
        if home != here {
            return Route::On(home, None);
        }
        let other = into.map_or(here, |into| match note {
            Some(Note::Live(lane)) if self.of(into) != here => lane,
            _ => self.of(into),
        });
        match other {
            _ if other == here => Route::Here,
            _ if other < here => Route::Move(customer.into(), other),
            _ => Route::On(other, Some(Note::Wanted(here))),
        }
    }
}
