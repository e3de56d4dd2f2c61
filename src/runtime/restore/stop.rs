//! Why a lane cannot be rebuilt.

use crate::lane::ledger::Mismatch;
use crate::model::ids::UnitId;
use crate::port::Trouble;
use crate::runtime::desk::Desk;

use super::Unfit;

/// Why a lane cannot be rebuilt.
pub(in crate::runtime) enum Stop {
    /// What it did again is not what its ledger says.
    Mismatch(Mismatch),
    /// Its snapshot is not one, although it read like one: where it lies, and why.
    Unfit(&'static str, UnitId, Unfit),
    /// Anything else.
    Trouble(Trouble),
}

impl Stop {
    /// The trouble, after telling of a mismatch.
    pub(in crate::runtime) fn tell(self, desk: &Desk) -> Trouble {
        if let Self::Mismatch(mismatch) = &self {
            desk.mismatched(mismatch);
        }
        self.into()
    }
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Mismatch(mismatch) => Self::Fatal(mismatch.to_string()),
            Stop::Unfit(shelf, unit, why) => Trouble::Restart(format!(
                "the snapshot of unit {unit} from the {shelf} makes no lane: {why}"
            )),
            Stop::Trouble(trouble) => trouble,
        }
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}
