//! The next instant at which time alone would change anything of a customer (section 6).

use std::collections::BTreeSet;

use tidemark::engine::view::Foreseen;
use tidemark::features::feature::Aggregate;
use tidemark::model::change::Measure;
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Timestamp;
use tidemark::model::warning::Loss;

use super::alarm::warns;
use super::customer::{Customer, Rules, measures_of};
use super::judgement::Now;
use super::measure::own;
use super::memory::waits;
use super::starts::counts;
use super::turns::{silences, turns};

/// The next judging that would change the standing, or a memory, without a further event, with the
/// moves: (ladder or map, from, to).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Foresight {
    pub(crate) at: Timestamp,
    pub(crate) moves: Vec<(ScaleIx, u8, u8)>,
}

impl Customer {
    /// The first move to come by time alone.
    pub(crate) fn next_move(&self, rules: Rules<'_>) -> Option<Foresight> {
        let mut later = self.clone();
        loop {
            let horizon = later.horizon.clone()?;
            if !horizon.moves.is_empty() {
                return Some(horizon);
            }
            let begun = later.memories.clone();
            later.fire(rules);
            let ladders = rules.policy.ladders.iter();
            let mut both = ladders.zip(later.memories.iter().zip(&begun));
            // What lies behind a start is not looked at.
            if both.any(|(ladder, (is, was))| counts(rules.policy, ladder) && is.begun != was.begun)
            {
                return None;
            }
        }
    }

    /// Finds the horizon, given the losses that are foreseen.
    pub(super) fn look_ahead(&mut self, losses: &[Option<Foreseen>], rules: Rules<'_>) {
        self.horizon = self.foresee(losses, rules);
    }

    /// The horizon (section 6), by judging at every instant at which anything could differ from the
    /// instant before.
    fn foresee(&self, losses: &[Option<Foreseen>], rules: Rules<'_>) -> Option<Foresight> {
        let dated = self.dated(rules);
        let mut instants = BTreeSet::from([Timestamp(self.frontier.0 + 1)]);
        let features = &rules.policy.features;
        for (index, feature) in features.iter().enumerate() {
            let Some(feature) = own(features, feature, &dated) else {
                continue;
            };
            let feature = feature.as_ref();
            if feature.aggregate == Aggregate::Silence {
                instants.extend(silences(index, feature, &dated, rules));
            }
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
        for (index, (memory, given)) in self.memories.iter().zip(&self.given).enumerate() {
            let ladder = &rules.policy.ladders[index];
            let extended = self.overruling.extension(index, now.at);
            if waits(rules.policy, ladder) {
                instants.extend(memory.turns(ladder, (*given).into(), extended, now));
            }
        }
        let ends = self.overruling.ends(self.frontier);
        instants.extend(&ends);
        let alarmed = rules.policy.ladders.iter().enumerate();
        let alarmed = alarmed.filter(|(_, ladder)| warns(ladder));
        let losses: Vec<(usize, Option<Loss>)> = alarmed
            .map(|(ix, _)| (ix, losses[ix].as_ref().map(|foreseen| foreseen.loss)))
            .collect();
        for (ladder, loss) in &losses {
            let tier = &rules.policy.ladders[*ladder].tiers[usize::from(self.places[*ladder].rank)];
            let steps = tier.warnings.steps.iter();
            instants.extend(steps.filter_map(|step| Some(loss.as_ref()?.at - *step)));
        }
        let warned = |at, measures: &[Measure]| {
            losses.iter().any(|(ladder, loss)| {
                let place = (*ladder, self.places[*ladder].rank);
                self.alarms[*ladder].stirs(rules.policy, place, *loss, (at, measures))
            })
        };
        instants
            .into_iter()
            .filter(|at| *at > self.frontier)
            .find_map(|at| {
                let measures = measures_of(&dated, &self.counts, rules, at);
                let rulings = self.rulings(&measures, at, rules);
                let moves = self.moves_of(&rulings);
                let stirs = !moves.is_empty()
                    || self.remembers_anew(&rulings)
                    || warned(at, &measures)
                    || ends.contains(&at);
                stirs.then_some(Foresight { at, moves })
            })
    }
}
