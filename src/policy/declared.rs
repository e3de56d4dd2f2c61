//! A policy as declared and checked: the features, the ladders and the maps.

use crate::features::feature::Feature;
use crate::features::filter::Filter;
use crate::model::change::{Change, Direction};
use crate::model::detail::{AttrField, Wanted};
use crate::model::money::Currency;
use crate::model::standing::ScaleIx;
use crate::model::time::Span;
use crate::model::zone::Zone;

use super::cleaning::Cleaning;
use super::lifetime::Held;
use super::merge::Keep;
use super::patience::Patience;
use super::rule::{Comparison, Rule};
use super::transition::Transition;

/// A valid policy: every index in it exists, every ladder's bottom tier and every map's last
/// segment is without a rule.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Name, for people.
    pub name: String,
    /// Version, raised by its owner.
    pub version: u32,
    /// SHA-256 of the policy's text, in lower-case hexadecimal (64 characters).
    pub hash: String,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Whose civil days count.
    pub zone: Zone,
    /// What becomes of those who lose by it when it takes the place of another.
    pub transition: Transition,
    /// How time is treated.
    pub time: TimeRules,
    /// How orders are kept.
    pub orders: OrderRules,
    /// On which tiers customers go on who are merged; nothing where they may not be.
    pub merge: Option<Keep>,
    /// The kinds that it declares, in declared order; at most 32.
    pub kinds: Vec<String>,
    /// The fields of `attrs` that filters and sums may ask for, in declared order; then those of
    /// profiles, each of which is a feature.
    pub attrs: Vec<AttrField>,
    /// What is done to the fields of events before they are read.
    pub cleaning: Cleaning,
    /// In declared order.
    pub features: Vec<Feature>,
    /// All comparisons of all rules, in declared order.
    pub comparisons: Vec<Comparison>,
    /// In declared order. At most 250 tiers each.
    pub ladders: Vec<Ladder>,
    /// In declared order. At most 250 segments each.
    pub maps: Vec<SegmentMap>,
}

/// How time is treated; see docs/semantics.md sections 1 and 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRules {
    /// How far the clock stays behind the newest event.
    pub lateness: Span,
    /// How far behind the clock an event may be dated and still count.
    pub late: Span,
    /// How far beyond the ceiling an event may be dated.
    pub ahead: Span,
    /// How far apart two copies of one event may be dated; at least `late`.
    pub dedup: Span,
    /// How long the feed as a whole may be silent before the clock no longer coasts on wall time.
    pub stall_after: Span,
}

/// How orders are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderRules {
    /// How long an order can be refunded or cancelled; at least the longest rolling window over
    /// purchases.
    pub keep: Span,
    /// What happens to a refund or cancel of an order that is not known.
    pub unknown: UnknownOrder,
}

/// What happens to a refund or cancel of an order that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownOrder {
    /// Booked at its own instant.
    Today,
    /// Refused.
    DeadLetter,
}

/// Ordered tiers, lowest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Name, unique among ladders and maps.
    pub name: String,
    /// At least one; the first has no rules, all others an entry rule.
    pub tiers: Vec<Tier>,
}

/// One tier of a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Name, unique within the ladder.
    pub name: String,
    /// What brings a customer here; none on the bottom tier only.
    pub enter: Option<Rule>,
    /// What keeps a customer here; the entry rule where it is absent.
    pub keep: Option<Rule>,
    /// What it waits for.
    pub patience: Patience,
    /// The index of a lower tier, without which this one cannot be entered.
    pub requires: Option<u8>,
    /// What makes it one that a customer never loses again.
    pub lifetime: Option<Lifetime>,
    /// What is told before it is lost or entered.
    pub warnings: Warnings,
    /// What a change to it tells its readers, in declared order.
    pub labels: Vec<Label>,
}

/// What is told of a tier before something happens; the default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    /// How long before its loss that is told, the longest first.
    pub steps: Vec<Span>,
    /// Who is near it from below.
    pub near: Option<Rule>,
}

/// What makes a tier one for life: both, where both are there; at least one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// A rule that holds while the customer is there.
    pub rule: Option<Rule>,
    /// How long the customer has been there or higher.
    pub held: Option<Held>,
}

impl Tier {
    /// Its rules, in declared order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let lifetime = self.lifetime.iter().filter_map(|life| life.rule.as_ref());
        let near = self.warnings.near.iter();
        self.enter
            .iter()
            .chain(&self.keep)
            .chain(lifetime)
            .chain(near)
    }
}

/// Named segments, first match wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentMap {
    /// Name, unique among ladders and maps.
    pub name: String,
    /// At least one; the last has no rule, all others have one.
    pub segments: Vec<Segment>,
}

/// One segment of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Name, unique within the map.
    pub name: String,
    /// What brings a customer here; none on the last segment only.
    pub when: Option<Rule>,
    /// What a change to it tells its readers, in declared order.
    pub labels: Vec<Label>,
}

/// A free text that travels in each change to a tier or segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Unique at its tier or segment; 1 to 64 bytes.
    pub key: String,
    /// At most 1024 bytes.
    pub text: String,
}

impl Policy {
    /// What it asks events for.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        self.wanted_for(&self.features)
    }

    /// What it asks events for if these features are to be told.
    #[must_use]
    pub fn wanted_for(&self, features: &[Feature]) -> Wanted {
        let asks = |feature: &Feature| {
            let text = feature.aggregate.text();
            text.is_some()
                || feature
                    .filter
                    .as_ref()
                    .is_some_and(Filter::asks_for_details)
        };
        Wanted {
            details: features.iter().any(asks) || self.cleaning.asks_for_details(),
            kinds: self.kinds.clone(),
            attrs: self.attrs.clone(),
        }
    }

    /// How many ladders and maps there are.
    #[must_use]
    pub fn scales(&self) -> usize {
        self.ladders.len() + self.maps.len()
    }

    /// The name of a ladder or map.
    #[must_use]
    pub fn scale_name(&self, scale: ScaleIx) -> &str {
        match self.ladders.get(scale.0) {
            Some(ladder) => &ladder.name,
            None => &self.maps[scale.0 - self.ladders.len()].name,
        }
    }

    /// The names of the tiers or segments of a ladder or map, by rank.
    pub fn rank_names(&self, scale: ScaleIx) -> Vec<&str> {
        match self.ladders.get(scale.0) {
            Some(ladder) => ladder.tiers.iter().map(|tier| tier.name.as_str()).collect(),
            None => self.maps[scale.0 - self.ladders.len()]
                .segments
                .iter()
                .map(|segment| segment.name.as_str())
                .collect(),
        }
    }

    /// The name of one tier or segment.
    #[must_use]
    pub fn rank_name(&self, scale: ScaleIx, rank: u8) -> &str {
        match self.ladders.get(scale.0) {
            Some(ladder) => &ladder.tiers[usize::from(rank)].name,
            None => &self.maps[scale.0 - self.ladders.len()].segments[usize::from(rank)].name,
        }
    }

    /// The name of the tier or segment that a change left.
    #[must_use]
    pub fn name_left<'n>(&'n self, change: &'n Change) -> &'n str {
        let left = change.left.as_deref();
        left.unwrap_or_else(|| self.rank_name(change.scale, change.from))
    }

    /// The labels of one tier or segment, in declared order.
    #[must_use]
    pub fn labels(&self, scale: ScaleIx, rank: u8) -> &[Label] {
        match self.ladders.get(scale.0) {
            Some(ladder) => &ladder.tiers[usize::from(rank)].labels,
            None => &self.maps[scale.0 - self.ladders.len()].segments[usize::from(rank)].labels,
        }
    }

    /// Whether it is a ladder (ordered) rather than a map.
    #[must_use]
    pub fn is_ladder(&self, scale: ScaleIx) -> bool {
        scale.0 < self.ladders.len()
    }

    /// Which way a change goes.
    #[must_use]
    pub fn direction(&self, change: &Change) -> Direction {
        match self.is_ladder(change.scale) {
            true if change.to > change.from => Direction::Up,
            true => Direction::Down,
            false => Direction::Move,
        }
    }
}
