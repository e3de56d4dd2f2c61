//! What a ladder that waits remembers of a customer, and what it does with it (section 5).

use std::collections::BTreeMap;

use tidemark::model::change::{Wait, Waited};
use tidemark::model::time::{Span, Timestamp};
use tidemark::model::until::Until;
use tidemark::policy::climb::Waiting;
use tidemark::policy::declared::{Ladder, Policy};
use tidemark::policy::patience::{Demote, Depth, OnRefund, Requalify};
use tidemark::policy::transition::Transition;

use super::judgement::{Now, Sight};
use super::starts::counts;
use super::stretches::Stretches;

/// What a ladder remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) since: Timestamp,
    pub(crate) lapsed: Option<Timestamp>,
    /// When the ladder last started anew.
    pub(crate) begun: Timestamp,
    /// Until when the tier is kept because a policy's transition, or the tier itself after a
    /// refund, has granted that.
    pub(crate) granted: Timestamp,
    /// While something is taken back: when the tier would be lost without that.
    pub(crate) spared: Option<Timestamp>,
    pub(crate) held: BTreeMap<usize, Timestamp>,
    /// The tiers for life, and from when on.
    pub(crate) floors: BTreeMap<usize, Timestamp>,
    /// Of the tiers that must have been held for a time: the stretches on the tier or higher that
    /// are over, the one that is not, and whether that has ever been enough.
    pub(crate) stretches: BTreeMap<usize, Stretches>,
}

/// Whether a ladder has to remember anything.
pub(crate) fn waits(policy: &Policy, ladder: &Ladder) -> bool {
    let grants = policy.transition != Transition::Immediate;
    grants
        || counts(policy, ladder)
        || ladder.tiers.iter().any(|tier| {
            let patience = tier.patience;
            patience.settle > Span(0)
                || patience.grace.is_some()
                || patience.stay.is_some()
                || patience.term.is_some()
                || patience.demote == Demote::Never
                || patience.on_refund == OnRefund::Keep
                || tier.requires.is_some()
                || tier.lifetime.is_some()
        })
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            since: Timestamp::MIN,
            lapsed: None,
            begun: Timestamp::MIN,
            granted: Timestamp::MIN,
            spared: None,
            held: BTreeMap::new(),
            floors: BTreeMap::new(),
            stretches: BTreeMap::new(),
        }
    }

    /// Steps 1 to 4: the new tier, and what was waited for if it is another one.
    pub(super) fn judge(
        &mut self,
        sight: &Sight<'_>,
        ladder: &Ladder,
        current: usize,
        extended: Option<(u8, Timestamp)>,
        now: Now<'_>,
    ) -> (usize, Option<Waited>) {
        self.note_floors(sight, ladder, current, now);
        let before = self.held.clone();
        let mut tier = current;
        while let Some(higher) = self.ascend(sight, ladder, (tier, current), now) {
            tier = higher;
            self.come(tier, now.at);
        }
        let waited = if tier > current {
            let settle = ladder.tiers[tier].patience.settle;
            let since = before.get(&tier).copied();
            let since = since.filter(|since| *since + settle == now.at);
            since.map(|since| Waited {
                wait: Wait::Settle,
                since,
            })
        } else {
            let (lower, waited) = self.descend(sight, ladder, current, extended, now);
            tier = lower;
            waited
        };
        self.note_floors(sight, ladder, tier, now);
        self.spared = None;
        (tier, waited)
    }

    /// Step 2, once.
    fn ascend(
        &mut self,
        sight: &Sight<'_>,
        ladder: &Ladder,
        (current, stood): (usize, usize),
        now: Now<'_>,
    ) -> Option<usize> {
        let open = open(sight, ladder, (current, stood));
        for (k, tier) in ladder.tiers.iter().enumerate().skip(current + 1) {
            if tier.patience.settle > Span(0) {
                if open[k] {
                    self.held.entry(k).or_insert(now.at);
                } else {
                    self.held.remove(&k);
                }
            }
        }
        let higher = (current + 1..ladder.tiers.len()).rev();
        let mut open = higher.filter(|k| open[*k]);
        open.find(|k| self.settled_at(ladder, *k, now) <= now.at)
    }

    /// Notes which tiers are for life.
    fn note_floors(&mut self, sight: &Sight<'_>, ladder: &Ladder, current: usize, now: Now<'_>) {
        for (k, tier) in ladder.tiers.iter().enumerate() {
            let Some(lifetime) = &tier.lifetime else {
                continue;
            };
            if let Some(held) = lifetime.held {
                let stretches = self.stretches.entry(k).or_default();
                stretches.note(held, k <= current, now);
            }
            let stretches = self.stretches.get(&k);
            let long = stretches.is_none_or(|stretches| stretches.enough);
            let rule = lifetime.rule.as_ref();
            if k <= current && long && rule.is_none_or(|rule| sight.holds(rule)) {
                self.floors.entry(k).or_insert(now.at);
            }
        }
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
        extended: Option<(u8, Timestamp)>,
        now: Now<'_>,
    ) -> (usize, Option<Waited>) {
        let open = open(sight, ladder, (current, current));
        let lapsed_before = self.lapsed;
        let floors = self.floors.clone();
        let kept = |tier: usize| {
            tier == 0
                || open[tier..].contains(&true)
                || sight.keeps_of(ladder, tier)
                || floors.contains_key(&tier)
                || ladder.tiers[tier].patience.demote == Demote::Never
        };
        let (mut tier, mut waited) = (current, None);
        loop {
            let patience = ladder.tiers[tier].patience;
            if kept(tier) {
                self.lapsed = None;
                if tier == current && sight.counts(ladder) {
                    self.renew(ladder, tier, lapsed_before, now);
                }
                return (tier, waited);
            }
            let spared = self.spared.take().filter(|_| self.lapsed.is_none());
            let lapsed = *self.lapsed.get_or_insert(now.at);
            let mut lost = self.lost(ladder, tier, extended, now);
            match (patience.on_refund, spared) {
                (OnRefund::Demote, Some(_)) => {
                    let extended = extended.filter(|(highest, _)| tier <= usize::from(*highest));
                    lost = Some(extended.map_or(self.granted, |(_, end)| end.max(self.granted)));
                }
                (OnRefund::Keep, Some(until)) => {
                    self.granted = until;
                    lost = self.lost(ladder, tier, extended, now);
                }
                _ => {}
            }
            if lost.is_none_or(|lost| lost > now.at) {
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
                    .find(|lower| {
                        let extended = extended.map(|(extended, _)| usize::from(extended));
                        kept(*lower) || extended.is_some_and(|extended| *lower <= extended)
                    })
                    .expect("the bottom is kept"),
            };
            self.come(tier, now.at);
        }
    }

    /// Starts anew if the term of a tier is over on which something keeps the customer.
    fn renew(&mut self, ladder: &Ladder, tier: usize, before: Option<Timestamp>, now: Now<'_>) {
        let Some(term) = ladder.tiers[tier].patience.term.filter(|_| tier > 0) else {
            return;
        };
        let over = match term.requalify {
            Requalify::Extends => self
                .renewal(ladder, tier, now)
                .is_some_and(|end| end <= now.at),
            Requalify::Restarts => before.is_some(),
        };
        if over {
            self.begun = now.at;
        }
    }

    /// The first end of a term after the last start, where terms follow on one another.
    fn renewal(&self, ladder: &Ladder, tier: usize, now: Now<'_>) -> Option<Timestamp> {
        let term = ladder.tiers[tier].patience.term.filter(|_| tier > 0)?;
        let begun = self.begun.max(self.since);
        let mut ends = now.days.ends_of(term.until, self.since, begun);
        let end = ends.find(|end| *end > begun);
        end.filter(|_| term.requalify == Requalify::Extends)
    }

    /// When the tier is lost, if nothing keeps the customer there any more and it ever is.
    pub(crate) fn lost(
        &self,
        ladder: &Ladder,
        tier: usize,
        extended: Option<(u8, Timestamp)>,
        now: Now<'_>,
    ) -> Option<Timestamp> {
        let lapsed = self.lapsed?;
        let ends = self.ends(ladder, tier, lapsed, now);
        let ends = ends.into_iter().map(|(_, _, end)| end);
        let extended = extended.filter(|(extended, _)| tier <= usize::from(*extended));
        let ends = ends.chain(extended.map(|(_, until)| until));
        let end = ends.chain([lapsed, self.granted]).max();
        end.filter(|end| *end < Timestamp::MAX)
    }

    pub(super) fn ends(
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
                let end = ends
                    .find(|end| *end >= lapsed && *end > self.begun)
                    .expect("terms go on");
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
        self.begun = at;
        self.lapsed = None;
        self.granted = Timestamp::MIN;
        self.held.retain(|k, _| *k > tier);
    }

    /// The instants at which a ladder may move a customer by itself.
    pub(crate) fn turns(
        &self,
        ladder: &Ladder,
        tier: usize,
        extended: Option<(u8, Timestamp)>,
        now: Now<'_>,
    ) -> Vec<Timestamp> {
        let settling = self.held.keys().map(|k| self.settled_at(ladder, *k, now));
        let own = settling.chain(self.lost(ladder, tier, extended, now));
        let tiers = self.stretches.iter().filter_map(|(k, stretches)| {
            let lifetime = ladder.tiers[*k].lifetime.as_ref()?;
            stretches.end(lifetime.held?, now)
        });
        let renewal = self.renewal(ladder, tier, now);
        own.chain(tiers).chain(renewal).collect()
    }

    /// What the ladder waits for.
    pub(crate) fn waiting(
        &self,
        ladder: &Ladder,
        tier: usize,
        extended: Option<(u8, Timestamp)>,
        now: Now<'_>,
    ) -> Waiting {
        let settling = self.held.iter().map(|(k, held)| {
            let until = *held + ladder.tiers[*k].patience.settle;
            (*k as u8, *held, until)
        });
        let stay = ladder.tiers[tier].patience.stay.filter(|_| tier > 0);
        Waiting {
            settling: settling.collect(),
            protected: stay.map(|stay| now.days.end_of(stay, self.since)),
            floor: self
                .floors
                .last_key_value()
                .map(|(k, since)| (*k as u8, *since)),
            term: self.term_ends(ladder, tier, now),
            lapsed: self.lapsed,
            lost: self.lost(ladder, tier, extended, now),
        }
    }

    /// When the term ends that the customer is in.
    pub(super) fn term_ends(
        &self,
        ladder: &Ladder,
        tier: usize,
        now: Now<'_>,
    ) -> Option<Timestamp> {
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

/// Which tiers are open to a customer on `current`, who stood on another one before.
fn open(sight: &Sight<'_>, ladder: &Ladder, (current, stood): (usize, usize)) -> Vec<bool> {
    let mut open: Vec<bool> = Vec::new();
    for (k, tier) in ladder.tiers.iter().enumerate() {
        let has = match tier.requires {
            None => true,
            Some(p) if sight.is_stepwise(ladder, k) => usize::from(p) <= stood,
            Some(p) => usize::from(p) <= current || open[usize::from(p)],
        };
        open.push(sight.enters(ladder, k) && has);
    }
    open
}
