//! What is said of a customer in a row: members of the profile, in words.

use crate::model::detail::{Attr, AttrField, AttrOf, AttrSort};
use crate::model::period::parse_date;
use crate::policy::problem::Problem;
use crate::policy::suggestion::help;

use super::deed::first_word;
use super::ground::Ground;
use super::instant::Counted;
use super::script::Deed;

/// The words that begin what is no member.
const FIELDS: [&str; 2] = ["id", "dated"];
/// What is said of a member of which there is nothing to say any more.
const UNKNOWN: &str = "unknown";

impl Ground<'_> {
    /// Reads "city New York birth_year 1984 consent true dated 2026-03-01" into a deed.
    pub(super) fn say(&self, deed: &mut Deed, text: &str, counted: Counted) -> Result<(), Problem> {
        let mut rest = text;
        while !rest.is_empty() {
            let (name, more) = first_word(rest);
            let (value, more) = self.before_member(more);
            if value.is_empty() {
                let message = format!("\"{name}\" without a value");
                return Err(self.problem(name, message, "what?"));
            }
            match name {
                "id" => value.clone_into(&mut deed.id),
                "dated" => deed.at = self.instant(value, counted)?,
                _ => self.member(deed, name, value)?,
            }
            rest = more;
        }
        Ok(())
    }

    fn member(&self, deed: &mut Deed, name: &str, value: &str) -> Result<(), Problem> {
        let Some((ix, field)) = self.members().find(|(_, field)| field.name == name) else {
            let message = format!("the policy declares no member \"{name}\" of the profile");
            let names: Vec<&str> = self.members().map(|(_, field)| &*field.name).collect();
            let problem = self.problem(name, message, "not declared");
            return Err(problem.help(help(name, "members", &names)));
        };
        if deed.attrs[ix].is_some() {
            let message = format!("\"{name}\" twice in one event");
            return Err(self.problem(name, message, "a second time"));
        }
        let (said, expected) = match field.sort {
            _ if value == UNKNOWN => (Some(Attr::Gone), ""),
            AttrSort::Text => (Some(Attr::Text(value.into())), ""),
            AttrSort::Money | AttrSort::Number => {
                (value.parse().ok().map(Attr::Number), "a whole number")
            }
            AttrSort::Flag => {
                let flag = value.parse::<bool>().ok();
                (flag.map(|flag| Attr::Number(flag.into())), "true or false")
            }
            AttrSort::Date => {
                let day = parse_date(value).map(|day| Attr::Number(day.0.into()));
                (day, "a date such as 2026-01-31")
            }
        };
        let Some(said) = said else {
            let message = format!("\"{name}\" is never \"{value}\"");
            return Err(self.problem(value, message, &format!("not {expected}, or {UNKNOWN}")));
        };
        deed.attrs[ix] = Some(said);
        Ok(())
    }

    fn members(&self) -> impl Iterator<Item = (usize, &AttrField)> {
        let fields = self.policy.attrs.iter().enumerate();
        fields.filter(|(_, field)| field.of == AttrOf::Profile)
    }

    /// What stands before the next word that begins something, and the rest.
    fn before_member<'t>(&self, text: &'t str) -> (&'t str, &'t str) {
        let begins = |word: &str| {
            FIELDS.contains(&word) || self.members().any(|(_, field)| field.name == word)
        };
        let mut rest = text;
        while !rest.is_empty() && !begins(first_word(rest).0) {
            rest = first_word(rest).1;
        }
        let (value, rest) = text.split_at(text.len() - rest.len());
        (value.trim_end(), rest)
    }
}
