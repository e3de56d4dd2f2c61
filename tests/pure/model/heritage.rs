//! What a ladder remembers of a customer whom another policy has left to it (section 10).

use tidemark::model::time::{Span, Timestamp};
use tidemark::policy::declared::{Ladder, Tier};
use tidemark::policy::lifetime::Held;
use tidemark::policy::patience::Requalify;

use super::judgement::Now;
use super::memory::Memory;

impl Memory {
    /// What a ladder remembers of a customer who comes from another policy, on whose ladder of that
    /// name, if it was one that waits, it was `other`. The tier is the `same` one or not.
    pub(crate) fn inherit(
        ladder: &Ladder,
        (tier, since, same): (usize, Timestamp, bool),
        other: Option<(&Ladder, &Self)>,
        at: Timestamp,
    ) -> Self {
        let mut memory = Self::new();
        let since = other.map_or(since, |(_, other)| other.since);
        let always = since == Timestamp::MIN && tier > 0;
        memory.since = if same && !always { since } else { at };
        let Some((before, other)) = other else {
            return memory;
        };
        memory.lapsed = other.lapsed.filter(|_| same);
        for (k, here) in ladder.tiers.iter().enumerate().skip(1) {
            let named = |old: &Tier| old.name == here.name;
            let Some(was) = before.tiers.iter().position(named).filter(|was| *was > 0) else {
                continue;
            };
            if k > tier
                && here.patience.settle > Span(0)
                && let Some(held) = other.held.get(&was)
            {
                memory.held.insert(k, *held);
            }
            let lives = (&here.lifetime, &before.tiers[was].lifetime);
            let (Some(here), Some(there)) = lives else {
                continue;
            };
            if let Some(floor) = other.floors.get(&was) {
                memory.floors.insert(k, *floor);
            }
            let alike = matches!(
                (here.held, there.held),
                (Some(Held::InARow(_)), Some(Held::InARow(_)))
                    | (Some(Held::InTotal(_)), Some(Held::InTotal(_)))
            );
            if let Some(stretches) = other.stretches.get(&was).filter(|_| alike) {
                memory.stretches.insert(k, stretches.clone());
            }
        }
        memory
    }

    /// The end of the term that is to be left to a customer of a tier.
    pub(crate) fn term_left(
        &self,
        ladder: &Ladder,
        tier: usize,
        now: Now<'_>,
    ) -> Option<Timestamp> {
        let term = ladder.tiers[tier].patience.term.filter(|_| tier > 0)?;
        if self.lapsed.is_none() && term.requalify == Requalify::Restarts {
            let mut lapsing = self.clone();
            lapsing.lapsed = Some(now.at);
            return lapsing.term_ends(ladder, tier, now);
        }
        self.term_ends(ladder, tier, now)
    }
}
