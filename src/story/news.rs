//! What a story hears of: a change or a warning.

use crate::engine::effect::Judged;
use crate::model::change::{Cause, Change, Reason};
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::model::warning::Warning;

/// One thing that was told of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    Change(Change),
    Warning(Warning),
}

impl News {
    /// What a judging tells, in its order.
    pub(super) fn of(judged: Judged) -> impl Iterator<Item = Self> {
        let changes = judged.changes.into_iter().map(Self::Change);
        changes.chain(judged.warnings.into_iter().map(Self::Warning))
    }

    /// The ladder or map.
    pub(super) fn scale(&self) -> ScaleIx {
        match self {
            Self::Change(change) => change.scale,
            Self::Warning(warning) => warning.ladder,
        }
    }

    /// The instant at which it became true.
    pub(super) fn effective_at(&self) -> Timestamp {
        match self {
            Self::Change(change) => change.effective_at,
            Self::Warning(warning) => warning.effective_at,
        }
    }

    /// What made it come about.
    pub(super) fn cause(&self) -> Cause {
        match self {
            Self::Change(change) => change.cause,
            Self::Warning(warning) => warning.cause,
        }
    }

    /// What was compared.
    pub(super) fn reasons(&self) -> &[Reason] {
        match self {
            Self::Change(change) => &change.reasons,
            Self::Warning(warning) => &warning.gap,
        }
    }
}
