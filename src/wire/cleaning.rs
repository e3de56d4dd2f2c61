//! The cleaning of a record: its fields as they are meant, before anything is made of them.

use std::borrow::Cow;

use crate::model::detail::{Cleaned, Wanted};
use crate::model::event::{Event, Kind};
use crate::model::refusal::{Refusal, Refused};
use crate::policy::cleaning::{CleanedField, Cleaning, FieldCleaning, Missing};

use super::event::{Reader, unquoted};
use super::fields::{Field, Fields};
use super::scratch::Scratch;

/// Cleans the fields of one record; those of `attrs` are cleaned where they are found.
pub(super) fn clean<'a>(
    cleaning: &Cleaning,
    wanted: &Wanted,
    fields: &mut Fields<'a>,
    scratch: &'a Scratch,
) -> Cleaned {
    let mut cleaned = Cleaned::default();
    for rules in &cleaning.fields {
        let Some(field) = field_of(rules.field) else {
            continue;
        };
        let raw = fields.get(field);
        let kind = kind(fields, wanted, scratch);
        // An amount in minor units stands in the place of the other one.
        let given = field == Field::Amount && fields.get(Field::AmountMinor).is_some();
        if let Some(clean) = meant(rules, raw, kind, given, scratch, &mut cleaned) {
            fields.set(field, clean);
        }
    }
    cleaned
}

/// Cleans the declared fields of `attrs`, in declared order.
pub(super) fn clean_attrs<'a>(
    cleaning: &Cleaning,
    kind: Kind,
    attrs: &mut [Option<&'a str>],
    scratch: &'a Scratch,
    cleaned: &mut Cleaned,
) {
    for rules in &cleaning.fields {
        let CleanedField::Attr(ix) = rules.field else {
            continue;
        };
        let raw = attrs[ix].filter(|raw| *raw != "null");
        if let Some(clean) = meant(rules, raw, Some(kind), false, scratch, cleaned) {
            attrs[ix] = Some(clean);
        }
    }
}

/// Whether all numbers lie within their bounds, or somebody has looked at those that do not.
pub(super) fn check(
    cleaning: &Cleaning,
    event: &Event<'_>,
    reviewed: bool,
) -> Result<Cleaned, Refused> {
    let mut cleaned = event.details.cleaned;
    for rules in &cleaning.fields {
        let Some((least, most, rule)) = rules.bounds else {
            continue;
        };
        let outside = |number| !(least..=most).contains(&number);
        let beyond =
            rules.of.contains(event.kind) && number(event, rules.field).is_some_and(outside);
        if beyond && !reviewed {
            return Err(Refusal::Outlier.of(reported(rules.field)));
        }
        cleaned.note(rule.0, beyond);
    }
    Ok(cleaned)
}

/// The JSON text that is meant instead of `raw`, if it is another one. `given` if another field
/// says what this one does not.
fn meant<'a>(
    rules: &FieldCleaning,
    raw: Option<&'a str>,
    kind: Option<Kind>,
    given: bool,
    scratch: &'a Scratch,
    cleaned: &mut Cleaned,
) -> Option<&'a str> {
    let text = raw.and_then(|raw| unquoted(raw, scratch));
    let meant = text.map(|text| rules.text(text, cleaned));
    let empty = |meant: &Cow<'_, str>| meant.is_empty();
    let missing = match &rules.default {
        Some((Missing::Text(_), _)) => raw.is_none() || meant.as_ref().is_some_and(empty),
        _ => raw.is_none() && !given,
    };
    if let (true, Some((default, rule)), Some(kind)) = (missing, &rules.default, kind)
        && rules.of.contains(kind)
    {
        cleaned.note(rule.0, true);
        return Some(scratch.keep(match default {
            Missing::Text(text) => quoted(text),
            Missing::Number(digits) => digits.as_str().into(),
        }));
    }
    let changed = meant.filter(|meant| text != Some(meant));
    changed.map(|meant| scratch.keep(quoted(&meant)))
}

fn quoted(text: &str) -> Box<str> {
    serde_json::Value::from(text).to_string().into()
}

/// The kind of a record, once it is clean.
fn kind(fields: &Fields<'_>, wanted: &Wanted, scratch: &Scratch) -> Option<Kind> {
    let reader = Reader {
        fields,
        scratch,
        plain: false,
    };
    let name = reader.text(Field::Kind).ok().flatten()?;
    Kind::from_name(name, &wanted.kinds)
}

fn number(event: &Event<'_>, field: CleanedField) -> Option<i64> {
    match field {
        CleanedField::Amount => Some(event.amount.0),
        CleanedField::Quantity => Some(event.quantity),
        CleanedField::Margin => Some(event.margin.0),
        CleanedField::Discount => Some(event.details.discount.0),
        CleanedField::Attr(ix) => event.details.number(ix),
        _ => None,
    }
}

/// The name of a field in the headers of a dead letter.
fn reported(field: CleanedField) -> &'static str {
    field_of(field).unwrap_or(Field::Attrs).name()
}

/// The field of the contract; nothing for one of `attrs`.
fn field_of(field: CleanedField) -> Option<Field> {
    Some(match field {
        CleanedField::EventId => Field::EventId,
        CleanedField::CustomerId => Field::CustomerId,
        CleanedField::Kind => Field::Kind,
        CleanedField::OrderId => Field::OrderId,
        CleanedField::Currency => Field::Currency,
        CleanedField::Amount => Field::Amount,
        CleanedField::Quantity => Field::Quantity,
        CleanedField::Margin => Field::Margin,
        CleanedField::Discount => Field::Discount,
        CleanedField::Category => Field::Category,
        CleanedField::Brand => Field::Brand,
        CleanedField::Channel => Field::Channel,
        CleanedField::Attr(_) => return None,
    })
}
