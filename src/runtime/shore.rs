//! A bus to nowhere, whose commits end when a test says so.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use crate::model::ids::{LaneId, Offset, TopicIx, UnitId};
use crate::model::time::Timestamp;
use crate::port::{
    Bus, Clock, LedgerLook, Memory, Notice, Offsets, Outgoing, Output, Reached, Sink, Source,
    Trouble,
};
use crate::wire::transfer::Letter;

/// How a commit ends: what is said of it, and whether it takes place.
type Ending = (Result<(), Trouble>, bool);

/// What a test sees and steers; clones are the same.
#[derive(Clone, Default)]
pub(super) struct Shore(pub(super) Rc<Sight>);

#[derive(Default)]
pub(super) struct Sight {
    now: Cell<i64>,
    in_use: Cell<u64>,
    notices: RefCell<VecDeque<Notice>>,
    arrived: RefCell<VecDeque<Letter>>,
    written: Cell<i64>,
    lags: Cell<bool>,
    ledger_held: Cell<bool>,
    said: RefCell<Vec<String>>,
    ending: RefCell<Option<Ending>>,
    /// The first offset that there is.
    pub(super) first: Cell<i64>,
    /// Why the next calls of the producer fail.
    pub(super) failing: RefCell<VecDeque<Trouble>>,
    /// The last entry of the ledger, and the last unit with the offset of the first topic, as
    /// committed.
    ledger: RefCell<Option<Vec<u8>>>,
    pub(super) committed: Cell<Option<(UnitId, Offset)>>,
    naps: RefCell<Vec<Duration>>,
}

impl Shore {
    pub(super) fn pass(&self, ms: i64) {
        self.0.now.set(self.0.now.get() + ms);
    }

    /// There is a second topic, with a record that is known of and does not arrive.
    pub(super) fn lag(&self) {
        self.0.lags.set(true);
    }

    /// Whether ledgers are on their way only.
    pub(super) fn hold_ledgers(&self, held: bool) {
        self.0.ledger_held.set(held);
    }

    /// So many bytes of memory are in use.
    pub(super) fn take(&self, bytes: u64) {
        self.0.in_use.set(bytes);
    }

    pub(super) fn notice(&self, notice: Notice) {
        self.0.notices.borrow_mut().push_back(notice);
    }

    /// A purchase of somebody arrives, which happened now.
    pub(super) fn purchase(&self, customer: &str) {
        let offset = self.0.written.replace(self.0.written.get() + 1);
        let at = crate::model::zone::show_utc(self.now());
        let value = format!(
            r#"{{"event_id":"e-{offset}","customer_id":"{customer}","kind":"purchase",
            "occurred_at":"{at}","order_id":"o-{offset}","amount":"5.00","currency":"GBP"}}"#
        );
        self.0.arrived.borrow_mut().push_back(Letter {
            topic: "shop".into(),
            partition: 0,
            offset: Offset(offset),
            key: customer.into(),
            value: value.into(),
            headers: Vec::new(),
        });
    }

    /// The commit on its way ends like this.
    pub(super) fn end(&self, how: Result<(), Trouble>) {
        let takes_place = how.is_ok();
        *self.0.ending.borrow_mut() = Some((how, takes_place));
    }

    /// The commit on its way takes place, but nobody is told so.
    pub(super) fn end_unheard(&self, how: Trouble) {
        *self.0.ending.borrow_mut() = Some((Err(how), true));
    }

    /// The next calls of the producer fail, as many as there are of these.
    pub(super) fn fail(&self, how: impl IntoIterator<Item = Trouble>) {
        self.0.failing.borrow_mut().extend(how);
    }

    /// What was said to the broker since the last time.
    pub(super) fn said(&self) -> Vec<String> {
        self.0.said.take()
    }

    /// How long was slept since the last time, at once.
    pub(super) fn naps(&self) -> Vec<Duration> {
        self.0.naps.take()
    }

    fn topics(&self) -> impl Iterator<Item = usize> {
        0..1 + usize::from(self.0.lags.get())
    }

    fn say(&self, what: impl Into<String>) {
        self.0.said.borrow_mut().push(what.into());
    }
}

impl Clock for Shore {
    fn now(&self) -> Timestamp {
        Timestamp(1_780_000_000_000 + self.0.now.get())
    }
}

impl Memory for Shore {
    fn in_use(&self) -> u64 {
        self.0.in_use.get()
    }
}

/// The bus itself. Refuses what a broker would.
pub(super) struct Boat {
    shore: Shore,
    is_open: bool,
    commits: bool,
    /// What the open transaction holds.
    entry: Option<Vec<u8>>,
    next: Option<(UnitId, Offset)>,
}

impl Boat {
    pub(super) fn of(shore: &Shore) -> Self {
        Self {
            shore: shore.clone(),
            is_open: false,
            commits: false,
            entry: None,
            next: None,
        }
    }

    fn may_fail(&mut self) -> Result<(), Trouble> {
        let failing = self.shore.0.failing.borrow_mut().pop_front();
        failing.map_or(Ok(()), Err)
    }
}

impl Sink for Boat {
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble> {
        assert!(self.is_open && !self.commits, "outside of a transaction");
        let key = str::from_utf8(outgoing.key.unwrap_or_default()).expect("text");
        self.may_fail()?;
        match outgoing.output {
            Output::Ledger => {
                self.entry = outgoing.value.map(<[u8]>::to_vec);
                self.shore.say("ledger");
            }
            Output::Changes => self.shore.say(format!("change {key}")),
            Output::DeadLetters => {
                let bytes = outgoing.value.map_or(0, <[u8]>::len);
                self.shore.say(format!("letter {key} of {bytes}"));
            }
            // One comes with each change.
            _ => {}
        }
        Ok(())
    }
}

impl Bus for Boat {
    type Reading = Self;

    fn reading(&mut self) -> &mut Self {
        self
    }

    fn begin(&mut self) -> Result<(), Trouble> {
        assert!(!self.is_open && !self.commits, "one at a time");
        self.may_fail()?;
        self.is_open = true;
        self.shore.say("begin");
        Ok(())
    }

    fn commit(&mut self, lanes: &[Offsets]) -> Result<(), Trouble> {
        assert!(self.is_open && !self.commits, "nothing to commit");
        self.may_fail()?;
        self.commits = true;
        for Offsets { lane, unit, next } in lanes {
            self.next = Some((*unit, next[0]));
            self.shore.say(format!("commit {lane} to {}", next[0]));
        }
        Ok(())
    }

    fn is_committed(&mut self) -> Result<bool, Trouble> {
        assert!(self.commits, "nothing is on its way");
        let ending = self.shore.0.ending.take();
        ending.map_or(Ok(false), |(how, takes_place)| {
            (self.commits, self.is_open) = (false, false);
            if takes_place {
                *self.shore.0.ledger.borrow_mut() = self.entry.take();
                self.shore.0.committed.set(self.next);
            }
            how.map(|()| true)
        })
    }

    fn renew(&mut self) -> Result<(), Trouble> {
        self.may_fail()?;
        (self.commits, self.is_open) = (false, false);
        self.shore.say("renew");
        Ok(())
    }

    fn ledger_ends(&mut self, lanes: &[LaneId]) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
        let end = self.shore.0.ledger.borrow();
        Ok(lanes.iter().map(|_| end.clone()).collect())
    }

    fn hear_out(&mut self) -> Result<(), Trouble> {
        self.shore.say("hear out");
        if self.shore.0.ending.borrow().is_none() {
            self.shore.end(Ok(()));
        }
        self.is_committed().map(drop)
    }

    fn owner(&self) -> &str {
        "boat"
    }
}

impl Source for Boat {
    type Record = Letter;

    fn poll(&mut self) -> Result<Option<Notice>, Trouble> {
        Ok(self.shore.0.notices.borrow_mut().pop_front())
    }

    fn committed(&mut self, _: LaneId) -> Result<Reached, Trouble> {
        let (unit, next) = self.shore.0.committed.get().unzip();
        let of = |topic| next.filter(|_| topic == 0);
        Ok(Reached {
            next: self.shore.topics().map(of).collect(),
            unit,
        })
    }

    fn ends(&mut self, _: LaneId) -> Result<Vec<(Offset, Offset)>, Trouble> {
        let first = Offset(self.shore.0.first.get());
        let ends = self.shore.topics().map(|_| (first, Offset(i64::MAX)));
        Ok(ends.collect())
    }

    fn start(&mut self, _: &[(LaneId, Vec<Offset>)]) -> Result<(), Trouble> {
        Ok(())
    }

    fn release(&mut self) -> Result<(), Trouble> {
        self.shore.say("release");
        Ok(())
    }

    fn fetch(
        &mut self,
        _: LaneId,
        topic: TopicIx,
        most: usize,
        into: &mut VecDeque<Letter>,
    ) -> Result<(), Trouble> {
        let mut arrived = self.shore.0.arrived.borrow_mut();
        let most = most.min(arrived.len());
        if topic == TopicIx(0) {
            into.extend(arrived.drain(..most));
        }
        Ok(())
    }

    fn pass_over(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        from: Offset,
        to: Offset,
    ) -> Result<(), Trouble> {
        let topic = topic.0;
        self.shore.say(format!(
            "lane {lane} leaves topic {topic} at {from} for {to}"
        ));
        Ok(())
    }

    fn unread(&mut self, _: LaneId, topic: TopicIx, _: Offset) -> u64 {
        match topic {
            TopicIx(0) => self.shore.0.arrived.borrow().len() as u64,
            _ => 1,
        }
    }

    fn wait(&mut self, most: Duration) {
        self.shore.0.naps.borrow_mut().push(most);
    }

    fn open_ledger(&mut self, _: LaneId) -> Result<(), Trouble> {
        Ok(())
    }

    fn look_into_ledger(&mut self) -> Result<LedgerLook, Trouble> {
        Ok(match self.shore.0.ledger_held.get() {
            true => LedgerLook::NotYet,
            false => LedgerLook::End,
        })
    }
}
