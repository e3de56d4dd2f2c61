//! Customers who are merged and parted, and what comes meanwhile.

use tidemark::engine::effect::{End, Judged};
use tidemark::engine::input::Outcome;
use tidemark::model::command::Ask;
use tidemark::model::event::Kind;

use super::{Before, Sightings};
use crate::model::contribution::{known, orders};
use crate::model::customer::order_terms;
use crate::model::lane::Model;
use crate::model::owned_event::OwnedEvent;

/// Cases of merging and parting.
pub(crate) const UNITING: [&str; 24] = [
    "merged",
    "merged, unknown",
    "merged into an unknown one",
    "merged by a late command",
    "merged with others of its own",
    "merged into one of several",
    "merged after horizons",
    "merged, and somebody moves",
    "merged, overrides of both",
    "merged, an order of both",
    "merged again",
    "refused bad_merge customer_id",
    "refused bad_merge into",
    "refused bad_merge kind",
    "refused bad_amount into",
    "a straggler",
    "a straggler refunds another's order",
    "a straggler asks for an override",
    "unmerged",
    "unmerged, others go on",
    "unmerged, and both move",
    "unmerged, and moved by what came meanwhile",
    "erased with others",
    "erased out of others",
];

impl Sightings {
    pub(super) fn united(
        &mut self,
        model: &Model,
        before: &Before,
        (event, outcome): (&OwnedEvent, Outcome),
        judged: &[Judged],
    ) {
        let ask = event.command.as_ref().map(|command| &command.ask);
        if let Outcome::Refused(refused) = outcome {
            let case = match (refused.refusal.code(), refused.field) {
                ("bad_merge", "customer_id") => "refused bad_merge customer_id",
                ("bad_merge", "into") => "refused bad_merge into",
                ("bad_merge", _) => "refused bad_merge kind",
                ("bad_amount", "into") => "refused bad_amount into",
                _ => return,
            };
            self.see(case, true);
        }
        if outcome != Outcome::Applied || event.kind == Kind::Heartbeat {
            return;
        }
        let moved = judged.iter().filter(|one| !one.changes.is_empty()).count();
        match ask {
            Some(Ask::Merge(into)) => {
                self.merged(model, before, event, into);
                let fired = judged.first().is_some_and(|one| one.ended.is_none());
                self.see("merged after horizons", fired);
                self.see("merged, and somebody moves", moved > 0);
            }
            Some(Ask::Unmerge) => {
                self.see("unmerged", true);
                let whole = before.customer.as_ref();
                let several = whole.is_some_and(|whole| whole.union.others.len() > 1);
                self.see("unmerged, others go on", several);
                self.see("unmerged, and both move", moved > 1);
                let own = judged.iter().find(|one| *one.customer == *event.customer);
                let own = own.is_some_and(|own| own.changes.iter().any(|one| one.version > 2));
                self.see("unmerged, and moved by what came meanwhile", own);
            }
            Some(Ask::Erase) => {
                let ended = judged.iter().filter_map(|one| one.ended.as_ref());
                let erased = ended.filter(|one| matches!(one.end, End::Erased(_)));
                self.see("erased with others", erased.count() > 1);
                let whole = before.customer.as_ref();
                let out = whole.is_some_and(|whole| whole.name != event.customer);
                self.see("erased out of others", out);
            }
            _ => self.straggler(before, event),
        }
    }

    fn merged(&mut self, model: &Model, before: &Before, event: &OwnedEvent, into: &str) {
        self.see("merged", true);
        self.see("merged, unknown", before.customer.is_none());
        let whole = model.customer(into).expect("merged into");
        let own = whole.union.own.as_ref().expect("merged into");
        self.see("merged into an unknown one", own.past.accepted.is_empty());
        self.see(
            "merged into one of several",
            whole.name != into || whole.union.others.len() > 1,
        );
        let Some(customer) = &before.customer else {
            return;
        };
        self.see("merged by a late command", event.at < customer.frontier);
        self.see(
            "merged with others of its own",
            !customer.union.others.is_empty(),
        );
        let again = customer.past.accepted.iter().any(|earlier| {
            let ask = earlier.event.command.as_ref().map(|command| &command.ask);
            ask == Some(&Ask::Unmerge)
        });
        self.see("merged again", again);
        let at = whole.frontier;
        let both = [&own.overruling, &customer.overruling];
        let overrides = both.map(|of| !of.remembered(at).is_empty());
        self.see("merged, overrides of both", overrides == [true, true]);
        let terms = order_terms(model.policy());
        let theirs = orders(&own.past).0;
        let twice = orders(&customer.past).0.iter().any(|order| {
            order.is_known(at, &terms) && known(&theirs, order.id.as_deref(), at, &terms).is_some()
        });
        self.see("merged, an order of both", twice);
    }

    fn straggler(&mut self, before: &Before, event: &OwnedEvent) {
        let whole = before.customer.as_ref();
        let Some(whole) = whole.filter(|whole| whole.name != event.customer) else {
            return;
        };
        self.see("a straggler", true);
        self.see("a straggler asks for an override", event.command.is_some());
        let named = whole.past.accepted.iter().any(|earlier| {
            earlier.event.kind == Kind::Purchase
                && earlier.event.customer != event.customer
                && earlier.event.order.is_some()
                && earlier.event.order == event.order
        });
        let refund = event.kind == Kind::Refund && named;
        self.see("a straggler refunds another's order", refund);
    }
}
