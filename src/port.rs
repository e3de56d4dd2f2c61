//! What the runtime needs of the outside: a broker to read from and publish to, a clock, and how
//! much memory is in use.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::{self, Read};
use std::time::Duration;

use crate::model::ids::{LaneId, Offset, TopicIx, UnitId};
use crate::model::time::Timestamp;

/// A header of a record: its name, and its value, if it has one.
pub type Header = (String, Option<Vec<u8>>);

/// A header of a record to publish.
pub type HeaderRef<'a> = (&'a str, Option<&'a [u8]>);

/// One record of an input topic, alive as long as it is held.
pub trait Record {
    /// Its place in its partition.
    fn offset(&self) -> Offset;
    /// Its key.
    fn key(&self) -> Option<&[u8]>;
    /// Its value.
    fn value(&self) -> Option<&[u8]>;
    /// When it was written, by the broker's or producer's clock.
    fn stamped_at(&self) -> Option<Timestamp>;
    /// Its headers; a copy, made for dead letters only.
    fn headers(&self) -> Vec<Header>;
}

/// The topics that a worker publishes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Changes, by customer.
    Changes,
    /// Standings, by customer.
    Current,
    /// Dead letters, into the partition of their lane modulo the topic's partitions.
    DeadLetters,
    /// The ledger, one partition a lane.
    Ledger,
    /// What lanes send each other, into the partition of the lane that is to have it.
    Transfers,
}

/// A record to publish.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Where to.
    pub output: Output,
    /// The lane it comes from; of a transfer, the one that it goes to.
    pub lane: LaneId,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value.
    pub value: Option<&'a [u8]>,
    /// Its headers.
    pub headers: &'a [HeaderRef<'a>],
}

/// What the broker said about the lanes of this worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// These lanes are to be taken on, and no others are held.
    Assigned(Vec<LaneId>),
    /// All lanes are to be given up; the open unit may still be committed, until
    /// [`Source::release`].
    Revoked,
    /// All lanes have gone to somebody else already.
    Lost,
}

/// One look into the ledger of a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerLook {
    /// The next entry, and where it lies.
    Entry(Offset, Vec<u8>),
    /// None has arrived yet.
    NotYet,
    /// The end, as far as committed.
    End,
}

/// Why a worker cannot go on as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It must drop its connection and its lanes and start anew.
    #[error("{0}")]
    Restart(String),
    /// The same, and whether the last unit counts is known to the ledger alone.
    #[error("{0}")]
    InDoubt(String),
    /// The same as the first, because a topic does not take a record of that size.
    #[error("{0}")]
    TooLarge(String),
    /// Somebody else uses its transactional id; it may start anew, but not again and again.
    #[error("{0}")]
    Fenced(String),
    /// Records that one lane needs are gone: it cannot go on, but others can.
    #[error("{0}")]
    Lost(Loss),
    /// Starting anew would not help.
    #[error("{0}")]
    Fatal(String),
    /// A mistake in the program.
    #[error("{0}")]
    Bug(String),
}

/// What the offsets of the group are to say of a lane once its unit is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offsets {
    /// The lane.
    pub lane: LaneId,
    /// The unit.
    pub unit: UnitId,
    /// By topic, the next offset after it.
    pub next: Vec<Offset>,
}

/// How far a lane has come, as the offsets of its group say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// By topic, the next offset; nothing where none is committed.
    pub next: Vec<Option<Offset>>,
    /// The last unit; nothing where whoever committed has not said so.
    pub unit: Option<UnitId>,
}

/// Records that a lane needs and that are gone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Loss {
    /// The topic that had them.
    pub topic: String,
    /// Which, and what there is instead.
    pub why: String,
}

/// Where a worker reads: its lanes, their records, and their ledgers.
///
/// Offsets are always the next to read. Nothing is read for a lane between [`Source::release`] and
/// the next [`Source::start`].
pub trait Source {
    /// A record of an input topic.
    type Record: Record;

    /// Serves the connection; must be called at least every few seconds.
    ///
    /// # Errors
    /// The connection is of no use any more.
    fn poll(&mut self) -> Result<Option<Notice>, Trouble>;

    /// How far a lane has come, once no transaction on its offsets is pending.
    ///
    /// # Errors
    /// The broker does not say in time.
    fn committed(&mut self, lane: LaneId) -> Result<Reached, Trouble>;

    /// The first offsets that a lane's topics still hold, and the next to come.
    ///
    /// # Errors
    /// The broker does not say in time.
    fn ends(&mut self, lane: LaneId) -> Result<Vec<(Offset, Offset)>, Trouble>;

    /// Begins to read these lanes, each topic at the offset given.
    ///
    /// # Errors
    /// The assignment is refused.
    fn start(&mut self, lanes: &[(LaneId, Vec<Offset>)]) -> Result<(), Trouble>;

    /// Gives up all lanes and tells the broker so.
    ///
    /// # Errors
    /// The broker does not take them back.
    fn release(&mut self) -> Result<(), Trouble>;

    /// Appends up to `most` records that have arrived, in order; does not wait.
    ///
    /// # Errors
    /// The partition cannot be read any more.
    fn fetch(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        most: usize,
        into: &mut VecDeque<Self::Record>,
    ) -> Result<(), Trouble>;

    /// Reads a topic of a lane on from the end of a gap; `from` is where it began. Nothing of
    /// before is fetched any more.
    ///
    /// # Errors
    /// The broker does not answer in time.
    fn pass_over(
        &mut self,
        lane: LaneId,
        topic: TopicIx,
        from: Offset,
        to: Offset,
    ) -> Result<(), Trouble>;

    /// How many records lie beyond `next`, as far as known; 0 only if the end has been seen.
    fn unread(&mut self, lane: LaneId, topic: TopicIx, next: Offset) -> u64;

    /// Waits until records may have arrived, at most so long.
    fn wait(&mut self, most: Duration);

    /// Begins to read the ledger of a lane from its start.
    ///
    /// # Errors
    /// It cannot be read.
    fn open_ledger(&mut self, lane: LaneId) -> Result<(), Trouble>;

    /// The same from a place in it on, or from one before that.
    ///
    /// # Errors
    /// It cannot be read.
    fn open_ledger_at(&mut self, lane: LaneId, _place: Offset) -> Result<(), Trouble> {
        self.open_ledger(lane)
    }

    /// The next entry of the ledger opened last.
    ///
    /// # Errors
    /// It cannot be read.
    fn look_into_ledger(&mut self) -> Result<LedgerLook, Trouble>;
}

/// Where records are published.
pub trait Sink {
    /// Publishes a record, in the open transaction if the sink knows transactions.
    ///
    /// # Errors
    /// It cannot be published.
    fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<(), Trouble>;
}

/// Nobody publishes.
impl Sink for Infallible {
    fn send(&mut self, _: &Outgoing<'_>) -> Result<(), Trouble> {
        match *self {}
    }
}

/// A worker's connection to the broker: one consumer and one transactional producer.
///
/// Between [`commit`](Bus::commit) and its end nothing may be published and no transaction begun;
/// the consumer is free meanwhile.
pub trait Bus: Sink {
    /// Its consumer.
    type Reading: Source;

    /// The consumer.
    fn reading(&mut self) -> &mut Self::Reading;

    /// Begins a transaction.
    ///
    /// # Errors
    /// The producer cannot.
    fn begin(&mut self) -> Result<(), Trouble>;

    /// Begins to add the next offsets of these lanes, each with its unit, to the open transaction
    /// and to commit it. Its end ends a [`wait`](Source::wait) of this thread.
    ///
    /// # Errors
    /// It was not begun.
    fn commit(&mut self, lanes: &[Offsets]) -> Result<(), Trouble>;

    /// Whether the commit that was begun has ended well; false while it is under way.
    ///
    /// # Errors
    /// It may or may not have been committed.
    fn is_committed(&mut self) -> Result<bool, Trouble>;

    /// Waits until the commit that was begun has ended, as long as the calls for it may take.
    ///
    /// # Errors
    /// It may or may not have been committed.
    fn hear_out(&mut self) -> Result<(), Trouble>;

    /// Puts another producer under the same transactional id in the place of the one there is.
    /// After this the last transaction is over, one way or the other, and nothing that the old
    /// producer still has under way counts any more. The consumer goes on as it is.
    ///
    /// # Errors
    /// There is no other yet; it may be tried again.
    fn renew(&mut self) -> Result<(), Trouble>;

    /// The last entry of the ledger of each of these lanes, as far as committed; does not disturb
    /// the ledger that is open.
    ///
    /// # Errors
    /// One cannot be read in time.
    fn ledger_ends(&mut self, lanes: &[LaneId]) -> Result<Vec<Option<Vec<u8>>>, Trouble>;

    /// The transactional id that stands in the ledger.
    fn owner(&self) -> &str;
}

/// Where ledgers end.
pub trait LedgerEnds {
    /// The next place in a lane's ledger, committed or not.
    ///
    /// # Errors
    /// The broker does not say in time.
    fn end_of(&mut self, lane: LaneId) -> Result<Offset, Trouble>;
}

/// Where snapshots of lanes are kept, two of each lane at most: the newest, and the one before it
/// in case the newest is damaged.
pub trait Shelf {
    /// How it is called in logs and metrics.
    fn name(&self) -> &'static str;

    /// Begins a snapshot of a lane, aside of those that are kept.
    ///
    /// # Errors
    /// It cannot be written.
    fn begin(&mut self, lane: LaneId, unit: UnitId) -> Result<(), NotKept>;

    /// Adds bytes to the snapshot begun last.
    ///
    /// # Errors
    /// They cannot be written.
    fn add(&mut self, bytes: &[u8]) -> Result<(), NotKept>;

    /// The snapshot begun last is whole: it is kept, and the oldest no longer.
    ///
    /// # Errors
    /// It cannot be kept; those before it are.
    fn keep(&mut self) -> Result<(), NotKept>;

    /// The snapshot begun last is of no use; nothing happens where there is none.
    fn abandon(&mut self);

    /// The last units of the snapshots of a lane, the newest first.
    ///
    /// # Errors
    /// It cannot be looked up.
    fn kept(&mut self, lane: LaneId) -> Result<Vec<UnitId>, NotKept>;

    /// A snapshot's bytes, from the first one on.
    ///
    /// # Errors
    /// It cannot be read.
    fn open(&mut self, lane: LaneId, unit: UnitId) -> Result<Box<dyn Read + Send>, NotKept>;

    /// A snapshot is damaged: it is not offered again.
    fn spoil(&mut self, lane: LaneId, unit: UnitId);
}

/// Why a snapshot is not kept, or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {why}")]
pub struct NotKept {
    /// The file or topic.
    pub place: String,
    /// What the system says.
    pub why: io::Error,
}

/// Wall time, for those who may know it.
pub trait Clock {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// How much memory the program takes, for those who may know it.
pub trait Memory {
    /// Bytes of the machine's memory that it has in use.
    fn in_use(&self) -> u64;
}
