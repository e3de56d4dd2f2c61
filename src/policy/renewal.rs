//! Starts of a ladder with a customer: it moves them, or the term of their tier is renewed.

use crate::model::standing::ScaleIx;
use crate::model::time::{Span, Timestamp};
use crate::model::zone::Zone;

use super::checks::Scale;
use super::climb::{Climb, LAPSED, Now, SINCE};
use super::counter::{Anew, Counter};
use super::judge::{Footing, Judge, Stood};
use super::marks::NO;
use super::patience::{Came, Requalify};

impl Judge {
    /// The features that begin with the starts of ladders.
    #[must_use]
    pub fn counters(&self) -> &[Counter] {
        &self.counters
    }

    /// The ladders with which features begin that have started anew in a judging.
    pub fn anew(&self, from: Stood<'_>, footing: &Footing) -> Vec<Anew> {
        let mut anew: Vec<Anew> = Vec::new();
        for Counter { ladder, .. } in &self.counters {
            let (was, is) = (from.ranks[ladder.0], footing.ranks[ladder.0]);
            let scale = &self.scales[ladder.0];
            let starts = scale.begun(from.marks) != scale.begun(&footing.marks) || was != is;
            if starts && anew.iter().all(|known| known.ladder != *ladder) {
                anew.push(Anew {
                    ladder: *ladder,
                    from: was,
                    to: is,
                });
            }
        }
        anew
    }

    /// Finds the ladders that have started anew since `before`; they do so no more from now on.
    pub fn end_begun(
        &self,
        (before, marks): (&[Timestamp], &mut [Timestamp]),
        mut found: impl FnMut(ScaleIx),
    ) {
        for Counter { ladder, .. } in &self.counters {
            let scale = &self.scales[ladder.0];
            if scale.begun(before) != scale.begun(marks) {
                found(*ladder);
                if let Scale::Patient(climb, place) = scale {
                    climb.begin(NO, &mut marks[place.clone()]);
                }
            }
        }
    }
}

impl Climb {
    /// The ladder starts anew.
    pub(super) fn begin(&self, at: Timestamp, marks: &mut [Timestamp]) {
        if let Some(begun) = self.begun {
            marks[begun] = at;
        }
    }

    /// When a customer came to the tier that they are on.
    pub(super) fn came(&self, marks: &[Timestamp]) -> Came {
        let since = marks[SINCE];
        let renewed = self.begun.map(|begun| marks[begun]);
        Came {
            since,
            renewed: renewed.filter(|begun| *begun != NO).unwrap_or(since),
        }
    }

    /// When the term ends that is renewed then if something still keeps a customer whom something
    /// keeps now.
    pub(super) fn renewal(&self, zone: &Zone, rank: u8, marks: &[Timestamp]) -> Option<Timestamp> {
        let begun = marks[self.begun?].max(marks[SINCE]);
        if begun == NO || marks[LAPSED] != NO {
            return None;
        }
        let term = self.rung(rank)?.patience.term?;
        let extends = term.requalify == Requalify::Extends;
        let end = || {
            term.until
                .first_not_before(zone, marks[SINCE], begun + Span(1))
        };
        extends.then(end).filter(|end| *end != NO)
    }

    /// Renews the term of a customer who stays on a tier, because something keeps them there, if it
    /// is over; where requalifying restarts it, if nothing has kept them there from `lapsed` on.
    pub(super) fn renew(&self, now: Now<'_>, rank: u8, lapsed: Timestamp, marks: &mut [Timestamp]) {
        let term = self.rung(rank).and_then(|rung| rung.patience.term);
        let (Some(begun), Some(term)) = (self.begun, term) else {
            return;
        };
        let renewed = match term.requalify {
            Requalify::Extends => {
                let end = self.renewal(now.zone, rank, marks);
                end.is_some_and(|end| end <= now.at)
            }
            Requalify::Restarts => lapsed != NO && marks[begun] != NO,
        };
        if renewed {
            self.begin(now.at, marks);
        }
    }
}
