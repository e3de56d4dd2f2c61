//! Merging customers and parting them again.

use crate::features::fingerprint::hash;
use crate::features::history::History;
use crate::model::command::{Ask, Command};
use crate::model::event::Event;
use crate::model::refusal::{Refusal, Refused};
use crate::model::time::Timestamp;
use crate::policy::climb::Now;
use crate::policy::judge::Stood;
use crate::policy::overrides::Overrides;

use super::admission::strangers;
use super::adoption::Passing;
use super::customers::Slot;
use super::effect::{End, Ended, Judged};
use super::era::Era;
use super::input::Outcome;
use super::key::Key;
use super::occasion::Occasion;
use super::overruled::Overruled;
use super::request::Request;
use super::step::Engine;

/// What several customers are from now on.
struct Joined {
    history: History,
    ranks: Vec<u8>,
    marks: Vec<Timestamp>,
    overrides: Overrides,
}

impl Engine {
    /// Carries out a command about who a customer is. Nothing for any
    /// other event.
    pub(super) fn carry_out(
        &mut self,
        event: &Event<'_>,
        effects: &mut Vec<Judged>,
    ) -> Option<Outcome> {
        let command = event.command?;
        match &command.ask {
            Ask::Erase => {
                self.erase(event, command, effects);
                Some(Outcome::Applied)
            }
            Ask::Merge(into) => Some(self.merge(event, (command, into), effects)),
            Ask::Unmerge => Some(self.unmerge(event, effects)),
            Ask::Override(_) | Ask::Withdraw(_) => None,
        }
    }

    /// Merges the customer of an event into the one of that id.
    pub(super) fn merge(
        &mut self,
        event: &Event<'_>,
        (command, into): (&Command, &str),
        effects: &mut Vec<Judged>,
    ) -> Outcome {
        if let Some(slot) = self.find(into) {
            self.touch(slot);
            self.pass_over(slot, effects);
        }
        let key = Key::of(event);
        let known = self.find_hashed(key.owner, event.customer);
        let allowed = self.admit((key, known), event).and_then(|admitted| {
            if admitted.is_some() {
                self.may_merge(event, into)?;
            }
            Ok(admitted)
        });
        let fingerprint = match allowed {
            Ok(Some(admitted)) => admitted.fingerprint,
            Ok(None) => return Outcome::Duplicate,
            Err(refused) => return Outcome::Refused(refused),
        };
        let one = self.customer(known, key.owner, event.customer);
        let whole = self.customer(self.find(into), hash(into), into);
        let both = [one, whole].map(|slot| self.customers.get(slot).history.frontier());
        let at = both[0].max(both[1]).max(event.at);
        self.catch_up(one, at, effects);
        self.catch_up(whole, at, effects);
        self.put_together(one, whole, at);
        let into = self.customers.get(whole).id.text().into();
        let event_id = event.event_id.into();
        effects.push(self.ended(
            (event.customer.into(), at),
            Ended {
                command: command.clone(),
                event_id,
                end: End::Merged(into),
            },
        ));
        self.judge(whole, at, Occasion::Union { tells: false }, effects);
        self.counted((one, fingerprint), event, effects)
    }

    /// Parts the customer of an event from those with whom they are one.
    pub(super) fn unmerge(&mut self, event: &Event<'_>, effects: &mut Vec<Judged>) -> Outcome {
        let key = Key::of(event);
        let known = self.find_hashed(key.owner, event.customer);
        let admitted = match self.admit((key, known), event) {
            Ok(Some(admitted)) => admitted,
            Ok(None) => return Outcome::Duplicate,
            Err(refused) => return Outcome::Refused(refused),
        };
        let slot = self.customers.find(key.owner, event.customer);
        let Some(slot) = slot.filter(|slot| self.customers.unions.is_member(*slot)) else {
            return Outcome::Refused(Refusal::BadMerge.of("customer_id"));
        };
        let at = self.part(slot, event.at, effects);
        self.judge(slot, at, Occasion::Union { tells: true }, effects);
        self.counted((slot, admitted.fingerprint), event, effects)
    }

    /// Whether the customer of an event may be merged into the one of that id.
    fn may_merge(&self, event: &Event<'_>, into: &str) -> Result<(), Refused> {
        if self.era.policy.merge.is_none() {
            return Err(Refusal::BadMerge.of("kind"));
        }
        let find = |id| self.customers.find(hash(id), id);
        let (one, other) = (find(event.customer), find(into));
        let unions = &self.customers.unions;
        if one.is_some_and(|one| unions.is_member(one)) {
            return Err(Refusal::BadMerge.of("customer_id"));
        }
        let whole = other.map(|other| unions.whole(other));
        let erased = self.departed.find(hash(into), into);
        let erased = erased.is_some_and(|trace| event.at <= trace.at);
        if into == event.customer || (one.is_some() && one == whole) || erased {
            return Err(Refusal::BadMerge.of("into"));
        }
        let (Some(one), Some(whole)) = (one, whole) else {
            return Ok(());
        };
        let [one, whole] = [one, whole].map(|slot| &self.customers.get(slot).history);
        whole.may_join(&self.era.law.layout, one)
    }

    /// A customer, with all who were merged into them, goes on in another.
    fn put_together(&mut self, one: Slot, whole: Slot, at: Timestamp) {
        let mut joined = self.alone(whole);
        self.join(&mut joined, one, at);
        let mut members = self.customers.unions.members(whole).to_vec();
        if members.is_empty() {
            members.push(self.set_apart(whole));
        }
        members.push(one);
        members.extend(self.break_up(one));
        let Era {
            population,
            footings,
            ..
        } = &mut self.era;
        population.left(footings.places(one));
        self.customers.get_mut(one).due = Timestamp::MAX;
        self.customers.unions.set(whole, members);
        self.become_one(whole, joined);
    }

    /// Takes a member out of those who are one, as of an instant that is not before their frontier;
    /// the others are judged, the member still has to be. Returns the instant.
    pub(super) fn part(
        &mut self,
        member: Slot,
        at: Timestamp,
        effects: &mut Vec<Judged>,
    ) -> Timestamp {
        let whole = self.customers.unions.whole(member);
        let at = self.customers.get(whole).history.judging_instant(at);
        self.catch_up(whole, at, effects);
        let mut rest = self.customers.unions.members(whole).to_vec();
        rest.retain(|other| *other != member);
        self.go_on_alone(whole, member);
        match &rest[..] {
            [own] => self.come_back(whole, *own),
            [own, others @ ..] => {
                let mut joined = self.alone(*own);
                for other in others {
                    self.join(&mut joined, *other, at);
                }
                self.become_one(whole, joined);
            }
            [] => unreachable!("who goes on has a past of their own"),
        }
        self.customers.unions.set(whole, rest);
        self.judge(whole, at, Occasion::Union { tells: false }, effects);
        at
    }

    /// Takes apart all who are one with a customer; returns the others.
    pub(super) fn break_up(&mut self, whole: Slot) -> Vec<Slot> {
        let mut members = self.customers.unions.members(whole).to_vec();
        if members.is_empty() {
            return members;
        }
        self.customers.unions.set(whole, Vec::new());
        let own = members.remove(0);
        self.come_back(whole, own);
        members
    }

    /// Somebody who was merged stands for themselves again; has still to be judged.
    pub(super) fn go_on_alone(&mut self, whole: Slot, member: Slot) {
        let frontier = self.customers.get(whole).history.frontier();
        let Era {
            population,
            footings,
            ..
        } = &mut self.era;
        population.came(footings.places(member));
        let stood = footings.stood(member);
        let (ranks, mut overrides) = (stood.ranks.into(), stood.overrides.clone());
        overrides.pass(frontier);
        footings.overrule(member, Overruled { ranks, overrides });
    }

    /// A customer as they are.
    fn alone(&self, slot: Slot) -> Joined {
        let stood = self.era.footings.stood(slot);
        Joined {
            history: self.customers.get(slot).history.clone(),
            ranks: stood.ranks.to_vec(),
            marks: stood.marks.to_vec(),
            overrides: stood.overrides.clone(),
        }
    }

    /// Adds a customer.
    fn join(&self, joined: &mut Joined, slot: Slot, at: Timestamp) {
        let Era {
            policy,
            law,
            footings,
            ..
        } = &self.era;
        let (zone, stood) = (&policy.zone, footings.stood(slot));
        let history = &self.customers.get(slot).history;
        joined.history = joined.history.joined(&law.layout, zone, history, at);
        let so_far = Stood {
            ranks: &joined.ranks,
            marks: &joined.marks,
            overrides: &joined.overrides,
            spared: None,
        };
        let keep = policy.merge.unwrap_or_default();
        let both = [so_far, stood];
        let footing = law.judge.joined(Now { zone, at }, keep, both);
        (joined.ranks, joined.marks) = footing;
        joined.overrides = joined.overrides.and(stood.overrides);
    }

    /// A customer is what several are together; has still to be judged.
    fn become_one(&mut self, whole: Slot, joined: Joined) {
        let history = &mut self.customers.get_mut(whole).history;
        let frontier = history.frontier().max(joined.history.frontier());
        *history = joined.history;
        let mut overrides = joined.overrides;
        overrides.pass(frontier);
        let ranks = joined.ranks.into();
        let overruled = Overruled { ranks, overrides };
        let marks = &joined.marks[..self.era.law.judge.waits()];
        self.era.footings.stand(whole, marks, overruled);
    }

    /// Keeps what is a customer's own in a slot of its own.
    fn set_apart(&mut self, slot: Slot) -> Slot {
        let history = self.customers.get(slot).history.clone();
        let apart = self.customers.add_apart(history);
        let footings = &mut self.era.footings;
        let places = footings.places(slot).to_vec();
        let stood = footings.stood(slot);
        let (marks, ranks) = (stood.marks.to_vec(), stood.ranks.into());
        let overrides = stood.overrides.clone();
        footings.put(apart, &places, &marks);
        footings.overrule(apart, Overruled { ranks, overrides });
        for gone in &mut self.gone {
            if let Some(place) = gone.place(slot) {
                gone.put(apart, place);
            }
        }
        apart
    }

    /// A customer is what was kept of them apart; has still to be judged.
    fn come_back(&mut self, slot: Slot, apart: Slot) {
        let frontier = self.customers.get(slot).history.frontier();
        let Joined {
            mut history,
            ranks,
            marks,
            mut overrides,
        } = self.alone(apart);
        history.judged_at(frontier.max(history.frontier()));
        overrides.pass(frontier);
        let ranks = ranks.into();
        let footings = &mut self.era.footings;
        let marks = &marks[..self.era.law.judge.waits()];
        footings.stand(slot, marks, Overruled { ranks, overrides });
        footings.clear(apart);
        for gone in &mut self.gone {
            gone.clear(apart);
        }
        self.customers.get_mut(slot).history = history;
        self.customers.get_mut(apart).history = self.era.nobody.history.clone();
    }

    /// Where what is a customer's own is kept, if they are one with others.
    fn own_of(&self, whole: Slot, id: &str) -> Option<Slot> {
        let own = self.customers.unions.members(whole).first()?;
        let slot = self.customers.find(hash(id), id)?;
        Some(if slot == whole { *own } else { slot })
    }

    /// Books an event that counts into what is its customer's own, if they are one with others.
    pub(super) fn absorb_apart(&mut self, whole: Slot, at: Timestamp, event: &Event<'_>) {
        let Some(own) = self.own_of(whole, event.customer) else {
            return;
        };
        let history = &mut self.customers.get_mut(own).history;
        history.judged_at(at);
        let Era { law, policy, .. } = &self.era;
        let among = (self.clock, strangers(policy.orders.unknown));
        history.absorb_among(&law.layout, &policy.zone, event, among);
    }

    /// Does the same with what is asked for.
    pub(super) fn follow_apart(&mut self, whole: Slot, event: &Event<'_>, request: Request<'_>) {
        let Some(own) = self.own_of(whole, event.customer) else {
            return;
        };
        let footings = &mut self.era.footings;
        let stood = footings.stood(own);
        let (ranks, mut overrides) = (stood.ranks.into(), stood.overrides.clone());
        let (shown, given) = (footings.ranks(whole), footings.stood(whole).ranks);
        request.follow(&mut overrides, shown, given);
        footings.overrule(own, Overruled { ranks, overrides });
    }

    /// Passes over what is kept of those who are one with a customer.
    pub(super) fn pass_members(&mut self, passing: &mut Passing, whole: Slot, at: Timestamp) {
        for member in self.customers.unions.members(whole).to_vec() {
            self.move_over(passing, (member, at), None);
            passing.skip(member);
        }
    }
}
