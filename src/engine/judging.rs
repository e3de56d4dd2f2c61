//! One judging: where a customer stands at an instant, and when time alone changes that.

use crate::features::history::History;
use crate::features::outlook::{Instant, Outlook};
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;
use crate::model::warning::Loss;
use crate::policy::chart::{Chart, Spots};
use crate::policy::climb::Now;
use crate::policy::counter::Anew;
use crate::policy::declared::Policy;
use crate::policy::foresight::{Ahead, Vigil};
use crate::policy::judge::{Footing, Stood};
use crate::policy::overrides::Overrides;
use crate::policy::truths::Truths;

use super::law::Law;

/// Reused from one judging to the next; what it holds is about the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct Judging {
    outlook: Outlook,
    truths: Truths,
    /// Where the customer is on the policy's chart, if `charted`; what holds is not known then.
    spots: Spots,
    charted: bool,
    /// Where the customer stands now.
    pub(super) footing: Footing,
    /// What is to be told of the customer, besides their moves.
    pub(super) vigil: Vigil,
    /// When the next warning is due while nothing changes.
    warning: Option<Timestamp>,
    scratch: Vec<Timestamp>,
}

impl Judging {
    /// The footing of a customer without events.
    pub(super) fn first(&mut self, policy: &Policy, law: &Law, nobody: &History) -> &Footing {
        self.outlook
            .look(&law.layout, &policy.zone, nobody, Timestamp::MIN);
        let levels = self.outlook.levels();
        law.judge.first(levels, &mut self.truths, &mut self.footing);
        &self.footing
    }

    /// Judges a customer who stood there at an instant that is not before the frontier.
    pub(super) fn judge(
        &mut self,
        policy: &Policy,
        law: &Law,
        history: &History,
        from: Stood<'_>,
        at: Timestamp,
    ) {
        self.outlook.look(&law.layout, &policy.zone, history, at);
        let levels = self.outlook.levels();
        let now = Now {
            zone: &policy.zone,
            at,
        };
        self.warning = None;
        let chart = law.judge.chart().filter(|_| from.overrides.is_empty());
        self.charted = chart.is_some();
        match chart {
            Some(chart) => {
                self.footing.stand(from.ranks);
                chart.judge(levels, &mut self.spots, &mut self.footing.ranks);
            }
            None => {
                let (truths, footing) = (&mut self.truths, &mut self.footing);
                law.judge.judge(levels, now, from, truths, footing);
            }
        }
    }

    /// The ladders with which features begin that have started anew in that judging, of a customer
    /// who stood there.
    pub(super) fn anew(&self, law: &Law, from: Stood<'_>) -> Vec<Anew> {
        law.judge.anew(from, &self.footing)
    }

    /// Finds what is to be told of the customer, who was shown on `from` and stood there before
    /// that judging. Gives the ladders with which features begin that have started anew: who is
    /// judged again because of them is told something only after that.
    pub(super) fn watch(
        &mut self,
        policy: &Policy,
        law: &Law,
        (from, stood): (&[u8], Stood<'_>),
        at: Timestamp,
    ) -> Vec<Anew> {
        let anew = self.anew(law, stood);
        if !anew.is_empty() {
            self.vigil.told.clear();
            return anew;
        }
        let ahead = Ahead {
            outlook: &self.outlook,
            truths: &self.truths,
            overrides: stood.overrides,
        };
        let now = Now {
            zone: &policy.zone,
            at,
        };
        let (footing, vigil) = (&mut self.footing, &mut self.vigil);
        self.warning = law.judge.watch(now, from, ahead, footing, vigil);
        anew
    }

    /// The losses that are to come, of tiers of which that is told; the judging was under these
    /// overrides.
    pub(super) fn losses(
        &mut self,
        policy: &Policy,
        law: &Law,
        overrides: &Overrides,
    ) -> Vec<(ScaleIx, Loss)> {
        let ahead = Ahead {
            outlook: &self.outlook,
            truths: &self.truths,
            overrides,
        };
        let vigil = &mut self.vigil;
        law.judge.losses(&policy.zone, ahead, &self.footing, vigil)
    }

    /// The first instant after that judging, which was under these overrides, at which the footing
    /// becomes other than it is now without a further event, or one of them ends.
    pub(super) fn horizon(
        &mut self,
        policy: &Policy,
        law: &Law,
        overrides: &Overrides,
    ) -> Option<Timestamp> {
        let Self {
            outlook,
            truths,
            spots,
            charted,
            footing,
            scratch,
            warning,
            ..
        } = self;
        let (judge, zone) = (&law.judge, &policy.zone);
        if let Some(chart) = judge.chart().filter(|_| *charted) {
            debug_assert!(overrides.is_empty(), "they are the same as in the judging");
            return first_move(outlook, chart, (spots, footing));
        }
        let wake = judge.wake(zone, footing, overrides);
        let wake = warning.map_or(wake, |warning| wake.min(warning));
        for instant in outlook.instants() {
            let at = instant.at();
            if at >= wake {
                break;
            }
            for flip in instant.flips() {
                judge.flip(flip.feature, flip.level, truths);
            }
            let now = Now { zone, at };
            // While no ladder moves, the tiers that maps look at stay as they are.
            for flip in instant.flips() {
                let mut scales = judge.scales_about(flip.feature).iter();
                if scales
                    .any(|scale| judge.stirs(*scale, now, (footing, overrides), truths, scratch))
                {
                    return Some(at);
                }
            }
        }
        (wake < Timestamp::MAX).then_some(wake)
    }
}

/// The first instant at which a customer who was judged by a chart moves.
fn first_move(
    outlook: &Outlook,
    chart: &Chart,
    (spots, footing): (&mut Spots, &Footing),
) -> Option<Timestamp> {
    let mut instants = outlook.instants();
    let moving = instants.find(|instant| {
        for flip in instant.flips() {
            chart.flip(flip.feature, flip.level, spots);
        }
        chart.stirs(spots, &footing.ranks)
    });
    moving.map(Instant::at)
}
