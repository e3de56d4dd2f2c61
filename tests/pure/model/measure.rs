//! The value of a feature at an instant, by filtering everything that was ever contributed (section
//! 4).

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use tidemark::features::derived::How;
use tidemark::features::feature::{Aggregate, Feature, Field, Resolution, Ties, Window};
use tidemark::features::filter::TextField;
use tidemark::model::change::Measure;
use tidemark::model::event::Kind;
use tidemark::model::period::Period;
use tidemark::model::time::{DAY_MS, Timestamp};

use super::contribution::Contribution;
use super::days::{Days, Shown, date, label};
use super::starts::{Counts, start_of};

const HOUR: i64 = 3_600_000;

/// A contribution with its civil day.
pub(crate) type Dated = (i64, Contribution);

/// Whether a feature counts a contribution at all.
pub(crate) fn takes(feature: &Feature, (day, contribution): &Dated) -> bool {
    let passes = |filter| contribution.source.passes(filter, *day);
    feature.kinds.contains(contribution.kind) && feature.filter.as_ref().is_none_or(passes)
}

/// An instant and its civil day.
#[derive(Clone, Copy)]
struct Moment<'d> {
    at: Timestamp,
    today: i64,
    days: &'d Days,
}

/// Whether a feature sees a contribution.
fn sees(feature: &Feature, dated: &Dated, Moment { at, today, days }: Moment<'_>) -> bool {
    let (day, contribution) = dated;
    if !takes(feature, dated) {
        return false;
    }
    match (feature.window, feature.resolution) {
        (Window::Lifetime, _) => contribution.at <= at,
        (Window::Rolling(window), Resolution::Exact) => {
            contribution.at <= at
                && i128::from(contribution.at.0) > i128::from(at.0) - i128::from(window.0)
        }
        (Window::Rolling(window), Resolution::Hour) => {
            let hour = |at: Timestamp| at.0.div_euclid(HOUR);
            let hours = hour(at) - hour(contribution.at);
            (0..window.0 / HOUR).contains(&hours)
        }
        (Window::Calendar(period), _) => {
            *day <= today && label(period, *day) == label(period, today)
        }
        (Window::Previous(period), _) => {
            let before = days.period_before(period, today);
            label(period, *day) == label(period, before)
        }
        (Window::Personal(_), _) => unreachable!("resolved before"),
        (Window::Start(_), _) => contribution.at <= at,
        (Window::Since(first), _) => *day >= i64::from(first.0) && contribution.at <= at,
        (Window::Rolling(window), Resolution::Day) => {
            today - window.0 / DAY_MS < *day && *day <= today
        }
    }
}

/// A feature with the year that is this customer's own, if it has one; nothing where it should but
/// nothing has begun.
pub(crate) fn own<'f>(
    features: &[Feature],
    feature: &'f Feature,
    all: &[Dated],
) -> Option<Cow<'f, Feature>> {
    let Window::Personal(first) = feature.window else {
        return Some(Cow::Borrowed(feature));
    };
    let anchor = &features[first];
    let counted: Vec<&Dated> = all.iter().filter(|dated| takes(anchor, dated)).collect();
    let Shown { month, day, .. } = date(*times(anchor, &counted).first()?);
    let (month, day) = (month as i8 + 1, day as i8);
    Some(Cow::Owned(Feature {
        window: Window::Calendar(Period::Year { month, day }),
        ..feature.clone()
    }))
}

/// The value of a feature.
fn measure(feature: &Feature, all: &[Dated], now: Moment<'_>) -> Measure {
    let seen: Vec<&Dated> = all
        .iter()
        .filter(|dated| sees(feature, dated, now))
        .collect();
    let value: i128 = match feature.aggregate {
        Aggregate::Derived(_) => unreachable!("made of measures"),
        Aggregate::Latest(attr, _) => return latest(attr, all),
        Aggregate::Sum(field) => seen.iter().map(|(_, c)| of(c, field)).sum(),
        Aggregate::DecayedSum(field, half_life) => {
            let parts = seen.iter().map(|(day, c)| {
                let age = now.today - day;
                of(c, field) * weight(age, half_life)
            });
            let sum: i128 = parts.sum();
            sum.div_euclid(1 << 32)
        }
        Aggregate::MostFrequent(field, ties) => {
            return match ranking(feature, &seen, field, ties).first() {
                Some(first) => Measure::from(first.text),
                None => Measure::Never,
            };
        }
        Aggregate::MostFrequentCount(field) => {
            let ranked = ranking(feature, &seen, field, Ties::Alphabetical);
            ranked.first().map_or(0, |first| first.count)
        }
        Aggregate::Distinct(field, most) => {
            let ranked = ranking(feature, &seen, field, Ties::Alphabetical);
            (ranked.len() as i128).min(most.into())
        }
        Aggregate::Least(field) => numbers(&seen, field).min().unwrap_or(0),
        Aggregate::Most(field) => numbers(&seen, field).max().unwrap_or(0),
        Aggregate::MeanGap => match mean_gap(feature, &seen) {
            Some(gap) => gap,
            None => return Measure::Never,
        },
        Aggregate::Silence => silence(feature, &seen, now),
        Aggregate::Count => seen.iter().map(|(_, c)| c.count).sum(),
        Aggregate::DistinctDays => {
            let mut counts: BTreeMap<i64, i128> = BTreeMap::new();
            for (day, contribution) in seen {
                *counts.entry(*day).or_default() += contribution.count;
            }
            counts.values().filter(|count| **count > 0).count() as i128
        }
        Aggregate::SinceLast | Aggregate::SinceFirst => match since(feature, &seen, now) {
            Some(since) => since,
            None => return Measure::Never,
        },
    };
    Measure::Is(i64::try_from(value).expect("section 2, rule 5 bounds every sum"))
}

/// What was said last of a member of the profile, and among what was said at one instant, what was
/// taken in last.
fn latest(attr: usize, all: &[Dated]) -> Measure {
    let mut latest = (Timestamp::MIN, Measure::Unknown);
    for (_, said) in all {
        if let (Kind::Profile, Some(value)) = (said.kind, said.source.said(attr))
            && said.at >= latest.0
        {
            latest = (said.at, value);
        }
    }
    latest.1
}

/// What a contribution adds to a sum.
fn of(contribution: &Contribution, field: Field) -> i128 {
    match field {
        Field::Amount => contribution.amount,
        Field::Quantity => contribution.quantity,
        Field::Margin => contribution.margin,
        Field::Attr(attr, _) => contribution.source.number(attr).unwrap_or(0).into(),
    }
}

thread_local! {
    /// What `weight` has found so far.
    static WEIGHTS: RefCell<BTreeMap<(i64, u32), i128>> = RefCell::default();
}

/// What is left of one, in parts of 2^32.
fn weight(age: i64, half_life: u32) -> i128 {
    WEIGHTS.with_borrow_mut(|found| {
        let weight = found.entry((age, half_life));
        *weight.or_insert_with(|| weighed(age, half_life))
    })
}

/// The greatest number whose power by the half-life is no more than that of 2^32 / 2^(age /
/// half-life), within the first half-life; later, half of it, and so on.
fn weighed(age: i64, half_life: u32) -> i128 {
    let (halved, age) = (age / i64::from(half_life), age % i64::from(half_life));
    let most = 1_u128 << (32 * i64::from(half_life) - age);
    let (mut enough, mut too_much) = (0_u128, (1 << 32) + 1);
    while too_much - enough > 1 {
        let middle = u128::midpoint(enough, too_much);
        match middle
            .checked_pow(half_life)
            .is_some_and(|power| power <= most)
        {
            true => enough = middle,
            false => too_much = middle,
        }
    }
    (0..halved).fold(enough as i128, |weight, _| weight / 2)
}

/// How long ago the last or the first time was.
fn since(feature: &Feature, seen: &[&Dated], now: Moment<'_>) -> Option<i128> {
    let times = times(feature, seen);
    let (first, last) = (times.first()?, times.last()?);
    let since = match feature.aggregate {
        Aggregate::SinceFirst => first,
        _ => last,
    };
    Some(i128::from(instant(feature, now)) - i128::from(*since))
}

fn mean_gap(feature: &Feature, seen: &[&Dated]) -> Option<i128> {
    let times = times(feature, seen);
    let unit = match feature.resolution {
        Resolution::Day => DAY_MS,
        Resolution::Hour => HOUR,
        Resolution::Exact => 1,
    };
    match &times[..] {
        [first, .., last] => {
            Some(i128::from(last - first) * i128::from(unit) / (times.len() as i128 - 1))
        }
        _ => None,
    }
}

fn silence(feature: &Feature, seen: &[&Dated], now: Moment<'_>) -> i128 {
    let times = times(feature, seen);
    match &times[..] {
        [first, .., last] => {
            let since = i128::from(instant(feature, now)) - i128::from(*last);
            let gaps = times.len() as i128 - 1;
            (since * gaps * 10_000 / i128::from(last - first)).min(i64::MAX.into())
        }
        _ => 0,
    }
}

/// An instant in what a feature goes by.
fn instant(feature: &Feature, Moment { at, today, .. }: Moment<'_>) -> i64 {
    match feature.resolution {
        Resolution::Day => today,
        Resolution::Hour => at.0.div_euclid(HOUR),
        Resolution::Exact => at.0,
    }
}

/// A text among the contributions seen.
struct Said {
    text: &'static str,
    count: i128,
    /// The latest and the first time, in what the feature goes by.
    latest: i64,
    first: i64,
}

/// All texts that some count says, the most frequent first.
fn ranking(feature: &Feature, seen: &[&Dated], field: TextField, ties: Ties) -> Vec<Said> {
    let mut ranked: Vec<Said> = Vec::new();
    for dated in seen.iter().filter(|(_, c)| c.count > 0) {
        let Some(text) = dated.1.source.text(field) else {
            continue;
        };
        let at = when(feature, dated);
        match ranked.iter_mut().find(|said| said.text == text) {
            Some(said) => {
                said.count += dated.1.count;
                said.latest = said.latest.max(at);
                said.first = said.first.min(at);
            }
            None => ranked.push(Said {
                text,
                count: dated.1.count,
                latest: at,
                first: at,
            }),
        }
    }
    ranked.sort_by_key(|said| said.text);
    match ties {
        Ties::Latest => ranked.sort_by_key(|said| std::cmp::Reverse(said.latest)),
        Ties::First => ranked.sort_by_key(|said| said.first),
        Ties::Alphabetical => {}
    }
    ranked.sort_by_key(|said| std::cmp::Reverse(said.count));
    ranked
}

/// When anything that counts came by, in what the feature goes by, each time once.
pub(crate) fn times(feature: &Feature, seen: &[&Dated]) -> Vec<i64> {
    let counted = seen.iter().filter(|(_, c)| c.count > 0);
    let times: BTreeSet<i64> = counted.map(|dated| when(feature, dated)).collect();
    times.into_iter().collect()
}

/// The instant of a contribution in what a feature goes by.
fn when(feature: &Feature, dated: &Dated) -> i64 {
    match feature.resolution {
        Resolution::Day => dated.0,
        Resolution::Hour => dated.1.at.0.div_euclid(HOUR),
        Resolution::Exact => dated.1.at.0,
    }
}

/// The numbers of a field that are counted.
fn numbers(seen: &[&Dated], field: Field) -> impl Iterator<Item = i128> {
    seen.iter()
        .filter(|(_, c)| c.count > 0)
        .filter_map(move |(_, c)| match field {
            Field::Amount => Some(c.amount),
            Field::Quantity => Some(c.quantity),
            Field::Margin => Some(c.margin),
            Field::Attr(attr, _) => c.source.number(attr).map(i128::from),
        })
}

/// What was left at the last start, and all that is dated later.
pub(crate) fn counted(feature: &Feature, all: &[Dated], count: Option<&(Timestamp, i128)>) -> i128 {
    let (after, left) = count.copied().unwrap_or((Timestamp::MIN, 0));
    let later = all
        .iter()
        .filter(|dated| takes(feature, dated) && dated.1.at > after);
    let later = later.map(|(_, contribution)| match feature.aggregate {
        Aggregate::Sum(field) => of(contribution, field),
        Aggregate::Count => contribution.count,
        _ => panic!("only sums and counts begin with ladders"),
    });
    left + later.sum::<i128>()
}

/// Every feature at `at`.
pub(crate) fn measures(
    features: &[Feature],
    (all, counts): (&[Dated], &Counts),
    days: &Days,
    at: Timestamp,
) -> Vec<Measure> {
    let today = days.day_of(at);
    let now = Moment { at, today, days };
    let of_events = |ix: usize| {
        let feature = &features[ix];
        if start_of(feature).is_some() {
            let value = counted(feature, all, counts.get(&ix));
            return Measure::Is(i64::try_from(value).expect("section 2, rule 5 bounds every sum"));
        }
        match own(features, feature, all) {
            Some(feature) => measure(&feature, all, now),
            None => measure(feature, &[], now),
        }
    };
    let measured = |ix: usize| match features[ix].aggregate {
        Aggregate::Derived(derived) => {
            let [first, second] = derived.parts.map(|part| match of_events(part) {
                Measure::Is(value) => i128::from(value),
                _ => panic!("only numbers are parts of others"),
            });
            Measure::Is(made(derived.how, first, second))
        }
        _ => of_events(ix),
    };
    (0..features.len()).map(measured).collect()
}

/// The largest number that is not beyond the exact one, within an i64.
fn made(how: How, first: i128, second: i128) -> i64 {
    let exact = match how {
        How::Less => first - second,
        How::Carried(excess) => {
            let reached = excess.beyond.iter().map(|one| i128::from(*one));
            let reached = reached.filter(|one| *one <= second).max();
            let more = reached.map_or(0, |reached| second - reached);
            first + more.min(excess.most.into())
        }
        How::Per(_) if second <= 0 => 0,
        How::Per(times) => {
            let product = first * i128::from(times);
            let toward_zero = product / second;
            toward_zero - i128::from(toward_zero * second > product)
        }
    };
    exact.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}
