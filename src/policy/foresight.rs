//! What is foreseen of a customer who has just been judged, and what of that has to be told.

use crate::features::outlook::{Instant, Outlook};
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::model::warning::Loss;
use crate::model::zone::Zone;

use super::checks::Support;
use super::climb::Now;
use super::judge::{Footing, Judge};
use super::overrides::Overrides;
use super::truths::Truths;
use super::watch::{Told, Way};

/// What is to be told of a customer who has just been judged. Reused from one judging to the next.
#[derive(Clone, Debug, Default)]
pub struct Vigil {
    /// Warnings, ladder by ladder in declared order.
    pub told: Vec<Told>,
    truths: Truths,
    marks: Vec<Timestamp>,
    overrides: Overrides,
}

/// What is ahead of a customer who has just been judged.
#[derive(Clone, Copy, Debug)]
pub struct Ahead<'a> {
    /// What becomes of the features.
    pub outlook: &'a Outlook,
    /// What holds now.
    pub truths: &'a Truths,
    /// What stands above the ladders.
    pub overrides: &'a Overrides,
}

impl Judge {
    /// Tells what has to be told of a customer who was shown on `from` and has just been judged
    /// under these overrides; of whom `outlook` says what is to come. Gives the instant at which
    /// the next warning is due while nothing changes, if there is one.
    pub fn watch(
        &self,
        now: Now<'_>,
        from: &[u8],
        ahead: Ahead<'_>,
        footing: &mut Footing,
        vigil: &mut Vigil,
    ) -> Option<Timestamp> {
        vigil.told.clear();
        let mut next = None;
        for watch in &self.watches {
            let ladder = watch.ladder;
            let (from, to) = (from[ladder.0], footing.shown()[ladder.0]);
            let at = now.at;
            let loss = watch
                .warns(to)
                .then(|| self.loss(now.zone, ladder, ahead, footing, vigil))
                .flatten();
            let (marks, told) = (&mut footing.marks, &mut vigil.told);
            let due = watch.look(Way { from, to, at }, loss, ahead.truths, marks, told);
            next = next.into_iter().chain(due).min();
        }
        next
    }

    /// The losses that the ladders that warn have in view of a customer who has just been judged,
    /// from tiers of which that is told.
    pub fn losses(
        &self,
        zone: &Zone,
        ahead: Ahead<'_>,
        footing: &Footing,
        vigil: &mut Vigil,
    ) -> Vec<(ScaleIx, Loss)> {
        let watches = self.watches.iter();
        let warning = watches.filter(|watch| watch.warns(footing.shown()[watch.ladder.0]));
        let losses = warning.filter_map(|watch| {
            let loss = self.loss(zone, watch.ladder, ahead, footing, vigil)?;
            Some((watch.ladder, loss))
        });
        losses.collect()
    }

    /// The next change of the tier shown on a ladder if no further event comes, where it is one
    /// down; as far as the next start of a ladder with which features begin.
    fn loss(
        &self,
        zone: &Zone,
        ladder: ScaleIx,
        ahead: Ahead<'_>,
        footing: &Footing,
        vigil: &mut Vigil,
    ) -> Option<Loss> {
        let Vigil {
            truths,
            marks,
            overrides,
            ..
        } = vigil;
        truths.clone_from(ahead.truths);
        marks.clone_from(&footing.marks);
        overrides.clone_from(ahead.overrides);
        let scale = &self.scales[ladder.0];
        let (mut given, shown) = (footing.ranks[ladder.0], footing.shown()[ladder.0]);
        let mut instants = ahead.outlook.instants().peekable();
        loop {
            let wake = scale.wake(zone, given, overrides.extension(ladder), marks);
            let wake = wake.min(overrides.next_end());
            let flips = instants.next_if(|instant| instant.at() <= wake);
            let at = flips.map_or(wake, Instant::at);
            if at == Timestamp::MAX {
                return None;
            }
            let mut stirs = at == wake;
            for flip in flips.into_iter().flat_map(Instant::flips) {
                self.flip(flip.feature, flip.level, truths);
                stirs |= self.scales_about(flip.feature).contains(&ladder);
            }
            if !stirs {
                continue;
            }
            overrides.pass(at);
            let lapsed = scale.lapsed(marks).min(at);
            let begun = scale.begun(marks);
            let support = Support {
                ladder,
                overrides,
                spared: None,
            };
            let gives = scale.rank(Now { zone, at }, truths, given, support, marks);
            let (to, _) = overrides.shown(ladder, gives);
            if to != shown {
                let lent = given < shown;
                let lapsed = if lent || gives == given { at } else { lapsed };
                let loss = Loss {
                    at,
                    to,
                    lapsed,
                    lent,
                };
                return (to < shown).then_some(loss);
            }
            if scale.begun(marks) != begun {
                return None;
            }
            given = gives;
        }
    }
}
