//! For how long a feature sees what it has once seen.

use crate::model::time::{DAY_MS, HOUR_MS, Span};

use super::feature::{Aggregate, Feature, Resolution};
use super::shape::keys_asked;

/// For how long features see what happened, at most; time zones apart, which may make days longer.
///
/// # Errors
/// The places of those that see something for ever.
pub fn longest(features: &[Feature]) -> Result<Span, Vec<usize>> {
    let sights = features.iter().map(sight);
    let for_ever: Vec<usize> = (0..)
        .zip(sights.clone())
        .filter_map(|(ix, sight)| sight.is_none().then_some(ix))
        .collect();
    match for_ever.is_empty() {
        true => Ok(sights.flatten().max().unwrap_or(Span(0))),
        false => Err(for_ever),
    }
}

/// Nothing where that has no end. What is made of others sees nothing by itself.
fn sight(feature: &Feature) -> Option<Span> {
    let keys = match feature.aggregate {
        Aggregate::Derived(_) => 0,
        Aggregate::SinceLast | Aggregate::SinceFirst | Aggregate::Latest(..) => return None,
        _ => keys_asked(feature)?,
    };
    let of_a_key = match feature.resolution {
        Resolution::Exact => 1,
        Resolution::Hour => HOUR_MS,
        Resolution::Day => DAY_MS,
    };
    Some(Span(keys.saturating_mul(of_a_key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::feature::{Field, Window};
    use crate::model::event::{Kind, KindSet};
    use crate::model::period::Period;

    fn feature(aggregate: Aggregate, window: Window, resolution: Resolution) -> Feature {
        Feature {
            name: String::new(),
            kinds: KindSet::default().with(Kind::View),
            filter: None,
            aggregate,
            window,
            resolution,
        }
    }

    #[test]
    fn the_longest_window_counts_and_one_without_an_end_is_named() {
        let rolling = Window::Rolling(Span::from_days(30));
        let seen = feature(Aggregate::Count, rolling, Resolution::Exact);
        let last_year = Window::Previous(Period::CALENDAR_YEAR);
        let year = feature(Aggregate::DistinctDays, last_year, Resolution::Day);
        let ever = feature(Aggregate::Count, Window::Lifetime, Resolution::Day);
        let last = feature(Aggregate::SinceLast, Window::Lifetime, Resolution::Day);
        let weighed = Aggregate::DecayedSum(Field::Amount, 30);
        let weighed = feature(weighed, Window::Lifetime, Resolution::Day);
        let days = |n| Ok(Span::from_days(n));
        assert_eq!(longest(&[]), days(0));
        assert_eq!(longest(std::slice::from_ref(&seen)), days(30));
        assert_eq!(longest(&[seen.clone(), year.clone()]), days(2 * 366));
        assert_eq!(longest(&[weighed, seen.clone()]), days(30 * 32 + 1));
        assert_eq!(longest(&[seen, ever, year, last]), Err(vec![1, 3]));
    }
}
