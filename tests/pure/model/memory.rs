//! What a ladder that waits remembers of a customer, and what it does with it (section 5).

use std::collections::BTreeMap;

use tidemark::model::change::{Wait, Waited};
use tidemark::model::time::{Span, Timestamp};
use tidemark::model::until::Until;
use tidemark::policy::climb::Waiting;
use tidemark::policy::declared::Ladder;
use tidemark::policy::patience::{Demote, Depth, Requalify};

use super::judgement::{Now, Sight};

/// What a ladder remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) since: Timestamp,
    pub(crate) lapsed: Option<Timestamp>,
    pub(crate) held: BTreeMap<usize, Timestamp>,
}

/// Whether a ladder has to remember anything.
pub(crate) fn waits(ladder: &Ladder) -> bool {
    ladder.tiers.iter().any(|tier| {
        let patience = tier.patience;
        patience.settle > Span(0)
            || patience.grace.is_some()
            || patience.stay.is_some()
            || patience.term.is_some()
            || patience.demote == Demote::Never
    })
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            since: Timestamp::MIN,
            lapsed: None,
            held: BTreeMap::new(),
        }
    }

    /// Steps 1 to 5: the new tier, and what was waited for if it is another one.
    pub(super) fn judge(
        &mut self,
        sight: &Sight<'_>,
        ladder: &Ladder,
        current: usize,
        now: Now<'_>,
    ) -> (usize, Option<Waited>) {
        let tiers = &ladder.tiers;
        for (k, tier) in tiers.iter().enumerate().skip(current + 1) {
            if tier.patience.settle > Span(0) {
                if sight.enters(ladder, k) {
                    self.held.entry(k).or_insert(now.at);
                } else {
                    self.held.remove(&k);
                }
            }
        }
        let settled = (current + 1..tiers.len())
            .rev()
            .find(|k| sight.enters(ladder, *k) && self.settled_at(ladder, *k, now) <= now.at);
        if let Some(new) = settled {
            let waited = (tiers[new].patience.settle > Span(0)
                && self.settled_at(ladder, new, now) == now.at)
                .then(|| Waited {
                    wait: Wait::Settle,
                    since: self.held[&new],
                });
            self.come(new, now.at);
            return (new, waited);
        }
        self.descend(sight, ladder, current, now)
    }

    /// When a tier whose entry rule holds has settled.
    fn settled_at(&self, ladder: &Ladder, k: usize, now: Now<'_>) -> Timestamp {
        let settle = ladder.tiers[k].patience.settle;
        match self.held.get(&k) {
            Some(held) if settle > Span(0) => *held + settle,
            _ => now.at,
        }
    }

    /// Steps 3 and 4, for as long as they move the customer.
    fn descend(
        &mut self,
        sight: &Sight<'_>,
        ladder: &Ladder,
        current: usize,
        now: Now<'_>,
    ) -> (usize, Option<Waited>) {
        let kept = |tier: usize| {
            let above = tier..ladder.tiers.len();
            tier == 0
                || above.into_iter().any(|k| sight.enters(ladder, k))
                || sight.keeps(ladder, tier)
        };
        let (mut tier, mut waited) = (current, None);
        loop {
            let patience = ladder.tiers[tier].patience;
            if patience.demote == Demote::Never || kept(tier) {
                self.lapsed = None;
                return (tier, waited);
            }
            let lapsed = *self.lapsed.get_or_insert(now.at);
            if self.lost(ladder, tier, now).expect("it has lapsed") > now.at {
                return (tier, waited);
            }
            if tier == current {
                let ends = self.ends(ladder, tier, lapsed, now);
                let over = ends.into_iter().find(|(_, _, end)| *end == now.at);
                waited = over.map(|(wait, since, _)| Waited { wait, since });
            }
            tier = match patience.depth {
                Depth::OneStep => tier - 1,
                Depth::ToFit => (0..tier)
                    .rev()
                    .find(|lower| kept(*lower))
                    .expect("the bottom is kept"),
            };
            self.come(tier, now.at);
        }
    }

    /// When the tier is lost, if nothing keeps the customer there any more.
    pub(crate) fn lost(&self, ladder: &Ladder, tier: usize, now: Now<'_>) -> Option<Timestamp> {
        let lapsed = self.lapsed?;
        let ends = self.ends(ladder, tier, lapsed, now);
        let ends = ends.into_iter().map(|(_, _, end)| end);
        Some(ends.chain([lapsed]).max().expect("there is one"))
    }

    fn ends(
        &self,
        ladder: &Ladder,
        tier: usize,
        lapsed: Timestamp,
        now: Now<'_>,
    ) -> Vec<(Wait, Timestamp, Timestamp)> {
        let patience = ladder.tiers[tier].patience;
        let waits = [
            (Wait::Grace, patience.grace, lapsed),
            (Wait::MinimumStay, patience.stay, self.since),
        ];
        let waits = waits.into_iter().filter_map(|(wait, until, begins)| {
            Some((wait, begins, now.days.end_of(until?, begins)))
        });
        let term = patience.term.map(|term| match term.requalify {
            Requalify::Extends => {
                let mut ends = now.days.ends_of(term.until, self.since, lapsed);
                let end = ends.find(|end| *end >= lapsed).expect("terms go on");
                (Wait::Term, self.since, end)
            }
            Requalify::Restarts => {
                let begins = match term.until {
                    Until::Span(_) => lapsed,
                    _ => lapsed - Span(1),
                };
                (Wait::Term, lapsed, now.days.end_of(term.until, begins))
            }
        });
        term.into_iter().chain(waits).collect()
    }

    fn come(&mut self, tier: usize, at: Timestamp) {
        self.since = at;
        self.lapsed = None;
        self.held.retain(|k, _| *k > tier);
    }

    /// The instants at which a ladder may move a customer by itself.
    pub(crate) fn turns(&self, ladder: &Ladder, tier: usize, now: Now<'_>) -> Vec<Timestamp> {
        let settling = self.held.keys().map(|k| self.settled_at(ladder, *k, now));
        settling.chain(self.lost(ladder, tier, now)).collect()
    }

    /// What the ladder waits for.
    pub(crate) fn waiting(&self, ladder: &Ladder, tier: usize, now: Now<'_>) -> Waiting {
        let settling = self.held.iter().map(|(k, held)| {
            let until = *held + ladder.tiers[*k].patience.settle;
            (*k as u8, *held, until)
        });
        let stay = ladder.tiers[tier].patience.stay.filter(|_| tier > 0);
        Waiting {
            settling: settling.collect(),
            protected: stay.map(|stay| now.days.end_of(stay, self.since)),
            term: self.term_ends(ladder, tier, now),
            lapsed: self.lapsed,
            lost: self.lost(ladder, tier, now),
        }
    }

    /// When the term ends that the customer is in.
    fn term_ends(&self, ladder: &Ladder, tier: usize, now: Now<'_>) -> Option<Timestamp> {
        let term = ladder.tiers[tier].patience.term.filter(|_| tier > 0)?;
        if let Some(lapsed) = self.lapsed {
            let ends = self.ends(ladder, tier, lapsed, now);
            let term = ends.into_iter().find(|(wait, ..)| *wait == Wait::Term);
            return term.map(|(_, _, end)| end);
        }
        let mut ends = now.days.ends_of(term.until, self.since, now.at);
        let next = ends.find(|end| *end > now.at);
        next.filter(|_| term.requalify == Requalify::Extends)
    }
}
