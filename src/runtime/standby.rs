//! Lanes that other instances work on, kept up here so that a takeover needs only their tail.

mod follower;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::lane::lane::Lane;
use crate::model::ids::{LaneId, Offset};
use crate::model::time::Timestamp;

pub(super) use follower::Follower;

/// How long a worker waits for a lane that is just being carried on: a slice of that takes some
/// milliseconds, a broker that does not answer longer than it is worth.
const HANDED_WITHIN: Duration = Duration::from_secs(1);

/// A lane as it is kept up.
pub(super) struct Standing {
    /// The lane, between two units.
    pub(super) lane: Lane,
    /// Where the entry of its last unit lies in its ledger, or of one before it.
    pub(super) place: Option<Offset>,
    /// Where a restore of it would begin to read, by topic.
    pub(super) needs: Vec<Offset>,
    /// When it stood where its ledger ends.
    pub(super) stood: Timestamp,
}

impl Standing {
    /// What is known of it besides the lane.
    fn kept(&self) -> (Option<Offset>, Vec<Offset>, Option<Timestamp>) {
        (self.place, self.needs.clone(), Some(self.stood))
    }
}

/// What the workers of this program and whoever keeps up the lanes of others share.
#[derive(Clone)]
pub(super) struct Standby {
    board: Arc<Board>,
    /// How long a worker waits for a lane that is being carried on.
    within: Duration,
}

#[derive(Default)]
struct Board {
    state: Mutex<State>,
    put: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether anybody keeps up lanes.
    is_kept: bool,
    /// The lanes of each worker here.
    own: BTreeMap<usize, BTreeSet<LaneId>>,
    standing: BTreeMap<LaneId, Standing>,
    /// The lane that is being carried on.
    carried: Option<LaneId>,
    /// The lanes of workers here that they have yet to take.
    wanted: BTreeSet<LaneId>,
    /// How many lanes workers have had of it.
    taken: u64,
}

impl State {
    fn is_own(&self, lane: LaneId) -> bool {
        self.own.values().any(|lanes| lanes.contains(&lane))
    }
}

impl Standby {
    /// Nothing is kept up, until a follower is there.
    pub(super) fn new() -> Self {
        Self::within(HANDED_WITHIN)
    }

    fn within(within: Duration) -> Self {
        Self {
            board: Arc::default(),
            within,
        }
    }

    /// The same, where nobody waits: all happens in one thread.
    #[cfg(test)]
    pub(super) fn in_step() -> Self {
        Self::within(Duration::ZERO)
    }

    /// What a panic has left is not used: whoever keeps up lanes begins with none.
    fn state(&self) -> MutexGuard<'_, State> {
        self.board
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on these are the lanes of a worker here, and no others.
    pub(super) fn claim(&self, worker: usize, lanes: &[LaneId]) {
        let mut state = self.state();
        state.own.insert(worker, lanes.iter().copied().collect());
        state.wanted.extend(lanes);
    }

    /// A worker has taken on these lanes, and needs nothing more of them.
    pub(super) fn settle(&self, lanes: &[LaneId]) {
        let mut state = self.state();
        for lane in lanes {
            state.wanted.remove(lane);
            state.standing.remove(lane);
        }
    }

    /// A lane for the worker that has it from now on, as far as it was kept up.
    pub(super) fn take(&self, lane: LaneId) -> Option<Standing> {
        let state = self.state();
        let is_carried = |state: &mut State| state.carried == Some(lane);
        let waited = self
            .board
            .put
            .wait_timeout_while(state, self.within, is_carried);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.wanted.remove(&lane);
        let standing = state.standing.remove(&lane);
        state.taken += u64::from(standing.is_some());
        standing
    }

    /// How many lanes workers have had of it.
    #[cfg(test)]
    pub(super) fn taken(&self) -> u64 {
        self.state().taken
    }

    /// A worker does not have this lane any more: it may be kept up from where it was left.
    pub(super) fn offer(&self, standing: Standing) {
        let (mut state, lane) = (self.state(), standing.lane.id());
        if state.is_kept && !state.is_own(lane) && state.carried != Some(lane) {
            state.standing.insert(lane, standing);
        }
    }

    /// Whether a worker here has it.
    fn is_own(&self, lane: LaneId) -> bool {
        self.state().is_own(lane)
    }

    /// Begins to carry a lane on, from where it is if it is kept up already.
    fn carry(&self, lane: LaneId) -> Option<Standing> {
        let mut state = self.state();
        state.carried = Some(lane);
        state.standing.remove(&lane)
    }

    /// Ends to carry a lane on; what a worker here has taken on without it is of no use any more.
    fn put(&self, lane: LaneId, standing: Option<Standing>) {
        let mut state = self.state();
        state.carried = None;
        let is_of_use = !state.is_own(lane) || state.wanted.contains(&lane);
        if let Some(standing) = standing.filter(|_| is_of_use) {
            state.standing.insert(lane, standing);
        }
        drop(state);
        self.board.put.notify_all();
    }

    /// Somebody keeps up lanes from now on, and begins with none, or nobody does.
    pub(super) fn keep_up(&self, is_kept: bool) {
        let mut state = self.state();
        state.is_kept = is_kept;
        state.carried = None;
        state.standing.clear();
        drop(state);
        self.board.put.notify_all();
    }

    /// How many lanes are kept up, but for the one that is being carried on, and when the one that
    /// was looked at longest ago stood where its ledger ends.
    fn kept_up(&self) -> (usize, Option<Timestamp>) {
        let standing = &self.state().standing;
        let stood = standing.values().map(|standing| standing.stood);
        (standing.len(), stood.min())
    }
}

#[cfg(test)]
mod tests;
