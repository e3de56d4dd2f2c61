//! Customers of whom nothing is left to know (section 12).

use tidemark::features::feature::{Aggregate, Feature, Field, Resolution, Window};
use tidemark::model::time::{DAY_MS, Timestamp};

use super::contribution::orders;
use super::customer::{Customer, Rules};
use super::lane::Model;
use super::memory::Memory;
use super::passing::Kept;
use super::starts::start_of;
use super::stretches::Stretches;
use super::union::Union;

/// How far back a feature sees; nothing where that has no end.
fn sight(feature: &Feature) -> Option<i64> {
    let days = |days: i64| Some(days * DAY_MS);
    match (feature.aggregate, feature.window) {
        (Aggregate::Derived(_), _) => Some(0),
        (Aggregate::DecayedSum(_, half_life), _) => days(i64::from(half_life) * 32 + 1),
        (Aggregate::SinceLast | Aggregate::SinceFirst | Aggregate::Latest(..), _) => None,
        (_, Window::Lifetime | Window::Since(_) | Window::Start(_)) => None,
        (_, Window::Personal(_)) => days(366),
        (_, Window::Calendar(period)) => days(period.days_max()),
        (_, Window::Previous(period)) => days(2 * period.days_max()),
        (_, Window::Rolling(span)) => Some(match feature.resolution {
            Resolution::Exact => span.0,
            Resolution::Hour => span.0 / 3_600_000 * 3_600_000,
            Resolution::Day => span.0 / DAY_MS * DAY_MS,
        }),
    }
}

fn sums_scores(feature: &Feature) -> bool {
    matches!(
        feature.aggregate,
        Aggregate::Sum(Field::Attr(..)) | Aggregate::DecayedSum(Field::Attr(..), _)
    )
}

impl Memory {
    /// Whether it says no more than that of a customer who has always been on the lowest tier.
    fn is_as_at_first(&self) -> bool {
        let mut memory = self.clone();
        memory
            .stretches
            .retain(|_, stretches| *stretches != Stretches::default());
        memory == Self::new()
    }
}

impl Customer {
    /// Whether nothing is different from somebody who comes for the first time, but the past.
    fn is_as_at_first(&self, rules: Rules<'_>) -> bool {
        let first = Self::new(&self.name, rules);
        let Union { into, others, own } = &self.union;
        let features = [rules.policy].into_iter().chain(rules.before);
        let scores = features
            .flat_map(|policy| &policy.features)
            .any(sums_scores);
        let weighs = self.past.accepted.iter().any(|accepted| {
            let event = &accepted.event;
            let score = event.facts.score.filter(|_| scores).unwrap_or(0);
            (event.amount, event.quantity, event.margin, score) != (0, 0, 0, 0)
        });
        !weighs
            && self.places == first.places
            && self.given == first.given
            && self.memories.iter().all(|memory| memory.is_as_at_first())
            && self.alarms == first.alarms
            && self.overruling.remembered(self.frontier).is_empty()
            && self.numbers.values().all(|number| *number == 0)
            && self.gone.values().all(|left| left.place.version == 0)
            && (into.is_none() && others.is_empty() && own.is_none())
    }
}

impl Model {
    /// When a customer is forgotten.
    pub(super) fn end(&self, customer: &Customer) -> Option<Timestamp> {
        let rules = self.rules();
        if !self.forgets
            || customer.era < self.era()
            || customer.horizon.is_some()
            || !customer.is_as_at_first(rules)
        {
            return None;
        }
        let before = rules.before.map_or(&[][..], |before| &before.features);
        let before = before.iter().filter(|feature| start_of(feature).is_none());
        let mut longest = 0;
        for feature in rules.policy.features.iter().chain(before) {
            longest = longest.max(sight(feature)?);
        }
        let kept = Kept::of(rules.policy, rules.before);
        longest = longest.max(kept.dedup.0);
        let (orders, _) = orders(&customer.past);
        let after = customer.frontier - kept.orders;
        if orders.iter().any(|order| order.is_named_after(after)) {
            longest = longest.max(kept.orders.0);
        }
        let rest = kept.late.0 + longest + 2 * DAY_MS;
        Some(Timestamp(customer.frontier.0.saturating_add(rest)))
    }

    /// The earliest instant at which somebody is forgotten.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.customers.iter().filter_map(|one| self.end(one)).min()
    }

    /// A customer's end has come.
    pub(super) fn let_go(&mut self, place: usize) {
        let gone = self.customers.remove(place);
        self.left.push(gone.turn);
        self.forgotten.push(gone.name);
    }

    /// Whose turn a customer takes who comes now.
    pub(super) fn next_turn(&mut self) -> u64 {
        self.left.pop().unwrap_or_else(|| {
            self.turns += 1;
            self.turns
        })
    }
}
