//! What overrides make of the tier that a ladder gives: the tier shown, and the override by which.

use crate::model::overrides::{Override, Verb};
use crate::model::standing::ScaleIx;
use crate::model::time::Timestamp;

/// The overrides that are remembered of a customer, on all ladders: all are in force, and each may
/// count at some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The one that is dated first first; of equals, the one that was taken first.
    all: Vec<Override>,
}

/// An `extend` that counts on a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Neither this tier nor those below it are lost ...
    pub tier: u8,
    /// ... before this instant.
    pub until: Timestamp,
}

/// Those of nearly everybody.
pub static NONE: Overrides = Overrides { all: Vec::new() };

impl Overrides {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those that were [`all`](Self::all) once.
    #[must_use]
    pub fn of_all(all: Vec<Override>) -> Self {
        Self { all }
    }

    /// All of them, the one that is dated first first; of equals, the one that was taken first.
    #[must_use]
    pub fn all(&self) -> &[Override] {
        &self.all
    }

    /// All that are remembered on a ladder, the one that is dated first first.
    pub fn on(&self, ladder: ScaleIx) -> impl DoubleEndedIterator<Item = &Override> {
        self.all.iter().filter(move |one| one.ladder == ladder)
    }

    /// One more. What can no longer count because of it is forgotten.
    pub fn remember(&mut self, new: Override) {
        let place = self.all.partition_point(|one| one.at <= new.at);
        self.all.insert(place, new);
        let kept = |at: usize| {
            let one = &self.all[at];
            let mut later = self.all[at + 1..].iter();
            !later.any(|other| {
                (other.ladder, other.verb) == (one.ladder, one.verb) && other.until >= one.until
            })
        };
        let kept: Vec<bool> = (0..self.all.len()).map(kept).collect();
        let mut kept = kept.into_iter();
        self.all.retain(|_| kept.next().is_some_and(|kept| kept));
    }

    /// What becomes of them under another policy, where ladders and tiers have other numbers; those
    /// on ladders that are no more are forgotten.
    #[must_use]
    pub fn carried(&self, there: impl Fn(ScaleIx, u8) -> Option<(ScaleIx, u8)>) -> Self {
        let carried = |one: &Override| {
            let (ladder, tier) = there(one.ladder, one.tier)?;
            Some(Override {
                ladder,
                tier,
                ..one.clone()
            })
        };
        Self {
            all: self.all.iter().filter_map(carried).collect(),
        }
    }

    /// These and those of another customer.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for one in &other.all {
            both.remember(one.clone());
        }
        both
    }

    /// Takes away those of a ladder that are dated at an instant or before; of one verb, if one is
    /// named.
    pub fn withdraw(&mut self, ladder: ScaleIx, verb: Option<Verb>, at: Timestamp) {
        self.all.retain(|one| {
            one.ladder != ladder || one.at > at || verb.is_some_and(|verb| verb != one.verb)
        });
    }

    /// Forgets those that are no longer in force.
    pub fn pass(&mut self, at: Timestamp) {
        self.all.retain(|one| at < one.until);
    }

    /// Whether one counts.
    #[must_use]
    pub fn counts(&self, one: &Override) -> bool {
        self.counting(one.ladder, one.verb) == Some(one)
    }

    /// The first instant at which one is no longer in force; [`Timestamp::MAX`] if there is none.
    #[must_use]
    pub fn next_end(&self) -> Timestamp {
        let ends = self.all.iter().map(|one| one.until);
        ends.min().unwrap_or(Timestamp::MAX)
    }

    /// The tier shown where a ladder gives that one; and by which override, if by one.
    #[must_use]
    pub fn shown(&self, ladder: ScaleIx, given: u8) -> (u8, Option<&Override>) {
        let counts = |verb| self.counting(ladder, verb);
        let fixed = counts(Verb::Freeze).or_else(|| counts(Verb::Set));
        let raised = [counts(Verb::Floor), counts(Verb::Gift)];
        let raised = raised.into_iter().flatten();
        let raised = raised.filter(|one| one.tier > given);
        let raised = raised.max_by_key(|one| one.tier);
        let tier = raised.map_or(given, |one| one.tier);
        let limited = counts(Verb::Ceiling).filter(|one| one.tier < tier);
        let by = fixed.or(limited).or(raised);
        (by.map_or(given, |one| one.tier), by)
    }

    /// The overrides by which tiers are shown where the ladders give these; `given` may go on
    /// with the segments on maps.
    #[must_use]
    pub fn shown_by(&self, given: &[u8]) -> Box<[Override]> {
        if self.is_empty() {
            return Box::default();
        }
        let ladders = (0..).map(ScaleIx).zip(given);
        let by = ladders.filter_map(|(ladder, given)| self.shown(ladder, *given).1);
        by.cloned().collect()
    }

    /// The extension that counts on a ladder.
    #[must_use]
    pub fn extension(&self, ladder: ScaleIx) -> Option<Extension> {
        self.extending(ladder).map(|one| Extension {
            tier: one.tier,
            until: one.until,
        })
    }

    /// The override that extends a ladder's tier.
    #[must_use]
    pub fn extending(&self, ladder: ScaleIx) -> Option<&Override> {
        self.counting(ladder, Verb::Extend)
    }

    /// Of those of a verb on a ladder, the one that counts.
    fn counting(&self, ladder: ScaleIx, verb: Verb) -> Option<&Override> {
        self.on(ladder).rfind(|one| one.verb == verb)
    }
}
