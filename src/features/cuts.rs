//! The values at which a feature matters: between two of them every comparison has one answer.

/// Where a value lies among the cuts of its feature: how many of them it has reached. One more than
/// there are cuts stands for "never".
pub type Level = u32;

/// The cuts of every feature, in ascending order without repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    by_feature: Vec<Vec<i64>>,
}

impl Cuts {
    /// From the values at which some comparison of a feature changes its answer (value reached or
    /// not), per feature in any order.
    #[must_use]
    pub fn new(mut by_feature: Vec<Vec<i64>>) -> Self {
        for cuts in &mut by_feature {
            cuts.sort_unstable();
            cuts.dedup();
        }
        Self { by_feature }
    }

    /// Those of one feature.
    #[must_use]
    pub fn of(&self, feature: usize) -> &[i64] {
        &self.by_feature[feature]
    }

    /// The level of a value.
    #[must_use]
    pub fn level(&self, feature: usize, value: i64) -> Level {
        self.by_feature[feature].partition_point(|cut| *cut <= value) as Level
    }

    /// The level of a feature that is "never".
    #[must_use]
    pub fn never(&self, feature: usize) -> Level {
        self.by_feature[feature].len() as Level + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_counts_the_cuts_reached() {
        let cuts = Cuts::new(vec![vec![10, 5, 10]]);
        assert_eq!(cuts.of(0), [5, 10]);
        for (value, level) in [(i64::MIN, 0), (4, 0), (5, 1), (9, 1), (10, 2), (11, 2)] {
            assert_eq!(cuts.level(0, value), level, "{value}");
        }
        assert_eq!(cuts.never(0), 3);
    }
}
