//! What a ladder remembers of a customer when its policy takes the place of another.

use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;

use super::checks::Scale;
use super::climb::{Climb, LAPSED, Now, SINCE};
use super::judge::{Judge, Stood};
use super::marks::NO;
use super::patience::Requalify;
use super::watch::Inherited;

/// A customer on a ladder of a policy that has taken the place of another.
#[derive(Clone, Copy, Debug)]
pub struct Heritage<'a> {
    /// The tier that it gives.
    pub rank: u8,
    /// When they came to the tier shown.
    pub since: Timestamp,
    /// When the other policy was left.
    pub at: Timestamp,
    /// Whether it is the tier that they were on before.
    pub same: bool,
    /// The ladder or map of that name under the policy before, and what its ladders remember.
    pub before: Option<(&'a Judge, ScaleIx, &'a [Timestamp])>,
    /// The ranks of the same tiers there, by rank.
    pub tiers: &'a [Option<u8>],
}

impl Judge {
    /// What a ladder remembers of a customer who stands there now and stood elsewhere before under
    /// another policy, put behind the marks of the ladders before it.
    pub fn inherit(&self, scale: ScaleIx, heir: &Heritage<'_>, marks: &mut Vec<Timestamp>) {
        let Scale::Patient(climb, _) = &self.scales[scale.0] else {
            return;
        };
        let before = heir.before.and_then(|(judge, scale, marks)| {
            let Scale::Patient(climb, place) = &judge.scales[scale.0] else {
                return None;
            };
            Some((&**climb, &marks[place.clone()]))
        });
        marks.extend(climb.inherit(heir, before));
    }

    /// What the ladders that warn remember of a customer, put behind the marks of all ladders;
    /// `before` is the policy before, with what its ladders remember, and `inherited` says where
    /// the customer is shown on a ladder that was one there, too.
    pub fn inherit_warnings<'a>(
        &self,
        (before, theirs): (&Self, &[Timestamp]),
        inherited: impl Fn(ScaleIx) -> Option<Inherited<'a>>,
        marks: &mut Vec<Timestamp>,
    ) {
        for watch in &self.watches {
            let Some(way) = inherited(watch.ladder) else {
                marks.extend(watch.first());
                continue;
            };
            let mut others = before.watches.iter();
            let other = others.find(|other| other.ladder == way.before);
            marks.extend(watch.inherit(&way, other.map(|other| (other, theirs))));
        }
    }

    /// The end of the term that a customer is in on a ladder; where requalifying restarts it and
    /// something keeps the customer, of one that begins now.
    #[must_use]
    pub fn term(&self, now: Now<'_>, scale: ScaleIx, from: Stood<'_>) -> Option<Timestamp> {
        match self.scales.get(scale.0)? {
            Scale::Patient(climb, place) => {
                climb.term(now, from.ranks[scale.0], &from.marks[place.clone()])
            }
            Scale::Ladder(_) | Scale::Map(_) => None,
        }
    }

    /// The tier that a customer is on is kept until then, where the transition of the policy may
    /// grant that.
    pub fn grant(&self, scale: ScaleIx, until: Timestamp, marks: &mut [Timestamp]) {
        if let Scale::Patient(climb, place) = &self.scales[scale.0] {
            climb.grant(until, &mut marks[place.clone()]);
        }
    }
}

impl Climb {
    /// The tier that a customer is on is kept until then.
    pub(super) fn grant(&self, until: Timestamp, marks: &mut [Timestamp]) {
        if let Some(granted) = self.granted {
            marks[granted] = until;
        }
    }

    /// Until when a tier is kept because that was granted.
    pub(super) fn granted(&self, marks: &[Timestamp]) -> Timestamp {
        self.granted
            .map_or(Timestamp::MIN, |granted| marks[granted])
    }

    /// What is remembered of a customer of whom another ladder may remember something.
    fn inherit(&self, heir: &Heritage<'_>, other: Option<(&Self, &[Timestamp])>) -> Vec<Timestamp> {
        let Heritage { rank, at, .. } = *heir;
        let mut marks = self.first();
        let since = other.map_or(heir.since, |(_, theirs)| theirs[SINCE]);
        let always = since == Timestamp::MIN && rank > 0;
        marks[SINCE] = if heir.same && !always { since } else { at };
        let begun = other.and_then(|(other, theirs)| Some(theirs[other.begun?]));
        self.begin(begun.filter(|_| heir.same).unwrap_or(at), &mut marks);
        let Some((other, theirs)) = other else {
            return marks;
        };
        if heir.same {
            marks[LAPSED] = theirs[LAPSED];
        }
        for ((tier, rung), there) in (1_u8..).zip(&self.rungs).zip(&heir.tiers[1..]) {
            let Some(before) = there.and_then(|there| other.rung(there)) else {
                continue;
            };
            if let (Some(held), Some(from)) = (rung.held, before.held)
                && tier > rank
            {
                marks[held] = theirs[from];
            }
            if let (Some(floor), Some(from)) = (&rung.floor, &before.floor) {
                floor.inherit(&mut marks, from, theirs);
            }
        }
        marks
    }

    /// The end of the term of a customer who is there now; where requalifying restarts it and
    /// something keeps the customer, of one that begins now.
    fn term(&self, now: Now<'_>, rank: u8, marks: &[Timestamp]) -> Option<Timestamp> {
        let patience = self.rung(rank)?.patience;
        let restarts = patience.term?.requalify == Requalify::Restarts;
        let lapsed = Some(marks[LAPSED]).filter(|lapsed| *lapsed != NO);
        let lapsed = lapsed.or(restarts.then_some(now.at));
        patience.term_ends(now.zone, (self.came(marks), lapsed), now.at)
    }
}
