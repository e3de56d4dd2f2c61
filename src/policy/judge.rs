//! The judgement itself: levels of features and the places so far in, ranks on all scales out.

use crate::features::cuts::{Cuts, Level};
use crate::model::standing::ScaleIx;

use super::declared::{Ladder, Policy, SegmentMap};
use super::rule::{Comparison, Op, Rule, Subject};
use super::truths::{Bits, Check, Truths};

/// A policy prepared so that judging is a few questions about bits.
#[derive(Clone, Debug)]
pub struct Judge {
    cuts: Cuts,
    comparisons: usize,
    features: Vec<Vec<Answers>>,
    tiers: Vec<Vec<Answers>>,
    scales: Vec<Scale>,
    /// Per feature: the ladders and maps with a comparison of it.
    scales_about: Vec<Vec<ScaleIx>>,
}

/// How a feature, or the tier just given on a ladder, answers comparisons about it.
#[derive(Clone, Debug)]
struct Answers {
    about: Bits,
    /// By level or rank: what holds there.
    hold: Vec<u64>,
}

/// A ladder or map as checks.
#[derive(Clone, Debug)]
enum Scale {
    /// From the highest tier down to tier 1.
    Ladder(Vec<Rung>),
    /// All segments but the last: what brings a customer there.
    Map(Vec<Check>),
}

/// A tier as checks.
#[derive(Clone, Debug)]
struct Rung {
    rank: u8,
    enter: Check,
    /// None where entering is keeping.
    keep: Option<Check>,
}

impl Judge {
    /// Of this policy.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let cuts = Cuts::new(cuts_by_feature(policy));
        let features = 0..policy.features.len();
        let ladders = policy.ladders.iter();
        let maps = policy.maps.iter();
        Self {
            comparisons: policy.comparisons.len(),
            features: features
                .map(|feature| Answers::of_feature(policy, &cuts, feature))
                .collect(),
            tiers: (0..)
                .map(ScaleIx)
                .zip(ladders.clone())
                .map(|(scale, ladder)| Answers::of_tier(policy, scale, ladder.tiers.len()))
                .collect(),
            scales: ladders
                .map(Scale::of_ladder)
                .chain(maps.map(Scale::of_map))
                .collect(),
            scales_about: scales_about(policy),
            cuts,
        }
    }

    /// The values at which features matter.
    #[must_use]
    pub fn cuts(&self) -> &Cuts {
        &self.cuts
    }

    /// The ladders and maps whose rules look at a feature.
    #[must_use]
    pub fn scales_about(&self, feature: usize) -> &[ScaleIx] {
        &self.scales_about[feature]
    }

    /// The ranks on all ladders and maps at these levels for a customer whose ranks were `from`.
    /// Replaces what is in `truths` and `ranks`.
    pub fn judge(&self, levels: &[Level], from: &[u8], truths: &mut Truths, ranks: &mut Vec<u8>) {
        self.ask(levels, truths);
        ranks.clear();
        for (scale, from) in (0..).map(ScaleIx).zip(from) {
            let rank = self.rank(scale, *from, truths);
            self.given(scale, rank, truths);
            ranks.push(rank);
        }
    }

    /// The ranks of a customer without events at these levels: on tier 0 of every ladder, and where
    /// the maps say.
    pub fn first(&self, levels: &[Level], truths: &mut Truths, ranks: &mut Vec<u8>) {
        self.ask(levels, truths);
        ranks.clear();
        for (ix, scale) in self.scales.iter().enumerate() {
            let rank = match scale {
                Scale::Ladder(_) => 0,
                Scale::Map(_) => self.rank(ScaleIx(ix), 0, truths),
            };
            self.given(ScaleIx(ix), rank, truths);
            ranks.push(rank);
        }
    }

    /// A feature comes to a level.
    pub fn flip(&self, feature: usize, level: Level, truths: &mut Truths) {
        for Answers { about, hold } in &self.features[feature] {
            truths.set(*about, hold[level as usize]);
        }
    }

    /// The rank on one ladder or map for a customer whose rank was `from`; for a map, the tiers
    /// must have been given.
    #[must_use]
    pub fn rank(&self, scale: ScaleIx, from: u8, truths: &Truths) -> u8 {
        match &self.scales[scale.0] {
            // From the top: the first tier that can be entered or, from where the customer stands
            // downwards, kept.
            Scale::Ladder(rungs) => {
                let keeps = |rung: &Rung| {
                    let keep = rung.keep.as_ref();
                    rung.rank <= from && keep.is_some_and(|keep| keep.holds(truths))
                };
                let mut rungs = rungs.iter();
                let held = rungs.find(|rung| rung.enter.holds(truths) || keeps(rung));
                held.map_or(0, |rung| rung.rank)
            }
            Scale::Map(segments) => {
                let matching = segments.iter().position(|when| when.holds(truths));
                matching.unwrap_or(segments.len()) as u8
            }
        }
    }

    /// Answers all comparisons of features.
    fn ask(&self, levels: &[Level], truths: &mut Truths) {
        truths.clear(self.comparisons);
        for (answers, level) in self.features.iter().zip(levels) {
            for Answers { about, hold } in answers {
                truths.set(*about, hold[*level as usize]);
            }
        }
    }

    /// Answers the comparisons of a tier.
    fn given(&self, scale: ScaleIx, rank: u8, truths: &mut Truths) {
        for Answers { about, hold } in self.tiers.get(scale.0).into_iter().flatten() {
            truths.set(*about, hold[usize::from(rank)]);
        }
    }
}

impl Answers {
    fn of_feature(policy: &Policy, cuts: &Cuts, feature: usize) -> Vec<Self> {
        let levels = cuts.never(feature) as usize + 1;
        Self::new(policy, Subject::Feature(feature), levels, |comparison| {
            levels_of(comparison, cuts, feature)
        })
    }

    fn of_tier(policy: &Policy, ladder: ScaleIx, tiers: usize) -> Vec<Self> {
        Self::new(policy, Subject::Tier(ladder), tiers, ranks_of)
    }

    /// Of a subject with that many levels; a comparison holds from a first level to a last.
    fn new(
        policy: &Policy,
        subject: Subject,
        levels: usize,
        range: impl Fn(&Comparison) -> (Level, Level),
    ) -> Vec<Self> {
        let comparisons = policy.comparisons.iter().enumerate();
        let about = comparisons.filter(|(_, comparison)| comparison.subject == subject);
        let words = Bits::of(about.clone().map(|(ix, _)| ix));
        let in_word = |word: Bits| {
            let mut hold = vec![0; levels];
            for (ix, comparison) in about.clone().filter(|(ix, _)| word.contains(*ix)) {
                let (first, last) = range(comparison);
                for (level, hold) in (0..).zip(&mut hold) {
                    if first <= level && level <= last {
                        *hold |= Bits::bit(ix);
                    }
                }
            }
            Self { about: word, hold }
        };
        words.into_iter().map(in_word).collect()
    }
}

impl Scale {
    fn of_ladder(ladder: &Ladder) -> Self {
        let tiers = (0_u8..).zip(&ladder.tiers).skip(1);
        let rungs = tiers.map(|(rank, tier)| {
            let enter = tier.enter.as_ref();
            Rung {
                rank,
                enter: Check::new(enter.expect("every tier but the lowest has an entry rule")),
                keep: tier.keep.as_ref().map(Check::new),
            }
        });
        let mut rungs: Vec<Rung> = rungs.collect();
        rungs.reverse();
        Self::Ladder(rungs)
    }

    fn of_map(map: &SegmentMap) -> Self {
        let (_, ruled) = map.segments.split_last().expect("a map has a segment");
        let checks = ruled.iter().map(|segment| {
            let when = segment.when.as_ref();
            Check::new(when.expect("every segment but the last has a rule"))
        });
        Self::Map(checks.collect())
    }
}

fn scales_about(policy: &Policy) -> Vec<Vec<ScaleIx>> {
    let ladders = policy.ladders.iter().map(|ladder| {
        let tiers = ladder.tiers.iter();
        tiers
            .flat_map(|tier| tier.enter.iter().chain(&tier.keep))
            .collect::<Vec<_>>()
    });
    let maps = policy.maps.iter().map(|map| {
        let segments = map.segments.iter();
        segments
            .flat_map(|segment| &segment.when)
            .collect::<Vec<_>>()
    });
    let mut about = vec![Vec::new(); policy.features.len()];
    for (scale, rules) in (0..).map(ScaleIx).zip(ladders.chain(maps)) {
        for (feature, scales) in about.iter_mut().enumerate() {
            if rules.iter().any(|rule| looks_at(policy, rule, feature)) {
                scales.push(scale);
            }
        }
    }
    about
}

fn looks_at(policy: &Policy, rule: &Rule, feature: usize) -> bool {
    match rule {
        Rule::Compare(ix) => policy.comparisons[*ix].subject == Subject::Feature(feature),
        Rule::All(rules) | Rule::Any(rules) => {
            rules.iter().any(|rule| looks_at(policy, rule, feature))
        }
    }
}

/// The values at which some comparison changes its answer. Nothing lies beyond the largest number
/// but "never".
fn cuts_by_feature(policy: &Policy) -> Vec<Vec<i64>> {
    let mut by_feature = vec![Vec::new(); policy.features.len()];
    for comparison in &policy.comparisons {
        let Subject::Feature(feature) = comparison.subject else {
            continue;
        };
        let at = comparison.threshold;
        let after = at.checked_add(1);
        match comparison.op {
            Op::Ge | Op::Lt => by_feature[feature].push(at),
            Op::Gt | Op::Le => by_feature[feature].extend(after),
            Op::Eq => by_feature[feature].extend([at].into_iter().chain(after)),
        }
    }
    by_feature
}

/// The first and last level of the feature at which the comparison holds.
fn levels_of(comparison: &Comparison, cuts: &Cuts, feature: usize) -> (Level, Level) {
    let never = cuts.never(feature);
    let from = |value: Option<i64>| value.map_or(never, |value| cuts.level(feature, value));
    let at = Some(comparison.threshold);
    let after = comparison.threshold.checked_add(1);
    match comparison.op {
        Op::Ge => (from(at), never),
        Op::Gt => (from(after), never),
        Op::Lt => (0, from(at) - 1),
        Op::Le => (0, from(after) - 1),
        Op::Eq => (from(at), from(after) - 1),
    }
}

/// The first and last rank at which the comparison holds.
fn ranks_of(comparison: &Comparison) -> (Level, Level) {
    let at = Level::try_from(comparison.threshold).expect("a tier's index is small");
    match comparison.op {
        Op::Ge => (at, Level::MAX),
        Op::Gt => (at + 1, Level::MAX),
        Op::Le => (0, at),
        Op::Lt if at == 0 => (Level::MAX, 0),
        Op::Lt => (0, at - 1),
        Op::Eq => (at, at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::feature::{Aggregate, Feature, Resolution, Window};
    use crate::model::change::Measure;
    use crate::model::money::Currency;
    use crate::model::time::Span;
    use crate::model::zone::Zone;
    use crate::policy::declared::{OrderRules, Segment, Tier, TimeRules, UnknownOrder};

    const OPS: [Op; 5] = [Op::Ge, Op::Gt, Op::Le, Op::Lt, Op::Eq];

    /// A policy of one feature with these comparisons, ladders and maps.
    fn policy(comparisons: Vec<Comparison>, ladders: Vec<Ladder>, maps: Vec<SegmentMap>) -> Policy {
        let span = Span(0);
        Policy {
            name: String::new(),
            version: 1,
            hash: String::new(),
            currency: Currency::from_code("EUR").expect("a known code"),
            zone: Zone::named("UTC").expect("a bundled zone"),
            time: TimeRules {
                lateness: span,
                late: span,
                ahead: span,
                dedup: span,
                stall_after: span,
            },
            orders: OrderRules {
                keep: span,
                unknown: UnknownOrder::Today,
            },
            kinds: vec![],
            attrs: vec![],
            features: vec![Feature {
                name: String::new(),
                kinds: Default::default(),
                filter: None,
                aggregate: Aggregate::SinceLast,
                window: Window::Lifetime,
                resolution: Resolution::Exact,
            }],
            comparisons,
            ladders,
            maps,
        }
    }

    fn of_feature(op: Op, threshold: i64) -> Comparison {
        Comparison {
            subject: Subject::Feature(0),
            op,
            threshold,
        }
    }

    /// A ladder whose tier `n` has these comparisons to enter and to keep.
    fn ladder(rules: &[(usize, Option<usize>)]) -> Ladder {
        let tier = |enter, keep: Option<usize>| Tier {
            name: String::new(),
            enter,
            keep: keep.map(Rule::Compare),
        };
        let above = rules
            .iter()
            .map(|(enter, keep)| tier(Some(Rule::Compare(*enter)), *keep));
        Ladder {
            name: String::new(),
            tiers: [tier(None, None)].into_iter().chain(above).collect(),
        }
    }

    fn judged(policy: &Policy, measure: Measure, from: &[u8]) -> Vec<u8> {
        let judge = Judge::new(policy);
        let level = match measure {
            Measure::Is(value) => judge.cuts().level(0, value),
            Measure::Never => judge.cuts().never(0),
        };
        let (mut truths, mut ranks) = (Truths::default(), Vec::new());
        judge.judge(&[level], from, &mut truths, &mut ranks);
        ranks
    }

    #[test]
    fn a_level_answers_every_comparison_as_the_value_does() {
        let values = [
            i64::MIN,
            i64::MIN + 1,
            -1,
            0,
            4,
            5,
            6,
            i64::MAX - 1,
            i64::MAX,
        ];
        let comparisons: Vec<_> = OPS
            .iter()
            .flat_map(|op| values.map(|threshold| of_feature(*op, threshold)))
            .collect();
        let ladders = (0..comparisons.len()).map(|ix| ladder(&[(ix, None)]));
        let policy = policy(comparisons.clone(), ladders.collect(), vec![]);
        let measures = values.map(Measure::Is).into_iter().chain([Measure::Never]);
        for measure in measures {
            let expected: Vec<u8> = comparisons
                .iter()
                .map(|c| u8::from(c.op.holds(measure, c.threshold)))
                .collect();
            let bottom = vec![0; comparisons.len()];
            assert_eq!(judged(&policy, measure, &bottom), expected, "{measure:?}");
        }
    }

    #[test]
    fn a_ladder_is_climbed_by_entry_and_left_where_nothing_keeps() {
        // Tier 1 is entered at 10, tier 2 at 20 and kept from 8, tier 3 at 30 and kept from 15.
        let comparisons = [10, 20, 8, 30, 15].map(|n| of_feature(Op::Ge, n)).to_vec();
        let ladder = ladder(&[(0, None), (1, Some(2)), (3, Some(4))]);
        let policy = policy(comparisons, vec![ladder], vec![]);
        for (value, to_from_each) in [
            (30, [3, 3, 3, 3]),
            (29, [2, 2, 2, 3]),
            (20, [2, 2, 2, 3]),
            (19, [1, 1, 2, 3]),
            (15, [1, 1, 2, 3]),
            (14, [1, 1, 2, 2]),
            (9, [0, 0, 2, 2]),
            (7, [0, 0, 0, 0]),
        ] {
            for (from, to) in (0..).zip(to_from_each) {
                assert_eq!(
                    judged(&policy, Measure::Is(value), &[from]),
                    [to],
                    "{value} {from}"
                );
            }
        }
    }

    #[test]
    fn a_map_takes_the_first_that_matches_and_looks_at_the_tier_just_given() {
        let tier = |op, threshold| Comparison {
            subject: Subject::Tier(ScaleIx(0)),
            op,
            threshold,
        };
        let comparisons = vec![
            of_feature(Op::Ge, 10),
            tier(Op::Lt, 0),
            tier(Op::Gt, 0),
            tier(Op::Eq, 0),
        ];
        let segment = |when: Option<usize>| Segment {
            name: String::new(),
            when: when.map(Rule::Compare),
        };
        let map = SegmentMap {
            name: String::new(),
            segments: [Some(1), Some(2), Some(3), None].map(segment).to_vec(),
        };
        let policy = policy(comparisons, vec![ladder(&[(0, None)])], vec![map]);
        assert_eq!(judged(&policy, Measure::Is(10), &[0, 3]), [1, 1]);
        assert_eq!(judged(&policy, Measure::Is(9), &[1, 3]), [0, 2]);
    }

    #[test]
    fn without_events_everybody_is_at_the_bottom_whatever_would_hold() {
        let comparisons = vec![of_feature(Op::Ge, 1)];
        let policy = policy(comparisons, vec![ladder(&[(0, None)])], vec![]);
        let judge = Judge::new(&policy);
        let (mut truths, mut ranks) = (Truths::default(), Vec::new());
        judge.first(&[judge.cuts().never(0)], &mut truths, &mut ranks);
        assert_eq!(ranks, [0]);
        assert_eq!(judged(&policy, Measure::Never, &[0]), [1]);
    }

    #[test]
    fn a_flip_answers_as_judging_anew_would() {
        let comparisons = OPS.map(|op| of_feature(op, 5)).to_vec();
        let ladders = (0..5).map(|ix| ladder(&[(ix, None)])).collect();
        let policy = policy(comparisons, ladders, vec![]);
        let judge = Judge::new(&policy);
        assert_eq!(judge.scales_about(0), [0, 1, 2, 3, 4].map(ScaleIx));
        let (mut truths, mut ranks) = (Truths::default(), Vec::new());
        for (from, to) in [(0, 3), (3, 1), (1, 2), (2, 0)] {
            judge.judge(&[from], &[0; 5], &mut truths, &mut ranks);
            judge.flip(0, to, &mut truths);
            let flipped = [0, 1, 2, 3, 4].map(|ix| judge.rank(ScaleIx(ix), 0, &truths));
            judge.judge(&[to], &[0; 5], &mut truths, &mut ranks);
            assert_eq!(ranks, flipped, "{from} {to}");
        }
    }
}
