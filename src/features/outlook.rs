//! What lies ahead of one customer if no further event comes: the levels of all features now, and
//! every flip to come.

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
        // Flips of one feature were found from the last to the first, so a stable sort keeps those
        // of one instant in that order.
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

    /// A window: buckets leave it one after another. Seen from the newest to the oldest, the sum so
    /// far is what the window holds once the next older bucket has left.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::feature::{Aggregate, Feature, Field, Window};
    use crate::features::history::Strangers;
    use crate::features::layout::Reach;
    use crate::features::measures::measures;
    use crate::model::change::Measure;
    use crate::model::event::{Event, Kind, KindSet};
    use crate::model::money::Money;
    use crate::model::time::{DAY_MS, Span};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    const HOUR: i64 = DAY_MS / 24;
    /// The Sunday on which London's clocks go forward is day 2 from here.
    const START: i64 = 1_774_569_600_000;

    static LONDON: LazyLock<Zone> =
        LazyLock::new(|| Zone::named("Europe/London").expect("bundled"));

    fn features() -> Vec<Feature> {
        let bought = KindSet::default().with(Kind::Purchase);
        let all = bought.with(Kind::Refund).with(Kind::Cancel);
        let sum = Aggregate::Sum(Field::Amount);
        let days = |n| Window::Rolling(Span::from_days(n));
        let hours = |n| Window::Rolling(Span(n * HOUR));
        use Aggregate::{Count, DistinctDays, SinceLast};
        use Resolution::{Day, Exact};
        [
            (bought, sum, days(3), Day),
            (bought, sum, hours(30), Exact),
            (bought, Aggregate::Sum(Field::Margin), hours(30), Exact),
            (bought, Count, days(2), Day),
            (all, Count, hours(20), Exact),
            (all, DistinctDays, days(4), Day),
            (bought, DistinctDays, Window::Lifetime, Day),
            (bought, sum, Window::Lifetime, Day),
            (bought, SinceLast, Window::Lifetime, Day),
            (bought, SinceLast, Window::Lifetime, Exact),
            (all, SinceLast, Window::Lifetime, Exact),
        ]
        .map(|(kinds, aggregate, window, resolution)| Feature {
            name: String::new(),
            kinds,
            aggregate,
            window,
            resolution,
        })
        .to_vec()
    }

    fn cuts(features: &[Feature]) -> Cuts {
        let of = |feature: &Feature| match (feature.aggregate, feature.resolution) {
            (Aggregate::Sum(_), _) => vec![-20, 0, 1, 15, 30, 60],
            (Aggregate::SinceLast, Resolution::Exact) => vec![1, HOUR, 20 * HOUR, 50 * HOUR],
            _ => vec![1, 2, 3, 5],
        };
        Cuts::new(features.iter().map(of).collect())
    }

    fn level(cuts: &Cuts, feature: usize, measure: Measure) -> Level {
        match measure {
            Measure::Is(value) => cuts.level(feature, value),
            Measure::Never => cuts.never(feature),
        }
    }

    #[derive(Clone, Debug)]
    struct Deed {
        kind: Kind,
        hours: i64,
        order: u8,
        amount: i64,
        margin: i64,
    }

    fn deeds() -> impl Strategy<Value = Vec<Deed>> {
        let kind = prop_oneof![
            4 => Just(Kind::Purchase),
            2 => Just(Kind::Refund),
            1 => Just(Kind::Cancel)
        ];
        let deed = (kind, 0..90_i64, 0..6_u8, 0..40_i64, -9..9_i64);
        let deed = deed.prop_map(|(kind, hours, order, amount, margin)| Deed {
            kind,
            hours,
            order,
            amount,
            margin,
        });
        prop::collection::vec(deed, 0..14)
    }

    fn absorbed(layout: &Layout, zone: &Zone, deeds: &[Deed]) -> History {
        let mut history = History::new(layout);
        for deed in deeds {
            let order = deed.order.to_string();
            let event = Event {
                event_id: "e",
                customer: "c",
                kind: deed.kind,
                at: Timestamp(START + deed.hours * HOUR),
                order: (deed.order > 0).then_some(order.as_str()),
                amount: Money(deed.amount),
                currency: None,
                quantity: 0,
                margin: Money(deed.margin),
            };
            if history.admit(layout, &event, Strangers::Counted).is_ok() {
                let at = history.judging_instant(event.at);
                history.absorb(layout, zone, &event, Timestamp(START));
                history.judged_at(at);
            }
        }
        history
    }

    proptest! {
        /// At every hour, and a millisecond before it, the levels foreseen are those of the values
        /// measured then.
        #[test]
        fn what_is_foreseen_comes_about(deeds in deeds()) {
            let zone = &*LONDON;
            let features = features();
            let cuts = cuts(&features);
            let reach = Reach { orders: Span::from_days(4), late: Span::from_days(9) };
            let layout = Layout::new(&features, reach);
            let history = absorbed(&layout, zone, &deeds);
            let from = history.frontier().max(Timestamp(START));
            let mut outlook = Outlook::default();
            outlook.look(&layout, &cuts, zone, &history, from);
            let mut levels = outlook.levels().to_vec();
            let mut flips = outlook.flips().peekable();
            for half in 0..400 {
                let at = Timestamp(from.0 + half / 2 * HOUR + (half % 2) * (HOUR - 1));
                while let Some(flip) = flips.next_if(|flip| flip.at <= at) {
                    prop_assert!(flip.at > from);
                    levels[flip.feature] = flip.level;
                }
                let measured = measures(&layout, zone, &history, at);
                for (feature, measure) in measured.into_iter().enumerate() {
                    let expected = level(&cuts, feature, measure);
                    prop_assert_eq!(levels[feature], expected, "{} {:?}", feature, at);
                }
            }
            prop_assert_eq!(flips.next(), None);
        }
    }
}
