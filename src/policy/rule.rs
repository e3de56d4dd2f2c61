//! Rules: comparisons of features with constants, joined by all and any.

use crate::model::change::Measure;
use crate::model::standing::ScaleIx;

/// How a measure is compared with a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// At least.
    Ge,
    /// More than.
    Gt,
    /// At most.
    Le,
    /// Less than.
    Lt,
    /// Exactly.
    Eq,
    /// Not so; of texts only.
    Ne,
}

impl Op {
    /// As written in a policy.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Ge => ">=",
            Self::Gt => ">",
            Self::Le => "<=",
            Self::Lt => "<",
            Self::Eq => "=",
            Self::Ne => "!=",
        }
    }
}

/// What stands on the left of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The feature of that index.
    Feature(usize),
    /// The tier just given on the ladder of that index; in maps only.
    Tier(ScaleIx),
}

/// One comparison of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The left side.
    pub subject: Subject,
    /// How it is compared.
    pub op: Op,
    /// The right side: in the unit of the feature, or the index of a tier.
    pub threshold: Measure,
}

/// A rule over the comparisons of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The comparison of that index.
    Compare(usize),
    /// Every one of them; at least one.
    All(Vec<Rule>),
    /// At least one of them; at least one.
    Any(Vec<Rule>),
}
