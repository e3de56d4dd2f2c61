//! Requests of a plan made events that ask for overrides.

use tidemark::model::command::{Ask, Command, Unwanted, Wanted};
use tidemark::model::event::Kind;
use tidemark::model::time::{DAY_MS, Span, Timestamp};

use super::super::requests::{End, Request, Tier, Wish};
use super::super::unions::Unite;
use super::{Stage, event_id, name};
use crate::model::owned_event::OwnedEvent;
use crate::model::source::Facts;

impl Stage {
    pub(super) fn ask(&self, request: &Request) -> OwnedEvent {
        let customer = name(request.who);
        let at = self.when(request.when, &customer);
        let ladders = &self.history.policy.ladders;
        let known = ladders.get(request.ladder.min(2));
        let ladder = known.map_or("none such".into(), |ladder| ladder.name.as_str().into());
        let ask = match request.wish {
            Wish::Withdraw(verb) => Ask::Withdraw(Unwanted { ladder, verb }),
            Wish::Override(verb, tier, end) => {
                let tiers = known.map_or(&[][..], |ladder| &ladder.tiers);
                let tier = match tier {
                    Tier::Nth(nth) if !tiers.is_empty() => tiers[nth % tiers.len()].name.as_str(),
                    _ => "none such",
                };
                let end = self.end(end, at, &customer);
                Ask::Override(Wanted {
                    ladder,
                    verb,
                    tier: verb.names_tier().then(|| tier.into()),
                    until: end.or(verb.needs_end().then_some(at + Span(DAY_MS))),
                })
            }
        };
        self.command(customer, at, ask)
    }

    pub(super) fn unite(&self, unite: &Unite) -> OwnedEvent {
        let customer = name(unite.who);
        let at = self.when(unite.when, &customer);
        let into = unite.into.map(|into| name(into).as_str().into());
        self.command(customer, at, into.map_or(Ask::Unmerge, Ask::Merge))
    }

    fn command(&self, customer: String, at: Timestamp, ask: Ask) -> OwnedEvent {
        OwnedEvent {
            event_id: event_id(self.events.len()),
            customer,
            kind: Kind::Command,
            at,
            order: None,
            amount: 0,
            currency: None,
            quantity: 0,
            margin: 0,
            facts: Facts::default(),
            attrs: Facts::default().attrs(),
            command: Some(Box::new(Command {
                ask,
                by: "ann".into(),
                why: "because".into(),
            })),
        }
    }

    /// Later than `at`.
    fn end(&self, end: End, at: Timestamp, customer: &str) -> Option<Timestamp> {
        let known = self.model.customer(customer);
        let end = match end {
            End::Open => return None,
            End::After(far) => at + Span(far),
            End::Due { off } => known
                .and_then(|customer| customer.horizon.as_ref())
                .map_or(at, |due| self.beside(due.at, off)),
            End::DayStart { days } => {
                let today = self.days.day_of(at);
                self.days.start_of(today + days)
            }
        };
        Some(end.max(at + Span(1)))
    }
}
