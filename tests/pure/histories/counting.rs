//! Random features that begin with the starts of a ladder, with tiers whose rules look at them.

use proptest::prelude::*;
use proptest::sample::select;
use tidemark::features::feature::{
    Aggregate, Feature, Field, Resolution, Start, Treatment, Window,
};
use tidemark::model::change::Measure;
use tidemark::model::event::{Kind, KindSet};
use tidemark::model::period::Period;
use tidemark::model::time::{DAY_MS, Span};
use tidemark::model::until::Until;
use tidemark::policy::patience::{Patience, Requalify, Term};
use tidemark::policy::rule::{Comparison, Op, Rule, Subject};

/// A feature that begins with the first ladder of a policy.
#[derive(Clone, Debug)]
pub(crate) struct CountedPlan {
    kinds: Vec<Kind>,
    aggregate: Aggregate,
    promotion: Treatment,
    renewal: Treatment,
    most: i64,
    /// Of the tiers, one after another: the thresholds to enter and to keep, and how they stand
    /// beside what else is asked.
    tiers: Vec<([usize; 2], Beside)>,
    term: Option<Term>,
}

/// How a comparison stands beside the rest of a rule.
#[derive(Clone, Copy, Debug)]
enum Beside {
    Alone,
    All,
    Any,
}

/// Any such feature.
pub(crate) fn counted() -> BoxedStrategy<CountedPlan> {
    let treatments = || {
        select(vec![
            Treatment::Deduct,
            Treatment::Deduct,
            Treatment::Reset,
            Treatment::Keep,
        ])
    };
    let kinds = select(vec![
        vec![Kind::Purchase],
        vec![Kind::Purchase],
        vec![Kind::Purchase, Kind::View],
        vec![Kind::View, Kind::Cart],
    ]);
    let aggregates = select(vec![
        Aggregate::Count,
        Aggregate::Sum(Field::Amount),
        Aggregate::Sum(Field::Amount),
        Aggregate::Sum(Field::Quantity),
    ]);
    let beside = select(vec![Beside::Alone, Beside::Alone, Beside::All, Beside::Any]);
    let tier = ([0..5_usize, 0..5_usize], beside);
    let untils = select(vec![
        Until::Span(Span(3 * DAY_MS)),
        Until::Span(Span(30 * DAY_MS)),
        Until::Months(1),
        Until::EndOf {
            period: Period::Month,
            next: false,
            plus: 0,
        },
    ]);
    let requalify = select(vec![
        Requalify::Extends,
        Requalify::Extends,
        Requalify::Restarts,
    ]);
    let term = (untils, requalify).prop_map(|(until, requalify)| Term { until, requalify });
    (
        (kinds, aggregates),
        (treatments(), treatments()),
        select(vec![i64::MAX, i64::MAX, 1, 100]),
        prop::collection::vec(tier, 3),
        prop::option::weighted(0.7, term),
    )
        .prop_map(
            |((kinds, aggregate), (promotion, renewal), most, tiers, term)| CountedPlan {
                kinds,
                aggregate,
                promotion,
                renewal,
                most,
                tiers,
                term,
            },
        )
        .boxed()
}

impl CountedPlan {
    /// The feature.
    pub(super) fn feature(&self) -> Feature {
        let kinds = self.kinds.iter();
        Feature {
            name: "counted".to_owned(),
            kinds: kinds.fold(KindSet::default(), |set, kind| set.with(*kind)),
            filter: None,
            aggregate: self.aggregate,
            window: Window::Start(Start {
                ladder: 0,
                promotion: self.promotion,
                renewal: self.renewal,
                most: self.most,
            }),
            resolution: Resolution::Exact,
        }
    }

    /// What a tier waits for; terms are not so short that they end all the time.
    pub(super) fn patience(&self, patience: Patience) -> Patience {
        let term = self.term.or(patience.term).map(|term| match term.until {
            Until::Span(span) if span.0 < 3 * DAY_MS => Term {
                until: Until::Months(1),
                ..term
            },
            _ => term,
        });
        Patience { term, ..patience }
    }

    /// The rule of the tier of that rank, to enter it or to keep it, beside what else is asked.
    pub(super) fn rule(
        &self,
        (feature, rank, keeps): (usize, usize, bool),
        rest: Rule,
        comparisons: &mut Vec<Comparison>,
    ) -> Rule {
        let (thresholds, beside) = self.tiers[rank % self.tiers.len()];
        let threshold = [1, 2, 3, 0, 5][thresholds[usize::from(keeps)]];
        let unit = match self.aggregate {
            Aggregate::Sum(Field::Amount) => 50,
            _ => 1,
        };
        comparisons.push(Comparison {
            subject: Subject::Feature(feature),
            op: Op::Ge,
            threshold: Measure::Is(threshold * unit),
        });
        let reached = Rule::Compare(comparisons.len() - 1);
        match beside {
            Beside::Alone => reached,
            Beside::All => Rule::All(vec![reached, rest]),
            Beside::Any => Rule::Any(vec![reached, rest]),
        }
    }
}
