//! Customers who are taken for one: merged, and parted again (section 11).

use tidemark::engine::effect::{End, Judged};
use tidemark::engine::input::Outcome;
use tidemark::model::command::Ask;
use tidemark::model::refusal::{Refusal, Refused};
use tidemark::model::time::Timestamp;
use tidemark::policy::declared::{Ladder, Policy};
use tidemark::policy::merge::Keep;
use tidemark::policy::patience::Demote;

use super::contribution::{Contribution, Past, contributions, twice};
use super::customer::{Customer, Rules, order_terms};
use super::judgement::Now;
use super::lane::{AFTER_EVENT, Model};
use super::measure::{Dated, counted};
use super::memory::{Memory, waits};
use super::occasion::Occasion;
use super::overruling::Overruling;
use super::owned_event::OwnedEvent;
use super::starts::{Counts, start_of};
use super::weighing::weigh_totals;

/// Who is one with a customer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Union {
    /// Who goes on for this one.
    pub(crate) into: Option<String>,
    /// Those for whom this one goes on, in the order of merging.
    pub(crate) others: Vec<String>,
    /// What this one was, and would be, alone.
    pub(crate) own: Option<Box<Customer>>,
}

/// What is made of several customers.
struct Joined {
    past: Past,
    counts: Counts,
    given: Vec<u8>,
    memories: Vec<Memory>,
    overruling: Overruling,
}

impl Joined {
    fn of(customer: &Customer) -> Self {
        Self {
            past: customer.past.clone(),
            counts: customer.counts.clone(),
            given: customer.given.clone(),
            memories: customer.memories.clone(),
            overruling: customer.overruling.clone(),
        }
    }

    fn and(self, other: Self, at: Timestamp, rules: Rules<'_>) -> Self {
        let policy = rules.policy;
        let now = Now {
            at,
            days: rules.days,
        };
        let counts = self.counted_with(&other, at, rules);
        let (mut given, mut memories) = (self.given, self.memories);
        for (ix, ladder) in policy.ladders.iter().enumerate() {
            let one = (given[ix], &memories[ix]);
            let (rank, memory) = together(
                policy,
                ladder,
                one,
                (other.given[ix], &other.memories[ix]),
                now,
            );
            given[ix] = rank;
            memories[ix] = memory;
        }
        Self {
            past: Past::joined(vec![self.past, other.past], at, order_terms(policy)),
            counts,
            given,
            memories,
            overruling: self.overruling.and(&other.overruling),
        }
    }

    /// What both have counted that begins with ladders, which is settled by now; but of orders that
    /// both know.
    fn counted_with(&self, other: &Self, at: Timestamp, rules: Rules<'_>) -> Counts {
        let terms = order_terms(rules.policy);
        let dated = |all: Vec<Contribution>| -> Vec<Dated> {
            let days = rules.days;
            all.into_iter()
                .map(|one| (days.day_of(one.at), one))
                .collect()
        };
        let own = dated(contributions(&self.past));
        let theirs = dated(contributions(&other.past));
        let twice = dated(twice(&self.past, &other.past, at, &terms));
        let features = rules.policy.features.iter().enumerate();
        let counters = features.filter(|(_, feature)| start_of(feature).is_some());
        let both = counters.map(|(ix, feature)| {
            let after = other.counts.get(&ix).map(|(after, _)| (*after, 0));
            let sum = counted(feature, &own, self.counts.get(&ix))
                + counted(feature, &theirs, other.counts.get(&ix))
                - counted(feature, &twice, after.as_ref());
            (ix, (at, sum))
        });
        both.collect()
    }
}

/// Where a ladder has two customers together, and what it remembers of them.
fn together(
    policy: &Policy,
    ladder: &Ladder,
    one: (u8, &Memory),
    other: (u8, &Memory),
    now: Now<'_>,
) -> (u8, Memory) {
    match policy.merge.unwrap_or_default() {
        Keep::Computed => return (0, Memory::new()),
        Keep::Into => return (one.0, one.1.clone()),
        Keep::Higher => {}
    }
    let stays = |(rank, memory): (u8, &Memory)| {
        let rank = usize::from(rank);
        if rank == 0 || !waits(policy, ladder) {
            return now.at;
        }
        if ladder.tiers[rank].patience.demote == Demote::Never {
            return Timestamp::MAX;
        }
        let lapsed = memory.lapsed.unwrap_or(now.at);
        let ends = memory.ends(ladder, rank, lapsed, now);
        let ends = ends.into_iter().map(|(_, _, end)| end);
        ends.chain([lapsed, memory.granted])
            .max()
            .expect("two at least")
    };
    let later = other.0 > one.0 || (other.0 == one.0 && stays(other) > stays(one));
    let ((rank, kept), (_, left)) = if later { (other, one) } else { (one, other) };
    let mut memory = kept.clone();
    for (k, held) in &left.held {
        if *k > usize::from(rank) {
            let known = memory.held.entry(*k).or_insert(*held);
            *known = (*known).min(*held);
        }
    }
    for (k, floor) in &left.floors {
        let known = memory.floors.entry(*k).or_insert(*floor);
        *known = (*known).min(*floor);
    }
    for (k, stretches) in &left.stretches {
        memory.stretches.entry(*k).or_default().or_enough(stretches);
    }
    (rank, memory)
}

impl Customer {
    /// Is what several customers are together.
    fn become_one(&mut self, joined: Joined) {
        self.past = joined.past;
        self.counts = joined.counts;
        self.given = joined.given;
        self.memories = joined.memories;
        self.overruling = joined.overruling;
    }

    /// Is alone again.
    pub(super) fn come_back(&mut self) {
        let own = self.union.own.take().expect("was one with others");
        self.union.others.clear();
        self.become_one(Joined::of(&own));
    }

    /// Fires what is due before an instant.
    pub(super) fn catch_up(&mut self, at: Timestamp, rules: Rules<'_>) -> Vec<Judged> {
        let mut judged = Vec::new();
        while self.horizon.as_ref().is_some_and(|h| h.at < at) {
            judged.extend(self.fire(rules));
        }
        judged
    }

    fn judge_union(&mut self, at: Timestamp, tells: bool, rules: Rules<'_>) -> Vec<Judged> {
        let before = self.overruling.clone();
        self.judge(at, Occasion::Union(tells), &before, rules)
    }
}

impl Model {
    /// The place of the customer of that name, whoever goes on for them.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.customers.iter().position(|known| known.name == name)
    }

    /// The place of the customer of that name, or of the one who goes on for them.
    pub(super) fn whole(&self, name: &str) -> Option<usize> {
        let place = self.place(name)?;
        match &self.customers[place].union.into {
            Some(into) => self.place(into),
            None => Some(place),
        }
    }

    /// All who stand for themselves, in the order of their turns.
    pub(crate) fn standing(&self) -> impl Iterator<Item = &Customer> {
        let all = self.customers.iter();
        let mut all: Vec<&Customer> = all
            .filter(|customer| customer.union.into.is_none())
            .collect();
        all.sort_by_key(|customer| customer.turn);
        all.into_iter()
    }

    /// Changes a customer by the rules in force.
    pub(super) fn change<T>(
        &mut self,
        place: usize,
        change: impl FnOnce(&mut Customer, Rules<'_>) -> T,
    ) -> T {
        let mut customer = self.customers[place].clone();
        let made = change(&mut customer, self.rules());
        self.customers[place] = customer;
        made
    }

    /// What an event asks for that makes one of several customers, or several of one.
    pub(super) fn unite(&mut self, event: &OwnedEvent) -> Option<(Outcome, Vec<Judged>)> {
        match &event.command.as_ref()?.ask {
            Ask::Merge(into) => Some(self.merge(event, into)),
            Ask::Unmerge => Some(self.unmerge(event)),
            _ => None,
        }
    }

    fn merge(&mut self, event: &OwnedEvent, into: &str) -> (Outcome, Vec<Judged>) {
        let mut judged = Vec::new();
        if let Some(place) = self.whole(into) {
            judged.extend(self.pass_over(place));
        }
        match self.weigh(event) {
            Ok(true) => return (Outcome::Duplicate, judged),
            Err(refused) => return (Outcome::Refused(refused), judged),
            Ok(false) => {}
        }
        if let Err(refused) = self.weigh_merge(event, into) {
            return (Outcome::Refused(refused), judged);
        }
        let one = self.enter(&event.customer);
        let whole = self.whole(into).unwrap_or_else(|| self.enter(into));
        let into = self.customers[whole].name.clone();
        let frontiers = [one, whole].map(|place| self.customers[place].frontier);
        let at = frontiers[0].max(frontiers[1]).max(event.at);
        for place in [one, whole] {
            judged.extend(self.change(place, |customer, rules| customer.catch_up(at, rules)));
        }
        let frontiers = [one, whole].map(|place| self.customers[place].frontier);
        let goes = self.change(one, |customer, rules| {
            let terms = order_terms(rules.policy);
            customer.past.push((event, true), at, terms.clone());
            let goes = (Joined::of(customer), customer.union.others.clone());
            if customer.union.own.is_some() {
                customer.come_back();
                customer.past.push((event, true), at, terms);
            }
            customer.union.into = Some(into.clone());
            customer.horizon = None;
            goes
        });
        let (goes, others) = goes;
        for other in &others {
            let place = self.place(other).expect("a customer");
            self.customers[place].union.into = Some(into.clone());
        }
        judged.push(self.ended(
            event,
            &event.customer,
            at,
            End::Merged(into.as_str().into()),
        ));
        judged.extend(self.change(whole, |customer, rules| {
            if customer.union.own.is_none() {
                customer.union.own = Some(Box::new(customer.clone()));
            }
            customer.union.others.push(event.customer.clone());
            customer.union.others.extend(others);
            customer.become_one(Joined::of(customer).and(goes, at, rules));
            customer.frontier = frontiers[0].max(frontiers[1]);
            customer.judge_union(at, false, rules)
        }));
        judged.extend(self.fire_due(AFTER_EVENT));
        (Outcome::Applied, judged)
    }

    fn weigh_merge(&self, event: &OwnedEvent, into: &str) -> Result<(), Refused> {
        let bad = |field| Err(Refusal::BadMerge.of(field));
        if self.policy().merge.is_none() {
            return bad("kind");
        }
        let one = self.place(&event.customer);
        if one.is_some_and(|one| self.customers[one].union.into.is_some()) {
            return bad("customer_id");
        }
        let erased = self.erased.get(into);
        let erased = erased.is_some_and(|erased| event.at <= erased.at);
        let whole = self.whole(into);
        if event.customer == into || erased || (one.is_some() && one == whole) {
            return bad("into");
        }
        let (Some(one), Some(whole)) = (one, whole) else {
            return Ok(());
        };
        let both = [one, whole].map(|place| &self.customers[place].past.accepted);
        let all: Vec<&OwnedEvent> = both.into_iter().flatten().map(|one| &*one.event).collect();
        let fits = weigh_totals(&all, self.rules());
        fits.map_err(|_| Refusal::BadAmount.of("into"))
    }

    fn unmerge(&mut self, event: &OwnedEvent) -> (Outcome, Vec<Judged>) {
        match self.weigh(event) {
            Ok(true) => return (Outcome::Duplicate, Vec::new()),
            Err(refused) => return (Outcome::Refused(refused), Vec::new()),
            Ok(false) => {}
        }
        let place = self.place(&event.customer);
        let Some(place) = place.filter(|place| self.customers[*place].union.into.is_some()) else {
            let refused = Refusal::BadMerge.of("customer_id");
            return (Outcome::Refused(refused), Vec::new());
        };
        let (at, mut judged) = self.part(place, event.at);
        judged.extend(self.change(place, |customer, rules| {
            customer
                .past
                .push((event, true), at, order_terms(rules.policy));
            customer.judge_union(at, true, rules)
        }));
        judged.extend(self.fire_due(AFTER_EVENT));
        (Outcome::Applied, judged)
    }

    /// Takes a customer out of the one into whom they were merged; the rest is judged.
    pub(super) fn part(&mut self, place: usize, at: Timestamp) -> (Timestamp, Vec<Judged>) {
        let name = self.customers[place].name.clone();
        let whole = self.whole(&name).expect("merged");
        let at = self.customers[whole].frontier.max(at);
        let mut judged = self.change(whole, |customer, rules| customer.catch_up(at, rules));
        let frontier = self.customers[whole].frontier;
        self.customers[place].union.into = None;
        self.customers[place].frontier = frontier;
        let others = &self.customers[whole].union.others;
        let rest: Vec<String> = others
            .iter()
            .filter(|other| **other != name)
            .cloned()
            .collect();
        let theirs: Vec<Joined> = rest
            .iter()
            .map(|name| Joined::of(&self.customers[self.place(name).expect("a customer")]))
            .collect();
        judged.extend(self.change(whole, |customer, rules| {
            if rest.is_empty() {
                customer.come_back();
            } else {
                let own = customer.union.own.as_ref().expect("one with others");
                let mut joined = Joined::of(own);
                for other in theirs {
                    joined = joined.and(other, at, rules);
                }
                customer.union.others = rest;
                customer.become_one(joined);
            }
            customer.judge_union(at, false, rules)
        }));
        (at, judged)
    }

    /// Books an event that counts with those who are one with its customer.
    pub(super) fn accept_apart(&mut self, event: &OwnedEvent, judged_at: Timestamp) {
        let whole = self.whole(&event.customer).expect("known by now");
        if self.customers[whole].union.own.is_none() {
            return;
        }
        let place = self.place(&event.customer).expect("known by now");
        let tiers = self.customers[whole].tiers();
        self.change(place, |customer, rules| {
            let own = match &mut customer.union.own {
                Some(own) => own,
                None => customer,
            };
            own.note(event, judged_at, (rules, &tiers));
        });
    }
}
