//! Features of random policies that are made of two others.

use tidemark::features::derived::{Derived, Excess, How};
use tidemark::features::feature::{Aggregate, Feature, Resolution, Unit, Window};
use tidemark::model::event::KindSet;

/// What is carried beyond a few thresholds, of which the parts say something.
fn excess(unit: Unit, parts: [usize; 2]) -> Excess {
    let scale = if unit == Unit::Number { 1 } else { 10_000 };
    let mut beyond = [i64::MAX; Excess::THRESHOLDS_MAX];
    for (threshold, more) in beyond.iter_mut().zip([1, 3, 10]).take(1 + parts[0] % 3) {
        *threshold = more * scale;
    }
    let most = if parts[1].is_multiple_of(2) {
        i64::MAX
    } else {
        2 * scale
    };
    Excess { beyond, most }
}

/// Something made of two of these features, if there are two that go together.
pub(super) fn derived(
    index: usize,
    plan: (usize, usize, usize),
    features: &[Feature],
) -> Option<Feature> {
    let parts: Vec<usize> = (0..features.len())
        .filter(|ix| {
            let aggregate = features[*ix].aggregate;
            let odd = matches!(
                aggregate,
                Aggregate::Distinct(..)
                    | Aggregate::Silence
                    | Aggregate::DecayedSum(..)
                    | Aggregate::Latest(..)
            );
            !aggregate.may_be_never() && !odd
        })
        .collect();
    let pick = |place: usize| parts.get(place.checked_rem(parts.len())?).copied();
    let (how, parts) = (plan.0, [pick(plan.1)?, pick(plan.2)?]);
    let (how, parts, unit) = match parts.map(|part| features[part].unit()) {
        [one, other] if one == other => match how {
            0 => (How::Per(1_000_000), parts, Unit::Percent),
            1 => (How::Per(10_000), parts, Unit::Decimal),
            2 => (How::Carried(excess(one, parts)), parts, one),
            _ => (How::Less, parts, one),
        },
        [Unit::Money, _] => (How::Per(1), parts, Unit::Money),
        _ => (How::Per(1), [parts[1], parts[0]], Unit::Money),
    };
    Some(Feature {
        name: format!("f{index}"),
        kinds: KindSet::default(),
        filter: None,
        aggregate: Aggregate::Derived(Derived { how, parts, unit }),
        window: Window::Lifetime,
        resolution: Resolution::Exact,
    })
}
