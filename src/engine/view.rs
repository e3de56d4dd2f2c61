//! What the engine can tell of one customer.

use std::mem;
use std::sync::Arc;

use crate::features::history::History;
use crate::features::measures::Measured;
use crate::model::change::{Measure, Reason};
use crate::model::overrides::Override;
use crate::model::standing::{Place, ScaleIx};
use crate::model::time::Timestamp;
use crate::model::warning::Loss;
use crate::policy::climb::{Now, Waiting};
use crate::policy::declared::Policy;
use crate::policy::judge::{Footing, Stood};
use crate::policy::overrides::{NONE, Overrides};
use crate::policy::reasons::{gap_rule, reasons};

use super::customers::{Customer, Slot};
use super::era::{Era, Nobody};
use super::judging::Judging;
use super::step::Engine;

/// One customer as of an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Who is one with the customer: first the one who goes on for them all, who the rest is about;
    /// nobody for most.
    pub members: Vec<Box<str>>,
    /// On every ladder and map, ladders first, as last judged.
    pub places: Vec<Place>,
    /// The rank that each ladder gives, whatever is shown; and the segment on each map.
    pub given: Vec<u8>,
    /// The overrides that were in force at the frontier.
    pub overrides: Overrides,
    /// Of every feature, as of `at`.
    pub measures: Vec<Measure>,
    /// The features that tell something of the profile, each with the instant at which it was said
    /// last, if it ever was.
    pub profile: Vec<(usize, Option<Timestamp>)>,
    /// The instant asked for, or the frontier if that is later.
    pub at: Timestamp,
    /// The latest instant at which the customer was judged.
    pub frontier: Timestamp,
    /// The first instant after the frontier at which time alone moves the customer; not after `at`
    /// where a deadline is held.
    pub horizon: Option<Horizon>,
    /// What each ladder waits for, as of the frontier; nothing for one that never waits.
    pub waiting: Vec<Option<Waiting>>,
    /// The tiers that are lost if no further event comes, as of the frontier, where that is told
    /// beforehand.
    pub losses: Vec<Foreseen>,
}

/// A tier that is lost if no further event comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// On which ladder.
    pub ladder: ScaleIx,
    /// The loss.
    pub loss: Loss,
    /// What would keep the customer there ...
    pub gap: Vec<Reason>,
    /// ... as measured then.
    pub measured_at: Timestamp,
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
        let slot = self.find(customer)?;
        let era = self.era_of(slot);
        let Customer { history, due, .. } = self.customers.get(slot);
        let places = era.footings.places(slot);
        let stood = era.footings.stood(slot);
        let frontier = history.frontier();
        let at = at.max(frontier);
        let measured = Measured::new(&era.law.layout, &era.policy.zone, history, at);
        Some(View {
            members: self.members(slot),
            places: places.to_vec(),
            given: stood.ranks.to_vec(),
            overrides: stood.overrides.clone(),
            measures: measured.all(),
            profile: measured.profile(),
            at,
            frontier,
            horizon: (*due < Timestamp::MAX)
                .then(|| era.horizon(history, stood, places))
                .flatten(),
            waiting: era.waiting(stood, frontier),
            losses: era.losses(history, stood),
        })
    }

    /// The ids of those who are one with a customer.
    fn members(&self, whole: Slot) -> Vec<Box<str>> {
        let members = self.customers.unions.members(whole).iter().skip(1);
        let goes_on = members.len().min(1);
        let all = [whole].into_iter().take(goes_on).chain(members.copied());
        all.map(|slot| self.customers.get(slot).id.text().into())
            .collect()
    }

    /// The overrides by which a customer is shown other tiers than the ladders give.
    #[must_use]
    pub fn overridden(&self, customer: &str) -> Box<[Override]> {
        let slot = self.find(customer);
        slot.map_or_else(Box::default, |slot| {
            let stood = self.era_of(slot).footings.stood(slot);
            stood.overrides.shown_by(stood.ranks)
        })
    }

    /// What holds of a customer without events.
    #[must_use]
    pub fn stranger(&self, at: Timestamp) -> View {
        let Nobody {
            history,
            places,
            marks,
        } = &self.era.nobody;
        let era = &self.era;
        let ranks: Vec<u8> = places.iter().map(|place| place.rank).collect();
        let stood = Stood {
            ranks: &ranks,
            marks,
            overrides: &NONE,
            spared: None,
        };
        let measured = Measured::new(&era.law.layout, &era.policy.zone, history, at);
        View {
            members: Vec::new(),
            places: places.clone(),
            given: ranks.clone(),
            overrides: NONE.clone(),
            measures: measured.all(),
            profile: measured.profile(),
            at,
            frontier: history.frontier(),
            horizon: None,
            waiting: era.waiting(stood, history.frontier()),
            losses: Vec::new(),
        }
    }

    /// The policy by which a customer was last judged; that of all others is the one in force.
    #[must_use]
    pub fn policy_on(&self, customer: &str) -> &Arc<Policy> {
        let slot = self.find(customer);
        let era = slot.map_or(&self.era, |slot| self.era_of(slot));
        &era.policy
    }
}

impl Era {
    fn losses(&self, history: &History, stood: Stood<'_>) -> Vec<Foreseen> {
        let (policy, law) = (&self.policy, &self.law);
        let mut judging = Judging::default();
        judging.judge(policy, law, history, stood, history.frontier());
        let losses = judging.losses(policy, law, stood.overrides).into_iter();
        let shown = judging.footing.shown();
        let foreseen = losses.map(|(ladder, loss)| {
            let measured_at = loss.lapsed.max(history.frontier());
            let measured = Measured::new(&law.layout, &policy.zone, history, measured_at);
            let tier = &policy.ladders[ladder.0].tiers[usize::from(shown[ladder.0])];
            let told = |rule| reasons(policy, rule, |feature| measured.one(feature), shown);
            Foreseen {
                ladder,
                loss,
                gap: gap_rule(tier, loss).map_or_else(Vec::new, told),
                measured_at,
            }
        });
        foreseen.collect()
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

    /// The first move to come by time alone, as far as the next start of a ladder with which
    /// features begin. Other deadlines before it move nobody: at each of them a
    /// ladder that waits begins to wait, or no longer does; an override ends; or a ladder gives
    /// another tier below an override that stays.
    fn horizon(&self, history: &History, stood: Stood<'_>, places: &[Place]) -> Option<Horizon> {
        let (policy, law) = (&self.policy, &self.law);
        let mut overrides = stood.overrides.clone();
        let mut judging = Judging::default();
        judging.judge(policy, law, history, stood, history.frontier());
        loop {
            let at = judging.horizon(policy, law, &overrides)?;
            overrides.pass(at);
            let Footing { ranks, marks, .. } = mem::take(&mut judging.footing);
            let from = Stood {
                ranks: &ranks,
                marks: &marks,
                overrides: &overrides,
                spared: None,
            };
            judging.judge(policy, law, history, from, at);
            let moves = moves(places, judging.footing.shown());
            if !moves.is_empty() {
                return Some(Horizon { at, moves });
            }
            if !judging.anew(law, from).is_empty() {
                return None;
            }
        }
    }
}

/// The ladders and maps on which the ranks shown differ.
fn moves(from: &[Place], to: &[u8]) -> Vec<(ScaleIx, u8, u8)> {
    let moves = (0..).map(ScaleIx).zip(from).zip(to);
    moves
        .filter(|((_, from), to)| from.rank != **to)
        .map(|((scale, from), to)| (scale, from.rank, *to))
        .collect()
}
