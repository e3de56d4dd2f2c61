//! Random waits of tiers: what they wait for, what makes them ones for life, what they tell before.

use proptest::prelude::*;
use proptest::sample::select;
use tidemark::model::period::Period;
use tidemark::model::time::{DAY_MS, Span};
use tidemark::model::until::Until;
use tidemark::policy::lifetime::Held;
use tidemark::policy::patience::{Demote, Depth, OnRefund, Patience, Requalify, Term};

use super::policies::HOUR_MS;

/// One or a few lengths of time, the longest first.
pub(super) fn warnings() -> BoxedStrategy<Vec<Span>> {
    let spans = vec![30 * DAY_MS, 10 * DAY_MS, 3 * DAY_MS, DAY_MS, HOUR_MS, 1];
    let some = proptest::sample::subsequence(spans, 1..=3);
    some.prop_map(|steps| steps.into_iter().map(Span).collect())
        .boxed()
}

pub(super) fn held() -> BoxedStrategy<Held> {
    let total = [1, HOUR_MS, DAY_MS, 40 * DAY_MS].map(|ms| Held::InTotal(Span(ms)));
    let row = [1, 2, 12].map(|n| Held::InARow(Until::Months(n)));
    let all = total.into_iter().chain(row);
    select(all.collect::<Vec<_>>()).boxed()
}

/// Half of the tiers wait for nothing.
pub(super) fn patience() -> BoxedStrategy<Patience> {
    let settle = select(vec![0, 0, 1, 600_000, HOUR_MS, DAY_MS, 3 * DAY_MS]).prop_map(Span);
    let never = prop::bool::weighted(0.1);
    let depth = select(vec![Depth::ToFit, Depth::OneStep]);
    let gentle = select(vec![OnRefund::Wait, OnRefund::Keep]);
    let on_refund = prop_oneof![gentle, Just(OnRefund::Demote)];
    let term = (
        untils(),
        prop_oneof![2 => Just(Requalify::Extends), 1 => Just(Requalify::Restarts)],
    );
    let term = term.prop_map(|(until, requalify)| until.map(|until| Term { until, requalify }));
    let waits = (settle, never, untils(), untils(), term, depth, on_refund).prop_map(
        |(settle, never, grace, stay, term, depth, on_refund)| Patience {
            settle,
            demote: if never {
                Demote::Never
            } else {
                Demote::Immediate
            },
            grace,
            stay,
            term,
            depth,
            on_refund,
        },
    );
    prop_oneof![Just(Patience::NONE), waits].boxed()
}

fn untils() -> BoxedStrategy<Option<Until>> {
    let spans = [1, HOUR_MS, DAY_MS, 30 * DAY_MS];
    let spans = spans.map(|ms| Until::Span(Span(ms)));
    let months = [1, 2, 12].map(Until::Months);
    let years = [1, 4].map(|month| Period::Year { month, day: 1 });
    let periods = [Period::Month, Period::Quarter].into_iter().chain(years);
    let ends = periods.flat_map(|period| {
        [(false, 0), (true, 0), (false, 1)].map(|(next, plus)| Until::EndOf { period, next, plus })
    });
    let lengths = spans.into_iter().chain(months).collect::<Vec<_>>();
    let one = prop_oneof![3 => select(lengths), 4 => select(ends.collect::<Vec<_>>())];
    prop::option::weighted(0.4, one).boxed()
}
