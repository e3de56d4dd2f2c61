//! What a customer is judged on the occasion of, and what that makes the cause of a change.

use crate::model::change::Cause;
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;

use super::request::Request;

/// Why a customer is judged.
#[derive(Clone, Copy)]
pub(super) enum Occasion<'a> {
    /// Their horizon has come.
    Deadline,
    /// An event of theirs has come.
    Arrival {
        /// It says something of the past from that instant on.
        since: Timestamp,
        /// If it takes something back: when each ladder would let the customer go without it.
        spared: Option<&'a [Timestamp]>,
    },
    /// Somebody has asked for it.
    Command(Request<'a>),
    /// They have been merged with others, or parted from them.
    Union {
        /// Whether their standing is told in any case.
        tells: bool,
    },
    /// They are passed over to a policy.
    Adoption {
        /// The ladders and maps on which they were on a tier or segment that is no more.
        left: &'a [(ScaleIx, Box<str>)],
        /// Whether their standing is told in any case.
        tells: bool,
    },
    /// A ladder has just started anew, and what begins with that is another number now.
    Start {
        /// The cause of all that comes of it.
        cause: Cause,
        /// The tiers and segments that they were shown before the last moves at this instant.
        before: &'a [u8],
    },
}

impl<'a> Occasion<'a> {
    /// Whether there is something to publish even if no rank has changed.
    pub(super) fn tells(self) -> bool {
        match self {
            Self::Deadline | Self::Arrival { .. } | Self::Command(_) | Self::Start { .. } => false,
            Self::Union { tells } => tells,
            Self::Adoption { left, tells } => tells || !left.is_empty(),
        }
    }

    /// The tier or segment of a ladder or map that was left and is no more.
    pub(super) fn left(self, scale: ScaleIx) -> Option<&'a str> {
        let Self::Adoption { left, .. } = self else {
            return None;
        };
        let left = left.iter().find(|(known, _)| *known == scale);
        left.map(|(_, name)| &**name)
    }

    /// If something is taken back: when each ladder would let the customer go without that.
    pub(super) fn spared(self) -> Option<&'a [Timestamp]> {
        match self {
            Self::Arrival { spared, .. } => spared,
            _ => None,
        }
    }

    /// Where the customer was shown before the last moves of several judgings at one instant.
    pub(super) fn before(self) -> Option<&'a [u8]> {
        match self {
            Self::Start { before, .. } => Some(before),
            _ => None,
        }
    }

    /// The cause of a warning.
    pub(super) fn plain(self) -> Cause {
        match self {
            Self::Deadline => Cause::Clock,
            Self::Arrival { .. } => Cause::Event,
            Self::Command(_) | Self::Union { .. } => Cause::Command,
            Self::Adoption { .. } => Cause::Policy,
            Self::Start { cause, .. } => cause,
        }
    }

    /// The cause of a change at an instant on a ladder or map whose last change took effect then.
    pub(super) fn cause(self, at: Timestamp, last: Timestamp) -> Cause {
        match self {
            Self::Deadline => Cause::Clock,
            Self::Arrival { since, .. } if since < at && since <= last => Cause::Correction,
            Self::Arrival { .. } => Cause::Event,
            Self::Command(_) | Self::Union { .. } => Cause::Command,
            Self::Adoption { .. } => Cause::Policy,
            Self::Start { cause, .. } => cause,
        }
    }
}
