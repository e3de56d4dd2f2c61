//! Features made of two others: a part of a whole, a ratio, an average, a difference, what is
//! carried over from one period into the next.

use super::feature::Unit;

/// A number made of the values of two features at the same instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Derived {
    /// How.
    pub how: How,
    /// Indices of the features, neither derived nor a time since.
    pub parts: [usize; 2],
    /// The unit of what comes out.
    pub unit: Unit,
}

/// How two values become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// That many times the first, divided by the second and rounded down; zero unless the second is
    /// more than zero.
    Per(i64),
    /// The first less the second.
    Less,
    /// The first, and what the second has more than a threshold.
    Carried(Excess),
}

/// What is more than the highest threshold that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Excess {
    /// The lowest first; [`i64::MAX`] where there are fewer.
    pub beyond: [i64; Self::THRESHOLDS_MAX],
    /// No more than that.
    pub most: i64,
}

impl Excess {
    /// Beyond nothing: nothing.
    pub const NONE: Self = Self {
        beyond: [i64::MAX; Self::THRESHOLDS_MAX],
        most: 0,
    };

    /// Of how many thresholds at most.
    pub const THRESHOLDS_MAX: usize = 8;

    /// Nothing where none was reached.
    fn of(&self, value: i64) -> i64 {
        let reached = self.beyond.iter().rfind(|threshold| **threshold <= value);
        reached.map_or(0, |threshold| {
            value.saturating_sub(*threshold).min(self.most)
        })
    }
}

impl Derived {
    /// The value, of those of the two features. Beyond 64 bits it is the last number before.
    #[must_use]
    pub fn value(&self, first: i64, second: i64) -> i64 {
        match self.how {
            How::Less => first.saturating_sub(second),
            How::Carried(excess) => first.saturating_add(excess.of(second)),
            How::Per(_) if second <= 0 => 0,
            How::Per(times) => {
                let whole = (i128::from(first) * i128::from(times)).div_euclid(second.into());
                let most = if whole < 0 { i64::MIN } else { i64::MAX };
                i64::try_from(whole).unwrap_or(most)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_divided_is_rounded_down_and_never_breaks() {
        let carried = |most| {
            let mut beyond = [i64::MAX; Excess::THRESHOLDS_MAX];
            beyond[..2].copy_from_slice(&[10, 40]);
            How::Carried(Excess { beyond, most })
        };
        let unit = Unit::Number;
        let parts = [0, 1];
        for (how, first, second, value) in [
            (How::Per(1), 7, 2, 3),
            (How::Per(1), -7, 2, -4),
            (How::Per(1), 7, 0, 0),
            (How::Per(1), 7, -2, 0),
            (How::Per(1_000_000), 1, 3, 333_333),
            (How::Per(1_000_000), i64::MAX, 1, i64::MAX),
            (How::Per(1_000_000), i64::MIN, 1, i64::MIN),
            (How::Less, 3, 5, -2),
            (How::Less, i64::MIN, 1, i64::MIN),
            (carried(i64::MAX), 3, 9, 3),
            (carried(i64::MAX), 3, 10, 3),
            (carried(i64::MAX), 3, 39, 32),
            (carried(i64::MAX), 3, 40, 3),
            (carried(20), 3, 100, 23),
            (carried(i64::MAX), i64::MAX, 100, i64::MAX),
            (carried(i64::MAX), 3, i64::MAX, 3),
        ] {
            let derived = Derived { how, parts, unit };
            assert_eq!(
                derived.value(first, second),
                value,
                "{how:?} {first} {second}"
            );
        }
    }
}
