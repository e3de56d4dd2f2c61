//! Effects on their way out: encoded, summed up, and sent, unless the lane only repeats what was
//! sent before.

use crate::engine::effect::Judged;
use crate::engine::input::Outcome;
use crate::lane::fate::{Cargo, Fate, Sent};
use crate::lane::lane::Lane;
use crate::lane::ledger::Entry;
use crate::model::ids::LaneId;
use crate::model::refusal::Refused;
use crate::model::time::Timestamp;
use crate::model::zone::show_utc;
use crate::port::{HeaderRef, Outgoing, Output, Record, Sink, Trouble};
use crate::teeth::{Tooth, bites};
use crate::wire::checksum::Checksum;
use crate::wire::dead_letter::{self, Origin};
use crate::wire::{change, ledger, receipt, standing, transfer, warning};

use super::intake::Step;
use super::letter::letter;
use super::plan::Plan;

/// The name of the header that says at which wall time a change was noticed. It may differ from run
/// to run, so it is not in the body.
pub(super) const NOTICED_AT: &str = "tidemark-noticed-at";

/// Encodes into one buffer that is used again and again.
#[derive(Default)]
pub(super) struct Outbox {
    buffer: Vec<u8>,
    /// Bytes encoded since the unit was opened.
    pub(super) bytes: u64,
}

impl Outbox {
    /// Publishes what a judging changed and its warnings, then the standing that it left, if that
    /// is another, or the receipt and the tombstone of a customer who has ended; into the checksum
    /// only, without a sink.
    pub(super) fn judged<S: Sink>(
        &mut self,
        plan: &Plan,
        lane: &Lane,
        judged: &Judged,
        checksum: &mut Checksum,
        mut to: Option<(&mut S, Timestamp)>,
    ) -> Result<(), Trouble> {
        let (policy, who) = (lane.policy_of(judged), &judged.customer);
        let lane = lane.id();
        for one in &judged.changes {
            self.buffer.clear();
            change::encode_body(policy, who, one, &mut self.buffer);
            let headers = || change::headers(policy, who, one, &plan.source);
            self.tell((lane, who), headers, checksum, &mut to)?;
        }
        for one in &judged.warnings {
            self.buffer.clear();
            warning::encode_body(policy, who, one, &mut self.buffer);
            let headers = || warning::headers(policy, who, one, &plan.source);
            self.tell((lane, who), headers, checksum, &mut to)?;
        }
        if judged.places.is_empty() && judged.ended.is_none() {
            return Ok(());
        }
        self.buffer.clear();
        match &judged.ended {
            None => standing::encode(policy, judged, &mut self.buffer),
            Some(ended) => {
                receipt::encode_body(policy, who, judged.at, ended, &mut self.buffer);
                let headers = || receipt::headers(policy, who, (judged.at, ended), &plan.source);
                self.tell((lane, who), headers, checksum, &mut to)?;
                self.buffer.clear();
            }
        }
        self.count(checksum);
        let Some((sink, _)) = to else { return Ok(()) };
        let headers = standing::headers(policy);
        let headers: Vec<HeaderRef<'_>> = headers
            .iter()
            .map(|(name, value)| (*name, Some(value.as_bytes())))
            .collect();
        sink.send(&Outgoing {
            output: Output::Current,
            lane,
            key: Some(who.as_bytes()),
            value: judged.ended.is_none().then_some(&*self.buffer),
            headers: &headers,
        })
    }

    /// Counts what the buffer holds, and publishes it to those who wait for changes of a customer.
    fn tell<'a, S: Sink>(
        &mut self,
        (lane, customer): (LaneId, &str),
        headers: impl FnOnce() -> [change::Header<'a>; 9],
        checksum: &mut Checksum,
        to: &mut Option<(&mut S, Timestamp)>,
    ) -> Result<(), Trouble> {
        self.count(checksum);
        let Some((sink, noticed_at)) = to else {
            return Ok(());
        };
        let noticed_at = show_utc(*noticed_at);
        let headers = headers();
        let mut headers: Vec<HeaderRef<'_>> = headers
            .iter()
            .map(|(name, value)| (*name, Some(value.as_bytes())))
            .collect();
        headers.push((NOTICED_AT, Some(noticed_at.as_bytes())));
        sink.send(&Outgoing {
            output: Output::Changes,
            lane,
            key: Some(customer.as_bytes()),
            value: Some(&self.buffer),
            headers: &headers,
        })
    }

    /// Publishes what became of a record itself, if anything: a dead letter, or what is sent to
    /// other lanes.
    pub(super) fn record<S: Sink>(
        &mut self,
        plan: &Plan,
        lane: &Lane,
        step: &Step<'_>,
        checksum: &mut Checksum,
        mut to: Option<&mut S>,
    ) -> Result<(), Trouble> {
        let origin = step.origin.unwrap_or(Origin {
            topic: &plan.topics[step.topic.0],
            partition: lane.id().0,
            offset: step.record.offset(),
        });
        let from = (step.record, origin);
        match &step.fate {
            Fate::Became(Outcome::Refused(refused)) => {
                self.refused(lane, from, *refused, checksum, to)
            }
            Fate::Became(_) => Ok(()),
            Fate::Transfer(all) => {
                let mut all = all.iter();
                all.try_for_each(|sent| self.sent(sent, from, checksum, to.as_deref_mut()))
            }
        }
    }

    /// Sends customers, or a record, to another lane. Without a key: the partition is told.
    fn sent<S: Sink>(
        &mut self,
        sent: &Sent,
        (record, origin): (&dyn Record, Origin<'_>),
        checksum: &mut Checksum,
        to: Option<&mut S>,
    ) -> Result<(), Trouble> {
        self.buffer.clear();
        match &sent.what {
            Cargo::Customers(form, tape) => {
                transfer::encode_customers(*form, tape, &mut self.buffer);
            }
            Cargo::Event(note) => {
                transfer::encode_event(&letter(record, origin)?, *note, &mut self.buffer);
            }
        }
        self.count(checksum);
        let Some(sink) = to else { return Ok(()) };
        sink.send(&Outgoing {
            output: Output::Transfers,
            lane: sent.to,
            key: None,
            value: Some(&self.buffer),
            headers: &[],
        })
    }

    /// Publishes a record that was refused, as it came, with headers that say why.
    fn refused<S: Sink>(
        &mut self,
        lane: &Lane,
        (record, origin): (&dyn Record, Origin<'_>),
        refused: Refused,
        checksum: &mut Checksum,
        to: Option<&mut S>,
    ) -> Result<(), Trouble> {
        self.buffer.clear();
        self.buffer
            .extend_from_slice(record.value().unwrap_or_default());
        if !bites(Tooth::LetterUnsummed) {
            self.count(checksum);
        }
        let Some(sink) = to else { return Ok(()) };
        let own = record.headers();
        let ours = dead_letter::headers(refused, origin, &lane.engine().policy().hash);
        let headers: Vec<HeaderRef<'_>> = own
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_deref()))
            .chain(
                ours.iter()
                    .map(|(name, value)| (*name, Some(value.as_bytes()))),
            )
            .collect();
        sink.send(&Outgoing {
            output: Output::DeadLetters,
            lane: lane.id(),
            key: record.key(),
            value: record.value(),
            headers: &headers,
        })
    }

    /// Publishes the ledger's entry of a unit.
    pub(super) fn sealed<S: Sink>(&mut self, entry: &Entry, sink: &mut S) -> Result<(), Trouble> {
        if bites(Tooth::EntryOmitted) {
            return Ok(());
        }
        self.buffer.clear();
        ledger::encode(entry, &mut self.buffer);
        sink.send(&Outgoing {
            output: Output::Ledger,
            lane: entry.lane,
            key: None,
            value: Some(&self.buffer),
            headers: &[],
        })
    }

    fn count(&mut self, checksum: &mut Checksum) {
        checksum.add(&self.buffer);
        self.bytes += self.buffer.len() as u64;
    }
}
