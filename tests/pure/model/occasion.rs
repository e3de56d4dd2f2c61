//! Why a customer is judged, and what that makes the cause of what comes of it.

use std::collections::BTreeMap;

use tidemark::model::change::Cause;
use tidemark::model::standing::Place;
use tidemark::model::time::Timestamp;

/// Why a customer is judged.
#[derive(Clone, Debug)]
pub(super) enum Occasion {
    /// Time has come.
    Time,
    /// An event has come that speaks from that instant on.
    Event(Timestamp),
    /// Somebody has asked for something.
    Command,
    /// They were merged or parted; whether their standing is told in any case.
    Union(bool),
    /// Another policy has. On these ladders and maps they were on a tier or segment that is no
    /// more; whether their standing is told in any case.
    Policy(BTreeMap<usize, String>, bool),
    /// A ladder has just started anew with which something begins; with the cause of what follows.
    Start(Cause),
}

impl Occasion {
    /// The name of the tier or segment that was left and is no more.
    pub(super) fn left(&self, scale: usize) -> Option<&String> {
        match self {
            Self::Policy(left, _) => left.get(&scale),
            _ => None,
        }
    }

    /// What makes a warning.
    pub(super) fn plain(&self) -> Cause {
        match self {
            Self::Time => Cause::Clock,
            Self::Event(_) => Cause::Event,
            Self::Command | Self::Union(_) => Cause::Command,
            Self::Policy(..) => Cause::Policy,
            Self::Start(cause) => *cause,
        }
    }

    /// What makes a change at an instant of one who came to that place.
    pub(super) fn cause(&self, at: Timestamp, place: &Place) -> Cause {
        match self {
            Self::Time => Cause::Clock,
            Self::Event(since) if *since < at && place.since >= *since => Cause::Correction,
            Self::Event(_) => Cause::Event,
            Self::Command | Self::Union(_) => Cause::Command,
            Self::Policy(..) => Cause::Policy,
            Self::Start(cause) => *cause,
        }
    }
}
