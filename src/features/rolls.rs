//! Which values are noted one by one rather than added up, a roll for features that note the same.

use crate::model::event::{Kind, KindSet, all_kinds};

use super::feature::{Aggregate, Feature, Field, Resolution, Window};
use super::filter::{Passes, TextField};
use super::layout::Reader;
use super::orders::Contribution;
use super::regard::Regard;
use super::shape::keys_asked;

/// What is noted of each contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A text that it says.
    Text(TextField),
    /// A number that it has.
    Number(Field),
    /// Only that it is there.
    Nothing,
}

/// All rolls of a policy.
#[derive(Clone, Debug, Default)]
pub(super) struct Rolls {
    rolls: Vec<Roll>,
    /// Per kind: those that events of that kind enter as themselves.
    own: Vec<Vec<usize>>,
    /// Those that orders enter.
    orders: Vec<usize>,
    /// The texts that are noted of orders.
    said: Vec<TextField>,
}

/// Features over the same events that note the same at the same resolution share a roll.
#[derive(Clone, Debug)]
pub(super) struct Roll {
    kinds: KindSet,
    /// What enters it must pass these.
    pub(super) passes: Passes,
    /// Of the notes' keys.
    pub(super) resolution: Resolution,
    /// What is noted.
    pub(super) value: Value,
    /// The first key that is noted, where a feature sees everything from there on.
    pub(super) from: Option<i64>,
    /// The longest window over it that ends, in keys.
    pub(super) longest: Option<i64>,
    /// How many different values are told apart, where features ask for nothing else.
    pub(super) enough: Option<i64>,
    /// How the features that something is compared with regard it.
    pub(super) sights: Vec<(Regard, Reader)>,
    /// Whether orders enter it: what they contribute can be taken back.
    pub(super) shrinks: bool,
    /// Whether every key is kept apart for ever, so that it can be told whether another has it too.
    pub(super) apart: bool,
}

impl Aggregate {
    /// What is noted for it; nothing where contributions are added up.
    pub(super) fn noted(self) -> Option<Value> {
        match self {
            Self::MostFrequent(field, _)
            | Self::MostFrequentCount(field)
            | Self::Distinct(field, _) => Some(Value::Text(field)),
            Self::Least(field) | Self::Most(field) => Some(Value::Number(field)),
            Self::MeanGap | Self::Silence => Some(Value::Nothing),
            _ => None,
        }
    }
}

impl Rolls {
    /// Makes room for a feature, of which `value` is noted; the index of its roll.
    pub(super) fn extend(&mut self, feature: &Feature, passes: Passes, value: Value) -> usize {
        let from = match feature.window {
            Window::Lifetime => Some(i64::MIN),
            Window::Since(day) => Some(i64::from(day.0)),
            _ => None,
        };
        let found = self.rolls.iter().position(|roll| {
            roll.is_over(feature, passes) && (roll.value, roll.from) == (value, from)
        });
        let ix = found.unwrap_or_else(|| {
            self.enter(feature.kinds, value);
            self.rolls.push(Roll {
                kinds: feature.kinds,
                passes,
                resolution: feature.resolution,
                value,
                from,
                longest: None,
                enough: Some(0),
                sights: Vec::new(),
                shrinks: feature.kinds.contains(Kind::Purchase),
                apart: false,
            });
            self.rolls.len() - 1
        });
        let roll = &mut self.rolls[ix];
        roll.longest = roll.longest.max(keys_asked(feature));
        // The newest values are not those of the period before.
        let newest = !matches!(feature.window, Window::Previous(_));
        roll.enough = match (roll.enough, feature.aggregate) {
            (Some(enough), Aggregate::Distinct(_, most)) if newest => Some(enough.max(most.into())),
            _ => None,
        };
        ix
    }

    /// Says who enters the next roll.
    fn enter(&mut self, kinds: KindSet, value: Value) {
        let ix = self.rolls.len();
        self.own.resize(all_kinds().count(), Vec::new());
        for (kind, own) in all_kinds().zip(&mut self.own) {
            match (kind, kinds.contains(kind)) {
                (_, false) => {}
                (Kind::Purchase, true) => self.orders.push(ix),
                (_, true) => own.push(ix),
            }
        }
        if let Value::Text(field) = value
            && kinds.contains(Kind::Purchase)
            && !self.said.contains(&field)
        {
            self.said.push(field);
        }
    }

    /// Adds a feature that something is compared with.
    pub(super) fn compare(&mut self, regard: Regard, reader: Reader) {
        self.rolls[regard.roll].sights.push((regard, reader));
    }

    /// From now on keys that are counted are kept for ever.
    pub(super) fn keep_apart(&mut self) {
        for roll in &mut self.rolls {
            roll.apart = roll.from.is_some() && roll.value == Value::Nothing;
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Roll] {
        &self.rolls
    }

    /// Those that events of that kind enter as themselves.
    pub(super) fn own(&self, kind: Kind) -> &[usize] {
        self.own.get(kind.index()).map_or(&[], Vec::as_slice)
    }

    /// Those that orders enter.
    pub(super) fn orders(&self) -> &[usize] {
        &self.orders
    }

    /// The texts that are noted of orders.
    pub(super) fn said(&self) -> &[TextField] {
        &self.said
    }
}

impl Roll {
    /// Whether it notes the events of a feature at its resolution.
    pub(super) fn is_over(&self, feature: &Feature, passes: Passes) -> bool {
        self.kinds == feature.kinds
            && self.passes == passes
            && self.resolution == feature.resolution
    }

    /// Whether texts are noted.
    pub(super) fn is_of_texts(&self) -> bool {
        matches!(self.value, Value::Text(_))
    }

    /// What is noted of a contribution that says `text`: value and count.
    pub(super) fn noted(&self, by: &Contribution<'_>, text: Option<i64>) -> Option<(i64, i64)> {
        let value = match self.value {
            Value::Text(_) => text,
            Value::Number(field) => by.given(field),
            Value::Nothing => Some(0),
        };
        value
            .filter(|_| by.count > 0)
            .map(|value| (value, by.count))
    }
}
