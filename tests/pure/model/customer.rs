//! One customer: the full list of accepted events, the standing, and the next instant at which time
//! alone moves it.

use std::collections::BTreeSet;

use tidemark::engine::effect::Judged;
use tidemark::features::feature::{Aggregate, Feature, Field, Resolution, Window};
use tidemark::model::change::{Cause, Change, Measure};
use tidemark::model::refusal::{Refusal, Refused};
use tidemark::model::standing::{Place, ScaleIx};
use tidemark::model::time::{DAY_MS, Timestamp};
use tidemark::policy::climb::Waiting;
use tidemark::policy::declared::{Policy, UnknownOrder};
use tidemark::policy::rule::Subject;

use super::contribution::{Accepted, contributions, known, orders};
use super::days::Days;
use super::judgement::{Now, Ruling, first_ranks, judge};
use super::measure::{Dated, measures};
use super::memory::{Memory, waits};
use super::owned_event::OwnedEvent;
use tidemark::model::event::Kind;

/// What a judging needs besides the customer.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) days: &'a Days,
}

/// The next judging that would change the standing, or a memory, without a further event, with the
/// moves: (ladder or map, from, to).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Foresight {
    pub(crate) at: Timestamp,
    pub(crate) moves: Vec<(ScaleIx, u8, u8)>,
}

/// A customer of the lane.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) name: String,
    pub(crate) accepted: Vec<Accepted>,
    /// The instant of the latest judging.
    pub(crate) frontier: Timestamp,
    pub(crate) places: Vec<Place>,
    /// Of each ladder, whether it waits or not.
    pub(crate) memories: Vec<Memory>,
    pub(crate) horizon: Option<Foresight>,
}

impl Customer {
    /// A customer without any events.
    pub(crate) fn new(name: &str, rules: Rules<'_>) -> Self {
        let mut new = Self {
            name: name.to_owned(),
            accepted: Vec::new(),
            frontier: Timestamp::MIN,
            places: Vec::new(),
            memories: vec![Memory::new(); rules.policy.ladders.len()],
            horizon: None,
        };
        let nothing = new.measures(rules, Timestamp(0));
        new.places = first_ranks(rules.policy, &nothing)
            .into_iter()
            .map(|rank| Place {
                rank,
                version: 0,
                since: Timestamp::MIN,
            })
            .collect();
        new
    }

    /// The instant at which an event would be judged.
    pub(crate) fn judging_instant(&self, event: &OwnedEvent) -> Timestamp {
        self.frontier.max(event.at)
    }

    /// Rules 3 to 6 of section 2 in their order: `Ok(true)` is a duplicate, `Ok(false)` counts.
    pub(crate) fn weigh(&self, event: &OwnedEvent, policy: &Policy) -> Result<bool, Refused> {
        let copied = self
            .accepted
            .iter()
            .rev()
            .find(|earlier| earlier.event.event_id == event.event_id);
        if copied.is_some_and(|earlier| {
            let apart = i128::from(earlier.event.at.0) - i128::from(event.at.0);
            apart.abs() <= i128::from(policy.time.dedup.0)
        }) {
            return Ok(true);
        }
        if event.currency.is_some_and(|named| named != policy.currency) {
            return Err(Refusal::UnknownCurrency.of("currency"));
        }
        self.weigh_totals(event)?;
        self.weigh_scores(event, policy)?;
        self.weigh_order(event, policy)?;
        Ok(false)
    }

    /// Rule 5.
    fn weigh_totals(&self, event: &OwnedEvent) -> Result<(), Refused> {
        type Read = fn(&OwnedEvent) -> i64;
        let fields: [(&'static str, Read); 3] = [
            ("amount", |event| event.amount),
            ("quantity", |event| event.quantity),
            ("margin", |event| event.margin),
        ];
        for (name, read) in fields {
            let all = self.accepted.iter().map(|earlier| &earlier.event);
            let total: i128 = all
                .chain([event])
                .map(|event| i128::from(read(event)).abs())
                .sum();
            if total > i128::from(i64::MAX) {
                return Err(Refusal::BadAmount.of(name));
            }
        }
        Ok(())
    }

    /// Rule 5 for the declared number, where something sums it.
    fn weigh_scores(&self, event: &OwnedEvent, policy: &Policy) -> Result<(), Refused> {
        let mut aggregates = policy.features.iter().map(|feature| feature.aggregate);
        let summed =
            aggregates.any(|aggregate| matches!(aggregate, Aggregate::Sum(Field::Attr(..))));
        let all = self.accepted.iter().map(|earlier| &earlier.event);
        let scores = all.chain([event]).filter_map(|event| event.facts.score);
        let total: i128 = scores.map(|score| i128::from(score).abs()).sum();
        if summed && total > i128::from(i64::MAX) {
            return Err(Refusal::BadAmount.of("attrs"));
        }
        Ok(())
    }

    /// Rule 6 and the check beside it.
    fn weigh_order(&self, event: &OwnedEvent, policy: &Policy) -> Result<(), Refused> {
        let (orders, _) = orders(&self.accepted, policy.orders);
        let keep = policy.orders.keep;
        let known = known(
            &orders,
            event.order.as_deref(),
            self.judging_instant(event),
            keep,
        );
        match event.kind {
            Kind::Purchase if known.is_some() => Err(Refusal::OrderExists.of("order_id")),
            Kind::Refund | Kind::Cancel | Kind::Restate
                if known.is_none() && policy.orders.unknown == UnknownOrder::DeadLetter =>
            {
                Err(Refusal::UnknownOrder.of("order_id"))
            }
            _ => Ok(()),
        }
    }

    /// Books an accepted event and judges.
    pub(crate) fn accept(&mut self, event: &OwnedEvent, rules: Rules<'_>) -> Option<Judged> {
        let judged_at = self.judging_instant(event);
        let since = self.speaks_from(event, rules.policy);
        self.accepted.push(Accepted {
            event: event.clone(),
            judged_at,
        });
        self.judge(judged_at, Some(since), rules)
    }

    /// Fires the horizon, which is there. Nothing comes of it where only a memory changes.
    pub(crate) fn fire(&mut self, rules: Rules<'_>) -> Option<Judged> {
        let horizon = self.horizon.clone().expect("a horizon to fire");
        let judged = self.judge(horizon.at, None, rules);
        assert_eq!(judged.is_some(), !horizon.moves.is_empty());
        judged
    }

    /// The first move to come by time alone.
    pub(crate) fn next_move(&self, rules: Rules<'_>) -> Option<Foresight> {
        let mut later = self.clone();
        loop {
            let horizon = later.horizon.clone()?;
            if !horizon.moves.is_empty() {
                return Some(horizon);
            }
            later.fire(rules);
        }
    }

    /// What each ladder waits for.
    pub(crate) fn waiting(&self, rules: Rules<'_>) -> Vec<Option<Waiting>> {
        let now = Now {
            at: self.frontier,
            days: rules.days,
        };
        let ladders = rules.policy.ladders.iter().zip(&self.memories);
        let ladders = ladders.zip(&self.places);
        ladders
            .map(|((ladder, memory), place)| {
                let waiting = || memory.waiting(ladder, place.rank.into(), now);
                waits(ladder).then(waiting)
            })
            .collect()
    }

    /// The instant from which on an event says something of the past (section 5).
    fn speaks_from(&self, event: &OwnedEvent, policy: &Policy) -> Timestamp {
        let (orders, _) = orders(&self.accepted, policy.orders);
        let name = event.order.as_deref();
        let at = self.judging_instant(event);
        match known(&orders, name, at, policy.orders.keep) {
            Some(order) if event.kind == Kind::Restate => orders[order].at,
            _ => event.at,
        }
    }

    /// Judges because an event has come that speaks from `since` on, or because time has come.
    fn judge(
        &mut self,
        at: Timestamp,
        since: Option<Timestamp>,
        rules: Rules<'_>,
    ) -> Option<Judged> {
        let rulings = self.rulings(&self.dated(rules), at, rules);
        let mut changes = Vec::new();
        for (scale, ruling) in rulings.into_iter().enumerate() {
            if let Some(memory) = ruling.memory {
                self.memories[scale] = memory;
            }
            let place = &mut self.places[scale];
            if ruling.rank == place.rank {
                continue;
            }
            changes.push(Change {
                scale: ScaleIx(scale),
                from: place.rank,
                to: ruling.rank,
                effective_at: at,
                version: place.version + 1,
                cause: match since {
                    None => Cause::Clock,
                    Some(since) if since < at && place.since >= since => Cause::Correction,
                    Some(_) => Cause::Event,
                },
                waited: ruling.waited,
                reasons: ruling.reasons,
            });
            *place = Place {
                rank: ruling.rank,
                version: place.version + 1,
                since: at,
            };
        }
        self.frontier = at;
        self.horizon = self.foresee(rules);
        (!changes.is_empty()).then(|| Judged {
            customer: self.name.as_str().into(),
            at,
            changes,
            places: self.places.clone().into_boxed_slice(),
            ended: None,
        })
    }

    fn dated(&self, rules: Rules<'_>) -> Vec<Dated> {
        contributions(&self.accepted, rules.policy.orders)
            .into_iter()
            .map(|contribution| (rules.days.day_of(contribution.at), contribution))
            .collect()
    }

    /// Every feature as of `at`.
    pub(crate) fn measures(&self, rules: Rules<'_>, at: Timestamp) -> Vec<Measure> {
        measures_of(&self.dated(rules), rules, at)
    }

    fn rulings(&self, dated: &[Dated], at: Timestamp, rules: Rules<'_>) -> Vec<Ruling> {
        let ranks: Vec<u8> = self.places.iter().map(|place| place.rank).collect();
        let now = Now {
            at,
            days: rules.days,
        };
        let measures = measures_of(dated, rules, at);
        judge(rules.policy, &measures, &ranks, &self.memories, now)
    }

    /// The moves that a judging at `at` would make.
    pub(crate) fn moves_at(&self, at: Timestamp, rules: Rules<'_>) -> Vec<(ScaleIx, u8, u8)> {
        self.moves(&self.dated(rules), at, rules)
    }

    fn moves(&self, dated: &[Dated], at: Timestamp, rules: Rules<'_>) -> Vec<(ScaleIx, u8, u8)> {
        self.moves_of(&self.rulings(dated, at, rules))
    }

    /// Whether any of the rulings leaves a ladder with another memory.
    fn remembers_anew(&self, rulings: &[Ruling]) -> bool {
        let memories = rulings.iter().zip(&self.memories);
        let mut memories =
            memories.filter_map(|(ruling, old)| Some((ruling.memory.as_ref()?, old)));
        memories.any(|(new, old)| new != old)
    }

    fn moves_of(&self, rulings: &[Ruling]) -> Vec<(ScaleIx, u8, u8)> {
        rulings
            .iter()
            .zip(&self.places)
            .enumerate()
            .filter(|(_, (ruling, place))| ruling.rank != place.rank)
            .map(|(scale, (ruling, place))| (ScaleIx(scale), place.rank, ruling.rank))
            .collect()
    }

    /// The horizon (section 6), by judging at every instant at which anything could differ from the
    /// instant before.
    fn foresee(&self, rules: Rules<'_>) -> Option<Foresight> {
        let dated = self.dated(rules);
        let mut instants = BTreeSet::from([Timestamp(self.frontier.0 + 1)]);
        for (index, feature) in rules.policy.features.iter().enumerate() {
            for contribution in &dated {
                if feature.kinds.contains(contribution.1.kind) {
                    instants.extend(turns(index, feature, contribution, rules));
                }
            }
        }
        let now = Now {
            at: self.frontier,
            days: rules.days,
        };
        for (ladder, (memory, place)) in self.memories.iter().zip(&self.places).enumerate() {
            let ladder = &rules.policy.ladders[ladder];
            if waits(ladder) {
                instants.extend(memory.turns(ladder, place.rank.into(), now));
            }
        }
        instants
            .into_iter()
            .filter(|at| *at > self.frontier)
            .find_map(|at| {
                let rulings = self.rulings(&dated, at, rules);
                let moves = self.moves_of(&rulings);
                let stirs = !moves.is_empty() || self.remembers_anew(&rulings);
                stirs.then_some(Foresight { at, moves })
            })
    }
}

fn measures_of(dated: &[Dated], rules: Rules<'_>, at: Timestamp) -> Vec<Measure> {
    measures(&rules.policy.features, dated, rules.days, at)
}

/// The instants at which one contribution could make one feature, or a comparison of it, differ.
fn turns(index: usize, feature: &Feature, dated: &Dated, rules: Rules<'_>) -> Vec<Timestamp> {
    match (feature.aggregate, feature.window, feature.resolution) {
        (Aggregate::SinceLast | Aggregate::SinceFirst, ..) => rules
            .policy
            .comparisons
            .iter()
            .filter(|comparison| comparison.subject == Subject::Feature(index))
            .flat_map(|comparison| match comparison.threshold {
                Measure::Is(at) => [-1, 0, 1].map(|by| at.saturating_add(by)),
                _ => panic!("a time since is compared with a number"),
            })
            .filter_map(|age| later(feature, dated, age, rules))
            .collect(),
        (_, Window::Lifetime | Window::Since(_), _) => Vec::new(),
        (_, Window::Calendar(period), _) => {
            vec![rules.days.start_of(rules.days.period_ends(period, dated.0))]
        }
        (_, Window::Rolling(window), Resolution::Hour) => {
            const HOUR: i64 = 3_600_000;
            vec![Timestamp((dated.1.at.0.div_euclid(HOUR) * HOUR) + window.0)]
        }
        (_, Window::Rolling(window), Resolution::Exact) => {
            later(feature, dated, window.0, rules).into_iter().collect()
        }
        (_, Window::Rolling(window), Resolution::Day) => {
            let days = window.0 / DAY_MS;
            later(feature, dated, days, rules).into_iter().collect()
        }
    }
}

/// When a contribution is so many milliseconds, or days, old; nothing beyond a million days.
fn later(feature: &Feature, dated: &Dated, age: i64, rules: Rules<'_>) -> Option<Timestamp> {
    let (day, contribution) = dated;
    match feature.resolution {
        Resolution::Exact if age < 1_000_000 * DAY_MS => Some(Timestamp(contribution.at.0 + age)),
        Resolution::Day if age < 1_000_000 => Some(rules.days.start_of(day + age)),
        _ => None,
    }
}
