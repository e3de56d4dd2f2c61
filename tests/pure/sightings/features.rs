//! What features have seen and decided.

use tidemark::features::feature::{Aggregate, Window};
use tidemark::features::filter::Filter;
use tidemark::model::change::{Cause, Change, Measure};
use tidemark::model::event::Kind;
use tidemark::policy::declared::Policy;
use tidemark::policy::rule::Subject;

use super::{Before, Sightings};
use crate::model::owned_event::OwnedEvent;
use crate::model::source::Source;

impl Sightings {
    /// What an event that counts said of itself.
    pub(super) fn details(&mut self, policy: &Policy, event: &OwnedEvent, day: i64) {
        self.see(
            "of a declared kind",
            matches!(event.kind, Kind::Declared(_)),
        );
        let source = Source::of(event);
        for feature in &policy.features {
            if let (Some(filter), true) = (&feature.filter, feature.kinds.contains(event.kind)) {
                let passes = source.passes(filter, day);
                self.see("let through by a filter", passes);
                self.see("kept out by a filter", !passes);
                let date = matches!(filter, Filter::Date(_));
                self.see("let through by its date", date && passes);
            }
        }
    }

    /// What a profile that counts has said, and what was said before.
    pub(super) fn profile(&mut self, before: &Before, event: &OwnedEvent) {
        if event.kind != Kind::Profile {
            return;
        }
        let Some(customer) = &before.customer else {
            self.see("a profile of nobody known", true);
            return;
        };
        let late = event.at < before.late_before;
        self.see("a profile that would be too late", late);
        let mut all = customer.past.accepted.iter();
        let copied = all.any(|earlier| earlier.event.event_id == event.event_id);
        let case = "a copy of a profile that would be too late";
        self.see(case, late && copied);
        let taken_away = event.facts.words().age == Some(None);
        for earlier in &customer.past.accepted {
            let (said, says) = (earlier.event.facts.words(), event.facts.words());
            let town = said.town.is_some() && says.town.is_some();
            let other = town && said.town != says.town;
            let behind = earlier.event.at > event.at;
            self.see("a profile behind a later one", other && behind);
            let beside = earlier.event.at == event.at;
            self.see("a profile at the instant of another one", other && beside);
            let known = said.age.flatten().is_some() && !behind;
            self.see("a member taken away", taken_away && known);
        }
    }

    /// Whether what is noted one by one alone decided.
    pub(super) fn noted(&mut self, policy: &Policy, change: &Change) {
        let [reason] = &change.reasons[..] else {
            return;
        };
        let comparison = &policy.comparisons[reason.comparison];
        let Subject::Feature(ix) = comparison.subject else {
            return;
        };
        let by_clock = change.cause == Cause::Clock;
        let window = policy.features[ix].window;
        let before = matches!(window, Window::Previous(_));
        self.see(
            "moved by the clock, by the period before",
            before && by_clock,
        );
        let own = matches!(window, Window::Personal(_));
        self.see("moved by the clock, by an own year", own && by_clock);
        match policy.features[ix].aggregate {
            Aggregate::MostFrequent(..) => {
                self.see("moved by an event, by a text", !by_clock);
                self.see("moved by the clock, by a text", by_clock);
                let other = matches!(reason.measured, Measure::Says(_));
                let other = other && reason.measured != comparison.threshold;
                self.see("a text that is none of those compared", other);
            }
            Aggregate::MostFrequentCount(_) | Aggregate::Distinct(..) => {
                self.see("moved by the clock, by how many texts", by_clock);
            }
            Aggregate::Latest(..) => {
                self.see("moved by an event, by a profile", !by_clock);
                self.see("moved by the clock, by a profile", by_clock);
                let unknown = reason.measured == Measure::Unknown;
                self.see("measured unknown", unknown);
            }
            Aggregate::DecayedSum(..) => {
                self.see("moved by the clock, by a decayed sum", by_clock);
            }
            Aggregate::MeanGap => {
                self.see("moved by an event, by a mean gap", !by_clock);
                self.see("moved by the clock, by a mean gap", by_clock);
            }
            Aggregate::Silence => {
                self.see("moved by the clock, by a silence", by_clock);
            }
            Aggregate::Least(_) | Aggregate::Most(_) => {
                self.see("moved by the clock, by the least or greatest", by_clock);
            }
            _ => {}
        }
    }

    /// Whether a derived feature alone decided.
    pub(super) fn derived(&mut self, policy: &Policy, change: &Change) {
        let derived = |comparison: usize| match policy.comparisons[comparison].subject {
            Subject::Feature(ix) => {
                matches!(policy.features[ix].aggregate, Aggregate::Derived(_))
            }
            Subject::Tier(_) => false,
        };
        let one = change.reasons.len() == 1;
        let by_derived = one && derived(change.reasons[0].comparison);
        let by_clock = change.cause == Cause::Clock;
        self.see(
            "moved by an event, by a derived feature",
            by_derived && !by_clock,
        );
        self.see(
            "moved by the clock, by a derived feature",
            by_derived && by_clock,
        );
    }
}
