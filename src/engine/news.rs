//! What a judging has to tell: the changes that it makes, with their reasons.

use crate::features::measures::Measured;
use crate::model::change::{Change, Reason};
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::policy::climb::Now;
use crate::policy::reasons::{decisive, reasons};

use super::customers::Slot;
use super::effect::Judged;
use super::occasion::Occasion;
use super::step::Engine;

impl Engine {
    /// Moves a customer to the ranks just judged.
    pub(super) fn moved(&mut self, slot: Slot, at: Timestamp, on: Occasion) -> Judged {
        let ranks = &self.judging.footing.ranks;
        let moves = self.customers.ranks(slot).iter().zip(ranks);
        let moves = moves.filter(|(from, to)| from != to).count();
        let mut changes = Vec::with_capacity(moves);
        for (scale, to) in ranks.iter().enumerate() {
            let from = self.customers.ranks(slot)[scale];
            if from == *to {
                continue;
            }
            let now = Now {
                zone: &self.policy.zone,
                at,
            };
            let stood = self.customers.stood(slot);
            let waited = self.law.judge.waited(ScaleIx(scale), now, stood, *to);
            let cause = on.cause(at, self.customers.places(slot)[scale].since);
            let place = self.customers.shift(slot, scale, *to, at);
            self.population.moved(scale, from, *to);
            changes.push(Change {
                scale: ScaleIx(scale),
                from,
                to: *to,
                effective_at: at,
                version: place.version,
                cause,
                waited,
                reasons: self.reasons(slot, ScaleIx(scale), from, at),
            });
        }
        Judged {
            customer: self.customers.get(slot).id.text().into(),
            at,
            changes,
            places: self.customers.places(slot).into(),
            ended: None,
        }
    }

    /// Why a customer has just been moved on a ladder or map.
    fn reasons(&self, slot: Slot, scale: ScaleIx, from: u8, at: Timestamp) -> Vec<Reason> {
        let (policy, ranks) = (&self.policy, &self.judging.footing.ranks);
        let history = &self.customers.get(slot).history;
        let measured = Measured::new(&self.law.layout, &policy.zone, history, at);
        let rule = decisive(policy, scale, from, ranks[scale.0]);
        reasons(policy, rule, |feature| measured.one(feature), ranks)
    }
}
