//! What is asked for in a row: an override of a ladder's tier, or its withdrawal, in words.

use crate::model::command::{Ask, Command, Unwanted, WITHDRAW, Wanted};
use crate::model::overrides::{VERBS, Verb};
use crate::model::time::Timestamp;
use crate::policy::problem::Problem;
use crate::policy::suggestion::help;

use super::deed::first_word;
use super::ground::Ground;
use super::instant::Counted;
use super::script::Deed;

/// The words that begin a field. What stands behind the last of them goes to the end.
const FIELDS: [&str; 5] = ["until", "by", "id", "dated", "why"];
const SHAPES: &str = "write `override card gift gold until 2026-06-01 by anna why a wedding`, \
                      `override card freeze` or `override card withdraw gift`";
/// Who asks, and why, where a story does not say: it decides nothing.
const SOMEBODY: &str = "somebody";

/// What an override says besides its verb.
#[derive(Default)]
struct Said<'t> {
    until: Option<Timestamp>,
    by: Option<&'t str>,
    why: Option<&'t str>,
}

impl Ground<'_> {
    /// Reads "card gift gold until 2026-06-01 by anna why a wedding" into a deed. The names of
    /// ladder and tier are taken as they stand: a story may want to see them refused.
    pub(super) fn ask(&self, deed: &mut Deed, text: &str, counted: Counted) -> Result<(), Problem> {
        let (ladder, rest) = first_word(text);
        let (word, rest) = first_word(rest);
        if word.is_empty() {
            let message = "an override without a ladder and a verb".to_owned();
            let problem = self.problem(text, message, "of what, and how?");
            return Err(problem.help(SHAPES));
        }
        let verb = (word != WITHDRAW).then(|| self.verb(word)).transpose()?;
        let (named, more) = first_word(rest);
        let is_named = !named.is_empty() && !FIELDS.contains(&named);
        let (named, rest) = match verb.is_none_or(Verb::names_tier) && is_named {
            true => (Some(named), more),
            false => (None, rest),
        };
        let mut said = Said::default();
        self.particulars(deed, &mut said, rest, counted)?;
        let (ladder, until) = (ladder.into(), said.until);
        let ask = match verb {
            None => Ask::Withdraw(Unwanted {
                ladder,
                verb: named.map(|name| self.verb(name)).transpose()?,
            }),
            Some(verb) => Ask::Override(Wanted {
                ladder,
                verb,
                tier: named.map(Into::into),
                until,
            }),
        };
        let missing = match verb {
            Some(verb) if verb.names_tier() && named.is_none() => "a tier",
            Some(verb) if verb.needs_end() && until.is_none() => "its end",
            _ => "",
        };
        if !missing.is_empty() {
            let message = format!("\"{word}\" without {missing}");
            let problem = self.problem(word, message, "what is missing?");
            return Err(problem.help(SHAPES));
        }
        if until.is_some_and(|until| until <= deed.at || verb.is_none()) {
            let message = format!("\"{word}\" with an end that it cannot have");
            let problem = self.problem(word, message, "ends before it begins, or at once");
            return Err(problem.help(SHAPES));
        }
        deed.command = Some(Command {
            ask,
            by: said.by.unwrap_or(SOMEBODY).into(),
            why: said.why.unwrap_or(SOMEBODY).into(),
        });
        Ok(())
    }

    /// Reads "until 2026-06-01 by anna why a wedding".
    fn particulars<'t>(
        &self,
        deed: &mut Deed,
        said: &mut Said<'t>,
        text: &'t str,
        counted: Counted,
    ) -> Result<(), Problem> {
        let mut rest = text;
        while !rest.is_empty() {
            let (name, more) = first_word(rest);
            let (value, more) = match name {
                "why" => (more, ""),
                _ => before_field(more),
            };
            if value.is_empty() && FIELDS.contains(&name) {
                let message = format!("\"{name}\" without a value");
                return Err(self.problem(name, message, "what?"));
            }
            match name {
                "until" => said.until = Some(self.instant(value, counted)?),
                "dated" => deed.at = self.instant(value, counted)?,
                "id" => value.clone_into(&mut deed.id),
                "by" => said.by = Some(value),
                "why" => said.why = Some(value),
                _ => {
                    let message = format!("unknown word \"{name}\" in an override");
                    let problem = self.problem(name, message, "not a field of an override");
                    return Err(problem.help(help(name, "fields", &FIELDS)));
                }
            }
            rest = more;
        }
        Ok(())
    }

    /// The verb of that name.
    pub(super) fn verb(&self, name: &str) -> Result<Verb, Problem> {
        Verb::from_name(name).ok_or_else(|| {
            let names = VERBS.map(|(_, name)| name);
            let names: Vec<&str> = names.into_iter().chain([WITHDRAW]).collect();
            let message = format!("unknown verb \"{name}\" of an override");
            self.problem(name, message, "not a verb of an override")
                .help(help(name, "verbs", &names))
        })
    }
}

/// What stands before the next word that begins a field, and the rest.
fn before_field(text: &str) -> (&str, &str) {
    let mut rest = text;
    while !rest.is_empty() && !FIELDS.contains(&first_word(rest).0) {
        rest = first_word(rest).1;
    }
    let (value, rest) = text.split_at(text.len() - rest.len());
    (value.trim_end(), rest)
}
