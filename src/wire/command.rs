//! Commands: what an event of such a kind asks for, read from the fields that only commands have.

use crate::model::command::{Ask, COMMANDS, Command, Unwanted, WITHDRAW, Wanted};
use crate::model::overrides::Verb;
use crate::model::refusal::{Refusal, Refused};
use crate::model::time::Timestamp;

use super::event::{Reader, required};
use super::fields::Field;

impl<'a> Reader<'a, '_> {
    /// The command of an event whose kind is one, dated at that instant.
    pub(super) fn command(&self, at: Timestamp) -> Result<&'a Command, Refused> {
        let ask = match self.text(Field::Kind)? {
            Some(name) if name == COMMANDS[0] => Ask::Erase,
            Some(name) if name == COMMANDS[1] => self.overriding(at)?,
            Some(name) if name == COMMANDS[2] => {
                Ask::Merge(required(self.id(Field::Into)?, Field::Into)?.into())
            }
            Some(name) if name == COMMANDS[3] => Ask::Unmerge,
            _ => return Err(Refusal::UnknownKind.of(Field::Kind.name())),
        };
        let by = required(self.said(Field::By)?, Field::By)?;
        let why = required(self.said(Field::Why)?, Field::Why)?;
        Ok(self.scratch.keep_command(Command {
            ask,
            by: by.into(),
            why: why.into(),
        }))
    }

    /// An override, or the withdrawal of some. What its verb has no use for must not be there:
    /// it would be ignored, and somebody has meant something by it.
    fn overriding(&self, at: Timestamp) -> Result<Ask, Refused> {
        let ladder = required(self.said(Field::Ladder)?, Field::Ladder)?.into();
        let name = required(self.said(Field::Verb)?, Field::Verb)?;
        let tier = self.said(Field::Tier)?;
        let until = self.instant(Field::Until)?;
        let of = self.said(Field::Of)?.map(|name| verb(name, Field::Of));
        let of = of.transpose()?;
        if name == WITHDRAW {
            absent(tier, Field::Tier)?;
            absent(until, Field::Until)?;
            return Ok(Ask::Withdraw(Unwanted { ladder, verb: of }));
        }
        let verb = verb(name, Field::Verb)?;
        match verb.names_tier() {
            true => _ = required(tier, Field::Tier)?,
            false => absent(tier, Field::Tier)?,
        }
        if verb.needs_end() {
            required(until, Field::Until)?;
        }
        if until.is_some_and(|until| until <= at) {
            return Err(Refusal::BadTime.of(Field::Until.name()));
        }
        absent(of, Field::Of)?;
        Ok(Ask::Override(Wanted {
            ladder,
            verb,
            tier: tier.map(Into::into),
            until,
        }))
    }

    /// A text that says something.
    fn said(&self, field: Field) -> Result<Option<&'a str>, Refused> {
        self.text(field)
            .map(|text| text.filter(|text| !text.is_empty()))
    }
}

fn verb(name: &str, field: Field) -> Result<Verb, Refused> {
    Verb::from_name(name).ok_or(Refusal::WrongType.of(field.name()))
}

fn absent<T>(value: Option<T>, field: Field) -> Result<(), Refused> {
    match value {
        None => Ok(()),
        Some(_) => Err(Refusal::WrongType.of(field.name())),
    }
}
