//! One series: what its buckets hold, and how features look at them.

use crate::model::event::{Kind, KindSet};
use crate::model::period::Period;
use crate::model::time::{DAY_MS, HOUR_MS, Span};

use super::back::Back;
use super::counters::Counter;
use super::decay::Decay;
use super::feature::{Aggregate, Feature, Field, Resolution, Window};
use super::filter::Passes;
use super::form::Forms;
use super::layout::Reader;

/// One series. A bucket of it is some words: key, count, one per field, and one for firm counts.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) kinds: KindSet,
    /// What enters it must pass these.
    pub(super) passes: Passes,
    /// Of the buckets' keys.
    pub(super) resolution: Resolution,
    /// Words of a bucket.
    pub(super) width: usize,
    /// The fields that some feature sums over a window.
    pub(super) fields: Vec<Field>,
    /// How wide the words of a customer's buckets may be.
    pub(super) forms: Forms,
    /// Whether buckets tell what part of their count nothing can take back.
    pub(super) firm: bool,
    /// How the features that something is compared with see its buckets.
    pub(super) sights: Vec<(Look, Reader)>,
    /// The running totals over it: which total, what it adds up, and from which key on.
    pub(super) totals: Vec<(usize, Take, i64)>,
    /// The running totals that begin with starts of ladders: which counter, and what it adds up.
    pub(super) counters: Vec<(Counter, Take)>,
    /// Whether a feature sums or counts: whether every contribution matters to some value.
    pub(super) sums: bool,
    /// The longest window over it that ends, in keys.
    pub(super) longest: Option<i64>,
    /// Whether a feature asks for its latest bucket.
    pub(super) latest: bool,
    /// Whether a feature asks for its first bucket; nothing else is asked of it then.
    pub(super) first: bool,
    /// Whether a total counts its days.
    pub(super) days: bool,
    /// Whether orders enter it: their contributions can shrink.
    pub(super) shrinks: bool,
    /// Whether every day is kept for ever, so that it can be told whether another has it too.
    pub(super) apart: bool,
}

/// What a feature makes of the buckets of a series.
#[derive(Clone, Copy, Debug)]
pub(super) enum Look {
    /// The sum of a word of those seen.
    Sum { back: Back, word: usize },
    /// How many of those seen have a positive count.
    Days { back: Back },
    /// The sum of a word of all, each weighed by its age.
    Decayed { decay: usize, word: usize },
    /// How far back the latest one with a positive count lies.
    Latest,
    /// How far back the first one with a positive count lies.
    First,
}

/// What a feature takes from a contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// The count.
    Count,
    /// The sum of a field.
    Sum(Field),
    /// One, if it makes the count of a bucket positive.
    Days,
}

impl Take {
    /// What an aggregate takes, if contributions are added up for it.
    pub(super) fn of(aggregate: Aggregate) -> Option<Self> {
        match aggregate {
            Aggregate::Sum(field) => Some(Self::Sum(field)),
            Aggregate::Count => Some(Self::Count),
            Aggregate::DistinctDays => Some(Self::Days),
            _ => None,
        }
    }
}

impl Shape {
    pub(super) fn new(feature: &Feature, passes: Passes) -> Self {
        let shrinks = feature.kinds.contains(Kind::Purchase);
        Self {
            kinds: feature.kinds,
            passes,
            resolution: feature.resolution,
            width: 2,
            fields: Vec::new(),
            firm: false,
            forms: Forms::new(0, false),
            sights: Vec::new(),
            totals: Vec::new(),
            counters: Vec::new(),
            sums: false,
            longest: None,
            latest: false,
            first: feature.aggregate == Aggregate::SinceFirst,
            days: false,
            shrinks,
            apart: false,
        }
    }

    /// Whether it is the series of a feature.
    pub(super) fn holds(&self, feature: &Feature, passes: Passes) -> bool {
        self.kinds == feature.kinds
            && self.passes == passes
            && self.resolution == feature.resolution
            && self.first == (feature.aggregate == Aggregate::SinceFirst)
    }

    /// Makes room for what a feature asks of it.
    pub(super) fn extend(&mut self, feature: &Feature) {
        let aggregate = feature.aggregate;
        self.sums |= matches!(
            aggregate,
            Aggregate::Sum(_) | Aggregate::Count | Aggregate::DecayedSum(..)
        );
        let keys = keys_asked(feature);
        self.longest = self.longest.max(keys);
        match aggregate {
            Aggregate::SinceLast => {
                self.latest = true;
                self.firm = self.shrinks;
            }
            Aggregate::SinceFirst => self.firm = self.shrinks,
            Aggregate::Sum(field) | Aggregate::DecayedSum(field, _)
                if keys.is_some() && !self.fields.contains(&field) =>
            {
                self.fields.push(field);
            }
            Aggregate::DistinctDays => self.days |= keys.is_none(),
            _ => {}
        }
        self.width = 2 + self.fields.len() + usize::from(self.firm);
        self.forms = Forms::new(self.fields.len(), self.firm);
    }

    /// Whether anything but totals is asked of it.
    pub(super) fn has_buckets(&self) -> bool {
        self.longest.is_some() || self.latest || self.first || self.days
    }

    /// The word of a bucket that holds the sum of a field.
    pub(super) fn word(&self, field: Field) -> usize {
        let place = self.fields.iter().position(|known| *known == field);
        2 + place.expect("a field that a rolling sum reads is kept")
    }
}

/// How far back a feature looks, at a customer's own year by its feature; from which key on, where
/// its window never ends.
pub(super) fn back_of(feature: &Feature) -> Result<Back, i64> {
    match feature.window {
        Window::Rolling(span) => Ok(Back::Keys(keys_in(span, feature.resolution))),
        Window::Calendar(period) => Ok(Back::Period(period)),
        Window::Previous(period) => Ok(Back::Previous(period)),
        Window::Personal(first) => Ok(Back::Personal(first)),
        Window::Since(day) => Err(i64::from(day.0)),
        Window::Lifetime | Window::Start(_) => Err(i64::MIN),
    }
}

/// The keys that a feature looks back at most, unless that has no end.
pub(super) fn keys_asked(feature: &Feature) -> Option<i64> {
    match feature.aggregate {
        Aggregate::DecayedSum(_, half_life) => Some(Decay::ends(half_life)),
        _ => keys_of(feature.window, feature.resolution),
    }
}

/// The keys that a window that ends has at most.
fn keys_of(window: Window, resolution: Resolution) -> Option<i64> {
    match window {
        Window::Rolling(span) => Some(keys_in(span, resolution)),
        Window::Calendar(period) => Some(period.days_max()),
        Window::Previous(period) => Some(2 * period.days_max()),
        Window::Personal(_) => Some(Period::CALENDAR_YEAR.days_max()),
        Window::Lifetime | Window::Since(_) | Window::Start(_) => None,
    }
}

fn keys_in(span: Span, resolution: Resolution) -> i64 {
    match resolution {
        Resolution::Exact => span.0,
        Resolution::Hour => span.0 / HOUR_MS,
        Resolution::Day => span.0 / DAY_MS,
    }
}
