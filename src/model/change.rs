//! A published move of one customer on one ladder or map, with its reason as data.

use std::sync::Arc;

use super::overrides::Override;
use super::standing::ScaleIx;
use super::time::Timestamp;

/// What a tier can wait for before it takes a customer or lets one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// For its entry rule to have held long enough.
    Settle,
    /// For somebody whom nothing keeps to be kept again.
    Grace,
    /// For the customer to have been there long enough.
    MinimumStay,
    /// For the term to end.
    Term,
}

impl Wait {
    /// The name in records, which is the key in a policy.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Settle => "settle",
            Self::Grace => "grace",
            Self::MinimumStay => "minimum_stay",
            Self::Term => "term",
        }
    }
}

/// All waits.
pub const WAITS: [Wait; 4] = [Wait::Settle, Wait::Grace, Wait::MinimumStay, Wait::Term];

/// A wait that was over when a change came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waited {
    /// For what.
    pub wait: Wait,
    /// From when on.
    pub since: Timestamp,
}

/// An override that a change on a ladder comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overridden {
    /// The override.
    pub by: Override,
    /// Whether the new tier is shown by it; otherwise the one before was, and it counts no more.
    pub holds: bool,
}

/// What made a change come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// An event of this customer.
    Event,
    /// Time alone.
    Clock,
    /// An event of this customer that says that the last change came about without knowing it.
    Correction,
    /// Somebody has asked for it.
    Command,
    /// Another policy.
    Policy,
}

impl Cause {
    /// The name in records and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Clock => "clock",
            Self::Correction => "correction",
            Self::Command => "command",
            Self::Policy => "policy",
        }
    }
}

/// All causes.
pub const CAUSES: [Cause; 5] = [
    Cause::Event,
    Cause::Clock,
    Cause::Correction,
    Cause::Command,
    Cause::Policy,
];

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// To a higher tier.
    Up,
    /// To a lower tier.
    Down,
    /// To another segment: maps have no order.
    Move,
}

/// All directions.
pub const DIRECTIONS: [Direction; 3] = [Direction::Up, Direction::Down, Direction::Move];

impl Direction {
    /// The name in records and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Move => "move",
        }
    }
}

/// The value of a feature, or what it is compared with: its unit is the feature's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// A number: 1/10,000 currency units, a count, milliseconds or days.
    Is(i64),
    /// A text. Texts are equal or not; their order means nothing.
    Says(Arc<str>),
    /// Time since something that has not happened, larger than every number; or a text where there
    /// is none, which no text equals.
    Never,
    /// What nobody has said: no comparison with it holds.
    Unknown,
}

impl From<i64> for Measure {
    fn from(number: i64) -> Self {
        Self::Is(number)
    }
}

impl From<&str> for Measure {
    fn from(text: &str) -> Self {
        Self::Says(text.into())
    }
}

/// One comparison that took part in a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Index of the comparison in the policy's list of comparisons.
    pub comparison: usize,
    /// What was measured.
    pub measured: Measure,
    /// Whether the comparison held.
    pub holds: bool,
}

/// One move. Names are resolved by the policy it was decided under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The ladder or map.
    pub scale: ScaleIx,
    /// Index of the tier or segment left; of the one that counts instead, where that is no more.
    pub from: u8,
    /// The name of the tier or segment left, where the policy has none of that name.
    pub left: Option<Box<str>>,
    /// Index of the tier or segment come to.
    pub to: u8,
    /// The instant at which it became true.
    pub effective_at: Timestamp,
    /// 1, 2, 3 ... per customer and ladder or map.
    pub version: u32,
    /// What made it come about.
    pub cause: Cause,
    /// The wait that was over at just that instant; none where there was nothing to wait for.
    pub waited: Option<Waited>,
    /// The comparisons of the rule that decided; none where it was not a rule.
    pub reasons: Vec<Reason>,
    /// The override that it comes from, if it comes from one.
    pub overridden: Option<Box<Overridden>>,
}
