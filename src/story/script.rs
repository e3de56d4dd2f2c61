//! A story as it is understood: rows of instants, deeds and expectations.

use crate::model::change::{Cause, Measure, Wait};
use crate::model::command::Command;
use crate::model::detail::{Attr, Details};
use crate::model::event::{Event, Kind};
use crate::model::money::{Currency, Money};
use crate::model::overrides::Verb;
use crate::model::refusal::Refusal;
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::policy::declared::Label;
use crate::policy::rule::{Op, Subject};

/// One story of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What it is called; unique in its file.
    pub name: String,
    /// The line of its name, from 1.
    pub line: usize,
    /// The ladders and maps on which every change must be expected.
    pub watched: Vec<ScaleIx>,
    /// At least one; none is earlier than the one before.
    pub rows: Vec<Row>,
}

/// One row: an instant, what happens then, and what must come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its first line, from 1.
    pub line: usize,
    /// When.
    pub at: Timestamp,
    /// Whom it is about.
    pub who: String,
    /// What happens; nothing where only time passes.
    pub deed: Option<Deed>,
    /// What must come of it.
    pub then: Vec<Expectation>,
}

/// An event as told in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// As written.
    pub text: String,
    /// What the customer did.
    pub kind: Kind,
    /// The event's own instant: the row's, unless another is named.
    pub at: Timestamp,
    /// The event's id; one of its own, unless one is named.
    pub id: String,
    /// Which order it makes or is about.
    pub order: Option<String>,
    /// Paid or given back.
    pub amount: Money,
    /// The policy's, unless one is named.
    pub currency: Option<Currency>,
    /// Pieces.
    pub quantity: i64,
    /// Gross margin.
    pub margin: Money,
    /// Category, brand and channel.
    pub texts: [Option<String>; 3],
    /// Taken off the price.
    pub discount: Money,
    /// One per field of `attrs` that the policy declares.
    pub attrs: Vec<Option<Attr>>,
    /// What it asks for, if it is a command.
    pub command: Option<Command>,
    /// Whether somebody has looked at its numbers.
    pub reviewed: bool,
}

impl Deed {
    /// The event that it tells of.
    #[must_use]
    pub fn event<'a>(&'a self, customer: &'a str) -> Event<'a> {
        let [category, brand, channel] = &self.texts;
        Event {
            event_id: &self.id,
            customer,
            kind: self.kind,
            at: self.at,
            order: self.order.as_deref(),
            amount: self.amount,
            currency: self.currency,
            quantity: self.quantity,
            margin: self.margin,
            details: Details {
                category: category.as_deref(),
                brand: brand.as_deref(),
                channel: channel.as_deref(),
                discount: self.discount,
                attrs: &self.attrs,
                ..Details::default()
            },
            command: self.command.as_ref(),
        }
    }
}

/// One thing that must come of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// As written.
    pub text: String,
    /// The line that it stands in, from 1.
    pub line: usize,
    /// What is meant.
    pub expected: Expected,
}

/// What must come of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The event is a copy.
    Duplicate,
    /// The event happened before its customer was erased.
    Suppressed,
    /// The event is refused for that reason.
    Refused(Refusal),
    /// A change comes about.
    Change(Move),
    /// A warning is given.
    Warning(Caution),
    /// The customer stands there, once everything up to the row's instant has been decided.
    Place(ScaleIx, u8),
    /// A feature measures that, as of the row's instant.
    Measure(usize, Measure),
}

/// A change that must come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// On which ladder or map.
    pub scale: ScaleIx,
    /// From where; anywhere if nothing.
    pub from: Option<u8>,
    /// To where.
    pub to: u8,
    /// When it becomes true.
    pub effective_at: Timestamp,
    /// What makes it come about; anything if nothing.
    pub cause: Option<Cause>,
    /// The verb of the override that it comes from, and whether that holds; anything if nothing.
    pub overridden: Option<(Verb, bool)>,
    /// The wait that must have been over, with the instant from when on, if that is named; anything
    /// if nothing.
    pub waited: Option<(Wait, Option<Timestamp>)>,
    /// Labels that it must carry, maybe among others.
    pub labels: Vec<Label>,
    /// Comparisons that its reason must hold, maybe among others.
    pub because: Vec<Claim>,
}

/// A warning that must be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caution {
    /// On which ladder.
    pub ladder: ScaleIx,
    /// The name of what it says, as in records.
    pub name: &'static str,
    /// The tier that would be come to; any if nothing.
    pub to: Option<u8>,
    /// When; whenever if nothing.
    pub at: Option<Timestamp>,
    /// Comparisons that its gap must hold, maybe among others.
    pub because: Vec<Claim>,
}

/// One comparison that a reason must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What was compared.
    pub subject: Subject,
    /// What was measured.
    pub measured: Measure,
    /// How it was compared with what, and whether that held; anything if nothing.
    pub test: Option<(Op, Measure, bool)>,
}
