//! What a ladder waits for with a customer, and what it has waited for.

use crate::model::change::{Wait, Waited};
use crate::model::time::Timestamp;

use super::climb::{Climb, LAPSED, Now, SINCE, Waiting};
use super::marks::NO;
use super::overrides::Extension;
use super::patience::Patience;

impl Climb {
    /// What is waited for.
    pub(super) fn waiting(
        &self,
        now: Now<'_>,
        rank: u8,
        extended: Option<Extension>,
        marks: &[Timestamp],
    ) -> Waiting {
        let patience = self.rung(rank).map_or(Patience::NONE, |rung| rung.patience);
        let since = marks[SINCE];
        let lapsed = Some(marks[LAPSED]).filter(|lapsed| *lapsed != NO);
        Waiting {
            settling: self.settling(rank, marks).collect(),
            protected: patience.protected(now.zone, since),
            floor: self
                .floors()
                .filter_map(|(tier, floor)| Some((tier, floor.since(marks)?)))
                .last(),
            term: patience.term_ends(now.zone, (self.came(marks), lapsed), now.at),
            lapsed,
            lost: self.lost(now.zone, rank, extended, marks),
        }
    }

    /// What has been waited for where a customer moves now; `marks` are those before the move.
    pub(super) fn waited(
        &self,
        now: Now<'_>,
        (from, to): (u8, u8),
        marks: &[Timestamp],
    ) -> Option<Waited> {
        if to < from {
            let kept = (self.came(marks), marks[LAPSED].min(now.at));
            let rung = self.rung(from)?;
            return rung.patience.over(now.zone, kept, now.at);
        }
        let mut settling = self.settling(from, marks);
        let settled = settling.find(|(rank, _, end)| *rank == to && *end == now.at);
        settled.map(|(_, since, _)| Waited {
            wait: Wait::Settle,
            since,
        })
    }
}
