//! Who writes a worker's snapshots: a thread, so that the worker waits for no disk, or whoever
//! stands in for it where all is to happen in step.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::thread::{self, JoinHandle};

use crate::model::ids::{LaneId, Offset, UnitId};
use crate::model::tape::Tape;
use crate::port::{LedgerEnds, NotKept, Shelf, Trouble};
use crate::wire::snapshot::{Stamp, Writer};

/// Orders that wait for the disk: a few pages of some hundred kilobytes.
pub(super) const WAITING: usize = 8;

/// What a worker's snapshots need of the outside, made for each who asks.
#[derive(Clone)]
pub struct Shelves {
    /// The shelves that they are kept on.
    pub shelves: Arc<dyn Fn() -> Vec<Box<dyn Shelf>> + Send + Sync>,
    /// Who knows where ledgers end.
    pub ledgers: Arc<dyn Fn() -> Result<Box<dyn LedgerEnds + Send>, Trouble> + Send + Sync>,
}

impl fmt::Debug for Shelves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelves").finish_non_exhaustive()
    }
}

/// What is to be written.
#[derive(Debug)]
pub(super) enum Order {
    /// A snapshot of that lane is about to begin: where does its ledger end?
    Ask(LaneId),
    /// A snapshot begins: its stamp, and the lane without customers in that form.
    Begin(Box<Stamp>, u64, Tape),
    /// Some customers.
    Page(Tape),
    /// It is whole, with so many rows, and its last unit is committed.
    End(u64),
    /// It is of no use.
    Abandon,
}

/// What has become of it.
#[derive(Debug)]
pub(super) enum News {
    /// A lane's ledger ended there when it was asked.
    Ends(LaneId, Result<Offset, Trouble>),
    /// It is kept.
    Kept {
        lane: LaneId,
        unit: UnitId,
        shelf: &'static str,
        bytes: u64,
    },
    /// It is not.
    Failed {
        lane: LaneId,
        shelf: &'static str,
        why: NotKept,
    },
}

/// Who carries orders out, one after another, besides the worker.
pub(super) trait Saver {
    /// Gives an order, if not too many wait; else gives it back.
    fn give(&mut self, order: Order) -> Result<(), Order>;

    /// Gives an order, after those that wait.
    fn give_after(&mut self, order: Order);

    /// What has become of snapshots since the last time.
    fn news(&mut self) -> Vec<News>;
}

/// A thread; ends when this is dropped.
pub(super) struct Apart {
    orders: Option<SyncSender<Order>>,
    news: Receiver<News>,
    thread: Option<JoinHandle<()>>,
}

impl Apart {
    pub(super) fn start(plan: &Shelves) -> Result<Self, Trouble> {
        let (ledgers, shelves) = ((plan.ledgers)()?, plan.shelves.clone());
        let (orders, taken) = sync_channel(WAITING);
        let (tell, news) = channel();
        let work = move || {
            let mut scribe = Scribe::new(shelves(), ledgers);
            for order in taken {
                // Nobody may be there to hear it.
                scribe.write(order, &mut |news| drop(tell.send(news)));
            }
            scribe.abandon();
        };
        let thread = thread::Builder::new()
            .name("snapshots".to_owned())
            .spawn(work)
            .map_err(|error| Trouble::Fatal(format!("cannot start a thread: {error}")))?;
        Ok(Self {
            orders: Some(orders),
            news,
            thread: Some(thread),
        })
    }
}

impl Saver for Apart {
    fn give(&mut self, order: Order) -> Result<(), Order> {
        let orders = self.orders.as_ref().expect("it has not ended");
        match orders.try_send(order) {
            // A thread that is gone has panicked, and there are no snapshots any more.
            Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(()),
            Err(TrySendError::Full(order)) => Err(order),
        }
    }

    fn give_after(&mut self, order: Order) {
        let orders = self.orders.as_ref().expect("it has not ended");
        // As above.
        let _ = orders.send(order);
    }

    fn news(&mut self) -> Vec<News> {
        self.news.try_iter().collect()
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            // Whether it has panicked makes no difference any more.
            let _ = thread.join();
        }
    }
}

/// The snapshot that is being written.
struct Draft {
    lane: LaneId,
    unit: UnitId,
    writer: Writer,
    bytes: u64,
    /// Of each shelf, whether it can still be kept there.
    good: Vec<bool>,
}

/// Carries orders out.
pub(super) struct Scribe {
    shelves: Vec<Box<dyn Shelf>>,
    ledgers: Box<dyn LedgerEnds>,
    draft: Option<Draft>,
    out: Vec<u8>,
}

impl Scribe {
    pub(super) fn new(shelves: Vec<Box<dyn Shelf>>, ledgers: Box<dyn LedgerEnds>) -> Self {
        Self {
            shelves,
            ledgers,
            draft: None,
            out: Vec::new(),
        }
    }

    /// Carries out one order, and tells what comes of it.
    pub(super) fn write(&mut self, order: Order, tell: &mut dyn FnMut(News)) {
        let Self {
            shelves,
            ledgers,
            draft,
            out,
        } = self;
        out.clear();
        match (order, &mut *draft) {
            (Order::Ask(lane), _) => return tell(News::Ends(lane, ledgers.end_of(lane))),
            (Order::Begin(stamp, form, tape), draft) => {
                let mut writer = Writer::begin(&stamp, out);
                writer.lane(form, &tape, out);
                let (lane, unit) = (stamp.lane(), stamp.unit());
                let draft = draft.insert(Draft {
                    lane,
                    unit,
                    writer,
                    bytes: 0,
                    good: vec![true; shelves.len()],
                });
                each(shelves, draft, tell, |shelf| shelf.begin(lane, unit));
            }
            (Order::Page(tape), Some(draft)) => draft.writer.page(&tape, out),
            (Order::End(rows), Some(draft)) => draft.writer.end(rows, out),
            (Order::Page(_) | Order::End(_), None) => {}
            (Order::Abandon, draft) => {
                *draft = None;
                shelves.iter_mut().for_each(|shelf| shelf.abandon());
            }
        }
        let Some(written) = draft else {
            return;
        };
        written.bytes += out.len() as u64;
        each(shelves, written, tell, |shelf| shelf.add(out));
        if written.writer.is_over() {
            each(shelves, written, tell, |shelf| shelf.keep());
            let kept = shelves.iter().zip(&written.good).filter(|(_, good)| **good);
            for (shelf, _) in kept {
                tell(News::Kept {
                    lane: written.lane,
                    unit: written.unit,
                    shelf: shelf.name(),
                    bytes: written.bytes,
                });
            }
            *draft = None;
        }
    }

    /// No more orders come.
    pub(super) fn abandon(&mut self) {
        self.shelves.iter_mut().for_each(|shelf| shelf.abandon());
    }
}

/// Does something with each shelf on which it can still be kept.
fn each(
    shelves: &mut [Box<dyn Shelf>],
    draft: &mut Draft,
    tell: &mut dyn FnMut(News),
    mut does: impl FnMut(&mut Box<dyn Shelf>) -> Result<(), NotKept>,
) {
    for (shelf, good) in shelves.iter_mut().zip(&mut draft.good) {
        if *good && let Err(why) = does(shelf) {
            *good = false;
            shelf.abandon();
            let (lane, shelf) = (draft.lane, shelf.name());
            tell(News::Failed { lane, shelf, why });
        }
    }
}
