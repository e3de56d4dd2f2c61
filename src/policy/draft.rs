//! A policy as it was written: texts and numbers with the places they stand at, not yet understood.

use super::problem::ByteRange;

/// Something that was written, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written<T> {
    /// What was written.
    pub value: T,
    /// Where. For a text without escapes: the bytes between its quotes.
    pub span: ByteRange,
}

/// What stands at a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// The key is not there.
    #[default]
    Absent,
    /// Something of another type; the reader of the text has told of it.
    Unreadable,
    /// A value.
    Is(Written<T>),
}

impl<T> Given<T> {
    /// What was written, if it is readable.
    #[must_use]
    pub fn written(&self) -> Option<&Written<T>> {
        match self {
            Self::Is(written) => Some(written),
            Self::Absent | Self::Unreadable => None,
        }
    }

    /// What a reader makes of it: nothing where it is faulty, `Some(None)` where there is nothing.
    pub(super) fn read<R>(
        &self,
        reader: impl FnOnce(&Written<T>) -> Option<R>,
    ) -> Option<Option<R>> {
        match self {
            Self::Absent => Some(None),
            Self::Unreadable => None,
            Self::Is(written) => reader(written).map(Some),
        }
    }
}

/// The tables written under one header, or nothing where something else stands there, of which the
/// reader of the text has told.
pub type Tables<T> = Option<Vec<T>>;

/// A whole policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// `name`
    pub name: Given<String>,
    /// `version`
    pub version: Given<i64>,
    /// `currency`
    pub currency: Given<String>,
    /// `zone`
    pub zone: Given<String>,
    /// `transition`
    pub transition: Given<String>,
    /// `[time]`
    pub time: TimeDraft,
    /// `[orders]`
    pub orders: OrdersDraft,
    /// `kinds` of `[event]`
    pub kinds: Given<Vec<Written<String>>>,
    /// `keep` of `[merge]`, if that table is there.
    pub merge: Option<Given<String>>,
    /// `[event.attrs]`, in written order.
    pub attrs: Vec<AttrDraft>,
    /// `[profile]`, in written order.
    pub profile: Vec<AttrDraft>,
    /// `[clean.*]` and `[clean.attrs.*]`, in written order.
    pub clean: Vec<CleanDraft>,
    /// `[rfm]`, if it is there.
    pub rfm: Option<RfmDraft>,
    /// `[feature.*]`, in written order.
    pub features: Vec<FeatureDraft>,
    /// `[rule]`, in written order.
    pub rules: Vec<(Written<String>, Given<RuleDraft>)>,
    /// `[[ladder]]`, in written order.
    pub ladders: Tables<LadderDraft>,
    /// `[[map]]`, in written order.
    pub maps: Tables<MapDraft>,
}

/// The spans of `[time]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeDraft {
    /// `lateness`
    pub lateness: Given<String>,
    /// `late`
    pub late: Given<String>,
    /// `ahead`
    pub ahead: Given<String>,
    /// `dedup`
    pub dedup: Given<String>,
    /// `stall_after`
    pub stall_after: Given<String>,
}

/// The table `[orders]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrdersDraft {
    /// `keep`
    pub keep: Given<String>,
    /// `unknown`
    pub unknown: Given<String>,
}

/// One field of `[event.attrs]` or member of `[profile]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttrDraft {
    /// Its key.
    pub name: Written<String>,
    /// What stands there.
    pub sort: Given<String>,
}

/// One `[clean.<field>]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanDraft {
    /// The field in its header: "category", "attrs.points".
    pub field: Written<String>,
    /// `trim`
    pub trim: Given<bool>,
    /// `case`
    pub case: Given<String>,
    /// `codes`
    pub codes: Given<Vec<CodeDraft>>,
    /// `default`
    pub default: Given<String>,
    /// `least`
    pub least: Given<String>,
    /// `most`
    pub most: Given<String>,
    /// `of`
    pub of: Given<Vec<Written<String>>>,
}

/// One code of `codes` with its spellings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeDraft {
    /// Its key.
    pub code: Written<String>,
    /// What stands there.
    pub spellings: Vec<Written<String>>,
}

/// The table `[rfm]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RfmDraft {
    /// Where its header stands.
    pub header: ByteRange,
    /// `of`
    pub of: Given<Vec<Written<String>>>,
    /// `window`
    pub window: Given<String>,
    /// `field`
    pub field: Given<String>,
    /// `recency`
    pub recency: Given<Vec<Written<String>>>,
    /// `frequency`
    pub frequency: Given<Vec<Written<String>>>,
    /// `monetary`
    pub monetary: Given<Vec<Written<String>>>,
    /// `map`
    pub map: Given<String>,
    /// `others`
    pub others: Given<String>,
    /// `[[rfm.segment]]`, in written order.
    pub segments: Tables<RfmSegmentDraft>,
}

/// One `[[rfm.segment]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RfmSegmentDraft {
    /// Where its header stands.
    pub header: ByteRange,
    /// `name`
    pub name: Given<String>,
    /// `cells`
    pub cells: Given<Vec<Written<String>>>,
    /// `labels`
    pub labels: Given<Vec<LabelDraft>>,
}

/// One `[feature.<name>]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeatureDraft {
    /// The name in its header.
    pub name: Written<String>,
    /// `aggregate`
    pub aggregate: Given<String>,
    /// `field`
    pub field: Given<String>,
    /// `of`
    pub of: Given<Vec<Written<String>>>,
    /// `where`
    pub filter: Given<RuleDraft>,
    /// `window`
    pub window: Given<String>,
    /// `resolution`
    pub resolution: Given<String>,
    /// `features`
    pub features: Given<Vec<Written<String>>>,
    /// `ties`
    pub ties: Given<String>,
    /// `at_most`
    pub at_most: Given<i64>,
    /// `half_life`
    pub half_life: Given<String>,
    /// `beyond`
    pub beyond: Given<Vec<Written<String>>>,
    /// `on_promotion`
    pub on_promotion: Given<String>,
    /// `on_renewal`
    pub on_renewal: Given<String>,
}

/// One `[[ladder]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LadderDraft {
    /// Where its header stands.
    pub header: ByteRange,
    /// `name`
    pub name: Given<String>,
    /// What its tiers wait for where they do not say.
    pub patience: PatienceDraft,
    /// `warn`, of its tiers where they do not say.
    pub warn: Given<Vec<Written<String>>>,
    /// `[[ladder.tier]]`, in written order.
    pub tiers: Tables<TierDraft>,
}

/// One `[[ladder.tier]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TierDraft {
    /// Where its header stands.
    pub header: ByteRange,
    /// `name`
    pub name: Given<String>,
    /// `enter`
    pub enter: Given<RuleDraft>,
    /// `keep`
    pub keep: Given<RuleDraft>,
    /// What it waits for.
    pub patience: PatienceDraft,
    /// `requires`
    pub requires: Given<String>,
    /// `lifetime`
    pub lifetime: Given<RuleDraft>,
    /// `lifetime_held`
    pub lifetime_held: Given<String>,
    /// `warn`
    pub warn: Given<Vec<Written<String>>>,
    /// `near`
    pub near: Given<RuleDraft>,
    /// `labels`
    pub labels: Given<Vec<LabelDraft>>,
}

/// What a tier waits for, as written at it or at its ladder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatienceDraft {
    /// `settle`
    pub settle: Given<String>,
    /// `demote`
    pub demote: Given<String>,
    /// `grace`
    pub grace: Given<String>,
    /// `minimum_stay`
    pub stay: Given<String>,
    /// `term`
    pub term: Given<String>,
    /// `requalify`
    pub requalify: Given<String>,
    /// `depth`
    pub depth: Given<String>,
    /// `on_refund`
    pub on_refund: Given<String>,
}

/// One `[[map]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapDraft {
    /// Where its header stands.
    pub header: ByteRange,
    /// `name`
    pub name: Given<String>,
    /// `[[map.segment]]`, in written order.
    pub segments: Tables<SegmentDraft>,
}

/// One `[[map.segment]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentDraft {
    /// Where its header stands.
    pub header: ByteRange,
    /// `name`
    pub name: Given<String>,
    /// `when`
    pub when: Given<RuleDraft>,
    /// `labels`
    pub labels: Given<Vec<LabelDraft>>,
}

/// One of the `labels` of a tier or segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelDraft {
    /// Its key.
    pub key: Written<String>,
    /// Its text.
    pub text: Written<String>,
}

/// A rule, its span standing around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleDraft {
    /// `"feature op constant"`
    Compare(String),
    /// `{ all = [...] }`
    All(Vec<Written<RuleDraft>>),
    /// `{ any = [...] }`
    Any(Vec<Written<RuleDraft>>),
    /// `{ not = ... }`
    Not(Box<Written<RuleDraft>>),
}
