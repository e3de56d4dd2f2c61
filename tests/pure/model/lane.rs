//! One lane: its clock and ceiling, its customers with whose turn comes first, and the deadlines
//! that fall due.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::model::event::Kind;
use tidemark::model::refusal::{Refusal, Refused};
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Timestamp;
use tidemark::policy::declared::Policy;

use super::alarm::each_alone;
use super::customer::{Customer, Rules};
use super::days::Days;
use super::erasing::Erased;
use super::owned_event::OwnedEvent;
use super::passing::{Kept, answers};

/// How many deadlines fire after one event.
pub(crate) const AFTER_EVENT: usize = 64;
/// How many deadlines fire after one tick.
pub(crate) const AFTER_TICK: usize = 10_000;

/// The brute-force lane.
pub(crate) struct Model {
    policy: Arc<Policy>,
    before: Option<Arc<Policy>>,
    /// Both with each ladder alone: the policy before, and the one in force.
    alone: [Vec<Policy>; 2],
    adoption: Option<Adoption>,
    /// Policies so far.
    era: u32,
    /// Events before this instant are too late.
    floor: Timestamp,
    ids_from: Timestamp,
    days: Rc<Days>,
    pub(crate) clock: Timestamp,
    pub(crate) ceiling: Timestamp,
    /// Deadlines that may fire until the next tick.
    allowed: Option<u64>,
    pub(crate) customers: Vec<Customer>,
    /// Section 9: until when, and how many changes and warnings so far.
    pub(crate) erased: BTreeMap<String, Erased>,
    /// Whether it forgets anybody, the turns that were left by those whom it has forgotten, and who
    /// they were.
    pub(crate) forgets: bool,
    pub(super) left: Vec<u64>,
    pub(crate) forgotten: Vec<String>,
    /// Turns so far.
    pub(super) turns: u64,
}

/// The policy in force has taken the place of the one before.
#[derive(Clone, Copy)]
struct Adoption {
    at: Timestamp,
    pace: u32,
    /// Of the policy before.
    kept: Kept,
}

impl Model {
    pub(crate) fn new(policy: Arc<Policy>, days: Rc<Days>) -> Self {
        Self {
            alone: [Vec::new(), each_alone(&policy)],
            policy,
            before: None,
            adoption: None,
            era: 0,
            floor: Timestamp::MIN,
            ids_from: Timestamp::MIN,
            days,
            clock: Timestamp::MIN,
            ceiling: Timestamp::MIN,
            allowed: None,
            customers: Vec::new(),
            erased: BTreeMap::new(),
            forgets: true,
            left: Vec::new(),
            forgotten: Vec::new(),
            turns: 0,
        }
    }

    /// What judging needs besides a customer.
    pub(crate) fn rules(&self) -> Rules<'_> {
        self.rules_in(self.era)
    }

    /// Under the policy by which a customer was last judged.
    pub(crate) fn rules_of(&self, customer: &Customer) -> Rules<'_> {
        self.rules_in(customer.era)
    }

    fn rules_in(&self, era: u32) -> Rules<'_> {
        let before = self.before.as_deref();
        let (policy, alone, before) = match before.filter(|_| era < self.era) {
            Some(before) => (before, &self.alone[0], None),
            None => (&*self.policy, &self.alone[1], before),
        };
        Rules {
            policy,
            days: &self.days,
            alone,
            before,
            ids_from: self.ids_from,
            late_before: self.late_before(),
        }
    }

    /// How many policies there were before.
    pub(crate) fn era(&self) -> u32 {
        self.era
    }

    /// Events before this instant are too late under any policy.
    pub(crate) fn floor(&self) -> Timestamp {
        self.floor
    }

    /// Events before this instant are late; only profiles are taken in then.
    pub(crate) fn late_before(&self) -> Timestamp {
        self.floor.max(self.clock - self.policy.time.late)
    }

    /// How many are passed over after a tick.
    pub(crate) fn pace(&self) -> u32 {
        self.adoption.map_or(0, |adoption| adoption.pace)
    }

    /// How many are still to be passed over.
    pub(crate) fn awaiting(&self) -> usize {
        let waits = |customer: &&Customer| customer.era < self.era;
        self.standing().filter(waits).count()
    }

    /// Section 10; whether it is not refused.
    pub(crate) fn adopt(&mut self, policy: &Arc<Policy>, pace: u32) -> bool {
        if policy.hash == self.policy.hash {
            return true;
        }
        if self.awaiting() > 0 || !answers(&self.policy, self.before.as_deref(), policy) {
            return false;
        }
        let kept = Kept::of(&self.policy, self.before.as_deref());
        self.floor = self.floor.max(self.clock - kept.late);
        let ids_from = self.clock - kept.late - kept.dedup;
        self.ids_from = self.ids_from.max(ids_from);
        let at = self.clock;
        self.adoption = Some(Adoption { at, pace, kept });
        self.before = Some(std::mem::replace(&mut self.policy, Arc::clone(policy)));
        self.alone.swap(0, 1);
        self.alone[1] = each_alone(policy);
        self.era += 1;
        true
    }

    pub(super) fn pass_over(&mut self, place: usize) -> Vec<Judged> {
        let mut customer = self.customers[place].clone();
        if customer.era == self.era {
            return Vec::new();
        }
        let Adoption { at, kept, .. } = self.adoption.expect("there is an era before");
        let rules = (self.rules_of(&customer), self.rules());
        let erased = self.erased.get(&customer.name);
        let versions = erased.map_or_else(BTreeMap::new, |erased| erased.versions.clone());
        let at = customer.frontier.max(at);
        let judged = customer.pass_over(rules, (at, kept), &versions);
        let versions = BTreeMap::new();
        if let Some(own) = &mut customer.union.own {
            own.carry_over(rules, (at, kept), &versions);
        }
        let mut others = self.customers.clone();
        others.retain(|other| customer.union.others.contains(&other.name));
        for other in &mut others {
            let erased = self.erased.get(&other.name);
            let versions = erased.map_or_else(BTreeMap::new, |erased| erased.versions.clone());
            other.carry_over(rules, (at, kept), &versions);
        }
        self.customers[place] = customer;
        for other in others {
            let place = self.enter(&other.name);
            self.customers[place] = other;
        }
        judged
    }

    /// The policy in force.
    pub(crate) fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The customer of that name, or the one who goes on for them.
    pub(crate) fn customer(&self, name: &str) -> Option<&Customer> {
        self.whole(name).map(|place| &self.customers[place])
    }

    /// Section 1.
    pub(crate) fn tick(&mut self, tick: Tick) -> Vec<Judged> {
        self.ceiling = self.ceiling.max(tick.ceiling);
        if let Some(coast) = tick.coast {
            self.clock = self.clock.max(coast.min(self.ceiling));
        }
        self.allowed = tick.firings;
        let mut judged = self.fire_due(AFTER_TICK);
        for _ in 0..self.adoption.map_or(0, |adoption| adoption.pace) {
            let waits = |customer: &&Customer| customer.era < self.era;
            let Some(next) = self.standing().find(waits).map(|next| next.name.clone()) else {
                break;
            };
            let place = self.place(&next).expect("a customer");
            judged.extend(self.pass_over(place));
        }
        judged
    }

    /// Sections 1, 2, 5 and 6.
    pub(crate) fn apply(&mut self, event: &OwnedEvent) -> (Outcome, Vec<Judged>) {
        let erased = self.erased.get(&event.customer);
        let erased = erased.is_some_and(|erased| event.at <= erased.at);
        if erased && event.kind != Kind::Heartbeat {
            return (Outcome::Suppressed, Vec::new());
        }
        if let Err(refused) = self.in_time(event) {
            return (Outcome::Refused(refused), Vec::new());
        }
        if event.kind == Kind::Heartbeat {
            return (Outcome::Applied, self.pass(event.at));
        }
        let known = self.whole(&event.customer);
        let mut judged = known.map_or_else(Vec::new, |place| self.pass_over(place));
        if event.erases() {
            judged.extend(self.erase(event));
            return (Outcome::Applied, judged);
        }
        if let Some((outcome, more)) = self.unite(event) {
            judged.extend(more);
            return (outcome, judged);
        }
        let outcome = match self.weigh(event) {
            Err(refused) => Outcome::Refused(refused),
            Ok(true) => Outcome::Duplicate,
            Ok(false) => {
                judged.extend(self.accept(event));
                Outcome::Applied
            }
        };
        (outcome, judged)
    }

    fn in_time(&self, event: &OwnedEvent) -> Result<(), Refused> {
        if event.at > self.ceiling + self.policy.time.ahead {
            return Err(Refusal::Future.of("occurred_at"));
        }
        if event.at < self.late_before() && event.kind != Kind::Profile {
            return Err(Refusal::TooLate.of("occurred_at"));
        }
        Ok(())
    }

    pub(super) fn weigh(&self, event: &OwnedEvent) -> Result<bool, Refused> {
        match self.customer(&event.customer) {
            Some(known) => known.weigh(event, self.rules()),
            None => Customer::new(&event.customer, self.rules()).weigh(event, self.rules()),
        }
    }

    /// The place of a customer, who is known or comes now.
    pub(super) fn enter(&mut self, name: &str) -> usize {
        if let Some(place) = self.customers.iter().position(|known| known.name == name) {
            return place;
        }
        let mut new = Customer::new(name, self.rules());
        new.era = self.era;
        new.turn = self.next_turn();
        if let Some(erased) = self.erased.get(name) {
            let scales = (0..).map(ScaleIx).zip(&mut new.places);
            for (scale, place) in scales {
                let version = erased.versions.get(self.policy.scale_name(scale));
                place.version = version.copied().unwrap_or(0);
            }
            new.numbers.clone_from(&erased.numbers);
        }
        self.customers.push(new);
        self.customers.len() - 1
    }

    fn accept(&mut self, event: &OwnedEvent) -> Vec<Judged> {
        let known = self.whole(&event.customer);
        let place = known.unwrap_or_else(|| self.enter(&event.customer));
        let judging = self.customers[place].judging_instant(event);
        let mut judged = self.change(place, |customer, rules| {
            let mut judged = Vec::new();
            while customer.horizon.as_ref().is_some_and(|h| h.at < judging) {
                judged.extend(customer.fire(rules));
            }
            judged
        });
        self.accept_apart(event, judging);
        judged.extend(self.change(place, |customer, rules| customer.accept(event, rules)));
        judged.extend(match event.kind {
            Kind::Profile | Kind::Command => self.fire_due(AFTER_EVENT),
            _ => self.pass(event.at),
        });
        judged
    }

    /// Section 1, of an accepted event.
    pub(super) fn pass(&mut self, at: Timestamp) -> Vec<Judged> {
        let reached = (at - self.policy.time.lateness).min(self.ceiling);
        self.clock = self.clock.max(reached);
        self.fire_due(AFTER_EVENT)
    }

    /// Fires what is due, earliest first and among equals as it is their turn; whose end has come
    /// is forgotten. A customer who is due again at once takes another turn.
    pub(super) fn fire_due(&mut self, limit: usize) -> Vec<Judged> {
        let mut judged = Vec::new();
        for _ in 0..limit {
            let due = self.customers.iter().enumerate().filter_map(|(index, c)| {
                let due = c.horizon.as_ref().map(|horizon| horizon.at);
                let at = due.or_else(|| self.end(c))?;
                (self.clock > at).then_some((at, c.turn, index))
            });
            let Some((.., next)) = due.min() else {
                break;
            };
            match &mut self.allowed {
                Some(0) => break,
                Some(allowed) => *allowed -= 1,
                None => {}
            }
            if self.customers[next].era < self.era {
                judged.extend(self.pass_over(next));
                continue;
            }
            if self.customers[next].horizon.is_none() {
                self.let_go(next);
                continue;
            }
            let rules = Rules {
                policy: &self.policy,
                days: &self.days,
                alone: &self.alone[1],
                before: self.before.as_deref(),
                ids_from: self.ids_from,
                late_before: self.late_before(),
            };
            judged.extend(self.customers[next].fire(rules));
        }
        judged
    }

    /// Customers whose horizon lies before `at`.
    pub(crate) fn held(&self, at: Timestamp) -> u64 {
        self.horizons().filter(|due| *due < at).count() as u64
    }

    /// The earliest horizon.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.horizons().min()
    }

    fn horizons(&self) -> impl Iterator<Item = Timestamp> {
        self.customers
            .iter()
            .filter_map(|customer| customer.horizon.as_ref().map(|horizon| horizon.at))
    }

    /// Customers per tier and segment, of those who stand under the policy in force.
    pub(crate) fn population(&self) -> Vec<Vec<u64>> {
        let ladders = self.policy.ladders.iter().map(|l| l.tiers.len());
        let maps = self.policy.maps.iter().map(|m| m.segments.len());
        let mut population: Vec<Vec<u64>> = ladders.chain(maps).map(|n| vec![0; n]).collect();
        let passed = |customer: &&Customer| customer.era == self.era;
        for customer in self.standing().filter(passed) {
            for (ranks, place) in population.iter_mut().zip(&customer.places) {
                ranks[usize::from(place.rank)] += 1;
            }
        }
        population
    }
}
