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
    /// Everything from that key on.
    From(i64),
}

impl Back {
    /// Keys up to this one are not seen at `now`.
    pub(super) fn bound(self, now: i64) -> i64 {
        match self {
            Self::Keys(keys) => now.saturating_sub(keys),
            Self::Period(period) => {
                let first = i32::try_from(now).map(|day| period.first_day(Day(day)));
                first.map_or(now, |first| i64::from(first.0) - 1)
            }
            Self::From(first) => first.saturating_sub(1),
        }
    }

    /// The first key at which `key` is seen no more.
    pub(super) fn leaves(self, key: i64) -> i64 {
        match self {
            Self::Keys(keys) => key.saturating_add(keys),
            Self::Period(period) => {
                let day = i32::try_from(key).ok();
                let next = day.and_then(|day| period.next(Day(day)));
                next.map_or(i64::MAX, |next| i64::from(next.0))
            }
            Self::From(_) => i64::MAX,
        }
    }
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
