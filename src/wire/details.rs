//! The details of an event: those that the policy asks for are read, the others only checked.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::detail::{Attr, AttrField, AttrOf, AttrSort, Cleaned, Details, Wanted};
use crate::model::event::Kind;
use crate::model::money::Money;
use crate::model::period::parse_date;
use crate::model::refusal::{Refusal, Refused};
use crate::policy::cleaning::Cleaning;

use super::cleaning::clean_attrs;
use super::event::{Reader, not_negative};
use super::fields::Field;

const TEXTS: [Field; 3] = [Field::Category, Field::Brand, Field::Channel];

impl<'a> Reader<'a, '_> {
    /// The details that are wanted. The others must have the right type.
    pub(super) fn details(
        &self,
        wanted: &Wanted,
        kind: Kind,
        cleaning: Option<(&Cleaning, Cleaned)>,
    ) -> Result<Details<'a>, Refused> {
        let discount = not_negative(self.money(Field::Discount)?, Field::Discount)?;
        let mut details = Details::default();
        if wanted.details {
            let [category, brand, channel] = TEXTS.map(|field| self.text(field));
            details = Details {
                category: category?,
                brand: brand?,
                channel: channel?,
                discount: discount.unwrap_or_default(),
                ..details
            };
        } else {
            for field in TEXTS {
                self.check_opening(field, '"')?;
            }
        }
        self.check_opening(Field::Attrs, '{')?;
        let of = AttrOf::of_kind(kind);
        let asks = wanted.attrs.iter().any(|field| field.of == of);
        let mut raw = self.fields.get(Field::Attrs).filter(|_| asks);
        if let Some((cleaning, cleaned)) = cleaning {
            details.cleaned = cleaned;
            // What is missing may have a default.
            raw = raw.or(asks.then_some("{}"));
            if let Some(raw) = raw {
                let mut found = members(raw, &wanted.attrs, of)?;
                let cleaned = &mut details.cleaned;
                clean_attrs(cleaning, kind, &mut found, self.scratch, cleaned);
                details.attrs = self.scratch.keep_attrs(attrs(&found, &wanted.attrs)?);
            }
        } else if let Some(raw) = raw {
            let found = members(raw, &wanted.attrs, of)?;
            details.attrs = self.scratch.keep_attrs(attrs(&found, &wanted.attrs)?);
        }
        Ok(details)
    }

    fn check_opening(&self, field: Field, opening: char) -> Result<(), Refused> {
        match self.fields.get(field) {
            Some(raw) if !raw.starts_with(opening) => Err(Refusal::WrongType.of(field.name())),
            _ => Ok(()),
        }
    }
}

/// The declared fields of an object `attrs` as JSON text, of what it is of.
fn members<'r>(
    raw: &'r str,
    declared: &[AttrField],
    of: AttrOf,
) -> Result<Vec<Option<&'r str>>, Refused> {
    let mut json = serde_json::Deserializer::from_str(raw);
    let found = Members(declared, of).deserialize(&mut json);
    found.map_err(|_| Refusal::NotJson.of(Field::Attrs.name()))
}

/// The values of declared fields.
fn attrs(found: &[Option<&str>], declared: &[AttrField]) -> Result<Box<[Option<Attr>]>, Refused> {
    let fields = found.iter().zip(declared);
    fields
        .map(|(raw, field)| match (raw, field.of) {
            (None, _) | (Some("null"), AttrOf::Event) => Ok(None),
            (Some("null"), AttrOf::Profile) => Ok(Some(Attr::Gone)),
            (Some(raw), _) => attr(raw, field.sort).map(Some),
        })
        .collect()
}

fn attr(raw: &str, sort: AttrSort) -> Result<Attr, Refused> {
    let wrong = || Refusal::WrongType.of(Field::Attrs.name());
    let bad = || Refusal::BadAmount.of(Field::Attrs.name());
    let text = || serde_json::from_str::<Box<str>>(raw).map_err(|_| wrong());
    let number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    match sort {
        AttrSort::Text if matches!(raw, "true" | "false") => Ok(Attr::Text(raw.into())),
        AttrSort::Text => text().map(Attr::Text),
        AttrSort::Money => {
            let money = match number {
                true => Money::parse(raw),
                false => Money::parse(&text()?),
            };
            money.map(|money| Attr::Number(money.0)).map_err(|_| bad())
        }
        AttrSort::Number => {
            let digits = raw.strip_prefix('-').unwrap_or(raw);
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong());
            }
            raw.parse().map(Attr::Number).map_err(|_| bad())
        }
        AttrSort::Flag => match raw {
            "true" | "false" => Ok(Attr::Number(i64::from(raw == "true"))),
            _ => Err(wrong()),
        },
        AttrSort::Date => {
            let day = parse_date(&text()?).ok_or_else(wrong)?;
            Ok(Attr::Number(day.0.into()))
        }
    }
}

/// Finds the members of an object, of what it is of, that have these names, each as raw text. One
/// that comes twice is an error.
struct Members<'d>(&'d [AttrField], AttrOf);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = Vec<Option<&'de str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Vec<Option<&'de str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = vec![None; self.0.len()];
        while let Some(name) = map.next_key::<String>()? {
            let named = |field: &AttrField| field.of == self.1 && field.name == name;
            match self.0.iter().position(named) {
                None => _ = map.next_value::<IgnoredAny>()?,
                Some(ix) => {
                    let raw = map.next_value::<&RawValue>()?.get();
                    if found[ix].replace(raw).is_some() {
                        return Err(serde::de::Error::custom("a field comes twice"));
                    }
                }
            }
        }
        Ok(found)
    }
}
