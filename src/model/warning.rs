//! A published warning: a customer is about to lose a tier, no longer is, or is near the next one.

use super::change::{Cause, Reason};
use super::standing::ScaleIx;
use super::time::{Span, Timestamp};

/// What a warning says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The tier will be lost, if nothing happens.
    AtRisk {
        /// The loss.
        loss: Loss,
        /// Which of the declared lengths of time is left, or less.
        step: Span,
    },
    /// A loss that was warned of will not come, or not so soon that it would be warned of.
    Safe,
    /// The customer is close to a higher tier: its index.
    Near(u8),
}

/// The names of all notices, in records and metric labels.
pub const NOTICES: [&str; 3] = ["at-risk", "safe", "near"];

impl Notice {
    /// The name in records and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        NOTICES[self.index()]
    }

    /// Its place in [`NOTICES`].
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::AtRisk { .. } => 0,
            Self::Safe => 1,
            Self::Near(_) => 2,
        }
    }
}

/// A tier that is lost if no further event comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// When.
    pub at: Timestamp,
    /// Index of the tier that the customer comes to.
    pub to: u8,
    /// The instant from which on nothing keeps the customer: at the latest the loss itself.
    pub lapsed: Timestamp,
    /// Whether an override has lent the tier: the ladder gives a lower one, so that only entering
    /// would keep the customer there.
    pub lent: bool,
}

/// One warning. Names are resolved by the policy it was given under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The ladder.
    pub ladder: ScaleIx,
    /// Index of the tier that the customer stands on.
    pub tier: u8,
    /// What it says.
    pub notice: Notice,
    /// The instant at which it became true.
    pub effective_at: Timestamp,
    /// 1, 2, 3 ... per customer and ladder.
    pub number: u32,
    /// What made it come about: an event or the clock.
    pub cause: Cause,
    /// The comparisons of the rule that keeps the tier, or of the one that the near tier is entered
    /// by; none where the customer is safe.
    pub gap: Vec<Reason>,
    /// As of when those are measured.
    pub measured_at: Timestamp,
}
