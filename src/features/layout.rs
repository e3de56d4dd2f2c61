//! What has to be kept of a customer so that every feature of a policy can be told: series, their
//! columns and totals.

use crate::model::event::{KINDS, Kind, KindSet};
use crate::model::time::{DAY_MS, Span};

use super::feature::{Aggregate, Feature, Field, Resolution, Window};
use super::orders::Contribution;

/// How long events and orders can still reach back into a customer's past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How long an order can be refunded or cancelled.
    pub orders: Span,
    /// How far behind the clock an event may be dated.
    pub late: Span,
}

/// Features that see the same kinds at the same resolution share one series of buckets.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The series.
    pub(super) series: Vec<Shape>,
    /// Where each feature finds its value.
    pub(super) readings: Vec<Reading>,
    /// How far contributions reach back.
    pub(super) reach: Reach,
    /// Per kind: the series that events of that kind enter as themselves.
    own: [Vec<usize>; KINDS.len()],
    /// The series that orders enter.
    orders: Vec<usize>,
    /// How many running totals there are.
    totals: usize,
    /// Words of one bucket of each series.
    one_of_each: usize,
}

/// One series. A bucket of it is `width` words: key, count, then one per field.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    kinds: KindSet,
    /// Of the buckets' keys.
    pub(super) resolution: Resolution,
    /// The fields that some feature sums.
    pub(super) fields: Vec<Field>,
    /// The running totals over it.
    pub(super) totals: Vec<Total>,
    /// The longest rolling window over it, in keys.
    pub(super) longest: Option<i64>,
    /// Whether a feature asks for its latest bucket.
    pub(super) latest: bool,
    /// Whether a total counts its days.
    pub(super) days: bool,
    /// Whether orders enter it: their contributions can shrink.
    pub(super) shrinks: bool,
}

/// A running total, for a lifetime feature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Total {
    /// Which of the totals.
    pub(super) slot: usize,
    /// What it adds up.
    pub(super) take: Take,
}

/// What a feature takes from a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// The count.
    Count,
    /// The sum of a field.
    Sum(Field),
    /// One, if the count is positive.
    Days,
}

/// Where a feature finds its value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// In the buckets of a series after `key(T) - span`.
    Rolling {
        series: usize,
        span: i64,
        take: Take,
    },
    /// In a running total.
    Lifetime { slot: usize },
    /// In the latest bucket of a series with a positive count.
    Latest { series: usize },
}

impl Layout {
    /// For these features.
    #[must_use]
    pub fn new(features: &[Feature], reach: Reach) -> Self {
        let mut layout = Self {
            series: Vec::new(),
            readings: Vec::with_capacity(features.len()),
            reach,
            own: Default::default(),
            orders: Vec::new(),
            totals: 0,
            one_of_each: 0,
        };
        for feature in features {
            layout.read(feature);
        }
        for (ix, shape) in layout.series.iter().enumerate() {
            for (kind, _) in KINDS.iter().filter(|(kind, _)| *kind != Kind::Purchase) {
                if shape.kinds.contains(*kind) {
                    layout.own[*kind as usize].push(ix);
                }
            }
            if shape.shrinks {
                layout.orders.push(ix);
            }
        }
        layout.one_of_each = layout.series.iter().map(Shape::width).sum();
        layout
    }

    /// The series that events of that kind enter as themselves; purchases enter through their
    /// orders.
    pub(super) fn own(&self, kind: Kind) -> &[usize] {
        &self.own[kind as usize]
    }

    /// The series that orders enter.
    pub(super) fn orders(&self) -> &[usize] {
        &self.orders
    }

    /// Words before the first bucket: one per series, one per total.
    pub(super) fn header(&self) -> usize {
        self.series.len() + self.totals
    }

    /// Words of one bucket of each series.
    pub(super) fn one_of_each(&self) -> usize {
        self.one_of_each
    }

    fn read(&mut self, feature: &Feature) {
        let series = self.series_of(feature);
        let shape = &mut self.series[series];
        let take = match feature.aggregate {
            Aggregate::Sum(field) => Take::Sum(field),
            Aggregate::Count => Take::Count,
            Aggregate::DistinctDays => Take::Days,
            Aggregate::SinceLast => {
                shape.latest = true;
                self.readings.push(Reading::Latest { series });
                return;
            }
        };
        let reading = match feature.window {
            Window::Rolling(span) => {
                let span = keys_of(span, feature.resolution);
                shape.longest = shape.longest.max(Some(span));
                if let Take::Sum(field) = take
                    && !shape.fields.contains(&field)
                {
                    shape.fields.push(field);
                }
                Reading::Rolling { series, span, take }
            }
            Window::Lifetime => {
                let slot = self.totals;
                self.totals += 1;
                shape.totals.push(Total { slot, take });
                shape.days |= take == Take::Days;
                Reading::Lifetime { slot }
            }
        };
        self.readings.push(reading);
    }

    fn series_of(&mut self, feature: &Feature) -> usize {
        let (kinds, resolution) = (feature.kinds, feature.resolution);
        let known = |shape: &Shape| shape.kinds == kinds && shape.resolution == resolution;
        self.series.iter().position(known).unwrap_or_else(|| {
            self.series.push(Shape {
                kinds,
                resolution,
                fields: Vec::new(),
                totals: Vec::new(),
                longest: None,
                latest: false,
                days: false,
                shrinks: kinds.contains(Kind::Purchase),
            });
            self.series.len() - 1
        })
    }
}

fn keys_of(span: Span, resolution: Resolution) -> i64 {
    match resolution {
        Resolution::Exact => span.0,
        Resolution::Day => span.0 / DAY_MS,
    }
}

impl Shape {
    /// Words of a bucket.
    pub(super) fn width(&self) -> usize {
        2 + self.fields.len()
    }

    /// Whether anything but totals is asked of it.
    pub(super) fn has_buckets(&self) -> bool {
        self.longest.is_some() || self.latest || self.days
    }

    /// The word of a bucket that a sum or count adds up.
    pub(super) fn word(&self, take: Take) -> usize {
        match take {
            Take::Count | Take::Days => 1,
            Take::Sum(field) => {
                let place = self.fields.iter().position(|known| *known == field);
                2 + place.expect("a field that a rolling sum reads is kept")
            }
        }
    }
}

impl Contribution {
    /// What it adds to a sum of that field.
    pub(super) fn of(&self, field: Field) -> i64 {
        match field {
            Field::Amount => self.amount,
            Field::Quantity => self.quantity,
            Field::Margin => self.margin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(kind: Kind, aggregate: Aggregate, window: Window) -> Feature {
        Feature {
            name: String::new(),
            kinds: KindSet::default().with(kind),
            aggregate,
            window,
            resolution: Resolution::Day,
        }
    }

    fn days(n: i64) -> Window {
        Window::Rolling(Span::from_days(n))
    }

    #[test]
    fn features_over_the_same_kinds_and_resolution_share_a_series() {
        let sum = Aggregate::Sum(Field::Amount);
        let layout = Layout::new(
            &[
                feature(Kind::Purchase, sum, days(90)),
                feature(Kind::Purchase, Aggregate::Count, days(30)),
                feature(Kind::Purchase, sum, Window::Lifetime),
                feature(Kind::View, Aggregate::Count, Window::Lifetime),
            ],
            Reach {
                orders: Span(0),
                late: Span(0),
            },
        );
        let shown: Vec<_> = layout
            .series
            .iter()
            .map(|s| (s.width(), s.totals.len(), s.longest, s.has_buckets()))
            .collect();
        assert_eq!(shown, [(3, 1, Some(90), true), (2, 1, None, false)]);
        assert_eq!(layout.header(), 4);
        assert_eq!(layout.own(Kind::View), [1]);
        assert_eq!(layout.own(Kind::Purchase), [0; 0]);
        assert_eq!(layout.orders(), [0]);
    }
}
