//! Cases of ladders that wait.

use tidemark::model::change::{Cause, Change, Wait};
use tidemark::model::time::Span;
use tidemark::model::until::Until;
use tidemark::policy::declared::Policy;
use tidemark::policy::lifetime::Held;
use tidemark::policy::patience::{Depth, Requalify};

use super::Sightings;
use crate::model::customer::Customer;
use crate::model::lane::Model;

impl Sightings {
    /// A change, by what was waited for.
    pub(super) fn waited(&mut self, policy: &Policy, change: &Change) {
        let Some(ladder) = policy.ladders.get(change.scale.0) else {
            return;
        };
        let case = match change.waited.map(|waited| waited.wait) {
            Some(Wait::Settle) => "settled",
            Some(Wait::Grace) => "grace over",
            Some(Wait::MinimumStay) => "minimum stay over",
            Some(Wait::Term) => "term over",
            None => {
                let left = ladder.tiers[usize::from(change.from)].patience;
                let event = matches!(change.cause, Cause::Event | Cause::Correction);
                let down = change.to < change.from && event && change.overridden.is_none();
                self.see("lost in spite of a grace", down && left.grace.is_some());
                return;
            }
        };
        self.see(case, true);
        let far = change.to > change.from + 1;
        let again = change.waited.is_some_and(|waited| {
            let term = ladder.tiers[usize::from(change.from)].patience.term;
            let long = match term.map(|term| (term.requalify, term.until)) {
                Some((Requalify::Extends, Until::Span(span))) => span,
                Some((Requalify::Extends, Until::Months(n))) => Span::from_days(32 * i64::from(n)),
                _ => return false,
            };
            case == "term over" && change.effective_at > waited.since + long
        });
        self.see("term over after another one", again);
        self.see("settled several tiers above", case == "settled" && far);
        let left = ladder.tiers[usize::from(change.from)].patience;
        let down = change.to + 1 == change.from && left.depth == Depth::OneStep;
        self.see("one step down after a wait", down);
    }

    /// What a customer's ladders remember, before and after an event of theirs.
    pub(super) fn remembered(&mut self, before: &Customer, after: &Customer) {
        let places = before.places.iter().zip(&after.places);
        let memories = before.memories.iter().zip(&after.memories);
        for ((old, new), (was, is)) in places.zip(memories) {
            if old.version == new.version {
                let back = was.lapsed.is_some() && is.lapsed.is_none();
                self.see("kept again before it was lost", back);
                let spared = was.granted < is.granted && is.lapsed.is_some();
                self.see("kept though something was taken back", spared);
                let broken = was.held.keys().any(|tier| !is.held.contains_key(tier));
                self.see("settling broken off by an event", broken);
            } else {
                let others = !is.held.is_empty() && new.rank > old.rank;
                self.see("up while a higher tier settles", others);
                self.see("came down and goes on", is.lapsed.is_some());
            }
        }
    }

    /// What a customer has for life.
    pub(super) fn for_life(&mut self, policy: &Policy, customer: &Customer) {
        let ladders = policy.ladders.iter().zip(&customer.memories);
        for ((ladder, memory), place) in ladders.zip(&customer.places) {
            for tier in memory.floors.keys() {
                let lifetime = ladder.tiers[*tier].lifetime.as_ref();
                let lifetime = lifetime.expect("for life");
                match (&lifetime.rule, lifetime.held) {
                    (Some(_), None) => self.see("for life by a rule", true),
                    (None, Some(Held::InTotal(_))) => self.see("for life after a total", true),
                    (None, Some(Held::InARow(_))) => self.see("for life after a stretch", true),
                    _ => self.see("for life by both", true),
                }
            }
            let tier = &ladder.tiers[usize::from(place.rank)];
            self.see("on a tier that requires another", tier.requires.is_some());
        }
        let again = customer
            .memories
            .iter()
            .flat_map(|memory| &memory.stretches);
        let again = again.filter(|(_, stretches)| stretches.is_back());
        self.see("back on a tier to be held in total", again.count() > 0);
    }

    /// What is to come.
    pub(super) fn awaited(&mut self, model: &Model) {
        let silent = |customer: &Customer| {
            let horizon = customer.horizon.as_ref();
            horizon.is_some_and(|horizon| horizon.moves.is_empty())
        };
        let any = model.customers.iter().any(silent);
        self.see("a deadline that moves nobody", any);
    }
}
