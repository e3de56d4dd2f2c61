//! What the numbers in the features of a policy stand for, and what they are under another policy.

use crate::model::detail::AttrField;
use crate::model::event::{DECLARED_KINDS_MAX, Kind, KindSet, all_kinds};

use super::feature::{Aggregate, Feature, Field, Resolution, Start, Window};
use super::filter::{Filter, NumberField, TextField};

/// What the numbers in the features of a policy stand for.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The declared kinds.
    pub kinds: &'a [String],
    /// The declared fields of `attrs`.
    pub attrs: &'a [AttrField],
    /// The ladders.
    pub ladders: &'a [&'a str],
    /// The zone of its days.
    pub zone: &'a str,
}

impl Terms<'_> {
    /// What a feature is in other terms, if they have the words for it.
    #[must_use]
    pub fn translate(&self, feature: &Feature, to: &Terms<'_>) -> Option<Feature> {
        if feature.resolution == Resolution::Day && self.zone != to.zone {
            return None;
        }
        let kinds = all_kinds().filter(|kind| feature.kinds.contains(*kind));
        let mut kinds = kinds.map(|kind| self.kind(kind, to));
        let filter = feature.filter.as_ref();
        let filter = filter.map(|filter| self.filter(filter, to).ok_or(()));
        Some(Feature {
            name: feature.name.clone(),
            kinds: kinds.try_fold(KindSet::default(), |set, kind| Some(set.with(kind?)))?,
            filter: filter.transpose().ok()?,
            aggregate: self.aggregate(feature.aggregate, to)?,
            window: self.window(feature.window, to)?,
            resolution: feature.resolution,
        })
    }

    fn window(&self, window: Window, to: &Terms<'_>) -> Option<Window> {
        let Window::Start(start) = window else {
            return Some(window);
        };
        let name = self.ladders.get(start.ladder)?;
        let ladder = to.ladders.iter().position(|known| known == name)?;
        Some(Window::Start(Start { ladder, ..start }))
    }

    fn aggregate(&self, aggregate: Aggregate, to: &Terms<'_>) -> Option<Aggregate> {
        use Aggregate::{Distinct, Least, Most, MostFrequent, MostFrequentCount, Sum};
        let number = |field| match field {
            Field::Attr(attr, unit) => Some(Field::Attr(self.attr(attr, to)?, unit)),
            other => Some(other),
        };
        let text = |field| match field {
            TextField::Attr(attr) => Some(TextField::Attr(self.attr(attr, to)?)),
            other => Some(other),
        };
        Some(match aggregate {
            Aggregate::Derived(_) => return None,
            Aggregate::Latest(attr, unit) => Aggregate::Latest(self.attr(attr, to)?, unit),
            Sum(field) => Sum(number(field)?),
            Least(field) => Least(number(field)?),
            Most(field) => Most(number(field)?),
            MostFrequent(field, ties) => MostFrequent(text(field)?, ties),
            MostFrequentCount(field) => MostFrequentCount(text(field)?),
            Distinct(field, most) => Distinct(text(field)?, most),
            other => other,
        })
    }

    fn kind(&self, kind: Kind, to: &Terms<'_>) -> Option<Kind> {
        let Kind::Declared(ix) = kind else {
            return Some(kind);
        };
        let name = self.kinds.get(usize::from(ix))?;
        let there = to.kinds.iter().take(DECLARED_KINDS_MAX);
        let ix = there.zip(0..).find(|(known, _)| *known == name)?.1;
        Some(Kind::Declared(ix))
    }

    fn attr(&self, attr: usize, to: &Terms<'_>) -> Option<usize> {
        let field = self.attrs.get(attr)?;
        to.attrs.iter().position(|known| known == field)
    }

    fn filter(&self, filter: &Filter, to: &Terms<'_>) -> Option<Filter> {
        let all = |filters: &[Filter]| {
            let filters = filters.iter().map(|filter| self.filter(filter, to));
            filters.collect::<Option<Vec<_>>>()
        };
        Some(match filter {
            Filter::Text(TextField::Attr(attr), among) => {
                Filter::Text(TextField::Attr(self.attr(*attr, to)?), among.clone())
            }
            Filter::Number(NumberField::Attr(attr), least, most) => {
                Filter::Number(NumberField::Attr(self.attr(*attr, to)?), *least, *most)
            }
            Filter::All(filters) => Filter::All(all(filters)?),
            Filter::Any(filters) => Filter::Any(all(filters)?),
            Filter::Not(filter) => Filter::Not(Box::new(self.filter(filter, to)?)),
            Filter::Date(_) if self.zone != to.zone => return None,
            Filter::Text(..) | Filter::Number(..) | Filter::Date(_) => filter.clone(),
        })
    }
}

impl Feature {
    /// Whether it tells the same as another in the same terms, whatever their names.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let Self {
            name: _,
            kinds,
            filter,
            aggregate,
            window,
            resolution,
        } = self;
        (kinds, filter, aggregate, window, resolution)
            == (
                &other.kinds,
                &other.filter,
                &other.aggregate,
                &other.window,
                &other.resolution,
            )
    }
}
