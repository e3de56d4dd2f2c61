//! One lane: its clock and ceiling, its customers in the order of their first events, and the
//! deadlines that fall due.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use tidemark::engine::effect::{Ended, Judged, Removed};
use tidemark::engine::input::{Outcome, Tick};
use tidemark::model::event::Kind;
use tidemark::model::refusal::{Refusal, Refused};
use tidemark::model::time::Timestamp;
use tidemark::policy::declared::Policy;

use super::contribution::{Order, orders};
use super::customer::{Customer, Rules};
use super::days::Days;
use super::owned_event::OwnedEvent;

/// How many deadlines fire after one event.
pub(crate) const AFTER_EVENT: usize = 64;
/// How many deadlines fire after one tick.
pub(crate) const AFTER_TICK: usize = 10_000;

/// The brute-force lane.
pub(crate) struct Model {
    policy: Arc<Policy>,
    days: Rc<Days>,
    pub(crate) clock: Timestamp,
    pub(crate) ceiling: Timestamp,
    /// Deadlines that may fire until the next tick.
    allowed: Option<u64>,
    pub(crate) customers: Vec<Customer>,
    /// Section 9: until when, and the versions so far.
    pub(crate) erased: BTreeMap<String, (Timestamp, Vec<u32>)>,
}

impl Model {
    pub(crate) fn new(policy: Arc<Policy>, days: Rc<Days>) -> Self {
        Self {
            policy,
            days,
            clock: Timestamp::MIN,
            ceiling: Timestamp::MIN,
            allowed: None,
            customers: Vec::new(),
            erased: BTreeMap::new(),
        }
    }

    /// What judging needs besides a customer.
    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules {
            policy: &self.policy,
            days: &self.days,
        }
    }

    /// The policy in force.
    pub(crate) fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The customer of that name.
    pub(crate) fn customer(&self, name: &str) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.name == name)
    }

    /// Section 1.
    pub(crate) fn tick(&mut self, tick: Tick) -> Vec<Judged> {
        self.ceiling = self.ceiling.max(tick.ceiling);
        if let Some(coast) = tick.coast {
            self.clock = self.clock.max(coast.min(self.ceiling));
        }
        self.allowed = tick.firings;
        self.fire_due(AFTER_TICK)
    }

    /// Sections 1, 2, 5 and 6.
    pub(crate) fn apply(&mut self, event: &OwnedEvent) -> (Outcome, Vec<Judged>) {
        let erased = self.erased.get(&event.customer);
        let erased = erased.is_some_and(|(at, _)| event.at <= *at);
        if erased && event.kind != Kind::Heartbeat {
            return (Outcome::Suppressed, Vec::new());
        }
        match self.weigh(event) {
            Err(refused) => (Outcome::Refused(refused), Vec::new()),
            Ok(_) if event.kind == Kind::Heartbeat => (Outcome::Applied, self.pass(event.at)),
            Ok(_) if event.erases() => (Outcome::Applied, self.erase(event)),
            Ok(true) => (Outcome::Duplicate, Vec::new()),
            Ok(false) => (Outcome::Applied, self.accept(event)),
        }
    }

    fn weigh(&self, event: &OwnedEvent) -> Result<bool, Refused> {
        if event.at > self.ceiling + self.policy.time.ahead {
            return Err(Refusal::Future.of("occurred_at"));
        }
        if event.at < self.clock - self.policy.time.late {
            return Err(Refusal::TooLate.of("occurred_at"));
        }
        if event.kind == Kind::Heartbeat || event.erases() {
            return Ok(false);
        }
        match self.customer(&event.customer) {
            Some(known) => known.weigh(event, &self.policy),
            None => Customer::new(&event.customer, self.rules()).weigh(event, &self.policy),
        }
    }

    fn accept(&mut self, event: &OwnedEvent) -> Vec<Judged> {
        let rules = Rules {
            policy: &self.policy,
            days: &self.days,
        };
        if !self.customers.iter().any(|c| c.name == event.customer) {
            let mut customer = Customer::new(&event.customer, rules);
            if let Some((_, versions)) = self.erased.get(&event.customer) {
                for (place, version) in customer.places.iter_mut().zip(versions) {
                    place.version = *version;
                }
            }
            self.customers.push(customer);
        }
        let customer = self
            .customers
            .iter_mut()
            .find(|customer| customer.name == event.customer)
            .expect("known or just entered");
        let judging = customer.judging_instant(event);
        let mut judged = Vec::new();
        while customer.horizon.as_ref().is_some_and(|h| h.at < judging) {
            judged.extend(customer.fire(rules));
        }
        judged.extend(customer.accept(event, rules));
        judged.extend(self.pass(event.at));
        judged
    }

    /// Section 9.
    fn erase(&mut self, event: &OwnedEvent) -> Vec<Judged> {
        let rules = Rules {
            policy: &self.policy,
            days: &self.days,
        };
        let name = &event.customer;
        let old = self.erased.remove(name);
        let mut versions = old.map_or_else(|| vec![0; self.policy.scales()], |(_, old)| old);
        let mut judged = Vec::new();
        let (mut at, mut removed) = (event.at, None);
        if let Some(index) = self.customers.iter().position(|known| known.name == *name) {
            let mut gone = self.customers.remove(index);
            at = gone.judging_instant(event);
            while gone.horizon.as_ref().is_some_and(|h| h.at < at) {
                judged.extend(gone.fire(rules));
            }
            let before: u32 = versions.iter().sum();
            versions = gone.places.iter().map(|place| place.version).collect();
            let rules = self.policy.orders;
            let (orders, _) = orders(&gone.accepted, rules);
            let known = |order: &&Order| order.id.is_some() && order.at > at - rules.keep;
            removed = Some(Removed {
                changes: (versions.iter().sum::<u32>() - before).into(),
                orders: orders.iter().filter(known).count() as u64,
            });
        }
        self.erased.insert(name.clone(), (at, versions));
        judged.push(Judged {
            customer: name.as_str().into(),
            at,
            changes: Vec::new(),
            places: Box::default(),
            overridden: Box::default(),
            ended: Some(Box::new(Ended {
                command: *event.command.clone().expect("a command"),
                event_id: event.event_id.as_str().into(),
                removed,
            })),
        });
        judged.extend(self.pass(event.at));
        judged
    }

    /// Section 1, of an accepted event.
    fn pass(&mut self, at: Timestamp) -> Vec<Judged> {
        let reached = (at - self.policy.time.lateness).min(self.ceiling);
        self.clock = self.clock.max(reached);
        self.fire_due(AFTER_EVENT)
    }

    /// Fires what is due, earliest first and among equals in the order of the customers' first
    /// events. A customer who is due again at once takes another turn.
    fn fire_due(&mut self, limit: usize) -> Vec<Judged> {
        let rules = Rules {
            policy: &self.policy,
            days: &self.days,
        };
        let mut judged = Vec::new();
        for _ in 0..limit {
            let due = self.customers.iter().enumerate().filter_map(|(index, c)| {
                let at = c.horizon.as_ref()?.at;
                (self.clock > at).then_some((at, index))
            });
            let Some((_, next)) = due.min() else {
                break;
            };
            match &mut self.allowed {
                Some(0) => break,
                Some(allowed) => *allowed -= 1,
                None => {}
            }
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

    /// Customers per tier and segment.
    pub(crate) fn population(&self) -> Vec<Vec<u64>> {
        let ladders = self.policy.ladders.iter().map(|l| l.tiers.len());
        let maps = self.policy.maps.iter().map(|m| m.segments.len());
        let mut population: Vec<Vec<u64>> = ladders.chain(maps).map(|n| vec![0; n]).collect();
        for customer in &self.customers {
            for (ranks, place) in population.iter_mut().zip(&customer.places) {
                ranks[usize::from(place.rank)] += 1;
            }
        }
        population
    }
}
