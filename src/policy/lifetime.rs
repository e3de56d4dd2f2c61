//! Tiers for life: what makes a tier one that a customer never loses again.

use crate::model::time::{Span, Timestamp};
use crate::model::until::Until;
use crate::model::zone::Zone;

use super::declared::Lifetime;
use super::marks::NO;
use super::truths::{Check, Truths};

/// A tier has been held for long enough, which it stays.
const ENOUGH: Timestamp = Timestamp::MIN;

/// How long a tier must have been held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Without interruption.
    InARow(Until),
    /// All times together.
    InTotal(Span),
}

/// A tier that can become one for life, with the places of its marks.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    rule: Option<Check>,
    held: Option<Held>,
    /// From when on it is for life.
    since: usize,
    /// From when on the customer has been there or higher; where it has to be held.
    reached: usize,
    /// For how long before that; where it has to be held in total.
    before: usize,
}

impl Floor {
    /// What was declared, its marks from `marks` on, which is moved behind them.
    pub(super) fn of(declared: &Lifetime, marks: &mut usize) -> Self {
        let since = *marks;
        let (reached, before) = (since + 1, since + 2);
        *marks += match declared.held {
            None => 1,
            Some(Held::InARow(_)) => 2,
            Some(Held::InTotal(_)) => 3,
        };
        Self {
            rule: declared.rule.as_ref().map(Check::new),
            held: declared.held,
            since,
            reached,
            before,
        }
    }

    /// Brings the marks of a customer who has not been there to what they are at first.
    pub(super) fn begin(&self, marks: &mut [Timestamp]) {
        if let Some(Held::InTotal(_)) = self.held {
            marks[self.before] = Timestamp(0);
        }
    }

    /// What another tier for life remembers of a customer is remembered here, as far as that is the
    /// same.
    pub(super) fn inherit(&self, marks: &mut [Timestamp], other: &Self, theirs: &[Timestamp]) {
        marks[self.since] = theirs[other.since];
        match (self.held, other.held) {
            (Some(Held::InARow(_)), Some(Held::InARow(_))) => {
                marks[self.reached] = theirs[other.reached];
            }
            (Some(Held::InTotal(_)), Some(Held::InTotal(_))) => {
                marks[self.reached] = theirs[other.reached];
                marks[self.before] = theirs[other.before];
            }
            _ => {}
        }
    }

    /// What is remembered of another customer who is one with this one from now on: a tier is for
    /// life, or has been held for long enough, if it is so for either.
    pub(super) fn join(&self, marks: &mut [Timestamp], other: &[Timestamp]) {
        marks[self.since] = marks[self.since].min(other[self.since]);
        if self.held.is_some() && other[self.reached] == ENOUGH {
            marks[self.reached] = ENOUGH;
        }
    }

    /// The customer is on the tier or higher.
    pub(super) fn stand(
        &self,
        zone: &Zone,
        at: Timestamp,
        truths: &Truths,
        marks: &mut [Timestamp],
    ) {
        let long = match self.held {
            None => true,
            Some(held) => {
                marks[self.reached] = marks[self.reached].min(at);
                if self.enough(zone, held, marks) <= at {
                    marks[self.reached] = ENOUGH;
                }
                marks[self.reached] == ENOUGH
            }
        };
        if long && self.rule.as_ref().is_none_or(|rule| rule.holds(truths)) {
            marks[self.since] = marks[self.since].min(at);
        }
    }

    /// The customer is below the tier.
    pub(super) fn fall(&self, at: Timestamp, marks: &mut [Timestamp]) {
        let Some(held) = self.held else {
            return;
        };
        let reached = marks[self.reached];
        if reached == NO || reached == ENOUGH {
            return;
        }
        if let Held::InTotal(_) = held {
            marks[self.before] = marks[self.before] + (at - reached);
        }
        marks[self.reached] = NO;
    }

    /// From when on it is for life, if it is.
    pub(super) fn since(&self, marks: &[Timestamp]) -> Option<Timestamp> {
        Some(marks[self.since]).filter(|since| *since != NO)
    }

    /// When it will have been held for long enough, if the customer stays.
    pub(super) fn wake(&self, zone: &Zone, marks: &[Timestamp]) -> Option<Timestamp> {
        let held = self.held?;
        let reached = marks[self.reached];
        let counts = reached != NO && reached != ENOUGH;
        counts.then(|| self.enough(zone, held, marks))
    }

    fn enough(&self, zone: &Zone, held: Held, marks: &[Timestamp]) -> Timestamp {
        let reached = marks[self.reached];
        match held {
            _ if reached == ENOUGH => ENOUGH,
            Held::InARow(until) => until.after(zone, reached),
            Held::InTotal(span) => reached + (Timestamp(span.0) - marks[self.before]),
        }
    }
}
