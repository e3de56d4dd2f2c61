//! One event as it is booked: where, under which circumstances, and what it contributes.

use crate::model::event::{Event, Kind};
use crate::model::zone::Zone;

use super::filter::{Passes, TextField};
use super::fingerprint::Fingerprint;
use super::history::Strangers;
use super::layout::Layout;
use super::moment::Moment;
use super::notes::Notes;
use super::orders::{Contribution, Known, Turn};

/// The circumstances under which one event is booked.
pub(super) struct Page<'a> {
    pub(super) layout: &'a Layout,
    pub(super) zone: &'a Zone,
    /// When it happened.
    pub(super) at: Moment,
    /// When the customer will be judged.
    pub(super) now: Moment,
    /// Which orders are known.
    pub(super) known: Known,
    /// The filters that the event passes.
    pub(super) passes: Passes,
    /// What becomes of refunds of orders that are not known.
    pub(super) strangers: Strangers,
}

impl<'a> Page<'a> {
    /// The series and rolls that orders enter.
    pub(super) fn orders(&self) -> (&'a [usize], &'a [usize]) {
        (self.layout.orders(), self.layout.rolls.orders())
    }

    pub(super) fn no_notes(&self) -> Box<Notes> {
        Box::new(Notes::new(&self.layout.rolls))
    }
}

/// One thing that is booked.
pub(super) struct Booking<'a> {
    /// Where.
    pub(super) at: Moment,
    /// The filters that it passes.
    pub(super) passes: Passes,
    /// What it contributed and what it contributes now.
    pub(super) turn: Turn<'a>,
    pub(super) said: Said<'a>,
}

/// Who says the texts of what is booked.
#[derive(Clone, Copy)]
pub(super) enum Said<'a> {
    Event(&'a Event<'a>),
    /// The order of that id, when it was made.
    Order(Fingerprint),
}

impl<'a> Booking<'a> {
    /// An event that is new.
    pub(super) fn of(page: &Page<'_>, event: &'a Event<'a>) -> Self {
        Self {
            at: page.at,
            passes: page.passes,
            turn: Turn::New(itself(event)),
            said: Said::Event(event),
        }
    }
}

impl Said<'_> {
    /// The number of the text in a field.
    pub(super) fn text(self, field: TextField, notes: &mut Notes) -> Option<i64> {
        match self {
            Self::Event(event) => field.of(event).map(|text| notes.texts.keep(text)),
            Self::Order(id) => notes.sayings.of(id, field),
        }
    }
}

/// What an event contributes as an event. Only an order that has a name can be taken back.
pub(super) fn itself<'a>(event: &Event<'a>) -> Contribution<'a> {
    let firm = event.kind != Kind::Purchase || event.order.is_none();
    Contribution {
        count: 1,
        firm: i64::from(firm),
        amount: event.amount.0,
        quantity: event.quantity,
        margin: event.margin.0,
        attrs: event.details.attrs,
    }
}
