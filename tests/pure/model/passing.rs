//! Another policy takes the place of the one in force (section 10).

use std::collections::BTreeMap;

use tidemark::engine::effect::Judged;
use tidemark::features::feature::{Aggregate, Feature, Field, Window};
use tidemark::features::filter::TextField;
use tidemark::model::event::Kind;
use tidemark::model::standing::{Place, ScaleIx};
use tidemark::model::time::{DAY_MS, Span, Timestamp};
use tidemark::policy::declared::Policy;
use tidemark::policy::patience::OnRefund;
use tidemark::policy::transition::Transition;

use super::alarm::Shown;
use super::contribution::Turn;
use super::customer::{Customer, Rules};
use super::judgement::Now;
use super::memory::{Memory, waits};
use super::occasion::Occasion;
use super::starts::{alike, carried, counts, start_of};

/// Where a customer was on a ladder or map that is no more: the tier's or segment's name.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    pub(crate) rank: String,
    /// The name of the tier that the ladder gave.
    pub(crate) given: String,
    pub(crate) place: Place,
    pub(crate) tiers: Vec<String>,
    pub(crate) ladder: bool,
}

/// How far back anything is kept under a policy that follows another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub(crate) orders: Span,
    pub(crate) late: Span,
    pub(crate) dedup: Span,
}

impl Kept {
    pub(crate) fn of(policy: &Policy, before: Option<&Policy>) -> Self {
        let both = || [policy].into_iter().chain(before);
        let longest = |read: fn(&Policy) -> Span| both().map(read).max().expect("there is one");
        Self {
            orders: longest(|policy| policy.orders.keep),
            late: longest(|policy| policy.time.late),
            dedup: longest(|policy| policy.time.dedup),
        }
    }
}

/// Whether what is kept under a policy that followed another answers the next. Policies of
/// histories declare the same kinds and fields and have one zone and currency.
pub(crate) fn answers(policy: &Policy, before: Option<&Policy>, next: &Policy) -> bool {
    let policies = [policy].into_iter().chain(before);
    let joins = [policy]
        .into_iter()
        .chain(before)
        .any(|policy| policy.merge.is_some());
    let apart = |feature: &Feature| {
        let for_ever = matches!(feature.window, Window::Lifetime | Window::Since(_));
        let counts = matches!(
            feature.aggregate,
            Aggregate::DistinctDays | Aggregate::MeanGap | Aggregate::Silence
        );
        for_ever && counts
    };
    let mut all = next.features.iter().chain(&policy.features);
    if next.merge.is_some() && !joins && all.any(apart) {
        return false;
    }
    let kept: Vec<&Feature> = policies.flat_map(|policy| &policy.features).collect();
    next.features.iter().all(|feature| match start_of(feature) {
        None => tells(&kept, feature),
        Some(_) => {
            let mut known = policy.features.iter();
            known.any(|known| alike((next, feature), (policy, known)))
        }
    })
}

fn tells(kept: &[&Feature], wanted: &Feature) -> bool {
    if let Aggregate::Derived(_) = wanted.aggregate {
        return true;
    }
    let same = kept.iter().filter(|known| {
        known.kinds == wanted.kinds
            && known.filter == wanted.filter
            && known.resolution == wanted.resolution
            && start_of(known).is_none()
            && !matches!(known.aggregate, Aggregate::Derived(_))
    });
    let reach = |feature: &Feature| match (feature.aggregate, feature.window) {
        (Aggregate::DecayedSum(_, half_life), _) => Some((i64::from(half_life) * 32 + 1) * DAY_MS),
        (_, Window::Rolling(span)) => Some(span.0),
        (_, Window::Calendar(period)) => Some(period.days_max() * DAY_MS),
        (_, Window::Previous(period)) => Some(2 * period.days_max() * DAY_MS),
        (_, Window::Personal(_)) => Some(366 * DAY_MS),
        (_, Window::Lifetime | Window::Since(_) | Window::Start(_)) => None,
    };
    let noted = noted(wanted.aggregate);
    let same: Vec<&&Feature> = same
        .filter(|known| self::noted(known.aggregate) == noted)
        .collect();
    let likewise = |known: &Feature| match wanted.aggregate {
        _ if noted.is_some() => tells_apart(known.aggregate, wanted.aggregate),
        Aggregate::Sum(field) | Aggregate::DecayedSum(field, _) => match known.aggregate {
            Aggregate::Sum(kept) | Aggregate::DecayedSum(kept, _) => kept == field,
            _ => false,
        },
        _ => true,
    };
    match reach(wanted) {
        None => same.iter().any(|known| {
            let alike = match noted {
                Some(_) => tells_apart(known.aggregate, wanted.aggregate),
                None => known.aggregate == wanted.aggregate,
            };
            alike && known.window == wanted.window
        }),
        Some(wanted_reach) => {
            let far = same.iter().any(|known| reach(known) >= Some(wanted_reach));
            let told = same
                .iter()
                .any(|known| likewise(known) && reach(known).is_some());
            far && told
        }
    }
}

/// What is noted one by one: a text, or a number.
fn noted(aggregate: Aggregate) -> Option<(Option<TextField>, Option<Field>)> {
    match aggregate {
        Aggregate::MostFrequent(field, _)
        | Aggregate::MostFrequentCount(field)
        | Aggregate::Distinct(field, _) => Some((Some(field), None)),
        Aggregate::Least(field) | Aggregate::Most(field) => Some((None, Some(field))),
        Aggregate::MeanGap | Aggregate::Silence => Some((None, None)),
        _ => None,
    }
}

/// Whether what is noted for one tells as many values apart as another asks for.
fn tells_apart(known: Aggregate, wanted: Aggregate) -> bool {
    match (known, wanted) {
        (Aggregate::Distinct(_, kept), Aggregate::Distinct(_, most)) => kept >= most,
        (Aggregate::Distinct(..), _) => false,
        _ => true,
    }
}

impl Customer {
    /// Passes the customer over from one policy, of which so much was kept, to another, as of an
    /// instant. Whoever had the name before was given these `versions`.
    pub(crate) fn pass_over(
        &mut self,
        (from, to): (Rules<'_>, Rules<'_>),
        (at, kept): (Timestamp, Kept),
        versions: &BTreeMap<String, u32>,
    ) -> Vec<Judged> {
        let mut judged = Vec::new();
        while self.horizon.as_ref().is_some_and(|horizon| horizon.at < at) {
            judged.extend(self.fire(from));
        }
        let before = self.clone();
        let (left, same, renamed) = self.carry_over((from, to), (at, kept), versions);
        self.grant((from, to), &before, at, &same);
        let overruling = self.overruling.clone();
        judged.extend(self.judge(at, Occasion::Policy(left, renamed), &overruling, to));
        judged
    }

    /// Puts the customer under another policy; gives the tiers and segments that are no more,
    /// whether what each ladder gives is what it gave, and whether the policies have other ladders
    /// or maps.
    pub(super) fn carry_over(
        &mut self,
        (from, to): (Rules<'_>, Rules<'_>),
        (at, kept): (Timestamp, Kept),
        versions: &BTreeMap<String, u32>,
    ) -> (BTreeMap<usize, String>, Vec<bool>, bool) {
        let stays: Vec<bool> = names(to.policy)
            .iter()
            .map(|name| names(from.policy).contains(name))
            .collect();
        let renamed =
            !stays.iter().all(|stays| *stays) || names(from.policy).len() != names(to.policy).len();
        self.leave(from.policy);
        let ladders = |policy: &Policy| -> Vec<Vec<String>> {
            let scales = (0..policy.ladders.len()).map(ScaleIx);
            scales.map(|scale| words(policy, scale)).collect()
        };
        let names = [from.policy, to.policy].map(|policy| {
            let ladders = policy.ladders.iter();
            ladders.map(|ladder| ladder.name.clone()).collect()
        });
        self.overruling
            .follow(&names, &[ladders(from.policy), ladders(to.policy)]);
        let (left, same) = self.arrive(from, to.policy, at, versions);
        self.counts = carried(from.policy, to.policy, &self.counts);
        self.past.turn(Turn::Forget(at - kept.orders));
        self.era += 1;
        (left, same, renamed)
    }

    /// Notes by name where the customer stood on everything.
    fn leave(&mut self, policy: &Policy) {
        for (scale, place) in (0..).map(ScaleIx).zip(&self.places) {
            let tiers = words(policy, scale);
            let left = Left {
                rank: tiers[usize::from(place.rank)].clone(),
                given: tiers[usize::from(self.given[scale.0])].clone(),
                place: *place,
                tiers,
                ladder: policy.is_ladder(scale),
            };
            self.gone.insert(policy.scale_name(scale).to_owned(), left);
        }
    }

    /// Puts the customer where the names say; gives the tiers and segments that are no more, and
    /// whether what each ladder gives is what it gave.
    fn arrive(
        &mut self,
        from: Rules<'_>,
        to: &Policy,
        at: Timestamp,
        versions: &BTreeMap<String, u32>,
    ) -> (BTreeMap<usize, String>, Vec<bool>) {
        let stranger = Self::new("", Rules { policy: to, ..from });
        let memories = std::mem::replace(&mut self.memories, stranger.memories);
        let alarms = std::mem::replace(&mut self.alarms, stranger.alarms);
        (self.places, self.given) = (stranger.places, stranger.given);
        let mut lost = BTreeMap::new();
        let mut same = vec![true; self.places.len()];
        for (ix, place) in self.places.iter_mut().enumerate() {
            let name = to.scale_name(ScaleIx(ix));
            let Some(left) = self.gone.remove(name) else {
                place.version = versions.get(name).copied().unwrap_or(0);
                continue;
            };
            let tiers = words(to, ScaleIx(ix));
            let ladders = left.ladder && to.is_ladder(ScaleIx(ix));
            let first = place.rank;
            let rank = |rank: &String| {
                let lower = lower(rank, &left.tiers, &tiers).filter(|_| ladders);
                let here = tiers.iter().position(|tier| tier == rank);
                here.or(lower).map_or(first, |rank| rank as u8)
            };
            if !tiers.contains(&left.rank) {
                lost.insert(ix, left.rank.clone());
            }
            *place = Place {
                rank: rank(&left.rank),
                ..left.place
            };
            let mut olds = from.policy.ladders.iter().zip(memories.iter().zip(&alarms));
            let old = olds.find(|(old, _)| ladders && old.name == *name);
            if let Some((old, (_, alarm))) = old {
                let stays = tiers.contains(&left.rank);
                let shown = Shown {
                    rank: place.rank.into(),
                    was: stays.then_some(left.place.rank.into()),
                };
                self.alarms[ix] = alarm.inherited(old, &to.ladders[ix], shown);
            }
            let old = old.map(|(old, (memory, _))| (old, memory));
            let given = old.map_or(&left.rank, |_| &left.given);
            self.given[ix] = rank(given);
            same[ix] = tiers.contains(given);
            let Some(ladder) = to.ladders.get(ix).filter(|ladder| waits(to, ladder)) else {
                continue;
            };
            let old = old.filter(|(old, _)| waits(from.policy, old));
            let stays = (self.given[ix].into(), place.since, same[ix]);
            self.memories[ix] = Memory::inherit(ladder, stays, old, at);
            let begun = old.filter(|(old, _)| same[ix] && counts(from.policy, old));
            self.memories[ix].begun = match counts(to, ladder) {
                true => begun.map_or(at, |(_, memory)| memory.begun),
                false => self.memories[ix].since,
            };
        }
        (lost, same)
    }

    /// What the transition grants.
    fn grant(
        &mut self,
        (from, to): (Rules<'_>, Rules<'_>),
        before: &Self,
        at: Timestamp,
        same: &[bool],
    ) {
        let before_now = Now {
            at,
            days: from.days,
        };
        let here = Now { at, days: to.days };
        for (ix, ladder) in to.policy.ladders.iter().enumerate() {
            let mut olds = from.policy.ladders.iter();
            let old = olds.position(|old| old.name == ladder.name);
            let Some(old) = old.filter(|_| same[ix]) else {
                continue;
            };
            let was = usize::from(before.given[old]);
            let until = match to.policy.transition {
                Transition::Immediate => None,
                Transition::UpgradesOnly => Some(before.loss(old, from, at)),
                Transition::KeepUntilTerm => {
                    let there = &from.policy.ladders[old];
                    let memory = &before.memories[old];
                    memory.term_left(there, was, before_now).or_else(|| {
                        let rank = self.given[ix].into();
                        self.memories[ix].term_left(ladder, rank, here)
                    })
                }
            };
            self.memories[ix].granted = until.unwrap_or(Timestamp::MIN);
        }
    }

    /// Notes when ladders would let the customer go if nothing were taken back, where something is.
    pub(super) fn take_back(&mut self, kind: Kind, at: Timestamp, rules: Rules<'_>) {
        if !matches!(kind, Kind::Refund | Kind::Cancel | Kind::Restate) {
            return;
        }
        for (ix, ladder) in rules.policy.ladders.iter().enumerate() {
            let mut tiers = ladder.tiers.iter();
            if tiers.any(|tier| tier.patience.on_refund != OnRefund::Wait)
                && waits(rules.policy, ladder)
            {
                self.memories[ix].spared = Some(self.loss(ix, rules, at));
            }
        }
    }

    /// The first instant at which time alone takes the customer below the tier on a ladder; or
    /// starts it anew, where something begins with that.
    pub(super) fn loss(&self, ladder: usize, rules: Rules<'_>, at: Timestamp) -> Timestamp {
        if rules
            .policy
            .features
            .iter()
            .any(|feature| start_of(feature).is_some())
        {
            return self.end_alone(ladder, rules, at);
        }
        let rank = self.given[ladder];
        let mut later = self.clone();
        later.judge(at, Occasion::Time, &self.overruling, rules);
        while later.given[ladder] >= rank {
            if later.horizon.is_none() {
                return Timestamp::MAX;
            }
            later.fire(rules);
        }
        later.frontier
    }

    /// The same, the ladder being looked at alone.
    fn end_alone(&self, ladder: usize, rules: Rules<'_>, at: Timestamp) -> Timestamp {
        let (mut later, rules) = self.on_ladder(ladder, rules);
        let begins = counts(rules.policy, &rules.policy.ladders[0]);
        let stood = (later.given[0], later.memories[0].begun);
        later.memories[0].spared = None;
        let overruling = later.overruling.clone();
        later.judge(at, Occasion::Time, &overruling, rules);
        while later.given[0] >= stood.0 && !(begins && later.memories[0].begun != stood.1) {
            if later.horizon.is_none() {
                return Timestamp::MAX;
            }
            later.fire(rules);
        }
        later.frontier
    }
}

/// Ladders and maps, with what they are.
fn names(policy: &Policy) -> Vec<(&str, bool)> {
    let scales = (0..policy.scales()).map(ScaleIx);
    let name = |scale| (policy.scale_name(scale), policy.is_ladder(scale));
    scales.map(name).collect()
}

/// The names of tiers or segments.
fn words(policy: &Policy, scale: ScaleIx) -> Vec<String> {
    let names = policy.rank_names(scale).into_iter();
    names.map(str::to_owned).collect()
}

/// The highest tier here that was below one there.
pub(super) fn lower(rank: &String, there: &[String], here: &[String]) -> Option<usize> {
    let below = there.iter().take_while(|tier| *tier != rank);
    let find = |name: &String| here.iter().position(|tier| tier == name);
    below.filter_map(find).last()
}
