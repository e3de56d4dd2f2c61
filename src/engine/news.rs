//! What a judging has to tell: the changes that it makes, with their reasons.

use crate::features::measures::Measured;
use crate::model::change::{Change, Reason};
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::policy::climb::Now;
use crate::policy::overrides::Overrides;
use crate::policy::reasons::{decisive, reasons};

use super::customers::Slot;
use super::effect::Judged;
use super::occasion::Occasion;
use super::overruled::source;
use super::step::Engine;

impl Engine {
    /// Moves a customer to the ranks just judged; `before` are the overrides until then.
    pub(super) fn moved(
        &mut self,
        slot: Slot,
        at: Timestamp,
        on: Occasion<'_>,
        before: &Overrides,
    ) -> Judged {
        let shown = self.judging.footing.shown();
        let moves = self.customers.ranks(slot).iter().zip(shown);
        let moves = moves.filter(|(from, to)| from != to).count();
        let mut changes = Vec::with_capacity(moves);
        for (scale, to) in shown.iter().enumerate() {
            let from = self.customers.ranks(slot)[scale];
            if from == *to {
                continue;
            }
            let given = self.judging.footing.ranks[scale];
            let now = Now {
                zone: &self.policy.zone,
                at,
            };
            let stood = self.customers.stood(slot);
            let ladder = ScaleIx(scale);
            let waited = self.law.judge.waited(ladder, now, stood, given);
            let gave = stood.ranks[scale];
            let overridden = source(ladder, (before, gave), (stood.overrides, given));
            let reasons = self.reasons(slot, ladder, gave, at);
            let cause = on.cause(at, self.customers.places(slot)[scale].since);
            let place = self.customers.shift(slot, scale, *to, at);
            self.population.moved(scale, from, *to);
            changes.push(Change {
                scale: ladder,
                from,
                to: *to,
                effective_at: at,
                version: place.version,
                cause,
                waited,
                reasons,
                overridden,
            });
        }
        Judged {
            customer: self.customers.get(slot).id.text().into(),
            at,
            changes,
            places: self.customers.places(slot).into(),
            ended: None,
            overridden: self
                .customers
                .stood(slot)
                .overrides
                .shown_by(&self.judging.footing.ranks),
        }
    }

    /// Why a customer has just been moved on a ladder or map that gave them another rank before; no
    /// rule says it where it has given them the same.
    fn reasons(&self, slot: Slot, scale: ScaleIx, gave: u8, at: Timestamp) -> Vec<Reason> {
        let footing = &self.judging.footing;
        let given = footing.ranks[scale.0];
        if given == gave {
            return Vec::new();
        }
        let policy = &self.policy;
        let history = &self.customers.get(slot).history;
        let measured = Measured::new(&self.law.layout, &policy.zone, history, at);
        let rule = decisive(policy, scale, gave, given);
        let measure = |feature| measured.one(feature);
        reasons(policy, rule, measure, footing.shown())
    }
}
