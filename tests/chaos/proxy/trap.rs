//! A place where the proxy stops: one request of one client, before it is passed on, before its
//! reply is, or after.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::frame::Api;

/// Nothing is held for longer: a test that has failed must not leave threads behind.
const LONGEST: Duration = Duration::from_secs(120);

/// Where between a client and the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// The proxy has the request, the broker does not.
    Request,
    /// The broker has done it, the client does not know.
    Reply,
    /// The client has been told.
    Told,
}

/// What becomes of what was caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Let {
    /// It goes on its way.
    Pass,
    /// It is lost with its connection.
    Cut,
}

/// One trap; it catches once.
#[derive(Debug)]
pub(crate) struct Trap {
    client: String,
    api: Api,
    at: At,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// How many go by before the one that is caught.
    left: u32,
    caught: Option<Vec<u8>>,
    released: Option<Let>,
}

impl Trap {
    pub(super) fn new(client: &str, api: Api, nth: u32, at: At) -> Self {
        let state = State {
            left: nth - 1,
            caught: None,
            released: None,
        };
        Self {
            client: client.to_owned(),
            api,
            at,
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Whether it catches this one; the others it lets go by are counted.
    pub(super) fn is_for(&self, client: &str, api: Api, at: At) -> bool {
        if self.client != client || self.api != api || self.at != at {
            return false;
        }
        let mut state = self.state();
        let is_it = state.left == 0;
        state.left = state.left.saturating_sub(1);
        is_it
    }

    /// Holds what was caught until somebody says what becomes of it.
    pub(super) fn hold(&self, frame: &[u8]) -> Let {
        let mut state = self.state();
        state.caught = Some(frame.to_vec());
        self.changed.notify_all();
        let held = self
            .changed
            .wait_timeout_while(state, LONGEST, |state| state.released.is_none());
        let (state, _) = held.unwrap_or_else(PoisonError::into_inner);
        state.released.unwrap_or(Let::Pass)
    }

    /// Waits until something is caught, and says its bytes; nothing if nothing came in time.
    pub(crate) fn wait(&self, within: Duration) -> Option<Vec<u8>> {
        let deadline = Instant::now() + within;
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self
            .changed
            .wait_timeout_while(self.state(), left, |state| state.caught.is_none());
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.caught.clone()
    }

    /// Lets go what was caught.
    pub(super) fn release(&self, how: Let) {
        self.state().released.get_or_insert(how);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
