//! What the world sees of a connection.

use std::cell::Cell;

use super::group::MemberId;

/// What the world sees of a connection.
pub(super) struct Hull {
    /// Its transactional id, as a number.
    pub(super) who: usize,
    /// Whether its process lives.
    pub(super) alive: Cell<bool>,
    /// Whether it was killed.
    pub(super) crashed: Cell<bool>,
    /// Whether its process stands still.
    pub(super) still: Cell<bool>,
    /// Whether it has begun a transaction that has not ended.
    pub(super) open: Cell<bool>,
    pub(super) member: Cell<Option<MemberId>>,
    /// The epoch of its producer, to be told.
    pub(super) epoch: Cell<u32>,
    /// When its worker wants to be woken, if it has gone to sleep in this turn.
    pub(super) wake: Cell<Option<i64>>,
}

impl Hull {
    /// Of a process that has just begun.
    pub(super) fn new(who: usize) -> Self {
        Self {
            who,
            alive: true.into(),
            crashed: false.into(),
            still: false.into(),
            open: false.into(),
            member: None.into(),
            epoch: 0.into(),
            wake: None.into(),
        }
    }

    /// Its process is killed.
    pub(super) fn sink(&self) {
        self.alive.set(false);
        self.crashed.set(true);
    }
}
