//! What happens in a row: a kind of event and its fields, in words.

use crate::model::command::{Ask, COMMANDS, Command};
use crate::model::detail::{Attr, AttrOf, AttrSort};
use crate::model::event::{KINDS, Kind, PROFILE};
use crate::model::money::{Currency, Money};
use crate::model::time::Timestamp;
use crate::policy::problem::Problem;
use crate::policy::suggestion::help;
use crate::wire::event::ID_BYTES_MAX;

use super::ground::Ground;
use super::instant::Counted;
use super::script::Deed;

/// The words that begin a field.
const FIELDS: [&str; 12] = [
    "amount", "order", "quantity", "margin", "currency", "id", "dated", "category", "brand",
    "channel", "discount", "reviewed",
];
/// What begins the name of a declared field.
const ATTRS: &str = "attrs.";

/// A field of an event as written.
struct Field<'a> {
    name: &'a str,
    value: &'a str,
}

impl Ground<'_> {
    /// Reads "purchase 120.00 order o1 dated 2026-03-02". `id` is the event's, if it names none.
    pub(super) fn deed(
        &self,
        text: &str,
        id: String,
        counted: Counted,
    ) -> Result<Deed, Vec<Problem>> {
        let (word, rest) = first_word(text);
        let kind = Kind::from_name(word, &self.policy.kinds).ok_or_else(|| {
            let declared = self.policy.kinds.iter().map(String::as_str);
            let names = KINDS.iter().map(|(_, name)| *name).chain(COMMANDS);
            let names: Vec<&str> = names.chain([PROFILE]).chain(declared).collect();
            let message = format!("unknown event \"{word}\"");
            let problem = self.problem(word, message, "not a kind of event");
            vec![problem.help(help(word, "kinds of events", &names))]
        })?;
        let mut deed = Deed {
            text: text.to_owned(),
            kind,
            at: counted.last.unwrap_or(Timestamp(0)),
            id,
            order: None,
            amount: Money::default(),
            currency: None,
            quantity: 0,
            margin: Money::default(),
            texts: [const { None }; 3],
            discount: Money::default(),
            attrs: vec![None; self.policy.attrs.len()],
            command: command(word),
            reviewed: false,
        };
        let mut rest = rest;
        if word == COMMANDS[2] {
            let (into, more) = self.merged_with(rest).map_err(|problem| vec![problem])?;
            deed.command = Some(asked_for(Ask::Merge(into)));
            rest = more;
        }
        if word == COMMANDS[1] {
            let asked = self.ask(&mut deed, rest, counted);
            return asked.map(|()| deed).map_err(|problem| vec![problem]);
        }
        if kind == Kind::Profile {
            let said = self.say(&mut deed, rest, counted);
            return said.map(|()| deed).map_err(|problem| vec![problem]);
        }
        let fields = self.fields(rest).map_err(|problem| vec![problem])?;
        let mut problems = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            if fields[..at].iter().any(|other| other.name == field.name) {
                let message = format!("\"{}\" twice in one event", field.name);
                problems.push(self.problem(field.name, message, "a second time"));
            } else if let Err(problem) = self.fill(&mut deed, field, counted) {
                problems.push(problem);
            }
        }
        problems.extend(self.missing(text, kind, &fields));
        match problems.is_empty() {
            true => Ok(deed),
            false => Err(problems),
        }
    }

    /// Reads "into c-2 dated 2026-03-02" up to the customer's id.
    fn merged_with<'t>(&self, text: &'t str) -> Result<(Box<str>, &'t str), Problem> {
        let (word, rest) = first_word(text);
        let (id, rest) = first_word(rest);
        if word != "into" || id.is_empty() {
            let problem = self.problem(text, "a merge into nobody".to_owned(), "into whom?");
            return Err(problem.help("for example `merge into c-2`"));
        }
        Ok((self.id(id)?.into(), rest))
    }

    /// The fields; an amount may come first without its name.
    fn fields<'t>(&self, text: &'t str) -> Result<Vec<Field<'t>>, Problem> {
        let mut fields = Vec::new();
        let mut rest = text;
        if rest.starts_with(|sign: char| sign.is_ascii_digit() || sign == '-') {
            let (value, more) = first_word(rest);
            fields.push(Field {
                name: "amount",
                value,
            });
            rest = more;
        }
        while !rest.is_empty() {
            let (name, more) = first_word(rest);
            if !begins_field(name) {
                let message = format!("unknown word \"{name}\" in an event");
                let problem = self.problem(name, message, "not a field of an event");
                return Err(problem.help(help(name, "fields", &FIELDS)));
            }
            let (value, more) = match name {
                "dated" => split_before_field(more),
                _ => first_word(more),
            };
            if value.is_empty() {
                let message = format!("\"{name}\" without a value");
                return Err(self.problem(name, message, "what?"));
            }
            fields.push(Field { name, value });
            rest = more;
        }
        Ok(fields)
    }

    fn fill(&self, deed: &mut Deed, field: &Field<'_>, counted: Counted) -> Result<(), Problem> {
        let value = field.value;
        match field.name {
            "amount" => deed.amount = self.money(value, false)?,
            "margin" => deed.margin = self.money(value, true)?,
            "quantity" => {
                deed.quantity = value.parse::<u32>().map(i64::from).map_err(|_| {
                    let message = format!("\"{value}\" is no number of pieces");
                    self.problem(value, message, "not a whole number from 0 on")
                })?;
            }
            "currency" => {
                deed.currency = Some(Currency::from_code(value).ok_or_else(|| {
                    let message = format!("unknown currency \"{value}\"");
                    self.problem(value, message, "not an ISO 4217 code such as GBP")
                })?);
            }
            "order" => deed.order = Some(self.id(value)?),
            "id" => deed.id = self.id(value)?,
            "category" => deed.texts[0] = Some(value.to_owned()),
            "brand" => deed.texts[1] = Some(value.to_owned()),
            "channel" => deed.texts[2] = Some(value.to_owned()),
            "discount" => deed.discount = self.money(value, false)?,
            "reviewed" => deed.reviewed = self.yes(value)?,
            name if name.starts_with(ATTRS) => self.attr(deed, field)?,
            _ => deed.at = self.instant(value, counted)?,
        }
        Ok(())
    }

    /// A declared field of `attrs`.
    fn attr(&self, deed: &mut Deed, field: &Field<'_>) -> Result<(), Problem> {
        let name = &field.name[ATTRS.len()..];
        let declared = self.policy.attrs.iter();
        let declared = declared.filter(|attr| attr.of == AttrOf::Event);
        let Some(ix) = declared.clone().position(|attr| attr.name == name) else {
            let message = format!("the policy declares no field \"{name}\" of attrs");
            let names: Vec<&str> = declared.map(|attr| attr.name.as_str()).collect();
            let problem = self.problem(field.name, message, "not declared");
            return Err(problem.help(help(name, "declared fields", &names)));
        };
        let value = field.value;
        deed.attrs[ix] = Some(match self.policy.attrs[ix].sort {
            AttrSort::Money => Attr::Number(self.money(value, true)?.0),
            AttrSort::Text => Attr::Text(value.into()),
            AttrSort::Flag | AttrSort::Date => unreachable!("of profiles only"),
            AttrSort::Number => Attr::Number(value.parse().map_err(|_| {
                let message = format!("\"{value}\" is no whole number");
                self.problem(value, message, "not a whole number")
            })?),
        });
        Ok(())
    }

    fn yes(&self, text: &str) -> Result<bool, Problem> {
        let answer = match text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        answer.ok_or_else(|| {
            let message = format!("\"reviewed\" is yes or no, not \"{text}\"");
            self.problem(text, message, "neither yes nor no")
        })
    }

    fn money(&self, text: &str, negative: bool) -> Result<Money, Problem> {
        match Money::parse(text) {
            Ok(money) if negative || money.0 >= 0 => Ok(money),
            Ok(_) => Err(self
                .problem(text, format!("the amount {text} is negative"), "negative")
                .help("an amount is paid, or in a refund given back: write it without the minus")),
            Err(bad) => {
                let message = format!("\"{text}\" is no amount: {bad}");
                Err(self.problem(text, message, "not an amount such as 120.00"))
            }
        }
    }

    /// An id, of an event or an order.
    fn id(&self, text: &str) -> Result<String, Problem> {
        if text.len() <= ID_BYTES_MAX {
            return Ok(text.to_owned());
        }
        let message = format!("an id of {} bytes", text.len());
        Err(self.problem(text, message, &format!("at most {ID_BYTES_MAX}")))
    }

    /// Fields that the kind needs, as docs/events.md says.
    fn missing(&self, text: &str, kind: Kind, fields: &[Field<'_>]) -> Option<Problem> {
        let has = |name| fields.iter().any(|field| field.name == name);
        let (needed, example) = match kind {
            Kind::Purchase => ("amount", "purchase 120.00"),
            Kind::Refund => ("amount", "refund 20.00 order o1"),
            Kind::Cancel => ("order", "cancel order o1"),
            Kind::Restate => match has("order") {
                true => ("amount", "restate 110.00 order o1"),
                false => ("order", "restate 110.00 order o1"),
            },
            Kind::View
            | Kind::Search
            | Kind::Cart
            | Kind::Visit
            | Kind::Declared(_)
            | Kind::Heartbeat
            | Kind::Command
            | Kind::Profile => {
                return None;
            }
        };
        if has(needed) {
            return None;
        }
        let message = format!("a {} without an {needed}", first_word(text).0);
        let problem = self.problem(text, message, &format!("which {needed}?"));
        Some(problem.help(format!("for example `{example}`")))
    }
}

/// The command of that name. Who asks and why decides nothing, so a story need not say it.
fn command(word: &str) -> Option<Command> {
    let ask = match word {
        "erase" => Ask::Erase,
        "unmerge" => Ask::Unmerge,
        _ => return None,
    };
    Some(asked_for(ask))
}

fn asked_for(ask: Ask) -> Command {
    Command {
        ask,
        by: "a story".into(),
        why: "a story".into(),
    }
}

fn begins_field(word: &str) -> bool {
    FIELDS.contains(&word) || word.starts_with(ATTRS)
}

/// The first word and the rest, without the spaces between them.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word, rest.trim_start())
}

/// What stands before the next word that begins a field, and the rest.
fn split_before_field(text: &str) -> (&str, &str) {
    let mut rest = text;
    while !rest.is_empty() {
        let (word, more) = first_word(rest);
        if begins_field(word) {
            break;
        }
        rest = more;
    }
    let (value, rest) = text.split_at(text.len() - rest.len());
    (value.trim_end(), rest)
}
