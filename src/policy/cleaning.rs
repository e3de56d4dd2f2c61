//! What is done to the fields of events before they are read: rules that a policy declares, each
//! counted where it did something.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::detail::Cleaned;
use crate::model::event::KindSet;

/// All rules of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaning {
    /// The fields that have rules, `kind` first, then in declared order.
    pub fields: Vec<FieldCleaning>,
    /// Every rule that can be counted, by its number: the index of its field, and what it does.
    /// At most [`Cleaned::RULES_MAX`].
    pub rules: Vec<(usize, CleaningRule)>,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CleaningRule {
    /// Takes white space off both ends.
    Trim,
    /// Turns all letters into small or capital ones.
    Case,
    /// Puts the one code in the place of its spellings.
    Codes,
    /// Fills in what is missing.
    Default,
    /// Lets a number beyond its bounds pass, since somebody has looked at it.
    Reviewed,
}

/// All rules with the words for them in metrics.
pub const CLEANING_RULES: [(CleaningRule, &str); 5] = [
    (CleaningRule::Trim, "trim"),
    (CleaningRule::Case, "case"),
    (CleaningRule::Codes, "codes"),
    (CleaningRule::Default, "default"),
    (CleaningRule::Reviewed, "reviewed"),
];

impl CleaningRule {
    /// The word for it in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        CLEANING_RULES[self as usize].1
    }
}

/// The number of a rule in [`Cleaning::rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleIx(pub u8);

/// A field of events that can have rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CleanedField {
    /// `event_id`
    EventId,
    /// `customer_id`
    CustomerId,
    /// `kind`
    Kind,
    /// `order_id`
    OrderId,
    /// `currency`
    Currency,
    /// `amount`, or `amount_minor` in its place.
    Amount,
    /// `quantity`
    Quantity,
    /// `margin`
    Margin,
    /// `discount`
    Discount,
    /// `category`
    Category,
    /// `brand`
    Brand,
    /// `channel`
    Channel,
    /// The declared field of `attrs` of that index.
    Attr(usize),
}

/// All that is done to one field, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldCleaning {
    /// Which field.
    pub field: CleanedField,
    /// As the policy writes it: "category", "attrs.points".
    pub name: String,
    /// White space is taken off both ends.
    pub trim: Option<RuleIx>,
    /// All letters become small or capital.
    pub case: Option<(Case, RuleIx)>,
    /// Spellings with the code that each means.
    pub codes: Option<(BTreeMap<String, String>, RuleIx)>,
    /// What is meant where the field is missing.
    pub default: Option<(Missing, RuleIx)>,
    /// The least and the most that a number may be, in the unit of the field.
    pub bounds: Option<(i64, i64, RuleIx)>,
    /// The kinds of events that `default` and `bounds` hold for.
    pub of: KindSet,
}

/// What a missing field is taken to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A text.
    Text(String),
    /// A number, as its digits.
    Number(String),
}

/// How letters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// small
    Lower,
    /// CAPITAL
    Upper,
}

impl Cleaning {
    /// Whether there are no rules.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field and the word for what it does of every rule, by its number.
    pub fn names(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let rules = self.rules.iter();
        rules.map(|(field, rule)| (self.fields[*field].name.as_str(), rule.name()))
    }

    /// Whether category, brand, channel or discount have rules.
    #[must_use]
    pub fn asks_for_details(&self) -> bool {
        let detail = |field: &FieldCleaning| {
            matches!(
                field.field,
                CleanedField::Category
                    | CleanedField::Brand
                    | CleanedField::Channel
                    | CleanedField::Discount
            )
        };
        self.fields.iter().any(detail)
    }
}

impl FieldCleaning {
    /// A text as it is meant. `cleaned` learns which rules made it so.
    pub fn text<'a>(&self, text: &'a str, cleaned: &mut Cleaned) -> Cow<'a, str> {
        let mut clean = Cow::Borrowed(text);
        if let Some(rule) = self.trim {
            let trimmed = text.trim();
            cleaned.note(rule.0, trimmed.len() < text.len());
            clean = Cow::Borrowed(trimmed);
        }
        if let Some((case, rule)) = self.case {
            let written = case.of(&clean);
            cleaned.note(rule.0, written != clean);
            if written != clean {
                clean = Cow::Owned(written);
            }
        }
        if let Some((codes, rule)) = &self.codes
            && let Some(code) = codes.get(clean.as_ref())
        {
            cleaned.note(rule.0, code != clean.as_ref());
            clean = Cow::Owned(code.clone());
        }
        clean
    }
}

impl Case {
    /// A text in this case, letter by letter as Unicode says.
    #[must_use]
    pub fn of(self, text: &str) -> String {
        match self {
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_stands_at_its_own_place() {
        for (i, (rule, name)) in CLEANING_RULES.iter().enumerate() {
            assert_eq!(*rule as usize, i);
            assert_eq!(rule.name(), *name);
        }
    }
}
