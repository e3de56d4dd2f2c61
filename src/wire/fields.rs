//! The fields of a native event as raw JSON text, each found but not yet read.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A field of the contract. The order is that of `NAMES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    EventId,
    CustomerId,
    Kind,
    OccurredAt,
    OrderId,
    Currency,
    Amount,
    AmountMinor,
    Quantity,
    Margin,
    Discount,
    Category,
    Brand,
    Channel,
    Attrs,
    By,
    Why,
    Reviewed,
    Ladder,
    Verb,
    Tier,
    Until,
    Of,
    Into,
}

/// All fields with their names, in the order in which they are judged.
pub(super) const FIELDS: [(Field, &str); 24] = [
    (Field::EventId, "event_id"),
    (Field::CustomerId, "customer_id"),
    (Field::Kind, "kind"),
    (Field::OccurredAt, "occurred_at"),
    (Field::OrderId, "order_id"),
    (Field::Currency, "currency"),
    (Field::Amount, "amount"),
    (Field::AmountMinor, "amount_minor"),
    (Field::Quantity, "quantity"),
    (Field::Margin, "margin"),
    (Field::Discount, "discount"),
    (Field::Category, "category"),
    (Field::Brand, "brand"),
    (Field::Channel, "channel"),
    (Field::Attrs, "attrs"),
    (Field::By, "by"),
    (Field::Why, "why"),
    (Field::Reviewed, "reviewed"),
    (Field::Ladder, "ladder"),
    (Field::Verb, "verb"),
    (Field::Tier, "tier"),
    (Field::Until, "until"),
    (Field::Of, "of"),
    (Field::Into, "into"),
];

impl Field {
    /// The name on the wire.
    pub(super) fn name(self) -> &'static str {
        FIELDS[self as usize].1
    }

    /// The field of that name. A `match` compares whole words where a search of `FIELDS` calls
    /// `memcmp` for each.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "event_id" => Self::EventId,
            "customer_id" => Self::CustomerId,
            "kind" => Self::Kind,
            "occurred_at" => Self::OccurredAt,
            "order_id" => Self::OrderId,
            "currency" => Self::Currency,
            "amount" => Self::Amount,
            "amount_minor" => Self::AmountMinor,
            "quantity" => Self::Quantity,
            "margin" => Self::Margin,
            "discount" => Self::Discount,
            "category" => Self::Category,
            "brand" => Self::Brand,
            "channel" => Self::Channel,
            "attrs" => Self::Attrs,
            "by" => Self::By,
            "why" => Self::Why,
            "reviewed" => Self::Reviewed,
            "ladder" => Self::Ladder,
            "verb" => Self::Verb,
            "tier" => Self::Tier,
            "until" => Self::Until,
            "of" => Self::Of,
            "into" => Self::Into,
            _ => return None,
        })
    }
}

/// The fields of one event, as JSON text that is valid in itself and has no white space around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields<'a> {
    raw: [Option<&'a str>; FIELDS.len()],
    /// The first field that came a second time.
    pub(super) repeated: Option<Field>,
}

impl<'a> Fields<'a> {
    /// The text of a field; nothing where it is absent or null.
    pub(super) fn get(&self, field: Field) -> Option<&'a str> {
        self.raw[field as usize].filter(|raw| *raw != "null")
    }

    /// Says what a field holds instead.
    pub(super) fn set(&mut self, field: Field, raw: &'a str) {
        self.raw[field as usize] = Some(raw);
    }

    /// Notes a field.
    pub(super) fn put(&mut self, field: Field, raw: &'a str) {
        if self.raw[field as usize].replace(raw).is_some() {
            self.repeated = self.repeated.or(Some(field));
        }
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Fields::default();
        while let Some(Name(field)) = map.next_key()? {
            match field {
                Some(field) => fields.put(field, map.next_value::<&RawValue>()?.get()),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(fields)
    }
}

/// The name of a member: a field of the contract, or one that it does not know.
struct Name(Option<Field>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        Ok(Name(Field::from_name(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_stands_at_its_own_place() {
        for (i, (field, name)) in FIELDS.iter().enumerate() {
            assert_eq!(*field as usize, i);
            assert_eq!(field.name(), *name);
            assert_eq!(Field::from_name(name), Some(*field));
        }
    }
}
