//! The instants at which time alone could make a feature differ (section 6).

use tidemark::features::feature::{Aggregate, Feature, Resolution, Window};
use tidemark::model::change::Measure;
use tidemark::model::time::{DAY_MS, Timestamp};
use tidemark::policy::rule::Subject;

use super::customer::Rules;
use super::measure::{Dated, takes, times};

/// The instants at which one contribution could make one feature, or a comparison of it, differ.
pub(super) fn turns(
    index: usize,
    feature: &Feature,
    dated: &Dated,
    rules: Rules<'_>,
) -> Vec<Timestamp> {
    match (feature.aggregate, feature.window, feature.resolution) {
        (Aggregate::SinceLast | Aggregate::SinceFirst, ..) => rules
            .policy
            .comparisons
            .iter()
            .filter(|comparison| comparison.subject == Subject::Feature(index))
            .flat_map(|comparison| match comparison.threshold {
                Measure::Is(at) => [-1, 0, 1].map(|by| at.saturating_add(by)),
                _ => panic!("a time since is compared with a number"),
            })
            .filter_map(|age| later(feature, dated, age, rules))
            .collect(),
        (Aggregate::DecayedSum(_, half_life), ..) => {
            let ages = 1..=i64::from(half_life) * 32 + 1;
            ages.map(|age| rules.days.start_of(dated.0 + age)).collect()
        }
        (_, Window::Lifetime | Window::Since(_) | Window::Start(_), _) => Vec::new(),
        (_, Window::Calendar(period), _) => {
            vec![rules.days.start_of(rules.days.period_ends(period, dated.0))]
        }
        (_, Window::Previous(period), _) => {
            let over = rules.days.period_ends(period, dated.0);
            let forgotten = rules.days.period_ends(period, over);
            [over, forgotten].map(|day| rules.days.start_of(day)).into()
        }
        (_, Window::Personal(_), _) => unreachable!("resolved before"),
        (_, Window::Rolling(window), Resolution::Hour) => {
            const HOUR: i64 = 3_600_000;
            vec![Timestamp((dated.1.at.0.div_euclid(HOUR) * HOUR) + window.0)]
        }
        (_, Window::Rolling(window), Resolution::Exact) => {
            later(feature, dated, window.0, rules).into_iter().collect()
        }
        (_, Window::Rolling(window), Resolution::Day) => {
            let days = window.0 / DAY_MS;
            later(feature, dated, days, rules).into_iter().collect()
        }
    }
}

/// The instants at which a silence could reach what it is compared with, whichever time the window
/// sees first.
pub(super) fn silences(
    index: usize,
    feature: &Feature,
    dated: &[Dated],
    rules: Rules<'_>,
) -> Vec<Timestamp> {
    let counted: Vec<&Dated> = dated.iter().filter(|dated| takes(feature, dated)).collect();
    let times = times(feature, &counted);
    // What came last is what came last of those that the window sees.
    let ends = match feature.window {
        Window::Previous(_) => 0..times.len(),
        _ => times.len().saturating_sub(1)..times.len(),
    };
    let compared = rules.policy.comparisons.iter();
    let compared = compared.filter(|comparison| comparison.subject == Subject::Feature(index));
    let mut instants = Vec::new();
    for comparison in compared {
        let Measure::Is(threshold) = comparison.threshold else {
            panic!("a silence is compared with a number");
        };
        let pairs = ends
            .clone()
            .flat_map(|end| (0..end).map(move |begin| (begin, end)));
        for (begin, end) in pairs {
            let (first, last, gaps) = (times[begin], times[end], (end - begin) as i64);
            for silence in [threshold, threshold + 1] {
                let since = i128::from(silence) * i128::from(last - first);
                let since = (since / i128::from(gaps * 10_000)) as i64;
                for key in [last + since, last + since + 1] {
                    let far = key >= 2_000_000 * DAY_MS;
                    match feature.resolution {
                        Resolution::Day if key < 1_000_000 => {
                            instants.push(rules.days.start_of(key));
                        }
                        Resolution::Hour if !far => instants.push(Timestamp(key * 3_600_000)),
                        Resolution::Exact if !far => instants.push(Timestamp(key)),
                        _ => {}
                    }
                }
            }
        }
    }
    instants
}

/// When a contribution is so many milliseconds, or days, old; nothing beyond a million days.
fn later(feature: &Feature, dated: &Dated, age: i64, rules: Rules<'_>) -> Option<Timestamp> {
    let (day, contribution) = dated;
    match feature.resolution {
        Resolution::Exact if age < 1_000_000 * DAY_MS => Some(Timestamp(contribution.at.0 + age)),
        Resolution::Day if age < 1_000_000 => Some(rules.days.start_of(day + age)),
        _ => None,
    }
}
