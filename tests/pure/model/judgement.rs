//! Measures and places in, new places with their reasons out (section 5).

use tidemark::model::change::{Measure, Reason, Waited};
use tidemark::model::time::Timestamp;
use tidemark::policy::declared::{Ladder, Policy, SegmentMap};
use tidemark::policy::rule::{Op, Rule, Subject};

use super::days::Days;
use super::memory::{Memory, waits};
use super::overruling::Overruling;
use super::starts::{counts, looks_at_counts};

/// Where a judging puts a customer on one ladder or map, and why if that is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ruling {
    /// What is shown.
    pub(crate) rank: u8,
    /// What the ladder gives; on a map, the same.
    pub(crate) given: u8,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) waited: Option<Waited>,
    /// What the ladder remembers from now on; nothing for a map, or a ladder that does not wait.
    pub(crate) memory: Option<Memory>,
}

/// What a rule may look at: the features, and the tiers given so far.
pub(super) struct Sight<'a> {
    policy: &'a Policy,
    measures: &'a [Measure],
    tiers: Vec<u8>,
}

impl Sight<'_> {
    fn measured(&self, comparison: usize) -> Measure {
        match self.policy.comparisons[comparison].subject {
            Subject::Feature(feature) => self.measures[feature].clone(),
            Subject::Tier(ladder) => Measure::Is(i64::from(self.tiers[ladder.0])),
        }
    }

    fn compare(&self, comparison: usize) -> bool {
        let declared = &self.policy.comparisons[comparison];
        let measured = self.measured(comparison);
        if measured == Measure::Unknown {
            return false;
        }
        let threshold = match &declared.threshold {
            Measure::Is(threshold) => *threshold,
            Measure::Says(text) => {
                let same = matches!(&measured, Measure::Says(said) if said == text);
                return same == (declared.op == Op::Eq);
            }
            Measure::Never | Measure::Unknown => panic!("nothing is compared with no value"),
        };
        match (measured, declared.op) {
            (Measure::Never, Op::Ge | Op::Gt) => true,
            (Measure::Never, Op::Le | Op::Lt | Op::Eq) => false,
            (Measure::Is(value), Op::Ge) => value >= threshold,
            (Measure::Is(value), Op::Gt) => value > threshold,
            (Measure::Is(value), Op::Le) => value <= threshold,
            (Measure::Is(value), Op::Lt) => value < threshold,
            (Measure::Is(value), Op::Eq) => value == threshold,
            (_, Op::Ne) | (Measure::Says(_) | Measure::Unknown, _) => {
                panic!("numbers are more or less")
            }
        }
    }

    pub(super) fn holds(&self, rule: &Rule) -> bool {
        match rule {
            Rule::Compare(comparison) => self.compare(*comparison),
            Rule::All(rules) => rules.iter().all(|rule| self.holds(rule)),
            Rule::Any(rules) => rules.iter().any(|rule| self.holds(rule)),
        }
    }

    fn reasons(&self, rule: &Rule) -> Vec<Reason> {
        match rule {
            Rule::Compare(comparison) => vec![Reason {
                comparison: *comparison,
                measured: self.measured(*comparison),
                holds: self.compare(*comparison),
            }],
            Rule::All(rules) | Rule::Any(rules) => {
                rules.iter().flat_map(|rule| self.reasons(rule)).collect()
            }
        }
    }

    /// Whether anything begins with a ladder.
    pub(super) fn counts(&self, ladder: &Ladder) -> bool {
        counts(self.policy, ladder)
    }

    /// Whether a tier is entered by what begins with its ladder.
    pub(super) fn is_stepwise(&self, ladder: &Ladder, tier: usize) -> bool {
        let enter = ladder.tiers[tier].enter.as_ref();
        enter.is_some_and(|rule| looks_at_counts(self.policy, ladder, rule))
    }

    pub(super) fn enters(&self, ladder: &Ladder, tier: usize) -> bool {
        ladder.tiers[tier]
            .enter
            .as_ref()
            .is_none_or(|rule| self.holds(rule))
    }

    fn keep_rule<'l>(&self, ladder: &'l Ladder, tier: usize) -> Option<&'l Rule> {
        let tier = &ladder.tiers[tier];
        tier.keep.as_ref().or(tier.enter.as_ref())
    }

    /// Whether its own keep rule holds, if it has one.
    pub(super) fn keeps_of(&self, ladder: &Ladder, tier: usize) -> bool {
        let keep = ladder.tiers[tier].keep.as_ref();
        keep.is_some_and(|rule| self.holds(rule))
    }

    fn keeps(&self, ladder: &Ladder, tier: usize) -> bool {
        self.keep_rule(ladder, tier)
            .is_none_or(|rule| self.holds(rule))
    }

    fn climb(&self, ladder: &Ladder, current: usize, extended: Option<u8>) -> Ruling {
        let entered = (0..ladder.tiers.len())
            .rev()
            .find(|tier| self.enters(ladder, *tier))
            .expect("the bottom tier has no rule");
        let new = if entered >= current {
            entered
        } else if self.keeps(ladder, current) {
            current
        } else {
            (entered..current)
                .rev()
                .find(|tier| *tier == entered || self.keeps(ladder, *tier))
                .expect("the tier entered is among them")
        };
        // Who is not above the tier that is extended does not fall, others not below it.
        let least = extended.map_or(0, |extended| current.min(extended.into()));
        let new = new.max(least);
        self.ruling(new, self.decisive(ladder, current, new))
    }

    /// The rule that decides a move on a ladder.
    fn decisive<'l>(&self, ladder: &'l Ladder, from: usize, to: usize) -> Option<&'l Rule> {
        match to.cmp(&from) {
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => ladder.tiers[to].enter.as_ref(),
            std::cmp::Ordering::Less => self.keep_rule(ladder, from),
        }
    }

    /// On a ladder that waits.
    fn wait(
        &self,
        ladder: &Ladder,
        current: usize,
        mut memory: Memory,
        extended: Option<(u8, Timestamp)>,
        now: Now<'_>,
    ) -> Ruling {
        let (new, waited) = memory.judge(self, ladder, current, extended, now);
        Ruling {
            waited,
            memory: Some(memory),
            ..self.ruling(new, self.decisive(ladder, current, new))
        }
    }

    fn place(&self, map: &SegmentMap, current: Option<usize>) -> Ruling {
        let last = map.segments.len() - 1;
        let new = (0..last)
            .find(|segment| {
                let rule = map.segments[*segment].when.as_ref();
                rule.is_some_and(|rule| self.holds(rule))
            })
            .unwrap_or(last);
        let decisive = match current {
            Some(left) if left != new => {
                let told = if new == last { left } else { new };
                map.segments[told].when.as_ref()
            }
            _ => None,
        };
        self.ruling(new, decisive)
    }

    fn ruling(&self, rank: usize, decisive: Option<&Rule>) -> Ruling {
        let rank = u8::try_from(rank).expect("at most 250 ranks");
        Ruling {
            rank,
            given: rank,
            reasons: decisive.map_or_else(Vec::new, |rule| self.reasons(rule)),
            waited: None,
            memory: None,
        }
    }
}

/// Whether a rule about features holds.
pub(super) fn holds(policy: &Policy, measures: &[Measure], rule: &Rule) -> bool {
    let tiers = Vec::new();
    let sight = Sight {
        policy,
        measures,
        tiers,
    };
    sight.holds(rule)
}

/// The comparisons of a rule about features.
pub(super) fn told_of(policy: &Policy, measures: &[Measure], rule: &Rule) -> Vec<Reason> {
    let tiers = Vec::new();
    let sight = Sight {
        policy,
        measures,
        tiers,
    };
    sight.reasons(rule)
}

/// An instant and its calendar.
#[derive(Clone, Copy)]
pub(crate) struct Now<'a> {
    pub(crate) at: Timestamp,
    pub(crate) days: &'a Days,
}

/// All ladders, then all maps. `ranks` are what the ladders gave, and the segments; `memories` are
/// those of the ladders.
pub(crate) fn judge(
    policy: &Policy,
    measures: &[Measure],
    ranks: &[u8],
    (memories, overruling): (&[Memory], &Overruling),
    now: Now<'_>,
) -> Vec<Ruling> {
    let mut sight = Sight {
        policy,
        measures,
        tiers: Vec::new(),
    };
    let mut rulings = Vec::new();
    let ladders = policy.ladders.iter().enumerate();
    for (((index, ladder), rank), memory) in ladders.zip(ranks).zip(memories) {
        let current = usize::from(*rank);
        let extended = overruling.extension(index, now.at);
        let mut ruling = if waits(policy, ladder) {
            sight.wait(ladder, current, memory.clone(), extended, now)
        } else {
            sight.climb(ladder, current, extended.map(|(tier, _)| tier))
        };
        ruling.rank = overruling.shown(index, ruling.given, now.at);
        sight.tiers.push(ruling.rank);
        rulings.push(ruling);
    }
    for (map, rank) in policy.maps.iter().zip(&ranks[policy.ladders.len()..]) {
        rulings.push(sight.place(map, Some(usize::from(*rank))));
    }
    rulings
}

/// Where a customer without any events stands: on the bottom of each ladder, and where each map
/// says with these tiers.
pub(crate) fn first_ranks(policy: &Policy, measures: &[Measure]) -> Vec<u8> {
    let sight = Sight {
        policy,
        measures,
        tiers: vec![0; policy.ladders.len()],
    };
    let maps = policy.maps.iter().map(|map| sight.place(map, None).rank);
    sight.tiers.iter().copied().chain(maps).collect()
}
