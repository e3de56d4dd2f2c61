//! The values at which a feature matters: between two of them every comparison has one answer.

use std::sync::Arc;

use crate::model::change::Measure;

/// Where a value lies among the cuts of its feature: how many of them it has reached. One more than
/// there are cuts stands for "never" and "unknown".
pub type Level = u32;

/// The cuts of every feature, in ascending order without repetition. Those of a text are the places
/// of the texts that it is compared with, so that at level 0 it is none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    by_feature: Vec<Vec<i64>>,
    texts: Vec<Vec<Arc<str>>>,
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
        Self {
            texts: vec![Vec::new(); by_feature.len()],
            by_feature,
        }
    }

    /// The same where some features are texts: what each is compared with, in any order.
    #[must_use]
    pub fn with_texts(self, mut texts: Vec<Vec<Arc<str>>>) -> Self {
        let mut by_feature = self.by_feature;
        for (texts, cuts) in texts.iter_mut().zip(&mut by_feature) {
            texts.sort_unstable();
            texts.dedup();
            cuts.extend((0..).zip(&*texts).map(|(place, _)| place));
        }
        Self { by_feature, texts }
    }

    /// The texts that a feature is compared with, in ascending order.
    #[must_use]
    pub fn texts_of(&self, feature: usize) -> &[Arc<str>] {
        &self.texts[feature]
    }

    /// The level of a measure.
    #[must_use]
    pub fn level_of(&self, feature: usize, measure: &Measure) -> Level {
        match measure {
            Measure::Is(value) => self.level(feature, *value),
            Measure::Says(text) => level_among(&self.texts[feature], text),
            Measure::Never | Measure::Unknown => self.never(feature),
        }
    }

    /// Of how many features.
    #[must_use]
    pub fn features(&self) -> usize {
        self.by_feature.len()
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

    /// The level of a feature that is "never" or "unknown".
    #[must_use]
    pub fn never(&self, feature: usize) -> Level {
        self.by_feature[feature].len() as Level + 1
    }
}

/// The level of a text that is compared with these.
pub(super) fn level_among(texts: &[Arc<str>], text: &str) -> Level {
    let place = texts.iter().position(|known| **known == *text);
    place.map_or(0, |place| place as Level + 1)
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

    #[test]
    fn each_text_that_is_compared_has_a_level_of_its_own() {
        let texts = ["oak", "elm", "oak"].map(Arc::from).to_vec();
        let cuts = Cuts::new(vec![vec![]]).with_texts(vec![texts]);
        assert_eq!(cuts.texts_of(0), ["elm", "oak"].map(Arc::from));
        for (text, level) in [("ash", 0), ("elm", 1), ("oak", 2)] {
            assert_eq!(cuts.level_of(0, &Measure::from(text)), level, "{text}");
        }
        assert_eq!(cuts.level_of(0, &Measure::Never), 3);
    }
}
