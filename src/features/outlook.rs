//! What lies ahead of one customer if no further event comes: the levels of all features now, and every flip to come.

use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::cuts::{Cuts, Level};
use super::feature::Resolution;
use super::history::History;
use super::layout::{Layout, Reading, Shape, Take};
use super::moment::{Moment, reached};
use super::tally::Buckets;

/// A feature comes to another level because time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The first instant at which it is there.
    pub at: Timestamp,
    /// Index of the feature.
    pub feature: usize,
    /// The level it comes to.
    pub level: Level,
}

/// Reused from one look to the next; what it holds is about the last one.
#[derive(Clone, Debug, Default)]
pub struct Outlook {
    levels: Vec<Level>,
    /// From the last to the first.
    flips: Vec<Flip>,
}

impl Outlook {
    /// Looks ahead from `at`, which is not before the customer's frontier.
    pub fn look(
        &mut self,
        layout: &Layout,
        cuts: &Cuts,
        zone: &Zone,
        history: &History,
        at: Timestamp,
    ) {
        let now = Moment::new(zone, at);
        self.levels.clear();
        self.flips.clear();
        for (feature, reading) in layout.readings.iter().enumerate() {
            let level = if cuts.of(feature).is_empty() {
                0
            } else {
                let look = Look {
                    zone,
                    feature,
                    cuts: cuts.of(feature),
                    flips: &mut self.flips,
                };
                look.at_reading(layout, history, &now, *reading)
            };
            self.levels.push(level);
        }
        // Flips of one feature were found from the last to the first, so a stable sort keeps those of one instant in that order.
        self.flips.sort_by_key(|flip| std::cmp::Reverse(flip.at));
    }

    /// The level of every feature now; 0 where nothing is compared with it.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// All flips after now in the order in which they come about.
    pub fn flips(&self) -> impl Iterator<Item = &Flip> {
        self.flips.iter().rev()
    }
}

/// One feature under way.
struct Look<'a> {
    zone: &'a Zone,
    feature: usize,
    cuts: &'a [i64],
    flips: &'a mut Vec<Flip>,
}

impl Look<'_> {
    /// Adds the flips of the feature and tells its level now.
    fn at_reading(
        mut self,
        layout: &Layout,
        history: &History,
        now: &Moment,
        reading: Reading,
    ) -> Level {
        match reading {
            Reading::Lifetime { slot } => self.settle(0, history.tally.total(layout, slot)),
            Reading::Latest { series } => {
                let resolution = layout.series[series].resolution;
                let latest = history.tally.buckets(layout, series).latest();
                match latest {
                    None => self.cuts.len() as Level + 1,
                    Some(key) => self.ageing(resolution, key, now.key(resolution)),
                }
            }
            Reading::Rolling { series, span, take } => {
                let shape = &layout.series[series];
                let buckets = history.tally.buckets(layout, series);
                self.leaving(shape, buckets, take, span, now.key(shape.resolution))
            }
        }
    }

    /// A window: buckets leave it one after another. Seen from the newest to the oldest, the sum so far is what the window holds once
    /// the next older bucket has left.
    fn leaving(
        &mut self,
        shape: &Shape,
        buckets: Buckets<'_>,
        take: Take,
        span: i64,
        now: i64,
    ) -> Level {
        let bound = now.saturating_sub(span);
        let word = shape.word(take);
        let top = self.cuts.len() as Level;
        let growing = buckets.growing || !matches!(take, Take::Sum(_));
        let mut sum = 0;
        let mut level = self.settle(0, 0);
        for bucket in buckets.backwards() {
            if bucket[0] <= bound || (level == top && growing) {
                break;
            }
            sum += match take {
                Take::Days => i64::from(bucket[word] > 0),
                Take::Count | Take::Sum(_) => bucket[word],
            };
            let with = self.settle(level, sum);
            if with != level {
                self.flip(shape.resolution, bucket[0].saturating_add(span), level);
                level = with;
            }
        }
        level
    }

    /// A time since: it reaches one cut after another.
    fn ageing(&mut self, resolution: Resolution, latest: i64, now: i64) -> Level {
        let level = self.settle(0, now.saturating_sub(latest));
        for ix in (level as usize..self.cuts.len()).rev() {
            let key = latest.saturating_add(self.cuts[ix]);
            self.flip(resolution, key, ix as Level + 1);
        }
        level
    }

    /// The level of a value, sought from a level near it.
    fn settle(&self, near: Level, value: i64) -> Level {
        let mut level = near as usize;
        while level < self.cuts.len() && value >= self.cuts[level] {
            level += 1;
        }
        while level > 0 && value < self.cuts[level - 1] {
            level -= 1;
        }
        level as Level
    }

    fn flip(&mut self, resolution: Resolution, key: i64, level: Level) {
        let at = reached(self.zone, resolution, key);
        if at < Timestamp::MAX {
            self.flips.push(Flip {
                at,
                feature: self.feature,
                level,
            });
        }
    }
}
