//! The engine of one lane and its step: one event or tick in, changes out.

use std::sync::Arc;

use crate::model::detail::Wanted;
use crate::model::event::{Event, Kind};
use crate::model::standing::{Place, ScaleIx};
use crate::model::time::Timestamp;
use crate::policy::counter::Anew;
use crate::policy::declared::Policy;
use crate::policy::judge::Stood;
use crate::policy::overrides::NONE;

use super::adoption::{Gone, Passing};
use super::customers::{self, Customers, Slot};
use super::dedup::Dedup;
use super::departed::Departed;
use super::due::Due;
use super::effect::Judged;
use super::era::Era;
use super::input::{Outcome, Tick};
use super::judging::Judging;
use super::key::Key;
use super::law::Law;
use super::occasion::Occasion;
use super::saving::Saving;
use super::warned::Warned;

/// Deadlines that fire after an event, at most.
const FIRINGS_PER_EVENT: usize = 64;
/// Deadlines that fire after a tick, at most.
const FIRINGS_PER_TICK: usize = 10_000;

/// All that is known of a lane's customers under one policy.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) era: Era,
    /// While customers are still to be passed over to its policy.
    pub(super) passing: Option<Box<Passing>>,
    /// The policy of the era before.
    pub(super) before: Option<Arc<Policy>>,
    /// Ladders and maps that there were once.
    pub(super) gone: Vec<Gone>,
    pub(super) clock: Timestamp,
    pub(super) ceiling: Timestamp,
    /// Events before this instant are too late under any policy.
    pub(super) floor: Timestamp,
    /// Deadlines that may fire until the next tick, of others than those whose events come.
    pub(super) allowed: u64,
    pub(super) customers: Customers,
    pub(super) dedup: Dedup,
    pub(super) due: Due,
    pub(super) departed: Departed,
    pub(super) warned: Warned,
    pub(super) judging: Judging,
    /// Customers forgotten so far.
    pub(super) forgotten: u64,
    /// While customers are written down.
    pub(super) saving: Option<Box<Saving>>,
}

impl Engine {
    /// Without customers, before all time.
    #[must_use]
    pub fn new(policy: Arc<Policy>) -> Self {
        let mut judging = Judging::default();
        let law = Law::new(&policy);
        let mut departed = Departed::default();
        let scales = (0..policy.scales()).map(ScaleIx);
        let names = departed.numbers(scales.map(|scale| policy.scale_name(scale)));
        Self {
            clock: Timestamp::MIN,
            ceiling: Timestamp::MIN,
            floor: Timestamp::MIN,
            allowed: u64::MAX,
            customers: Customers::new(),
            dedup: Dedup::new(policy.time.dedup),
            due: Due::default(),
            era: Era::new(0, policy, law, names, &mut judging),
            departed,
            warned: Warned::default(),
            passing: None,
            before: None,
            gone: Vec::new(),
            judging,
            forgotten: 0,
            saving: None,
        }
    }

    /// What it decides by.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        &self.era.policy
    }

    /// What it asks events for.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        self.era.law.wanted(&self.era.policy)
    }

    /// Time passes. Fires deadlines that are past, at most 10,000 and what the tick allows; then
    /// passes over those customers to the policy in force whose turn it is.
    pub fn tick(&mut self, tick: Tick, effects: &mut Vec<Judged>) {
        self.ceiling = self.ceiling.max(tick.ceiling);
        if let Some(coast) = tick.coast {
            self.clock = self.clock.max(coast.min(self.ceiling));
        }
        self.allowed = tick.firings.unwrap_or(u64::MAX);
        self.fire(FIRINGS_PER_TICK, effects);
        self.pass_next(effects);
    }

    /// An event comes. If it counts, its customer is judged, and deadlines that are past fire, at
    /// most 64.
    pub fn apply(&mut self, event: &Event<'_>, effects: &mut Vec<Judged>) -> Outcome {
        self.apply_known((event, Key::of(event)), effects)
    }

    /// The same where the event's key has been reckoned before.
    pub fn apply_known(
        &mut self,
        (event, key): (&Event<'_>, Key),
        effects: &mut Vec<Judged>,
    ) -> Outcome {
        let hash = key.owner;
        if event.kind != Kind::Heartbeat && self.is_suppressed(hash, event) {
            return Outcome::Suppressed;
        }
        if let Err(refused) = self.in_time(event) {
            return Outcome::Refused(refused);
        }
        if event.kind == Kind::Heartbeat {
            self.pass(event, effects);
            return Outcome::Applied;
        }
        let known = self.find_hashed(hash, event.customer);
        if let Some(slot) = known {
            self.touch(slot);
            self.pass_over(slot, effects);
        }
        if let Some(outcome) = self.carry_out(event, effects) {
            return outcome;
        }
        let admitted = match self.admit((key, known), event) {
            Ok(Some(admitted)) => admitted,
            Ok(None) => return Outcome::Duplicate,
            Err(refused) => return Outcome::Refused(refused),
        };
        let slot = self.customer(admitted.known, hash, event.customer);
        let at = self.customers.get(slot).history.judging_instant(event.at);
        self.catch_up(slot, at, effects);
        match admitted.request {
            Some(request) => {
                self.follow_apart(slot, event, request);
                self.judge(slot, at, Occasion::Command(request), effects);
            }
            None => self.absorb(slot, at, event, effects),
        }
        let own = admitted.own.unwrap_or(slot);
        self.counted((own, admitted.fingerprint), event, effects)
    }

    /// An event has counted: it is remembered, where copies of it are told, and time has come as
    /// far as it says.
    pub(super) fn counted(
        &mut self,
        (own, fingerprint): (Slot, Option<u64>),
        event: &Event<'_>,
        effects: &mut Vec<Judged>,
    ) -> Outcome {
        if let Some(fingerprint) = fingerprint {
            let limit = self.dedup.limit(self.arrivals());
            let counted = &mut self.customers.get_mut(own).counted;
            counted.remember(fingerprint, event.at, limit);
        }
        self.pass(event, effects);
        Outcome::Applied
    }

    /// Books an event and judges its customer, if it can make a difference.
    fn absorb(&mut self, slot: Slot, at: Timestamp, event: &Event<'_>, effects: &mut Vec<Judged>) {
        self.absorb_apart(slot, at, event);
        let spared = self.spared(slot, at, event.kind);
        let history = &mut self.customers.get_mut(slot).history;
        let Era { law, policy, .. } = &self.era;
        let seen = history.absorb(&law.layout, &policy.zone, event, self.clock);
        if self.is_stirred(slot, at, seen) {
            let history = &self.customers.get(slot).history;
            let since = history.reaches_back(&self.era.law.layout, event);
            let spared = spared.as_deref();
            let on = Occasion::Arrival { since, spared };
            self.judge(slot, at, on, effects);
        }
    }

    /// Time has come as far as an event says, if it is of the feed.
    pub(super) fn pass(&mut self, event: &Event<'_>, effects: &mut Vec<Judged>) {
        if event.is_of_feed() {
            let news = event.at - self.era.policy.time.lateness;
            self.clock = self.clock.max(news.min(self.ceiling));
        }
        self.let_stale_go();
        self.fire(FIRINGS_PER_EVENT, effects);
    }

    /// How many events are best read ahead together.
    pub const AHEAD: usize = customers::AHEAD;

    /// Brings near what events of these keys will ask for, so that they need not wait for memory
    /// one after another: what is known of their customers, and whether they have counted. Looks
    /// at [`Engine::AHEAD`] of them at most and changes nothing.
    pub fn read_ahead(&self, keys: impl Iterator<Item = Key> + Clone) {
        let keys = keys.take(Self::AHEAD);
        self.customers.read_ahead(&self.era.footings, keys);
    }

    /// How far the lane has come.
    #[must_use]
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// The latest wall time told.
    #[must_use]
    pub fn ceiling(&self) -> Timestamp {
        self.ceiling
    }

    /// How many deadlines may still fire until the next tick.
    #[must_use]
    pub fn allowed(&self) -> u64 {
        self.allowed
    }

    /// A lower bound of the earliest deadline that has not fired.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.first()
    }

    /// How many customers have a deadline before `at` that has not fired.
    #[must_use]
    pub fn held(&self, at: Timestamp) -> u64 {
        let queued = self.due.customers_before(at).into_iter();
        queued
            .filter(|slot| self.customers.get(*slot).due < at)
            .count() as u64
    }

    /// How many customers there are.
    #[must_use]
    pub fn customers(&self) -> usize {
        self.customers.count()
    }

    /// How many customers stand where: per ladder and map, per tier and segment; without those who
    /// are still to be passed over to the policy in force.
    #[must_use]
    pub fn population(&self) -> &[Vec<u64>] {
        self.era.population.counts()
    }

    /// Every customer's standing, in the order of their first events.
    pub fn standings(&self) -> impl Iterator<Item = (&str, &[Place])> {
        let slots = self.customers.slots();
        slots.map(|slot| {
            let places = self.era_of(slot).footings.places(slot);
            (self.customers.get(slot).id.text(), places)
        })
    }

    /// The customer of an id, who is known or comes now; `hash` is the id's.
    pub(super) fn customer(&mut self, known: Option<Slot>, hash: u64, id: &str) -> Slot {
        known.unwrap_or_else(|| {
            let places = self.first_places(hash, id);
            let slot = self.seat(hash, id, self.era.nobody.history.clone());
            let Era {
                nobody,
                footings,
                population,
                ..
            } = &mut self.era;
            footings.put(slot, &places, &nobody.marks);
            population.came(&places);
            self.resume_numbers(slot, hash, id);
            slot
        })
    }

    /// Whether a customer has to be judged after an event; `seen` is whether it can make a
    /// difference. Where it can't, nothing has changed since the last judging but the time, which
    /// the horizon has in view.
    fn is_stirred(&mut self, slot: Slot, at: Timestamp, seen: bool) -> bool {
        let customer = self.customers.get_mut(slot);
        if seen || customer.history.frontier() == Timestamp::MIN || customer.due <= at {
            return true;
        }
        customer.history.judged_at(at);
        let due = customer.due;
        self.expect(slot, due);
        false
    }

    /// Judges a customer at an instant once, moves them, and sets their horizon; gives the ladders
    /// with which features begin that have started anew.
    pub(super) fn judge_once(
        &mut self,
        slot: Slot,
        at: Timestamp,
        on: Occasion<'_>,
        effects: &mut Vec<Judged>,
    ) -> Vec<Anew> {
        let customer = self.customers.get_mut(slot);
        customer.history.judged_at(at);
        let before = self.overrule(slot, at, on);
        let history = &self.customers.get(slot).history;
        let Era {
            policy,
            law,
            footings,
            ..
        } = &self.era;
        let shown = footings.ranks(slot);
        let stood = Stood {
            spared: on.spared(),
            ..footings.stood(slot)
        };
        let judging = &mut self.judging;
        judging.judge(policy, law, history, stood, at);
        let anew = judging.watch(policy, law, (on.before().unwrap_or(shown), stood), at);
        let moves = *shown != *judging.footing.shown() || on.tells();
        if moves || !judging.vigil.told.is_empty() {
            let judged = self.told(slot, at, on, before.as_ref().unwrap_or(&NONE));
            effects.push(judged);
        }
        let Era {
            policy,
            law,
            footings,
            ..
        } = &mut self.era;
        let overrides = footings.overrides(slot);
        let due = self.judging.horizon(policy, law, overrides);
        footings.remember(slot, &self.judging.footing);
        debug_assert!(due.is_none_or(|due| due > at), "a deadline fires once");
        self.expect(slot, due.unwrap_or(Timestamp::MAX));
        anew
    }
}
