//! What a judging has to tell: the changes that it makes, with their reasons, and warnings.

use crate::features::measures::Measured;
use crate::model::change::{Change, Reason};
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::model::warning::{Notice, Warning};
use crate::policy::climb::Now;
use crate::policy::overrides::Overrides;
use crate::policy::reasons::{decisive, gap_rule, reasons};
use crate::policy::rule::Rule;
use crate::policy::watch::Told;

use super::customers::Slot;
use super::effect::Judged;
use super::era::Era;
use super::occasion::Occasion;
use super::overruled::source;
use super::step::Engine;

impl Engine {
    /// What the judging just made has to tell; moves the customer to the ranks just judged.
    /// `before` are the overrides until then.
    pub(super) fn told(
        &mut self,
        slot: Slot,
        at: Timestamp,
        on: Occasion<'_>,
        before: &Overrides,
    ) -> Judged {
        let scales = (0..self.judging.footing.ranks.len()).map(ScaleIx);
        let moving = scales.clone().filter(|scale| self.moves(slot, *scale, on));
        let mut changes = Vec::with_capacity(moving.count());
        for scale in scales {
            if self.moves(slot, scale, on) {
                changes.push(self.shift(slot, at, scale, (on, before)));
            }
        }
        let warnings = self.warnings(slot, at, on);
        let footings = &self.era.footings;
        let overrides = footings.overrides(slot);
        let tells = !changes.is_empty() || on.tells();
        let places = if tells { footings.places(slot) } else { &[] };
        Judged {
            customer: self.customers.get(slot).id.text().into(),
            at,
            changes,
            warnings,
            era: self.era.number,
            places: places.into(),
            ended: None,
            overridden: overrides.shown_by(&self.judging.footing.ranks),
        }
    }

    /// Whether a customer is to be moved on a ladder or map.
    fn moves(&self, slot: Slot, scale: ScaleIx, on: Occasion<'_>) -> bool {
        let from = self.era.footings.ranks(slot)[scale.0];
        from != self.judging.footing.shown()[scale.0] || on.left(scale).is_some()
    }

    /// Moves a customer on one ladder or map.
    fn shift(
        &mut self,
        slot: Slot,
        at: Timestamp,
        scale: ScaleIx,
        (on, before): (Occasion<'_>, &Overrides),
    ) -> Change {
        let Era {
            policy,
            law,
            footings,
            ..
        } = &self.era;
        let from = footings.ranks(slot)[scale.0];
        let to = self.judging.footing.shown()[scale.0];
        let given = self.judging.footing.ranks[scale.0];
        let zone = &policy.zone;
        let stood = footings.stood(slot);
        let waited = law.judge.waited(scale, Now { zone, at }, stood, given);
        let gave = stood.ranks[scale.0];
        let overridden = source(scale, (before, gave), (stood.overrides, given));
        let cause = on.cause(at, footings.places(slot)[scale.0].since);
        let reasons = self.reasons(slot, scale, gave, at);
        let place = self.era.footings.shift(slot, scale.0, to, at);
        self.era.population.moved(scale.0, from, to);
        Change {
            scale,
            from,
            left: on.left(scale).map(Box::from),
            to,
            effective_at: at,
            version: place.version,
            cause,
            waited,
            reasons,
            overridden,
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
        let rule = decisive(&self.era.policy, scale, gave, given);
        self.compared(slot, rule, at)
    }

    /// The warnings that the judging just made has for a customer.
    fn warnings(&mut self, slot: Slot, at: Timestamp, on: Occasion<'_>) -> Vec<Warning> {
        if self.judging.vigil.told.is_empty() {
            return Vec::new();
        }
        let told = std::mem::take(&mut self.judging.vigil.told);
        let warnings = told.iter().map(|told| self.warning(slot, *told, at, on));
        let warnings = warnings.collect();
        self.judging.vigil.told = told;
        warnings
    }

    /// A warning to a customer, with the rule that it is about.
    fn warning(&mut self, slot: Slot, told: Told, at: Timestamp, on: Occasion<'_>) -> Warning {
        let Told { ladder, notice } = told;
        let number = self.warned.next(self.era.names[ladder.0], slot);
        let tier = self.judging.footing.shown()[ladder.0];
        let tiers = &self.era.policy.ladders[ladder.0].tiers;
        let (rule, measured_at) = match notice {
            Notice::AtRisk { loss, .. } => (gap_rule(&tiers[usize::from(tier)], loss), loss.lapsed),
            Notice::Near(rank) => (tiers[usize::from(rank)].enter.as_ref(), at),
            Notice::Safe => (None, at),
        };
        let measured_at = measured_at.max(at);
        Warning {
            ladder,
            tier,
            notice,
            effective_at: at,
            number,
            cause: on.plain(),
            gap: rule.map_or_else(Vec::new, |rule| self.compared(slot, rule, measured_at)),
            measured_at,
        }
    }

    /// The comparisons of a rule with what they measure of a customer who has just been judged.
    fn compared(&self, slot: Slot, rule: &Rule, at: Timestamp) -> Vec<Reason> {
        let Era { policy, law, .. } = &self.era;
        let history = &self.customers.get(slot).history;
        let measured = Measured::new(&law.layout, &policy.zone, history, at);
        let ranks = self.judging.footing.shown();
        reasons(policy, rule, |feature| measured.one(feature), ranks)
    }
}
