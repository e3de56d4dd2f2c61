//! Which cases of the semantics a history has really come by, counted while the model plays it.

mod cases;
mod erasures;
mod features;
mod forgetting;
mod orders;
mod overruled;
mod passing;
mod questions;
mod starts;
mod uniting;
mod waiting;
mod warnings;

use std::collections::BTreeMap;

use tidemark::engine::effect::Judged;
use tidemark::engine::input::{Outcome, Tick};
use tidemark::model::change::{Cause, Change, Measure};
use tidemark::model::event::Kind;
use tidemark::model::refusal::Refused;
use tidemark::model::time::{DAY_MS, Span, Timestamp};
use tidemark::policy::declared::Policy;
use tidemark::policy::rule::Subject;

use crate::histories::policies::HOUR_MS;
use crate::model::customer::Customer;
use crate::model::{lane::Model, owned_event::OwnedEvent};
pub(crate) use cases::CASES;
use cases::KNOWN;
pub(crate) use forgetting::FORGETTING;
pub(crate) use passing::CHANGING;
use questions::{apart, kept};
pub(crate) use uniting::UNITING;

/// How often each case was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sightings(pub(crate) BTreeMap<&'static str, u64>);

/// What stood before an input.
pub(crate) struct Before {
    customer: Option<Customer>,
    clock: Timestamp,
    late_before: Timestamp,
    held: u64,
    forgotten: usize,
}

impl Sightings {
    pub(crate) fn add(&mut self, other: &Self) {
        for (case, times) in &other.0 {
            *self.0.entry(case).or_default() += times;
        }
    }

    pub(crate) fn of(&self, case: &str) -> u64 {
        self.0.get(case).copied().unwrap_or(0)
    }

    fn see(&mut self, case: &'static str, seen: bool) {
        debug_assert!(KNOWN.contains(case), "{case}");
        if seen {
            *self.0.entry(case).or_default() += 1;
        }
    }

    pub(crate) fn before_tick(&mut self, model: &Model, tick: Tick) -> Before {
        let ceiling = model.ceiling.max(tick.ceiling);
        self.see(
            "ceiling behind an earlier one",
            tick.ceiling < model.ceiling,
        );
        if let Some(coast) = tick.coast {
            self.see("coast beyond the ceiling", coast > ceiling);
            self.see("coast behind the clock", coast < model.clock);
        }
        Before {
            customer: None,
            clock: model.clock,
            late_before: model.late_before(),
            held: model.held(model.clock),
            forgotten: model.forgotten.len(),
        }
    }

    pub(crate) fn before_event(&mut self, model: &Model, event: &OwnedEvent) -> Before {
        Before {
            customer: model.customer(&event.customer).cloned(),
            clock: model.clock,
            late_before: model.late_before(),
            held: model.held(model.clock),
            forgotten: model.forgotten.len(),
        }
    }

    /// Looks at an input that the model has just taken.
    pub(crate) fn after(
        &mut self,
        model: &Model,
        before: Before,
        judged: &[Judged],
        event: Option<(&OwnedEvent, Outcome)>,
    ) {
        let forgot = (before.forgotten, before.customer.is_some());
        self.forgot(model, forgot, event.map(|(event, _)| event));
        if let Some(event) = event {
            self.united(model, &before, event, judged);
        }
        if model.era() > 0 {
            self.passed(judged, event.is_some());
            return;
        }
        let waiting = model.held(model.clock) > 0;
        match event {
            None => self.see("waiting ones fired by a tick", before.held > 0 && !waiting),
            Some((event, outcome)) => {
                self.edges_of_reach(model, &before, event, outcome);
                match outcome {
                    Outcome::Applied => self.applied(model, &before, event, judged),
                    Outcome::Duplicate => self.duplicate(&before, event, model.policy()),
                    Outcome::Suppressed => self.suppressed(model, &before, event),
                    Outcome::Refused(refused) => self.refused(refused, &before, event),
                }
                let waited = before.held > 0;
                let copy = outcome == Outcome::Duplicate;
                let refused = matches!(outcome, Outcome::Refused(_));
                self.see("waiting while an event is refused", waited && refused);
                self.see("waiting while a copy comes", waited && copy);
                let left = outcome == Outcome::Applied && waiting;
                self.see("left waiting after an event", left);
            }
        }
        let on_horizon = model.customers.iter().any(|customer| {
            let due = customer.horizon.as_ref();
            due.is_some_and(|due| due.at == model.clock)
        });
        self.see("clock on a horizon", on_horizon);
        self.fired(model, judged);
        for judged in judged {
            self.mixed(&judged.changes);
            self.warned(model, judged);
        }
        for change in judged.iter().flat_map(|judged| &judged.changes) {
            self.change(model.policy(), change);
            self.waited(model.policy(), change);
            self.by_counts(model.policy(), change);
            self.overridden(change);
        }
        self.awaited(model);
        self.begun(model, judged);
    }

    fn refused(&mut self, refused: Refused, before: &Before, event: &OwnedEvent) {
        self.see(
            "refused from an unknown customer",
            before.customer.is_none(),
        );
        let case = match (refused.refusal.code(), refused.field) {
            ("unknown_order", _) if event.order.is_none() => "refused unknown_order, naming none",
            ("bad_amount", "amount") => "refused bad_amount amount",
            ("bad_amount", "quantity") => "refused bad_amount quantity",
            ("bad_amount", "attrs") => "refused bad_amount attrs",
            ("bad_amount", "margin") => "refused bad_amount margin",
            ("future", _) => "refused future",
            ("order_exists", _) => "refused order_exists",
            ("too_late", _) => "refused too_late",
            ("unknown_ladder", _) => "refused unknown_ladder",
            ("unknown_tier", _) => "refused unknown_tier",
            ("unknown_currency", _) => "refused unknown_currency",
            ("unknown_order", _) => "refused unknown_order",
            ("bad_merge", _) | ("bad_amount", "into") => return,
            other => panic!("no refusal of an engine: {other:?}"),
        };
        self.see(case, true);
    }

    fn duplicate(&mut self, before: &Before, event: &OwnedEvent, policy: &Policy) {
        self.see("duplicate", true);
        let foreign = event.currency.is_some_and(|named| named != policy.currency);
        self.see("duplicate in another currency", foreign);
        let apart = apart(before, event).expect("a duplicate has a first");
        let dedup = policy.time.dedup.0;
        self.see("duplicate exactly dedup later", apart == dedup && dedup > 0);
        self.see(
            "duplicate exactly dedup earlier",
            apart == -dedup && dedup > 0,
        );
    }

    fn edges_of_reach(
        &mut self,
        model: &Model,
        before: &Before,
        event: &OwnedEvent,
        outcome: Outcome,
    ) {
        let time = model.policy().time;
        let roof = model.ceiling + time.ahead;
        self.see("dated at the roof", event.at == roof);
        self.see("dated one above the roof", event.at == roof + Span(1));
        let floor = before.clock - time.late;
        if before.clock > Timestamp::MIN {
            let counted = outcome == Outcome::Applied;
            self.see("dated at the floor", event.at == floor && counted);
            self.see("dated one below the floor", event.at == floor - Span(1));
        }
    }

    fn applied(&mut self, model: &Model, before: &Before, event: &OwnedEvent, judged: &[Judged]) {
        self.see("applied", true);
        let heartbeat = event.kind == Kind::Heartbeat;
        self.see("heartbeat", heartbeat);
        if heartbeat {
            return;
        }
        let policy = model.policy();
        if event.erases() {
            self.erased(before, event, judged);
            return;
        }
        self.born_again(model, before, event);
        let day = model.rules().days.day_of(event.at);
        self.details(policy, event, day);
        self.profile(before, event);
        let huge = event.amount > i64::MAX / 4;
        self.see("amount near the end of an i64", huge);
        let held = event.at - policy.time.lateness > model.ceiling;
        self.see("clock held by the ceiling", held);
        let one_beyond = apart(before, event) == Some(policy.time.dedup.0 + 1);
        self.see("id again, one beyond dedup", one_beyond);
        let before_it = apart(before, event) == Some(-policy.time.dedup.0 - 1);
        self.see("id again, one beyond dedup before", before_it);
        let elsewhere = model.customers.iter().any(|customer| {
            let mut theirs = customer.past.accepted.iter();
            customer.name != event.customer
                && theirs.any(|earlier| earlier.event.event_id == event.event_id)
        });
        self.see("id of another customer", elsewhere);
        let Some(after) = model.customer(&event.customer) else {
            return;
        };
        self.see("no horizon", after.horizon.is_none());
        self.see("kept by the keep rule alone", kept(model, after));
        self.for_life(policy, after);
        self.asked(model, before, event);
        self.below(before, model, event);
        match &before.customer {
            None => self.see("first event of a customer", true),
            Some(customer) => {
                self.remembered(customer, after);
                self.returning(policy, customer, before.clock, event, judged);
            }
        }
    }

    fn returning(
        &mut self,
        policy: &Policy,
        customer: &Customer,
        clock: Timestamp,
        event: &OwnedEvent,
        judged: &[Judged],
    ) {
        let own: Vec<&Judged> = judged
            .iter()
            .filter(|judged| *judged.customer == *event.customer)
            .collect();
        let moved = own
            .iter()
            .any(|judged| !by_time(judged) && !judged.changes.is_empty());
        let behind = event.at < customer.frontier;
        let latest = customer.past.accepted.last().map(|latest| latest.event.at);
        self.see("same instant as before", latest == Some(event.at));
        self.see("before the frontier", behind);
        self.see("before the frontier, moving", behind && moved);
        self.see(
            "before the frontier but not the clock",
            behind && event.at >= clock,
        );
        self.see(
            "behind the clock but not the frontier",
            !behind && event.at < clock,
        );
        let out_of_order = customer
            .past
            .accepted
            .iter()
            .any(|earlier| earlier.event.kind == Kind::Purchase && earlier.event.at > event.at);
        let purchase = event.kind == Kind::Purchase;
        self.see(
            "purchase dated before an older one",
            purchase && out_of_order,
        );
        let same_id = customer
            .past
            .accepted
            .iter()
            .filter(|earlier| earlier.event.event_id == event.event_id);
        self.see("id accepted a third time", same_id.count() > 1);
        let judging = customer.judging_instant(event);
        if let Some(horizon) = &customer.horizon {
            let waiting = horizon.at < clock && judging <= horizon.at;
            self.see("waiting customer, late event", waiting);
            self.see("arrival on the horizon", horizon.at == judging);
            let still = horizon.at == judging && own.is_empty();
            self.see("arrival on the horizon, nothing moves", still);
            let passed = own
                .iter()
                .filter(|judged| by_time(judged) && judged.at < judging);
            let passed = passed.count();
            self.see("arrival after a horizon", passed > 0);
            self.see("arrival after several horizons", passed > 1);
        }
        self.order(policy, customer, event, judging);
    }

    fn fired(&mut self, model: &Model, judged: &[Judged]) {
        let rules = model.rules();
        for (place, one) in judged.iter().enumerate() {
            if !by_time(one) {
                continue;
            }
            let next = judged.get(place + 1);
            let next = next.filter(|next| by_time(next));
            let same = next.is_some_and(|next| next.customer == one.customer);
            self.see("one customer fires twice in a row", same);
            let at_once = next.is_some_and(|next| next.at == one.at);
            self.see("several customers due at once", at_once);
            let day = rules.days.day_of(one.at);
            if rules.days.start_of(day) != one.at {
                continue;
            }
            self.see("fired on a midnight", true);
            let yesterday = one.at - rules.days.start_of(day - 1);
            self.see(
                match yesterday.0 {
                    0 => "fired after a skipped day",
                    DAY_MS => "fired on a midnight",
                    ms if ms == DAY_MS - HOUR_MS => "fired after a day of 23 hours",
                    ms if ms == DAY_MS + HOUR_MS => "fired after a day of 25 hours",
                    _ => "fired after a day of another length",
                },
                true,
            );
        }
    }

    /// An event that changes two places, one of them for the first time since it happened.
    fn mixed(&mut self, changes: &[Change]) {
        let by = |cause| changes.iter().any(|change| change.cause == cause);
        let mixed = by(Cause::Event) && by(Cause::Correction);
        self.see("correction and event in one", mixed);
    }

    fn change(&mut self, policy: &Policy, change: &Change) {
        if policy.is_ladder(change.scale) {
            let case = match (change.to > change.from, change.cause) {
                (true, Cause::Event) => "up by event",
                (true, Cause::Clock) => "up by clock",
                (false, Cause::Event) => "down by event",
                (false, Cause::Clock) => "down by clock",
                (true, Cause::Correction) => "up by correction",
                (false, Cause::Correction) => "down by correction",
                (true, Cause::Command) => "up by command",
                (false, Cause::Command) => "down by command",
                (_, Cause::Policy) => unreachable!("there is one policy"),
            };
            self.see(case, true);
            self.see("down several tiers", change.to + 1 < change.from);
        } else {
            let last = policy.rank_names(change.scale).len() - 1;
            self.see("to a map's last segment", usize::from(change.to) == last);
            let tier =
                |reason: usize| matches!(policy.comparisons[reason].subject, Subject::Tier(_));
            let by_tier = change.reasons.iter().any(|reason| tier(reason.comparison));
            self.see("map moved by a tier", by_tier);
        }
        self.derived(policy, change);
        self.noted(policy, change);
        let mut measured = change.reasons.iter().map(|reason| &reason.measured);
        self.see(
            "measured never",
            measured.clone().any(|m| *m == Measure::Never),
        );
        self.see("measured below zero", measured.any(|m| *m < Measure::Is(0)));
    }
}

/// Whether time alone moved the customer.
fn by_time(judged: &Judged) -> bool {
    let change = judged.changes.first().map(|change| change.cause);
    let warning = judged.warnings.first().map(|warning| warning.cause);
    change.or(warning) == Some(Cause::Clock)
}
