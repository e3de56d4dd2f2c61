//! Which events count: what is asked of each, changing nothing, before it is applied.

use crate::features::fingerprint::hash;
use crate::features::history::Strangers;
use crate::model::event::{Event, Kind};
use crate::model::refusal::{Refusal, Refused};
use crate::model::time::Timestamp;
use crate::policy::declared::UnknownOrder;

use super::customers::Slot;
use super::era::Era;
use super::key::Key;
use super::request::Request;
use super::step::Engine;

/// Who an event that counts is about.
pub(super) struct Admitted<'a> {
    /// The customer, if there is one of that id yet.
    pub(super) known: Option<Slot>,
    /// Theirs alone, who may go on in the one of another.
    pub(super) own: Option<Slot>,
    /// Of the event, if copies of it are to be told.
    pub(super) fingerprint: Option<u64>,
    /// What it asks for, if it asks for an override.
    pub(super) request: Option<Request<'a>>,
}

impl Engine {
    /// No event dated before this can come any more.
    pub(super) fn arrivals(&self) -> Timestamp {
        self.clock - self.era.law.kept.late
    }

    /// Whether an event is neither of the future nor too late. A profile never is too late: of what
    /// it says the latest counts, however long ago that was said.
    pub(super) fn in_time(&self, event: &Event<'_>) -> Result<(), Refused> {
        if event.at > self.ceiling + self.era.policy.time.ahead {
            return Err(Refusal::Future.of("occurred_at"));
        }
        if self.is_late(event.at) && event.kind != Kind::Profile {
            return Err(Refusal::TooLate.of("occurred_at"));
        }
        Ok(())
    }

    /// Whether an instant lies further back than events are waited for, and copies of them told.
    fn is_late(&self, at: Timestamp) -> bool {
        at < self.floor.max(self.clock - self.era.policy.time.late)
    }

    /// The customer of that id, or the one who goes on for them.
    pub(super) fn find(&self, id: &str) -> Option<Slot> {
        self.find_hashed(hash(id), id)
    }

    /// The same; `hash` is the id's.
    pub(super) fn find_hashed(&self, hash: u64, id: &str) -> Option<Slot> {
        let slot = self.customers.find(hash, id)?;
        Some(self.customers.unions.whole(slot))
    }

    /// The slot of a customer who is known, who may go on in the one of another, `whole`.
    fn own(&self, whole: Slot, hash: u64, id: &str) -> Slot {
        match self.customers.unions.are_none() {
            true => whole,
            false => self.customers.find(hash, id).unwrap_or(whole),
        }
    }

    /// Whether an event of that key, whose customer is known, or not yet, counts; nothing for a
    /// copy. Changes nothing.
    pub(super) fn admit<'a>(
        &self,
        (key, known): (Key, Option<Slot>),
        event: &'a Event<'a>,
    ) -> Result<Option<Admitted<'a>>, Refused> {
        let told = !self.is_late(event.at);
        let fingerprint = told.then_some(key.event);
        let own = known.map(|known| self.own(known, key.owner, event.customer));
        if let (Some(own), Some(fingerprint)) = (own, fingerprint) {
            let trace = self.departed.find(key.owner, event.customer);
            let forgotten = trace.map_or(Timestamp::MIN, |trace| trace.at);
            let counted = &self.customers.get(own).counted;
            if self
                .dedup
                .is_copy(counted, (fingerprint, event.at), forgotten)
            {
                return Ok(None);
            }
        }
        let Era {
            policy,
            law,
            nobody,
            ..
        } = &self.era;
        if event.currency.is_some_and(|named| named != policy.currency) {
            return Err(Refusal::UnknownCurrency.of("currency"));
        }
        let strangers = strangers(policy.orders.unknown);
        let history = known.map_or(&nobody.history, |slot| &self.customers.get(slot).history);
        history.admit(&law.layout, event, strangers)?;
        Ok(Some(Admitted {
            known,
            own,
            fingerprint,
            request: Request::of(policy, event)?,
        }))
    }
}

/// What becomes of refunds of orders that are not known.
pub(super) fn strangers(unknown: UnknownOrder) -> Strangers {
    match unknown {
        UnknownOrder::Today => Strangers::Counted,
        UnknownOrder::DeadLetter => Strangers::Refused,
    }
}
