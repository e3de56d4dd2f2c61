//! An event that owns its text, as histories and the model keep it.

use tidemark::model::command::{Ask, Command};
use tidemark::model::detail::{Attr, Details};
use tidemark::model::event::{Event, Kind};
use tidemark::model::money::{Currency, Money};
use tidemark::model::time::Timestamp;

use super::source::Facts;

/// One event; the fields are those of [`Event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnedEvent {
    pub(crate) event_id: String,
    pub(crate) customer: String,
    pub(crate) kind: Kind,
    pub(crate) at: Timestamp,
    pub(crate) order: Option<String>,
    pub(crate) amount: i64,
    pub(crate) currency: Option<Currency>,
    pub(crate) quantity: i64,
    pub(crate) margin: i64,
    pub(crate) facts: Facts,
    /// Those of `facts`, as an engine takes them.
    pub(crate) attrs: Box<[Option<Attr>]>,
    /// Of a command.
    pub(crate) command: Option<Box<Command>>,
}

impl OwnedEvent {
    /// Whether it asks for its customer to be forgotten.
    pub(crate) fn erases(&self) -> bool {
        self.command
            .as_ref()
            .is_some_and(|command| command.ask == Ask::Erase)
    }

    /// The event as an engine takes it.
    pub(crate) fn borrowed(&self) -> Event<'_> {
        Event {
            event_id: &self.event_id,
            customer: &self.customer,
            kind: self.kind,
            at: self.at,
            order: self.order.as_deref(),
            amount: Money(self.amount),
            currency: self.currency,
            quantity: self.quantity,
            margin: Money(self.margin),
            details: Details {
                category: self.facts.category,
                brand: self.facts.brand,
                channel: self.facts.channel,
                discount: Money(self.facts.discount),
                attrs: &self.attrs,
                ..Details::default()
            },
            command: self.command.as_deref(),
        }
    }
}

/// The command to erase.
pub(crate) fn erase() -> Box<Command> {
    Box::new(Command {
        ask: Ask::Erase,
        by: "somebody".into(),
        why: "a reason".into(),
    })
}
