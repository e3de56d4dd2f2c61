//! The judgement itself: levels of features and the places so far in, ranks on all scales out.

use std::ops::Range;

use crate::features::cuts::{Cuts, Level};
use crate::model::change::Waited;
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::answers::{Answers, cuts};
use super::chart::Chart;
use super::checks::{Scale, Support, first_match};
use super::climb::{Counted, Now, Waiting};
use super::counter::{self, Counter, counters};
use super::declared::{Policy, Tier};
use super::overrides::Overrides;
use super::rule::{Rule, Subject};
use super::truths::Truths;
use super::watch::Watch;

/// A policy prepared so that judging is a few questions about bits.
#[derive(Clone, Debug)]
pub struct Judge {
    cuts: Cuts,
    comparisons: usize,
    /// With the feature that each is about, one feature after another.
    answers: Vec<(usize, Answers)>,
    /// By feature: where its answers are.
    answers_of: Vec<Range<usize>>,
    /// Per ladder and map: what is compared with its tiers.
    tiers: Vec<Vec<Answers>>,
    pub(super) scales: Vec<Scale>,
    /// Of the ladders that warn.
    pub(super) watches: Vec<Watch>,
    /// Per feature: the ladders and maps with a comparison of it.
    scales_about: Vec<Vec<ScaleIx>>,
    /// How many instants the ladders that wait or warn remember of a customer.
    marks: usize,
    /// Whether a tier is kept as if nothing had been taken back.
    spares: bool,
    /// The features that begin with the starts of ladders.
    pub(super) counters: Vec<Counter>,
    /// The same as a table, where one is enough.
    chart: Option<Chart>,
}

/// Where a customer stands on all ladders and maps, and what the ladders that wait remember.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footing {
    /// The rank on each ladder and map; on a ladder, the one that it gives.
    pub ranks: Vec<u8>,
    /// The ranks shown where there are overrides; otherwise empty.
    pub overridden: Vec<u8>,
    /// The instants that ladders remember, one ladder after another.
    pub marks: Vec<Timestamp>,
}

impl Footing {
    /// The rank shown on each ladder and map.
    #[must_use]
    pub fn shown(&self) -> &[u8] {
        match self.overridden.is_empty() {
            true => &self.ranks,
            false => &self.overridden,
        }
    }

    /// That of a customer of these ranks, without overrides, of whom no ladder remembers anything.
    pub fn stand(&mut self, ranks: &[u8]) {
        self.ranks.clear();
        self.ranks.extend_from_slice(ranks);
        self.overridden.clear();
        self.marks.clear();
    }
}

/// A [`Footing`] that is kept elsewhere, with the overrides that are in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stood<'a> {
    /// The rank on each ladder and map; on a ladder, the one that it gives.
    pub ranks: &'a [u8],
    /// The instants that ladders remember, one ladder after another.
    pub marks: &'a [Timestamp],
    /// What stands above the ladders.
    pub overrides: &'a Overrides,
    /// If something has just been taken back: when each ladder would let the customer go without
    /// that, where it asks.
    pub spared: Option<&'a [Timestamp]>,
}

impl Judge {
    /// Of this policy.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let cuts = cuts(policy);
        let features = 0..policy.features.len();
        let mut answers = Vec::new();
        let answers_of = features.map(|feature| {
            let first = answers.len();
            let about = Answers::of_feature(policy, &cuts, feature);
            answers.extend(about.into_iter().map(|about| (feature, about)));
            first..answers.len()
        });
        let answers_of = answers_of.collect();
        let ladders = policy.ladders.iter();
        let maps = policy.maps.iter();
        let mut marks = 0;
        let counters = counters(policy);
        let of_ladder = |(ix, ladder)| {
            let mut begin = counters.iter().filter(|counter| counter.ladder == ix);
            let begins = begin.next().is_some();
            let counts = |rule: &Rule| {
                let mut begin = counters.iter().filter(|counter| counter.ladder == ix);
                begin.any(|counter| counter::looks_at(policy, rule, counter.feature))
            };
            let counted: Counted<'_> = begins.then_some(&counts);
            Scale::of_ladder(ladder, (policy.transition.grants(), counted), &mut marks)
        };
        let numbered = (0..).map(ScaleIx).zip(ladders.clone());
        let scales = numbered
            .map(of_ladder)
            .chain(maps.map(Scale::of_map))
            .collect();
        let watched = (0..).map(ScaleIx).zip(ladders.clone());
        let watches = watched
            .filter_map(|(ix, ladder)| Watch::of(ix, ladder, &mut marks))
            .collect();
        let mut judge = Self {
            comparisons: policy.comparisons.len(),
            answers,
            answers_of,
            tiers: (0..)
                .map(ScaleIx)
                .zip(ladders)
                .map(|(scale, ladder)| Answers::of_tier(policy, scale, ladder.tiers.len()))
                .chain(policy.maps.iter().map(|_| Vec::new()))
                .collect(),
            scales,
            watches,
            marks,
            spares: ladders_spare(policy),
            counters,
            scales_about: scales_about(policy),
            chart: None,
            cuts,
        };
        judge.chart = Chart::new(policy, &judge);
        judge
    }

    /// By which customers without overrides are judged; nothing where ladders remember something,
    /// or look at too much.
    #[must_use]
    pub fn chart(&self) -> Option<&Chart> {
        self.chart.as_ref()
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

    /// Whether a ladder asks when it would let a customer go if nothing had been taken back.
    #[must_use]
    pub fn spares(&self) -> bool {
        self.spares
    }

    /// How many instants are remembered of each customer.
    #[must_use]
    pub fn marks(&self) -> usize {
        self.marks
    }

    /// Where a customer who stood there stands now, at these levels. Replaces what is in `truths`
    /// and `footing`.
    pub fn judge(
        &self,
        levels: &[Level],
        now: Now<'_>,
        from: Stood<'_>,
        truths: &mut Truths,
        footing: &mut Footing,
    ) {
        self.ask(levels, truths);
        footing.marks.clear();
        footing.marks.extend_from_slice(from.marks);
        footing.ranks.clear();
        footing.ranks.extend_from_slice(from.ranks);
        footing.overridden.clear();
        let overrides = from.overrides;
        let scales = self.scales.iter().zip(&self.tiers);
        let ranks = footing.ranks.iter_mut();
        for (ladder, ((scale, tiers), rank)) in (0..).map(ScaleIx).zip(scales.zip(ranks)) {
            let support = Support {
                ladder,
                overrides,
                spared: from.spared,
            };
            *rank = scale.rank(now, truths, *rank, support, &mut footing.marks);
            let mut shown = *rank;
            if !overrides.is_empty() {
                (shown, _) = overrides.shown(ladder, *rank);
                footing.overridden.push(shown);
            }
            give(tiers, shown, truths);
        }
    }

    /// The first instant after a judging at which a ladder that waits moves the customer while no
    /// feature changes, or an override ends; [`Timestamp::MAX`] if there is none.
    #[must_use]
    pub fn wake(&self, zone: &Zone, footing: &Footing, overrides: &Overrides) -> Timestamp {
        let end = overrides.next_end();
        if self.marks == 0 {
            return end;
        }
        let wakes = (0..).map(ScaleIx).zip(&self.scales).zip(&footing.ranks);
        let wakes = wakes.map(|((ix, scale), rank)| {
            scale.wake(zone, *rank, overrides.extension(ix), &footing.marks)
        });
        wakes.chain([end]).min().unwrap_or(Timestamp::MAX)
    }

    /// Whether a ladder or map moves a customer of that footing, or remembers something else of
    /// them from now on; for a map, the tiers must have been given. `scratch` is overwritten.
    #[must_use]
    pub fn stirs(
        &self,
        ladder: ScaleIx,
        now: Now<'_>,
        (footing, overrides): (&Footing, &Overrides),
        truths: &Truths,
        scratch: &mut Vec<Timestamp>,
    ) -> bool {
        let mut watches = self.watches.iter().filter(|watch| watch.ladder == ladder);
        if watches.any(|watch| watch.stirs(footing.shown()[ladder.0], truths, &footing.marks)) {
            return true;
        }
        let support = Support {
            ladder,
            overrides,
            spared: None,
        };
        let (scale, from) = (&self.scales[ladder.0], footing.ranks[ladder.0]);
        if !matches!(scale, Scale::Patient(..)) {
            return scale.rank(now, truths, from, support, &mut []) != from;
        }
        scratch.clear();
        scratch.extend_from_slice(&footing.marks);
        scale.rank(now, truths, from, support, scratch) != from || *scratch != footing.marks
    }

    /// What a ladder waits for with a customer who was last judged now; nothing if it never waits.
    #[must_use]
    pub fn waiting(&self, now: Now<'_>, scale: ScaleIx, from: Stood<'_>) -> Option<Waiting> {
        match self.scales.get(scale.0)? {
            Scale::Patient(climb, place) => {
                let marks = &from.marks[place.clone()];
                let extended = from.overrides.extension(scale);
                Some(climb.waiting(now, from.ranks[scale.0], extended, marks))
            }
            Scale::Ladder(_) | Scale::Map(_) => None,
        }
    }

    /// What a ladder has waited for that now moves a customer who stood there to a rank.
    #[must_use]
    pub fn waited(&self, scale: ScaleIx, now: Now<'_>, from: Stood<'_>, to: u8) -> Option<Waited> {
        match &self.scales[scale.0] {
            Scale::Patient(climb, place) => {
                let marks = &from.marks[place.clone()];
                climb.waited(now, (from.ranks[scale.0], to), marks)
            }
            Scale::Ladder(_) | Scale::Map(_) => None,
        }
    }

    /// The footing of a customer without events at these levels: on tier 0 of every ladder, and
    /// where the maps say.
    pub fn first(&self, levels: &[Level], truths: &mut Truths, footing: &mut Footing) {
        self.ask(levels, truths);
        footing.ranks.clear();
        footing.overridden.clear();
        footing.marks.clear();
        for (ix, scale) in self.scales.iter().enumerate() {
            let rank = match scale {
                Scale::Ladder(_) => 0,
                Scale::Patient(climb, _) => {
                    footing.marks.extend(climb.first());
                    0
                }
                Scale::Map(segments) => first_match(segments, truths),
            };
            give(&self.tiers[ix], rank, truths);
            footing.ranks.push(rank);
        }
        let watches = self.watches.iter();
        footing.marks.extend(watches.flat_map(Watch::first));
    }

    /// A feature comes to a level.
    pub fn flip(&self, feature: usize, level: Level, truths: &mut Truths) {
        for (_, Answers { about, hold }) in &self.answers[self.answers_of[feature].clone()] {
            truths.set(*about, hold[level as usize]);
        }
    }

    /// A tier of a ladder is given.
    pub(super) fn give(&self, ladder: ScaleIx, rank: u8, truths: &mut Truths) {
        give(&self.tiers[ladder.0], rank, truths);
    }

    /// Answers all comparisons of features.
    fn ask(&self, levels: &[Level], truths: &mut Truths) {
        truths.clear(self.comparisons);
        for (feature, Answers { about, hold }) in &self.answers {
            truths.set(*about, hold[levels[*feature] as usize]);
        }
    }
}

/// Answers the comparisons with a tier that is given.
fn give(tiers: &[Answers], rank: u8, truths: &mut Truths) {
    for Answers { about, hold } in tiers {
        truths.set(*about, hold[usize::from(rank)]);
    }
}

fn scales_about(policy: &Policy) -> Vec<Vec<ScaleIx>> {
    let ladders = policy.ladders.iter().map(|ladder| {
        let tiers = ladder.tiers.iter();
        tiers.flat_map(Tier::rules).collect::<Vec<_>>()
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

fn ladders_spare(policy: &Policy) -> bool {
    let mut tiers = policy.ladders.iter().flat_map(|ladder| &ladder.tiers);
    tiers.any(|tier| tier.patience.spares())
}

fn looks_at(policy: &Policy, rule: &Rule, feature: usize) -> bool {
    match rule {
        Rule::Compare(ix) => policy.comparisons[*ix].subject == Subject::Feature(feature),
        Rule::All(rules) | Rule::Any(rules) => {
            rules.iter().any(|rule| looks_at(policy, rule, feature))
        }
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
    use crate::policy::declared::{
        Ladder, OrderRules, Segment, SegmentMap, TimeRules, UnknownOrder,
    };
    use crate::policy::overrides::NONE;
    use crate::policy::patience::Patience;
    use crate::policy::rule::{Comparison, Op};
    use crate::policy::transition::Transition;

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
            transition: Transition::Immediate,
            merge: None,
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
            cleaning: Default::default(),
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
            threshold: Measure::Is(threshold),
        }
    }

    /// A ladder whose tier `n` has these comparisons to enter and to keep.
    fn ladder(rules: &[(usize, Option<usize>)]) -> Ladder {
        let tier = |enter, keep: Option<usize>| Tier {
            name: String::new(),
            enter,
            keep: keep.map(Rule::Compare),
            patience: Patience::NONE,
            requires: None,
            lifetime: None,
            warnings: Default::default(),
            labels: Vec::new(),
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
        let level = judge.cuts().level_of(0, &measure);
        anew(&judge, policy, level, from).1
    }

    /// What holds at a level, and the ranks.
    fn anew(judge: &Judge, policy: &Policy, level: Level, from: &[u8]) -> (Truths, Vec<u8>) {
        let (mut truths, mut footing) = (Truths::default(), Footing::default());
        let now = Now {
            zone: &policy.zone,
            at: Timestamp(0),
        };
        let from = Stood {
            ranks: from,
            marks: &[],
            overrides: &NONE,
            spared: None,
        };
        judge.judge(&[level], now, from, &mut truths, &mut footing);
        (truths, footing.ranks)
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
                .map(|c| u8::from(c.op.holds(&measure, &c.threshold)))
                .collect();
            let bottom = vec![0; comparisons.len()];
            let told = format!("{measure:?}");
            assert_eq!(judged(&policy, measure, &bottom), expected, "{told}");
        }
    }

    #[test]
    fn texts_are_equal_or_not() {
        let compare = |op, text| Comparison {
            subject: Subject::Feature(0),
            op,
            threshold: Measure::from(text),
        };
        let comparisons = vec![
            compare(Op::Eq, "oak"),
            compare(Op::Ne, "oak"),
            compare(Op::Eq, "elm"),
            compare(Op::Ne, "elm"),
        ];
        let ladders = (0..4).map(|ix| ladder(&[(ix, None)])).collect();
        let policy = policy(comparisons, ladders, vec![]);
        for (measure, ranks) in [
            (Measure::from("oak"), [1, 0, 0, 1]),
            (Measure::from("elm"), [0, 1, 1, 0]),
            (Measure::from("Oak"), [0, 1, 0, 1]),
            (Measure::Never, [0, 1, 0, 1]),
        ] {
            assert_eq!(judged(&policy, measure, &[0; 4]), ranks);
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
            threshold: Measure::Is(threshold),
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
            labels: Vec::new(),
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
        let (mut truths, mut footing) = (Truths::default(), Footing::default());
        judge.first(&[judge.cuts().never(0)], &mut truths, &mut footing);
        assert_eq!(footing.ranks, [0]);
        assert_eq!(judged(&policy, Measure::Never, &[0]), [1]);
    }

    #[test]
    fn a_flip_answers_as_judging_anew_would() {
        let comparisons = OPS.map(|op| of_feature(op, 5)).to_vec();
        let ladders = (0..5).map(|ix| ladder(&[(ix, None)])).collect();
        let policy = policy(comparisons, ladders, vec![]);
        let judge = Judge::new(&policy);
        assert_eq!(judge.scales_about(0), [0, 1, 2, 3, 4].map(ScaleIx));
        let now = Now {
            zone: &policy.zone,
            at: Timestamp(0),
        };
        for (from, to) in [(0, 3), (3, 1), (1, 2), (2, 0)] {
            let (mut truths, _) = anew(&judge, &policy, from, &[0; 5]);
            judge.flip(0, to, &mut truths);
            let bottom = Footing {
                ranks: vec![0; 5],
                ..Footing::default()
            };
            let stirred = [0, 1, 2, 3, 4].map(|ix| {
                let (scale, scratch) = (ScaleIx(ix), &mut Vec::new());
                let bottom = (&bottom, &NONE);
                judge.stirs(scale, now, bottom, &truths, scratch)
            });
            let (_, ranks) = anew(&judge, &policy, to, &[0; 5]);
            assert_eq!(ranks, stirred.map(u8::from), "{from} {to}");
        }
    }
}
