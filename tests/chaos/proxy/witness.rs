//! What the proxy has seen of each client: whether a transaction is open, how far it has come, and
//! what passed when.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::frame::{self, Api, Head};
use super::trap::At;

/// So many lines of the log are kept.
const LINES: usize = 4_000;

/// How far a client's transaction has come, by what has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Phase {
    /// None is open.
    #[default]
    None,
    /// The broker has been told of partitions, or been given records.
    Filling,
    /// It has been told of offsets, too.
    Offsets,
    /// It has been asked to end it, and the client does not know that it has.
    Ending,
}

/// What is known of one client.
#[derive(Debug, Default)]
struct Client {
    phase: Phase,
    /// How many transactions have begun.
    begun: u64,
    /// How many have been ended, as the client was told.
    ended: u64,
}

#[derive(Debug, Default)]
struct Seen {
    clients: BTreeMap<String, Client>,
    log: VecDeque<String>,
}

/// All that was seen.
#[derive(Debug)]
pub(crate) struct Witness {
    seen: Mutex<Seen>,
    changed: Condvar,
    since: Instant,
}

impl Default for Witness {
    fn default() -> Self {
        Self {
            seen: Mutex::default(),
            changed: Condvar::new(),
            since: Instant::now(),
        }
    }
}

impl Witness {
    /// How far a client's transaction has come.
    pub(crate) fn phase(&self, client: &str) -> Phase {
        let seen = self.seen();
        seen.clients
            .get(client)
            .map_or(Phase::None, |client| client.phase)
    }

    /// How many transactions of a client have begun.
    pub(crate) fn begun(&self, client: &str) -> u64 {
        let seen = self.seen();
        seen.clients.get(client).map_or(0, |client| client.begun)
    }

    /// How many transactions of a client have been ended, as it was told.
    pub(crate) fn ended(&self, client: &str) -> u64 {
        let seen = self.seen();
        seen.clients.get(client).map_or(0, |client| client.ended)
    }

    /// Waits until more transactions of a client have begun than these; whether they have.
    pub(crate) fn wait_for_begun(&self, client: &str, more_than: u64, within: Duration) -> bool {
        self.wait(within, |seen| {
            let client = seen.clients.get(client);
            client.is_some_and(|client| client.begun > more_than)
        })
    }

    /// The last of what has passed, but for what keeps a member in its group and fetches records.
    pub(crate) fn log(&self) -> Vec<String> {
        self.seen().log.iter().cloned().collect()
    }

    fn wait(&self, within: Duration, mut is_so: impl FnMut(&Seen) -> bool) -> bool {
        let waited = self
            .changed
            .wait_timeout_while(self.seen(), within, |seen| !is_so(seen));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// The broker is about to be asked.
    pub(super) fn asked(&self, head: &Head) {
        self.line(head, "asks");
        self.note(&head.client, |client| match head.api {
            Api::AddPartitionsToTxn | Api::AddOffsetsToTxn if client.phase == Phase::None => {
                client.begun += 1;
                client.phase = Phase::Filling;
            }
            Api::TxnOffsetCommit => client.phase = Phase::Offsets,
            Api::EndTxn => client.phase = Phase::Ending,
            _ => {}
        });
    }

    /// The client is about to be told.
    pub(super) fn told(&self, head: &Head, reply: &[u8]) {
        self.line(head, "is told");
        let error = frame::end_txn_error(reply, head.version);
        self.note(&head.client, |client| match head.api {
            Api::EndTxn if error.unwrap_or(0) == 0 => {
                client.phase = Phase::None;
                client.ended += 1;
            }
            Api::InitProducerId => client.phase = Phase::None,
            _ => {}
        });
    }

    /// Something has fallen into a trap.
    pub(super) fn stopped(&self, head: &Head, at: At) {
        self.line(head, &format!("is stopped at the {at:?} of"));
    }

    fn line(&self, head: &Head, what: &str) {
        if matches!(head.api, Api::Fetch | Api::Heartbeat) {
            return;
        }
        let at = self.since.elapsed().as_millis();
        let line = format!("{at} ms: {} {what} {:?}", head.client, head.api);
        let log = &mut self.seen().log;
        log.push_back(line);
        if log.len() > LINES {
            log.pop_front();
        }
    }

    fn note(&self, client: &str, how: impl FnOnce(&mut Client)) {
        let mut seen = self.seen();
        how(seen.clients.entry(client.to_owned()).or_default());
        self.changed.notify_all();
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
