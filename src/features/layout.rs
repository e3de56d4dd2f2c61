//! What has to be kept of a customer so that every feature can be told: series, columns, totals.

use std::sync::Arc;

use crate::model::event::{Event, Kind, all_kinds};
use crate::model::time::Span;

use super::back::Back;
use super::counters::Counter;
use super::cuts::{Cuts, Level};
use super::decay::Decay;
use super::derived::Derived;
use super::ever::Ever;
use super::feature::{Aggregate, Feature, Field, Window};
use super::filter::{Filter, Passes};
use super::moment::Moment;
use super::profile::Member;
use super::regard::Regard;
use super::rolls::Rolls;
use super::shape::{Look, Shape, Take, back_of};

/// How long events and orders can still reach back into a customer's past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How long an order is known: can be refunded or cancelled.
    pub known: Span,
    /// How long it is kept; at least as long.
    pub orders: Span,
    /// How far behind the clock an event may be dated.
    pub late: Span,
}

/// Features that see the same kinds through the same filter at the same resolution share one series
/// of buckets.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The series.
    pub(super) series: Vec<Shape>,
    /// The distinct filters; each event is asked once.
    pub(super) filters: Vec<Filter>,
    /// Where each feature finds its value.
    pub(super) readings: Vec<Reading>,
    /// The levels of the features that are asked for while no series has a bucket; the other
    /// features are only kept.
    pub(super) idle: Vec<Level>,
    /// The running totals that something is compared with: (total, by whom it is read).
    pub(super) compared_totals: Vec<(usize, Reader)>,
    /// What is noted one by one.
    pub(super) rolls: Rolls,
    /// What is known of profiles.
    pub(super) members: Vec<Member>,
    /// The derived features that something is compared with.
    pub(super) derived: Vec<(Derived, Reader)>,
    /// The different half-lives.
    pub(super) decays: Vec<Decay>,
    /// How far contributions reach back.
    pub(super) reach: Reach,
    /// Per kind: the series that events of that kind enter as themselves.
    own: Vec<Vec<usize>>,
    /// The series that orders enter.
    orders: Vec<usize>,
    /// The declared fields that features sum.
    pub(super) summed: Vec<usize>,
    /// How many running totals there are.
    pub(super) totals: usize,
    /// Those of them that begin with starts of ladders.
    pub(super) counters: Vec<Counter>,
    /// Bytes of one narrow bucket of each series.
    one_of_each: usize,
}

/// Where a feature finds its value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// In a running total.
    Total(usize),
    /// In the buckets of a series.
    Buckets(usize, Look),
    /// In the notes of a roll.
    Notes(Regard),
    /// In what was said last of a member of the profile.
    Latest(usize),
    /// In those of two others.
    Derived(Derived),
}

/// A feature that something is compared with.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    /// Which feature.
    pub(super) feature: usize,
    /// Where it matters.
    pub(super) cuts: Vec<i64>,
    /// The texts that it is compared with.
    pub(super) texts: Vec<Arc<str>>,
    /// The level of zero.
    pub(super) empty: Level,
}

impl Layout {
    /// For these features, compared at these cuts. Features beyond the cuts are kept only: nobody
    /// asks for their values.
    #[must_use]
    pub fn new(features: &[Feature], cuts: &Cuts, reach: Reach) -> Self {
        let mut series: Vec<Shape> = Vec::new();
        let filters = distinct(features);
        for feature in features {
            let aggregate = feature.aggregate;
            let of_no_event = matches!(aggregate, Aggregate::Derived(_) | Aggregate::Latest(..));
            if of_no_event || aggregate.noted().is_some() {
                continue;
            }
            let passes = passes(&filters, feature);
            match series.iter_mut().find(|shape| shape.holds(feature, passes)) {
                Some(shape) => shape.extend(feature),
                None => {
                    let mut shape = Shape::new(feature, passes);
                    shape.extend(feature);
                    series.push(shape);
                }
            }
        }
        let entered = |kind: Kind| {
            let shapes = series.iter().enumerate();
            let entered = shapes.filter(|(_, shape)| shape.kinds.contains(kind));
            entered.map(|(ix, _)| ix).collect::<Vec<_>>()
        };
        let mut layout = Self {
            readings: Vec::with_capacity(features.len()),
            idle: vec![0; cuts.features()],
            compared_totals: Vec::new(),
            derived: Vec::new(),
            members: Vec::new(),
            rolls: Rolls::default(),
            decays: Vec::new(),
            reach,
            own: all_kinds()
                .map(|kind| match kind {
                    Kind::Purchase => Vec::new(),
                    other => entered(other),
                })
                .collect(),
            orders: entered(Kind::Purchase),
            summed: summed(features),
            totals: 0,
            counters: Vec::new(),
            one_of_each: series.iter().map(|it| it.forms.narrowest().stride).sum(),
            series,
            filters,
        };
        for (ix, feature) in features.iter().enumerate() {
            layout.read(feature, Reader::new(ix, feature, cuts));
        }
        for (look, reader) in layout.series.iter().flat_map(|shape| &shape.sights) {
            layout.idle[reader.feature] = match look {
                Look::Sum { .. } | Look::Days { .. } | Look::Decayed { .. } => reader.empty,
                Look::Latest | Look::First => reader.cuts.len() as Level + 1,
            };
        }
        layout
    }

    /// The same, to be joined with others of its sort if that is asked for: what cannot be added up
    /// once it is counted is kept apart.
    #[must_use]
    pub fn to_be_joined(mut self, joins: bool) -> Self {
        if joins {
            for shape in &mut self.series {
                shape.apart = shape.days;
            }
            self.rolls.keep_apart();
        }
        self
    }

    /// How many of the features are asked for.
    pub(super) fn asked(&self) -> usize {
        self.idle.len()
    }

    /// The series that events of that kind enter as themselves; purchases enter through their
    /// orders.
    pub(super) fn own(&self, kind: Kind) -> &[usize] {
        &self.own[kind.index()]
    }

    /// The filters that an event passes.
    pub(super) fn passes(&self, event: &Event<'_>, at: Moment) -> Passes {
        Passes::of(&self.filters, event, at.day())
    }

    /// The series that orders enter.
    pub(super) fn orders(&self) -> &[usize] {
        &self.orders
    }

    /// Whether anything is noted one by one: where that lies, other policies need not look.
    pub(super) fn notes(&self) -> bool {
        !self.rolls.all().is_empty() || !self.members.is_empty()
    }

    /// The declared fields that features sum.
    pub(super) fn summed(&self) -> impl Iterator<Item = usize> {
        self.summed.iter().copied()
    }

    /// Among the numbers that a tally begins with, the first of which say how much there has ever
    /// been: a running total.
    pub(super) fn total(&self, total: usize) -> usize {
        Ever::SUMS + total
    }

    /// Among them: the bound of the sums of a summed field.
    pub(super) fn ever(&self, summed: usize) -> usize {
        self.total(self.totals) + summed
    }

    /// Among them: when a counter began.
    pub(super) fn began(&self, counter: usize) -> usize {
        self.ever(self.summed.len()) + counter
    }

    /// How many there are.
    pub(super) fn numbers(&self) -> usize {
        self.began(self.counters.len())
    }

    /// Bytes of one narrow bucket of each series.
    pub(super) fn one_of_each(&self) -> usize {
        self.one_of_each
    }

    /// How far back a feature looks; from which key on, where its window never ends.
    fn back_of(&self, feature: &Feature) -> Result<Back, i64> {
        let back = back_of(feature)?;
        let Back::Personal(first) = back else {
            return Ok(back);
        };
        match self.readings.get(first) {
            Some(Reading::Buckets(series, Look::First)) => Ok(Back::Personal(*series)),
            _ => unreachable!("a year begins with a first that is declared before"),
        }
    }

    /// Says where a feature finds its value.
    fn read(&mut self, feature: &Feature, reader: Option<Reader>) {
        if let Aggregate::Derived(derived) = feature.aggregate {
            self.readings.push(Reading::Derived(derived));
            self.derived.extend(reader.map(|reader| (derived, reader)));
            return;
        }
        if let Aggregate::Latest(attr, _) = feature.aggregate {
            self.readings.push(Reading::Latest(self.members.len()));
            self.members.push(Member { attr, reader });
            return;
        }
        let passes = passes(&self.filters, feature);
        if let Some(value) = feature.aggregate.noted() {
            let roll = self.rolls.extend(feature, passes, value);
            let back = self.back_of(feature).unwrap_or_else(Back::From);
            let regard = Regard::new(roll, back, feature);
            self.readings.push(Reading::Notes(regard));
            if let Some(reader) = reader {
                self.rolls.compare(regard, reader);
            }
            return;
        }
        let back = self.back_of(feature);
        let shapes = &mut self.series;
        let series = shapes.iter().position(|shape| shape.holds(feature, passes));
        let series = series.expect("every feature has its series");
        let shape = &mut shapes[series];
        if let Aggregate::DecayedSum(field, half_life) = feature.aggregate {
            let look = Look::Decayed {
                decay: decay_of(&mut self.decays, half_life),
                word: shape.word(field),
            };
            self.readings.push(Reading::Buckets(series, look));
            shape.sights.extend(reader.map(|reader| (look, reader)));
            return;
        }
        let look = match (Take::of(feature.aggregate), back) {
            (Some(take), Err(from)) => {
                let total = self.totals;
                self.totals += 1;
                if let Window::Start(start) = feature.window {
                    let counter = Counter::new(start, total, self.counters.len());
                    self.counters.push(counter);
                    shape.counters.push((counter, take));
                } else {
                    shape.totals.push((total, take, from));
                }
                self.readings.push(Reading::Total(total));
                self.compared_totals
                    .extend(reader.map(|reader| (total, reader)));
                return;
            }
            (Some(Take::Days), Ok(back)) => Look::Days { back },
            (Some(Take::Count), Ok(back)) => Look::Sum { back, word: 1 },
            (Some(Take::Sum(field)), Ok(back)) => Look::Sum {
                back,
                word: shape.word(field),
            },
            (None, _) if shape.first => Look::First,
            (None, _) => Look::Latest,
        };
        self.readings.push(Reading::Buckets(series, look));
        shape.sights.extend(reader.map(|reader| (look, reader)));
    }
}

/// The place of a half-life among others.
fn decay_of(decays: &mut Vec<Decay>, half_life: u32) -> usize {
    let decay = Decay::new(half_life);
    let known = decays.iter().position(|known| *known == decay);
    known.unwrap_or_else(|| {
        decays.push(decay);
        decays.len() - 1
    })
}

/// The filters of features, each once.
#[must_use]
pub fn distinct(features: &[Feature]) -> Vec<Filter> {
    let mut filters = Vec::new();
    for filter in features
        .iter()
        .filter_map(|feature| feature.filter.as_ref())
    {
        if !filters.contains(filter) {
            filters.push(filter.clone());
        }
    }
    filters
}

/// The declared fields that features sum, each once.
fn summed(features: &[Feature]) -> Vec<usize> {
    let mut summed = Vec::new();
    for feature in features {
        if let Some(Field::Attr(attr, _)) = feature.aggregate.summed()
            && !summed.contains(&attr)
        {
            summed.push(attr);
        }
    }
    summed
}

/// What something must pass to enter the series of a feature.
fn passes(filters: &[Filter], feature: &Feature) -> Passes {
    let Some(filter) = &feature.filter else {
        return Passes::default();
    };
    let ix = filters.iter().position(|known| known == filter);
    Passes::one(ix.expect("every filter is among the distinct ones"))
}

impl Reader {
    /// A feature, if something is compared with it.
    fn new(feature: usize, declared: &Feature, cuts: &Cuts) -> Option<Self> {
        if feature >= cuts.features() {
            return None;
        }
        // "Never" and "unknown" differ from every number, even where no cut lies between.
        let aggregate = declared.aggregate;
        let never = aggregate.may_be_never() || aggregate.may_be_unknown();
        let compared = never || !cuts.of(feature).is_empty();
        compared.then(|| Self {
            feature,
            cuts: cuts.of(feature).to_vec(),
            texts: cuts.texts_of(feature).to_vec(),
            empty: cuts.level(feature, 0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::feature::{Resolution, Window};
    use crate::model::event::KindSet;

    fn feature(kind: Kind, aggregate: Aggregate, window: Window) -> Feature {
        Feature {
            name: String::new(),
            kinds: KindSet::default().with(kind),
            filter: None,
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
        let features = [
            feature(Kind::Purchase, sum, days(90)),
            feature(Kind::Purchase, Aggregate::Count, days(30)),
            feature(Kind::Purchase, sum, Window::Lifetime),
            feature(Kind::View, Aggregate::Count, Window::Lifetime),
        ];
        let cuts = Cuts::new(vec![vec![-1, 5], vec![], vec![1], vec![]]);
        let reach = Reach {
            known: Span(0),
            orders: Span(0),
            late: Span(0),
        };
        let layout = Layout::new(&features, &cuts, reach);
        let shown: Vec<_> = layout
            .series
            .iter()
            .map(|s| (s.width, s.sights.len(), s.longest, s.has_buckets()))
            .collect();
        assert_eq!(shown, [(3, 1, Some(90), true), (2, 0, None, false)]);
        assert_eq!(layout.series[0].sights[0].1.empty, 1);
        assert_eq!(layout.compared_totals.len(), 1);
        assert_eq!(layout.numbers(), Ever::SUMS + 2);
        assert_eq!(layout.own(Kind::View), [1]);
        assert_eq!(layout.own(Kind::Purchase), [0; 0]);
        assert_eq!(layout.orders(), [0]);
    }
}
