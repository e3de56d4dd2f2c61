//! One customer: the full list of accepted events, the standing, and the next instant at which time
//! alone moves it.

use std::collections::BTreeMap;

use tidemark::engine::effect::Judged;
use tidemark::model::change::{Change, Measure};
use tidemark::model::overrides::Override;
use tidemark::model::standing::{Place, ScaleIx};
use tidemark::model::time::Timestamp;
use tidemark::policy::climb::Waiting;
use tidemark::policy::declared::Policy;

use super::alarm::Alarm;
use super::contribution::{OrderTerms, Past, contributions, known, orders};
use super::days::Days;
use super::horizon::Foresight;
use super::judgement::{Now, Ruling, first_ranks, judge};
use super::measure::{Dated, measures};
use super::memory::{Memory, waits};
use super::occasion::Occasion;
use super::overruling::{Overruling, Tier};
use super::owned_event::OwnedEvent;
use super::passing::Left;
use super::starts::{Counts, start_of};
use super::union::Union;
use tidemark::model::event::Kind;

/// What a judging needs besides the customer.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) days: &'a Days,
    /// The policy with each of its ladders alone, without warnings.
    pub(crate) alone: &'a [Policy],
    /// The policy before, of which things are kept.
    pub(crate) before: Option<&'a Policy>,
    /// No id of an event before this instant is remembered.
    pub(crate) ids_from: Timestamp,
    /// Copies of events before this instant are not told.
    pub(crate) late_before: Timestamp,
}

/// A customer of the lane.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) name: String,
    /// Of those who are due at one instant, the least comes first.
    pub(crate) turn: u64,
    pub(crate) past: Past,
    pub(crate) counts: Counts,
    /// The instant of the latest judging.
    pub(crate) frontier: Timestamp,
    pub(crate) places: Vec<Place>,
    /// What each ladder gives, and the segment on each map.
    pub(crate) given: Vec<u8>,
    /// Of each ladder, whether it waits or not.
    pub(crate) memories: Vec<Memory>,
    pub(crate) overruling: Overruling,
    /// Of each ladder, whether it warns or not.
    pub(crate) alarms: Vec<Alarm>,
    /// How many warnings there have been, by the names of ladders.
    pub(crate) numbers: BTreeMap<String, u32>,
    pub(crate) horizon: Option<Foresight>,
    /// Policies so far.
    pub(crate) era: u32,
    /// Ladders and maps that are no more, by name.
    pub(crate) gone: BTreeMap<String, Left>,
    pub(crate) union: Union,
}

impl Customer {
    /// A customer without any events.
    pub(crate) fn new(name: &str, rules: Rules<'_>) -> Self {
        let mut new = Self {
            name: name.to_owned(),
            turn: 0,
            past: Past::default(),
            counts: Counts::new(),
            frontier: Timestamp::MIN,
            places: Vec::new(),
            given: Vec::new(),
            memories: vec![Memory::new(); rules.policy.ladders.len()],
            overruling: Overruling::default(),
            alarms: vec![Alarm::default(); rules.policy.ladders.len()],
            numbers: BTreeMap::new(),
            horizon: None,
            era: 0,
            gone: BTreeMap::new(),
            union: Union::default(),
        };
        let nothing = new.measures(rules, Timestamp(0));
        new.given = first_ranks(rules.policy, &nothing);
        new.places = new
            .given
            .iter()
            .map(|rank| Place {
                rank: *rank,
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

    /// Books an accepted event and judges.
    pub(crate) fn accept(&mut self, event: &OwnedEvent, rules: Rules<'_>) -> Vec<Judged> {
        let judged_at = self.judging_instant(event);
        let since = self.speaks_from(event, rules.policy);
        self.take_back(event.kind, judged_at, rules);
        let tiers = self.tiers();
        let before = self.overruling.clone();
        self.note(event, judged_at, (rules, &tiers));
        let on = match event.command {
            Some(_) => Occasion::Command,
            None => Occasion::Event(since),
        };
        self.judge(judged_at, on, &before, rules)
    }

    /// Where the customer stands on all ladders and maps.
    pub(super) fn tiers(&self) -> Vec<Tier> {
        let places = self.given.iter().zip(&self.places);
        let tiers = places.map(|(given, place)| Tier {
            given: *given,
            shown: place.rank,
        });
        tiers.collect()
    }

    /// Takes in an event, and what it asks for, without judging.
    pub(super) fn note(
        &mut self,
        event: &OwnedEvent,
        judged_at: Timestamp,
        (rules, tiers): (Rules<'_>, &[Tier]),
    ) {
        let remembered = event.at >= rules.late_before;
        let terms = order_terms(rules.policy);
        self.past.push((event, remembered), judged_at, terms);
        self.overruling.take(event, rules.policy, tiers);
    }

    /// Fires the horizon, which is there. Nothing comes of it where only a memory changes.
    pub(crate) fn fire(&mut self, rules: Rules<'_>) -> Vec<Judged> {
        let horizon = self.horizon.clone().expect("a horizon to fire");
        let before = self.overruling.clone();
        let judged = self.judge(horizon.at, Occasion::Time, &before, rules);
        let mut features = rules.policy.features.iter();
        let begins = features.any(|feature| start_of(feature).is_some());
        let moved = judged.iter().any(|it| !it.changes.is_empty());
        assert!(begins || moved != horizon.moves.is_empty());
        judged
    }

    /// What each ladder waits for.
    pub(crate) fn waiting(&self, rules: Rules<'_>) -> Vec<Option<Waiting>> {
        let now = Now {
            at: self.frontier,
            days: rules.days,
        };
        let ladders = rules.policy.ladders.iter().zip(&self.memories);
        let ladders = ladders.zip(&self.given).enumerate();
        ladders
            .map(|(index, ((ladder, memory), given))| {
                let extended = self.overruling.extension(index, now.at);
                let waiting = || memory.waiting(ladder, (*given).into(), extended, now);
                waits(rules.policy, ladder).then(waiting)
            })
            .collect()
    }

    /// The instant from which on an event says something of the past (section 5).
    fn speaks_from(&self, event: &OwnedEvent, policy: &Policy) -> Timestamp {
        let (orders, _) = orders(&self.past);
        let name = event.order.as_deref();
        let at = self.judging_instant(event);
        match known(&orders, name, at, &order_terms(policy)) {
            Some(order) if event.kind == Kind::Restate => orders[order].at,
            _ => event.at,
        }
    }

    /// Judges for as long as a ladder starts anew with which something begins. `before` are the
    /// overrides until this judging.
    pub(super) fn judge(
        &mut self,
        at: Timestamp,
        on: Occasion,
        before: &Overruling,
        rules: Rules<'_>,
    ) -> Vec<Judged> {
        let mut stood: Vec<u8> = self.places.iter().map(|place| place.rank).collect();
        let (mut judged, mut on, mut before) = (Vec::new(), on, before.clone());
        loop {
            let cause = on.plain();
            let (one, anew) = self.judge_once(at, (on, &stood), &before, rules);
            for change in one.iter().flat_map(|judged| &judged.changes) {
                stood[change.scale.0] = change.from;
            }
            judged.extend(one);
            if !anew {
                return judged;
            }
            before = self.overruling.clone();
            on = Occasion::Start(cause);
        }
    }

    /// Whether a ladder has started anew with which something begins, too. Who was shown on `stood`
    /// is warned where none has.
    fn judge_once(
        &mut self,
        at: Timestamp,
        (on, stood): (Occasion, &[u8]),
        before: &Overruling,
        rules: Rules<'_>,
    ) -> (Option<Judged>, bool) {
        let measures = self.measures(rules, at);
        let rulings = self.rulings(&measures, at, rules);
        let anew = self.start_anew(&rulings, (&measures, at), rules);
        let overridden = self.overridden(&rulings, at, rules);
        let mut changes = Vec::new();
        for (scale, ruling) in rulings.into_iter().enumerate() {
            if let Some(memory) = ruling.memory {
                self.memories[scale] = memory;
            }
            let gave = std::mem::replace(&mut self.given[scale], ruling.given);
            let place = &mut self.places[scale];
            let left = on.left(scale);
            if ruling.rank == place.rank && left.is_none() {
                continue;
            }
            changes.push(Change {
                scale: ScaleIx(scale),
                from: place.rank,
                left: left.map(|name| name.as_str().into()),
                to: ruling.rank,
                effective_at: at,
                version: place.version + 1,
                cause: on.cause(at, place),
                overridden: self.overruling.told(
                    before,
                    scale,
                    (gave, ruling.given),
                    (self.frontier, at),
                ),
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
        let told =
            matches!(on, Occasion::Policy(_, true) | Occasion::Union(true)) || !changes.is_empty();
        let mut warnings = Vec::new();
        if !anew {
            let losses = self.losses(rules);
            let measured = (&measures[..], &losses[..]);
            warnings = self.warn((at, on.plain()), stood, measured, rules.policy);
            self.look_ahead(&losses, rules);
        }
        let judged = (told || !warnings.is_empty()).then(|| Judged {
            customer: self.name.as_str().into(),
            at,
            era: self.era,
            changes,
            warnings,
            places: match told {
                true => self.places.clone().into_boxed_slice(),
                false => Box::default(),
            },
            ended: None,
            overridden,
        });
        (judged, anew)
    }

    /// The overrides by which ladders show what they show.
    fn overridden(&self, rulings: &[Ruling], at: Timestamp, rules: Rules<'_>) -> Box<[Override]> {
        let ladders = 0..rules.policy.ladders.len();
        let overridden = ladders.filter_map(|ladder| {
            let by = &self.overruling;
            by.shown_by(ladder, rulings[ladder].given, at).cloned()
        });
        overridden.collect()
    }

    pub(super) fn dated(&self, rules: Rules<'_>) -> Vec<Dated> {
        contributions(&self.past)
            .into_iter()
            .map(|contribution| (rules.days.day_of(contribution.at), contribution))
            .collect()
    }

    /// Every feature as of `at`.
    pub(crate) fn measures(&self, rules: Rules<'_>, at: Timestamp) -> Vec<Measure> {
        measures_of(&self.dated(rules), &self.counts, rules, at)
    }

    /// What a judging that measures this would rule.
    pub(super) fn rulings(
        &self,
        measures: &[Measure],
        at: Timestamp,
        rules: Rules<'_>,
    ) -> Vec<Ruling> {
        let now = Now {
            at,
            days: rules.days,
        };
        let known = (&self.memories[..], &self.overruling);
        judge(rules.policy, measures, &self.given, known, now)
    }

    /// The moves that a judging at `at` would make.
    pub(crate) fn moves_at(&self, at: Timestamp, rules: Rules<'_>) -> Vec<(ScaleIx, u8, u8)> {
        let measures = self.measures(rules, at);
        self.moves_of(&self.rulings(&measures, at, rules))
    }

    /// Whether any of the rulings leaves a ladder with another memory or gives another tier.
    pub(super) fn remembers_anew(&self, rulings: &[Ruling]) -> bool {
        let memories = rulings.iter().zip(&self.memories);
        let mut memories =
            memories.filter_map(|(ruling, old)| Some((ruling.memory.as_ref()?, old)));
        memories.any(|(new, old)| new != old)
            || rulings.iter().map(|ruling| &ruling.given).ne(&self.given)
    }

    pub(super) fn moves_of(&self, rulings: &[Ruling]) -> Vec<(ScaleIx, u8, u8)> {
        rulings
            .iter()
            .zip(&self.places)
            .enumerate()
            .filter(|(_, (ruling, place))| ruling.rank != place.rank)
            .map(|(scale, (ruling, place))| (ScaleIx(scale), place.rank, ruling.rank))
            .collect()
    }
}

/// The rules about orders that an event meets.
pub(crate) fn order_terms(policy: &Policy) -> OrderTerms {
    OrderTerms {
        rules: policy.orders,
    }
}

pub(super) fn measures_of(
    dated: &[Dated],
    counts: &Counts,
    rules: Rules<'_>,
    at: Timestamp,
) -> Vec<Measure> {
    measures(&rules.policy.features, (dated, counts), rules.days, at)
}
