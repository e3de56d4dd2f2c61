//! Commands: what an event of such a kind asks for, read from the fields that only commands have.

use crate::model::command::{Ask, COMMANDS, Command};
use crate::model::refusal::{Refusal, Refused};

use super::event::{Reader, required};
use super::fields::Field;

impl<'a> Reader<'a, '_> {
    /// The command of an event whose kind is one.
    pub(super) fn command(&self) -> Result<&'a Command, Refused> {
        let ask = match self.text(Field::Kind)? {
            Some(name) if name == COMMANDS[0] => Ask::Erase,
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

    /// A text that says something.
    fn said(&self, field: Field) -> Result<Option<&'a str>, Refused> {
        self.text(field)
            .map(|text| text.filter(|text| !text.is_empty()))
    }
}
