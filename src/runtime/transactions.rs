//! The transactions of a worker, one after another: while one is being committed, what is put out
//! for the next is held.

use std::time::{Duration, Instant};

use crate::model::ids::{LaneId, Offset};
use crate::model::time::{Span, Timestamp};
use crate::port::{Bus, Outgoing, Sink, Trouble};

use super::held::Held;

/// At most one is open or being committed.
pub(super) struct Transactions<B> {
    state: State,
    /// What waits for the next to begin.
    held: Held,
    /// Least time between two begins.
    pause: Span,
    began: Timestamp,
    /// The last instant told.
    now: Timestamp,
    /// How long the unit after the last one committed stood still for it.
    stood: Option<Duration>,
    bus: B,
}

/// Where the last one is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Committed, or there was none.
    Ended,
    /// Open.
    Open,
    /// On its way; and since when nothing more can be done before its end.
    Committing(Option<Instant>),
    /// Not committed, as far as known; there will be no other.
    Failed,
}

impl<B: Bus> Transactions<B> {
    /// None yet, with a fresh connection.
    pub(super) fn new(bus: B, pause: Span) -> Self {
        Self {
            state: State::Ended,
            held: Held::default(),
            pause,
            began: Timestamp::MIN,
            now: Timestamp::MIN,
            stood: None,
            bus,
        }
    }

    /// The consumer, free at any time.
    pub(super) fn reading(&mut self) -> &mut B::Reading {
        self.bus.reading()
    }

    /// The transactional id that stands in the ledger.
    pub(super) fn owner(&self) -> &str {
        self.bus.owner()
    }

    /// Whether one is open.
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether one is being committed.
    pub(super) fn is_committing(&self) -> bool {
        matches!(self.state, State::Committing(_))
    }

    /// Whether the last that was to be committed is.
    pub(super) fn is_committed(&self) -> bool {
        matches!(self.state, State::Ended | State::Open)
    }

    /// Whether one would be aborted if the connection were dropped now, as far as known.
    pub(super) fn is_unfinished(&self) -> bool {
        matches!(self.state, State::Open | State::Failed)
    }

    /// When the last one was begun.
    pub(super) fn began(&self) -> Timestamp {
        self.began
    }

    /// The first instant at which the next may begin, if nothing is on its way.
    pub(super) fn next(&self) -> Timestamp {
        self.began + self.pause
    }

    /// Begins the next and publishes what was held for it, if it may begin by now; whether it has.
    pub(super) fn begin(&mut self, now: Timestamp) -> Result<bool, Trouble> {
        self.now = now;
        let begins = self.state == State::Ended && now >= self.next();
        if begins {
            self.begin_at_once()?;
        }
        Ok(begins)
    }

    /// The same, however short ago the last one began.
    pub(super) fn begin_at_once(&mut self) -> Result<(), Trouble> {
        if self.is_open() {
            return Ok(());
        }
        self.bus.begin()?;
        self.state = State::Open;
        self.began = self.now;
        self.held.publish(&mut self.bus)
    }

    /// Begins to commit the open one.
    pub(super) fn commit(&mut self, lanes: &[(LaneId, Vec<Offset>)]) -> Result<(), Trouble> {
        self.bus.commit(lanes)?;
        self.state = State::Committing(None);
        Ok(())
    }

    /// Notes that nothing more can be done before the commit on its way has ended.
    pub(super) fn stand_still(&mut self) {
        if let State::Committing(since) = &mut self.state {
            since.get_or_insert_with(Instant::now);
        }
    }

    /// Looks whether the commit on its way has ended.
    pub(super) fn look(&mut self) -> Result<(), Trouble> {
        if !self.is_committing() {
            return Ok(());
        }
        match self.bus.is_committed() {
            Ok(false) => Ok(()),
            Ok(true) => self.ended(Ok(())),
            Err(trouble) => self.ended(Err(trouble)),
        }
    }

    /// Waits until the commit on its way has ended.
    pub(super) fn hear_out(&mut self) -> Result<(), Trouble> {
        if !self.is_committing() {
            return Ok(());
        }
        let how = self.bus.hear_out();
        self.ended(how)
    }

    fn ended(&mut self, how: Result<(), Trouble>) -> Result<(), Trouble> {
        if let State::Committing(since) = self.state {
            self.stood = since.map(|since| since.elapsed());
        }
        self.state = match how {
            Ok(()) => State::Ended,
            Err(_) => State::Failed,
        };
        how
    }

    /// How long the next unit stood still for the last one committed, if it did.
    pub(super) fn stood(&mut self) -> Option<Duration> {
        self.stood.take()
    }
}

impl<B: Bus> Sink for Transactions<B> {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        if !self.is_open() && self.held.is_full() {
            self.stand_still();
            self.hear_out()?;
            self.begin_at_once()?;
        }
        match self.is_open() {
            true => self.bus.send(outgoing),
            false => {
                self.held.keep(outgoing);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Output;
    use crate::runtime::shore::{Boat, Shore};

    /// Storms have no bound of their own.
    #[test]
    fn what_there_is_no_room_for_waits_for_the_commit() {
        let shore = Shore::default();
        let mut transactions = Transactions::new(Boat::of(&shore), Span(12));
        transactions.begin(Timestamp(0)).expect("it is the first");
        let lane = (LaneId(0), vec![Offset(1)]);
        transactions.commit(&[lane]).expect("one is open");
        let megabyte = vec![0; 1 << 20];
        let send = |transactions: &mut Transactions<Boat>, key: &str| {
            let outgoing = Outgoing {
                output: Output::Changes,
                lane: LaneId(0),
                key: Some(key.as_bytes()),
                value: Some(&megabyte),
                headers: &[],
            };
            transactions.send(&outgoing).expect("it is taken");
            shore.said()
        };
        assert_eq!(send(&mut transactions, "0"), ["begin", "commit 0 to 1"]);
        for key in 1..32 {
            assert_eq!(send(&mut transactions, &key.to_string()), [""; 0]);
        }
        let said = send(&mut transactions, "32");
        assert_eq!(said[..3], ["hear out", "begin", "change 0"]);
        assert_eq!(said.len(), 2 + 33);
        assert_eq!(send(&mut transactions, "33"), ["change 33"]);
        assert!(transactions.stood().is_some());
    }
}
