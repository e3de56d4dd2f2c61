//! How far back a window looks, in the keys of buckets.

use crate::model::period::Period;
use crate::model::time::Day;

/// What of the past a window that ends sees: the keys after a bound that only moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Back {
    /// That many keys, the present one among them.
    Keys(i64),
    /// Civil days of the current period.
    Period(Period),
    /// Civil days of the period before the current one.
    Previous(Period),
    /// Civil days of the current year of those that begin on the day of the year that is the first
    /// key of that series; to be asked of a tally.
    Personal(usize),
    /// Everything from that key on.
    From(i64),
}

impl Back {
    /// Keys up to this one are not seen at `now`.
    pub(super) fn bound(self, now: i64) -> i64 {
        match self {
            Self::Keys(keys) => now.saturating_sub(keys),
            Self::Period(period) => first_of(period, now).saturating_sub(1),
            Self::Previous(period) => {
                let first = first_of(period, now);
                first_of(period, first.saturating_sub(1)).saturating_sub(1)
            }
            Self::From(first) => first.saturating_sub(1),
            Self::Personal(_) => now,
        }
    }

    /// The first key at which `key` is seen no more.
    pub(super) fn leaves(self, key: i64) -> i64 {
        match self {
            Self::Keys(keys) => key.saturating_add(keys),
            Self::Period(period) => next_of(period, key, 1),
            Self::Previous(period) => next_of(period, key, 2),
            Self::From(_) => i64::MAX,
            Self::Personal(_) => key,
        }
    }
}

impl Back {
    /// Keys beyond this one are not seen yet at `now`.
    pub(super) fn edge(self, now: i64) -> i64 {
        match self {
            Self::Previous(period) => first_of(period, now).saturating_sub(1),
            _ => i64::MAX,
        }
    }

    /// The keys from which on it sees something else, from the last to the first; nothing where
    /// keys leave it one after another and none comes in.
    pub(super) fn turns(self, now: i64) -> Option<[i64; 2]> {
        match self {
            Self::Previous(period) => Some([2, 1].map(|n| next_of(period, now, n))),
            _ => None,
        }
    }
}

/// The first day of the period that a day lies in.
fn first_of(period: Period, day: i64) -> i64 {
    let first = i32::try_from(day).map(|day| period.first_day(Day(day)));
    first.map_or(day, |first| i64::from(first.0))
}

/// The first day of the `n`-th period after the one that a day lies in.
fn next_of(period: Period, day: i64, n: i64) -> i64 {
    let day = i32::try_from(day).ok();
    let next = day.and_then(|day| period.after(Day(day), n));
    next.map_or(i64::MAX, |next| i64::from(next.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_seen_until_it_leaves() {
        for back in [
            Back::Keys(1),
            Back::Keys(30),
            Back::Period(Period::Week),
            Back::Period(Period::Quarter),
            Back::Previous(Period::Month),
        ] {
            for key in 20_000..20_200 {
                let leaves = back.leaves(key);
                assert!(
                    back.bound(leaves - 1) < key && key <= back.bound(leaves),
                    "{back:?}"
                );
            }
        }
    }
}
