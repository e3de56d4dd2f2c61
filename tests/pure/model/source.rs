//! What an event says of itself beyond its numbers, and whether a filter lets it through (section
//! 4).

use tidemark::features::filter::{Filter, NumberField, TextField};
use tidemark::model::change::Measure;
use tidemark::model::detail::{Attr, AttrField, AttrOf, AttrSort};
use tidemark::model::event::Kind;
use tidemark::model::period::MonthDay;

use super::days::{Shown, date};
use super::owned_event::OwnedEvent;

/// What policies of histories declare: two fields of `attrs` and two members of the profile.
pub(crate) fn declared() -> Vec<AttrField> {
    let fields = [
        ("score", AttrSort::Number, AttrOf::Event),
        ("mood", AttrSort::Text, AttrOf::Event),
        ("age", AttrSort::Number, AttrOf::Profile),
        ("town", AttrSort::Text, AttrOf::Profile),
    ];
    let field = |(name, sort, of): (&str, _, _)| AttrField {
        name: name.to_owned(),
        sort,
        of,
    };
    fields.map(field).into()
}

/// The details of an event of a history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) category: Option<&'static str>,
    pub(crate) brand: Option<&'static str>,
    pub(crate) channel: Option<&'static str>,
    pub(crate) discount: i64,
    pub(crate) score: Option<i64>,
    pub(crate) mood: Option<&'static str>,
    /// Of a profile.
    pub(crate) words: Option<&'static Words>,
}

/// What a profile says of its members; `Some(None)` takes a value away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) age: Option<Option<i64>>,
    pub(crate) town: Option<Option<&'static str>>,
}

impl Facts {
    /// What an event of that kind can say.
    pub(crate) fn of(self, kind: Kind) -> Self {
        let profile = kind == Kind::Profile;
        Self {
            score: self.score.filter(|_| !profile),
            mood: self.mood.filter(|_| !profile),
            words: self.words.filter(|_| profile),
            ..self
        }
    }

    /// What it says of members of the profile.
    pub(crate) fn words(&self) -> Words {
        self.words.copied().unwrap_or_default()
    }

    /// The declared fields, as an engine takes them.
    pub(crate) fn attrs(&self) -> Box<[Option<Attr>]> {
        let text = |text: &'static str| Attr::Text(text.into());
        let Words { age, town } = self.words();
        [
            self.score.map(Attr::Number),
            self.mood.map(text),
            age.map(|age| age.map_or(Attr::Gone, Attr::Number)),
            town.map(|town| town.map_or(Attr::Gone, text)),
        ]
        .into()
    }
}

/// What filters are asked about: the event by which a contribution came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    facts: Facts,
    amount: i64,
    quantity: i64,
    margin: i64,
}

impl Source {
    pub(crate) fn of(event: &OwnedEvent) -> Self {
        Self {
            facts: event.facts,
            amount: event.amount,
            quantity: event.quantity,
            margin: event.margin,
        }
    }

    /// The number in a declared field.
    pub(crate) fn number(&self, attr: usize) -> Option<i64> {
        self.facts.score.filter(|_| attr == 0)
    }

    /// What is said in a member of the profile, if anything is.
    pub(crate) fn said(&self, attr: usize) -> Option<Measure> {
        let (unknown, words) = (Measure::Unknown, self.facts.words());
        match attr {
            2 => words.age.map(|age| age.map_or(unknown, Measure::Is)),
            3 => words.town.map(|town| town.map_or(unknown, Measure::from)),
            _ => None,
        }
    }

    /// The text in a field.
    pub(crate) fn text(&self, field: TextField) -> Option<&'static str> {
        match field {
            TextField::Category => self.facts.category,
            TextField::Brand => self.facts.brand,
            TextField::Channel => self.facts.channel,
            TextField::Attr(1) => self.facts.mood,
            TextField::Attr(_) => None,
        }
    }

    /// Whether a filter lets it through, as of its civil day.
    pub(crate) fn passes(&self, filter: &Filter, day: i64) -> bool {
        match filter {
            Filter::Not(inner) => !self.passes(inner, day),
            Filter::All(inner) => !inner.iter().any(|filter| !self.passes(filter, day)),
            Filter::Any(inner) => inner.iter().any(|filter| self.passes(filter, day)),
            Filter::Date(ranges) => {
                let Shown { month, day, .. } = date(day);
                let shown = (month + 1) * 100 + day;
                let number = |of: &MonthDay| {
                    let (month, day) = of.parts();
                    i64::from(month) * 100 + i64::from(day)
                };
                ranges.iter().any(|(first, last)| {
                    let (first, last) = (number(first), number(last));
                    let (begun, over) = (shown >= first, shown > last);
                    if last < first {
                        begun || !over
                    } else {
                        begun && !over
                    }
                })
            }
            Filter::Text(field, words) => {
                let said = self.text(*field);
                words.iter().any(|word| said == Some(word.as_str()))
            }
            Filter::Number(field, least, most) => {
                let said = match field {
                    NumberField::Amount => Some(self.amount),
                    NumberField::Quantity => Some(self.quantity),
                    NumberField::Margin => Some(self.margin),
                    NumberField::Discount => Some(self.facts.discount),
                    NumberField::Attr(attr) => self.number(*attr),
                };
                said.is_some_and(|said| *least <= said && said <= *most)
            }
        }
    }
}
