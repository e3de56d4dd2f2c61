//! What a lane is rebuilt from.

use crate::lane::lane::Lane;
use crate::model::ids::{LaneId, Offset, UnitId};
use crate::port::{Clock, Shelf, Source, Trouble};
use crate::runtime::plan::Plan;

use super::beginning::first_offsets;
use super::snapshot::{Snapshot, Unfit};

/// What a lane is rebuilt from.
pub(in crate::runtime) enum Origin {
    /// What it is already: with nothing done, or as it was left. If its ledger is known to have its
    /// last unit there or later, it is read from there on.
    Itself(Option<Offset>),
    /// The same of one that was kept up here while others worked on it.
    KeptUp(Option<Offset>),
    /// Its snapshot, which its customers are still to come from.
    Snapshot(Box<Snapshot>),
}

impl Origin {
    /// A lane as its newest fit snapshot has it, or at its begin; snapshots that are not fit are
    /// told to `unfit`.
    ///
    /// # Errors
    /// The ledger or the input cannot be asked.
    pub(in crate::runtime) fn find<S: Source>(
        id: LaneId,
        shelves: &mut [Box<dyn Shelf>],
        plan: &Plan,
        source: &mut S,
        clock: &impl Clock,
        unfit: impl FnMut(&'static str, UnitId, &Unfit),
    ) -> Result<(Lane, Self), Trouble> {
        let snapshot = Snapshot::find(id, shelves, plan, source, clock, unfit)?;
        let (next, origin) = match snapshot {
            Some(snapshot) => (snapshot.next().to_vec(), Self::Snapshot(snapshot.into())),
            None => {
                let next = first_offsets(id, plan, source, clock)?;
                (next, Self::Itself(None))
            }
        };
        Ok((plan.lane(id, next), origin))
    }

    /// Where in its ledger the entry of its last unit lies, or one before it, if that is known.
    pub(in crate::runtime) fn place(&self) -> Option<Offset> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot.stamp().ledger),
            Self::Itself(place) | Self::KeptUp(place) => *place,
        }
    }

    /// Begins to read the lane's ledger.
    pub(super) fn open_ledger<S: Source>(
        &self,
        lane: LaneId,
        source: &mut S,
    ) -> Result<(), Trouble> {
        match self.place() {
            Some(place) => source.open_ledger_at(lane, place),
            None => source.open_ledger(lane),
        }
    }

    /// The snapshot, if it is one.
    pub(in crate::runtime) fn snapshot(&self) -> Option<&Snapshot> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot),
            Self::Itself(_) | Self::KeptUp(_) => None,
        }
    }

    pub(super) fn into_snapshot(self) -> Option<Box<Snapshot>> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot),
            Self::Itself(_) | Self::KeptUp(_) => None,
        }
    }
}
