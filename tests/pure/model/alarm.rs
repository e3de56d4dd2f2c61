//! What a ladder that warns tells of a customer (section 5): the future of a copy of the customer
//! on that ladder alone, lived through to the next move.

use std::collections::BTreeSet;

use tidemark::engine::view::Foreseen;
use tidemark::features::feature::Window;
use tidemark::model::change::{Cause, Measure};
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::{Span, Timestamp};
use tidemark::model::warning::{Loss, Notice, Warning};
use tidemark::policy::declared::{Ladder, Policy, Warnings};

use super::customer::{Customer, Rules};
use super::judgement::{holds, told_of};
use super::starts::counts;

/// What a ladder that warns remembers of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alarm {
    /// How many warnings of a loss of the present tier have been given.
    pub(crate) told: usize,
    /// The tiers that the customer is near.
    pub(crate) close: BTreeSet<usize>,
}

/// A judging on one ladder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judging {
    pub(crate) ladder: usize,
    pub(crate) at: Timestamp,
    pub(crate) from: u8,
    pub(crate) to: u8,
    pub(crate) cause: Cause,
}

/// The policy with each of its ladders alone.
pub(crate) fn each_alone(policy: &Policy) -> Vec<Policy> {
    let ladders = 0..policy.ladders.len();
    ladders.map(|ladder| alone(policy, ladder)).collect()
}

/// The policy with one ladder that warns of nothing, and nothing else that is decided.
fn alone(policy: &Policy, ladder: usize) -> Policy {
    let mut alone = policy.clone();
    alone.ladders = vec![policy.ladders[ladder].clone()];
    for tier in &mut alone.ladders[0].tiers {
        tier.warnings = Warnings::default();
    }
    alone.maps = Vec::new();
    for feature in &mut alone.features {
        if let Window::Start(start) = &mut feature.window {
            start.ladder = if start.ladder == ladder {
                0
            } else {
                usize::MAX
            };
        }
    }
    alone
}

/// Whether a ladder has to remember anything to warn.
pub(crate) fn warns(ladder: &Ladder) -> bool {
    let mut tiers = ladder.tiers.iter();
    tiers.any(|tier| tier.warnings != Warnings::default())
}

impl Alarm {
    /// Warns of what has to be warned of, given the loss that is foreseen. `measures` are those of
    /// the judging.
    pub(crate) fn look(
        &mut self,
        judging: Judging,
        foreseen: Option<&Foreseen>,
        measures: &[Measure],
        policy: &Policy,
    ) -> Vec<Warning> {
        let Judging {
            ladder,
            at,
            from,
            to,
            ..
        } = judging;
        let tiers = &policy.ladders[ladder].tiers;
        if from != to {
            self.told = 0;
        }
        let mut warnings = Vec::new();
        let steps = &tiers[usize::from(to)].warnings.steps;
        let due = due(steps, foreseen.map(|foreseen| foreseen.loss), at);
        if due > self.told {
            let foreseen = foreseen.expect("a loss is due");
            let (loss, step) = (foreseen.loss, steps[due - 1]);
            warnings.push(Warning {
                gap: foreseen.gap.clone(),
                measured_at: foreseen.measured_at,
                ..self.warning(Notice::AtRisk { loss, step }, judging)
            });
        } else if due == 0 && self.told > 0 {
            warnings.push(self.warning(Notice::Safe, judging));
        }
        self.told = due;
        let before = self.close.clone();
        self.close = self.near(policy, ladder, to, measures);
        for tier in &self.close.clone() - &before {
            if to >= from {
                let enter = tiers[tier].enter.as_ref().expect("not the lowest");
                warnings.push(Warning {
                    gap: told_of(policy, measures, enter),
                    ..self.warning(Notice::Near(tier as u8), judging)
                });
            }
        }
        warnings
    }

    /// Without its number.
    fn warning(&self, notice: Notice, judging: Judging) -> Warning {
        Warning {
            ladder: ScaleIx(judging.ladder),
            tier: judging.to,
            notice,
            effective_at: judging.at,
            number: 0,
            cause: judging.cause,
            gap: Vec::new(),
            measured_at: judging.at,
        }
    }

    /// The tiers that a customer on `tier` is near, or is still.
    fn near(
        &self,
        policy: &Policy,
        ladder: usize,
        tier: u8,
        measures: &[Measure],
    ) -> BTreeSet<usize> {
        let tiers = policy.ladders[ladder].tiers.iter().enumerate();
        let above = tiers.skip(usize::from(tier) + 1);
        let near = above.filter(|(k, tier)| {
            let near = tier.warnings.near.as_ref();
            let enter = tier.enter.as_ref().expect("not the lowest");
            near.is_some_and(|near| holds(policy, measures, near))
                && (self.close.contains(k) || !holds(policy, measures, enter))
        });
        near.map(|(k, _)| k).collect()
    }

    /// Whether a judging that moves nobody would change what is remembered, given the loss that is
    /// foreseen.
    pub(crate) fn stirs(
        &self,
        policy: &Policy,
        (ladder, tier): (usize, u8),
        loss: Option<Loss>,
        (at, measures): (Timestamp, &[Measure]),
    ) -> bool {
        let steps = &policy.ladders[ladder].tiers[usize::from(tier)]
            .warnings
            .steps;
        due(steps, loss, at) != self.told || self.near(policy, ladder, tier, measures) != self.close
    }
}

/// Where a customer is shown on a ladder of another policy: its tier, and that of the policy before
/// if it is the same.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) rank: usize,
    pub(crate) was: Option<usize>,
}

impl Alarm {
    /// What a ladder remembers of a customer of whom another policy's ladder of that name has
    /// remembered `self` (section 10).
    pub(crate) fn inherited(&self, before: &Ladder, ladder: &Ladder, shown: Shown) -> Self {
        let mut alarm = Self::default();
        let steps = &ladder.tiers[shown.rank].warnings.steps;
        let old = shown.was.map(|was| &before.tiers[was].warnings.steps);
        if let Some(old) = old
            && self.told > 0
        {
            let shortest = old[self.told - 1];
            alarm.told = steps.iter().filter(|step| **step >= shortest).count();
        }
        for (k, tier) in ladder.tiers.iter().enumerate().skip(shown.rank + 1) {
            let mut tiers = before.tiers.iter();
            let there = tiers.position(|there| there.name == tier.name);
            if tier.warnings.near.is_some() && there.is_some_and(|k| self.close.contains(&k)) {
                alarm.close.insert(k);
            }
        }
        alarm
    }
}

/// How many of the steps before a loss have been reached.
fn due(steps: &[Span], loss: Option<Loss>, at: Timestamp) -> usize {
    let Some(loss) = loss else { return 0 };
    let reached = |step: &&Span| i128::from(loss.at.0) - i128::from(step.0) <= i128::from(at.0);
    steps.iter().filter(reached).count()
}

impl Customer {
    /// The customer as on one ladder alone, with what holds of that.
    pub(super) fn on_ladder<'r>(&self, ladder: usize, rules: Rules<'r>) -> (Self, Rules<'r>) {
        let solo = Rules {
            policy: &rules.alone[ladder],
            days: rules.days,
            alone: &[],
            ..rules
        };
        let copy = Self {
            places: vec![self.places[ladder]],
            memories: vec![self.memories[ladder].clone()],
            alarms: vec![Alarm::default()],
            given: vec![self.given[ladder]],
            overruling: self.overruling.alone(ladder),
            ..self.clone()
        };
        (copy, solo)
    }

    /// The loss of the present tier of a ladder, if the next move there without a further event is
    /// one down, with what would keep the customer.
    fn foreseen(&self, ladder: usize, rules: Rules<'_>) -> Option<Foreseen> {
        let tier = self.places[ladder].rank;
        let declared = &rules.policy.ladders[ladder].tiers[usize::from(tier)];
        if declared.warnings.steps.is_empty() {
            return None;
        }
        let (mut copy, solo) = self.on_ladder(ladder, rules);
        let begins = counts(solo.policy, &solo.policy.ladders[0]);
        copy.look_ahead(&[None], solo);
        let loss = loop {
            let next = copy.horizon.clone()?;
            let (gave, memory) = (copy.given[0], copy.memories[0].clone());
            let gives = copy.rulings(&copy.measures(solo, next.at), next.at, solo)[0].given;
            copy.fire(solo);
            if let Some((_, from, to)) = next.moves.first() {
                if to > from {
                    return None;
                }
                let lent = gave < *from;
                let left = memory.lapsed.filter(|_| !lent && gives != gave);
                break Loss {
                    at: next.at,
                    to: *to,
                    lapsed: left.unwrap_or(next.at),
                    lent,
                };
            }
            // What lies behind a start is not foreseen.
            if begins && copy.memories[0].begun != memory.begun {
                return None;
            }
        };
        let measured_at = loss.lapsed.max(self.frontier);
        let keep = declared.keep.as_ref().filter(|_| !loss.lent);
        let keep = keep.or(declared.enter.as_ref());
        let measures = self.measures(rules, measured_at);
        Some(Foreseen {
            ladder: ScaleIx(ladder),
            loss,
            gap: keep.map_or_else(Vec::new, |rule| told_of(rules.policy, &measures, rule)),
            measured_at,
        })
    }

    /// Warns of what has to be warned of after a judging, ladder by ladder.
    pub(super) fn warn(
        &mut self,
        (at, cause): (Timestamp, Cause),
        before: &[u8],
        (measures, foreseen): (&[Measure], &[Option<Foreseen>]),
        policy: &Policy,
    ) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for (ladder, declared) in policy.ladders.iter().enumerate() {
            if !warns(declared) {
                continue;
            }
            let judging = Judging {
                ladder,
                at,
                from: before[ladder],
                to: self.places[ladder].rank,
                cause,
            };
            let mut alarm = self.alarms[ladder].clone();
            for warning in alarm.look(judging, foreseen[ladder].as_ref(), measures, policy) {
                let number = self.numbers.entry(declared.name.clone()).or_default();
                *number += 1;
                let number = *number;
                warnings.push(Warning { number, ..warning });
            }
            self.alarms[ladder] = alarm;
        }
        warnings
    }

    /// The losses to come that are told beforehand, of each ladder.
    pub(crate) fn losses(&self, rules: Rules<'_>) -> Vec<Option<Foreseen>> {
        let ladders = 0..rules.policy.ladders.len();
        ladders.map(|ladder| self.foreseen(ladder, rules)).collect()
    }
}
