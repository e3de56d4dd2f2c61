//! What features have seen and decided.

use tidemark::features::feature::{Aggregate, Window};
use tidemark::features::filter::Filter;
use tidemark::model::change::{Cause, Change, Measure};
use tidemark::model::event::Kind;
use tidemark::policy::declared::Policy;
use tidemark::policy::rule::Subject;

use super::Sightings;
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
