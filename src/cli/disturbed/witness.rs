//! A connection with somebody who watches what the worker does with it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::enough;
use crate::kafka::connection::{Connection, Reading};
use crate::model::ids::{LaneId, Offset, TopicIx};
use crate::port::{Bus, LedgerLook, Notice, Offsets, Outgoing, Reached, Sink, Source, Trouble};

/// What was seen.
#[derive(Default)]
pub(super) struct Seen {
    renewed: AtomicBool,
    committed: AtomicUsize,
    assigned: AtomicUsize,
}

impl Seen {
    /// Whether another producer was asked for.
    pub(super) fn renewed(&self) -> bool {
        self.renewed.load(Ordering::SeqCst)
    }

    /// Units that were committed.
    pub(super) fn committed(&self) -> usize {
        self.committed.load(Ordering::SeqCst)
    }

    /// How often lanes were given.
    pub(super) fn assigned(&self) -> usize {
        self.assigned.load(Ordering::SeqCst)
    }
}

/// The connection; both halves of it.
pub(super) struct Witness {
    connection: Connection,
    /// Of each lane, what is on its way to be committed, and what was.
    next: Vec<Offsets>,
    committed: BTreeMap<LaneId, Offsets>,
    seen: Arc<Seen>,
}

impl Witness {
    /// Watches a connection.
    pub(super) fn new(connection: Connection, seen: Arc<Seen>) -> Self {
        Self {
            connection,
            next: Vec::new(),
            committed: BTreeMap::new(),
            seen,
        }
    }

    fn ended(&mut self) {
        self.seen.committed.fetch_add(1, Ordering::SeqCst);
        let ended = self.next.drain(..);
        self.committed
            .extend(ended.map(|offsets| (offsets.lane, offsets)));
    }
}

impl Sink for Witness {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        self.connection.send(outgoing)
    }
}

impl Bus for Witness {
    type Reading = Self;

    fn reading(&mut self) -> &mut Self {
        self
    }

    fn begin(&mut self) -> Result<(), Trouble> {
        self.connection.begin()
    }

    fn commit(&mut self, lanes: &[Offsets]) -> Result<(), Trouble> {
        self.next = lanes.to_vec();
        self.connection.commit(lanes)
    }

    fn is_committed(&mut self) -> Result<bool, Trouble> {
        let ended = self.connection.is_committed()?;
        if ended {
            self.ended();
        }
        Ok(ended)
    }

    fn hear_out(&mut self) -> Result<(), Trouble> {
        self.connection.hear_out()?;
        self.ended();
        Ok(())
    }

    fn renew(&mut self) -> Result<(), Trouble> {
        self.seen.renewed.store(true, Ordering::SeqCst);
        Err(enough())
    }

    fn ledger_ends(&mut self, lanes: &[LaneId]) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
        self.connection.ledger_ends(lanes)
    }

    fn owner(&self) -> &str {
        self.connection.owner()
    }
}

impl Source for Witness {
    type Record = <Reading as Source>::Record;

    fn poll(&mut self) -> Result<Option<Notice>, Trouble> {
        let notice = self.connection.reading().poll()?;
        if let Some(Notice::Assigned(_)) = notice {
            self.seen.assigned.fetch_add(1, Ordering::SeqCst);
        }
        Ok(notice)
    }

    /// The test broker forgets what transactions have committed.
    fn committed(&mut self, lane: LaneId) -> Result<Reached, Trouble> {
        let none = self.connection.reading().committed(lane)?;
        let kept = self.committed.get(&lane);
        Ok(kept.map_or(none, |offsets| Reached {
            next: offsets.next.iter().copied().map(Some).collect(),
            unit: Some(offsets.unit),
        }))
    }

    fn ends(&mut self, lane: LaneId) -> Result<Vec<(Offset, Offset)>, Trouble> {
        self.connection.reading().ends(lane)
    }

    fn start(&mut self, lanes: &[(LaneId, Vec<Offset>)]) -> Result<(), Trouble> {
        self.connection.reading().start(lanes)
    }

    fn release(&mut self) -> Result<(), Trouble> {
        self.connection.reading().release()
    }

    fn fetch(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        most: usize,
        into: &mut VecDeque<Self::Record>,
    ) -> Result<(), Trouble> {
        self.connection.reading().fetch(lane, topic, most, into)
    }

    fn pass_over(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        from: Offset,
        to: Offset,
    ) -> Result<(), Trouble> {
        self.connection.reading().pass_over(lane, topic, from, to)
    }

    fn unread(&mut self, lane: LaneId, topic: TopicIx, next: Offset) -> u64 {
        self.connection.reading().unread(lane, topic, next)
    }

    fn wait(&mut self, most: Duration) {
        self.connection.reading().wait(most);
    }

    fn open_ledger(&mut self, lane: LaneId) -> Result<(), Trouble> {
        self.connection.reading().open_ledger(lane)
    }

    fn look_into_ledger(&mut self) -> Result<LedgerLook, Trouble> {
        self.connection.reading().look_into_ledger()
    }
}
