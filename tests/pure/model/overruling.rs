//! Overrides of one customer: which are in force, which counts, and what is shown (section 5).

use tidemark::model::change::Overridden;
use tidemark::model::command::{Ask, Command};
use tidemark::model::overrides::{Override, Verb};
use tidemark::model::standing::ScaleIx;
use tidemark::model::time::Timestamp;
use tidemark::policy::declared::Policy;

use super::owned_event::OwnedEvent;
use super::passing::lower;

/// All that were ever asked for and not withdrawn, in the order in which they were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Overruling {
    taken: Vec<Override>,
}

/// A ladder's tier: the one that it gives, and the one that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tier {
    pub(crate) given: u8,
    pub(crate) shown: u8,
}

impl Overruling {
    /// Does what an event asks for; `tiers` are those before its judging.
    pub(crate) fn take(&mut self, event: &OwnedEvent, policy: &Policy, tiers: &[Tier]) {
        let Some(Command { ask, by, why }) = event.command.as_deref() else {
            return;
        };
        match ask {
            Ask::Erase | Ask::Merge(_) | Ask::Unmerge => {}
            Ask::Withdraw(unwanted) => {
                let ladder = ladder(policy, &unwanted.ladder).expect("it was weighed");
                self.taken.retain(|one| {
                    let meant = one.ladder == ScaleIx(ladder)
                        && unwanted.verb.is_none_or(|verb| verb == one.verb)
                        && one.at <= event.at;
                    !meant
                });
            }
            Ask::Override(wanted) => {
                let ladder = ladder(policy, &wanted.ladder).expect("it was weighed");
                let named = wanted.tier.as_deref();
                let named = named.map(|name| tier(policy, ladder, name).expect("it was weighed"));
                let tier = match (wanted.verb, named) {
                    (Verb::Freeze, _) => tiers[ladder].shown,
                    (Verb::Extend, _) => tiers[ladder].given,
                    (_, Some(named)) => named,
                    (verb, None) => panic!("{verb:?} without a tier"),
                };
                self.taken.push(Override {
                    ladder: ScaleIx(ladder),
                    verb: wanted.verb,
                    tier,
                    at: event.at,
                    until: wanted.until.unwrap_or(Timestamp::MAX),
                    event_id: event.event_id.as_str().into(),
                    by: by.clone(),
                    why: why.clone(),
                });
            }
        }
    }

    /// All of these, and then all of another customer.
    pub(super) fn and(&self, other: &Self) -> Self {
        let both = self.taken.iter().chain(&other.taken);
        Self {
            taken: both.cloned().collect(),
        }
    }

    /// Another policy comes: the names of ladders and of their tiers, before and now. What stands
    /// on ladders that are no more is forgotten.
    pub(super) fn follow(&mut self, names: &[Vec<String>; 2], tiers: &[Vec<Vec<String>>; 2]) {
        self.taken.retain_mut(|one| {
            let before = one.ladder.0;
            let here = names[1].iter().position(|name| *name == names[0][before]);
            let Some(here) = here else {
                return false;
            };
            let (there, tiers) = (&tiers[0][before], &tiers[1][here]);
            let name = &there[usize::from(one.tier)];
            let same = tiers.iter().position(|tier| tier == name);
            let rank = same.or_else(|| lower(name, there, tiers)).unwrap_or(0);
            (one.ladder, one.tier) = (ScaleIx(here), rank as u8);
            true
        });
    }

    /// Those that are remembered at an instant, each with its number in the order of taking.
    pub(crate) fn remembered(&self, at: Timestamp) -> Vec<(usize, &Override)> {
        let numbered: Vec<_> = self.taken.iter().enumerate().collect();
        let hides = |later: &(usize, &Override), earlier: &(usize, &Override)| {
            (later.1.ladder, later.1.verb) == (earlier.1.ladder, earlier.1.verb)
                && (later.1.at, later.0) > (earlier.1.at, earlier.0)
                && later.1.until >= earlier.1.until
        };
        let mut remembered = numbered.clone();
        remembered.retain(|one| at < one.1.until && !numbered.iter().any(|it| hides(it, one)));
        remembered
    }

    /// The one of a verb that counts.
    fn counting(&self, ladder: usize, verb: Verb, at: Timestamp) -> Option<&Override> {
        let mut of_verb = self.remembered(at);
        of_verb.retain(|(_, one)| one.ladder == ScaleIx(ladder) && one.verb == verb);
        let last = of_verb
            .into_iter()
            .max_by_key(|(taken, one)| (one.at, *taken));
        last.map(|(_, one)| one)
    }

    /// The extension that counts: its tier and its end.
    pub(crate) fn extension(&self, ladder: usize, at: Timestamp) -> Option<(u8, Timestamp)> {
        let extend = self.counting(ladder, Verb::Extend, at)?;
        Some((extend.tier, extend.until))
    }

    /// The tier shown.
    pub(crate) fn shown(&self, ladder: usize, given: u8, at: Timestamp) -> u8 {
        let tier = |verb| self.counting(ladder, verb, at).map(|one| one.tier);
        if let Some(tier) = tier(Verb::Freeze).or(tier(Verb::Set)) {
            return tier;
        }
        let mut highest = given;
        for raising in [Verb::Floor, Verb::Gift] {
            highest = highest.max(tier(raising).unwrap_or(0));
        }
        highest.min(tier(Verb::Ceiling).unwrap_or(u8::MAX))
    }

    /// The override by which the tier is shown.
    pub(crate) fn shown_by(&self, ladder: usize, given: u8, at: Timestamp) -> Option<&Override> {
        let counting = |verb| self.counting(ladder, verb, at);
        if let Some(fixed) = counting(Verb::Freeze).or(counting(Verb::Set)) {
            return Some(fixed);
        }
        let raised = [Verb::Gift, Verb::Floor].map(counting);
        let unlimited = raised.iter().flatten().map(|one| one.tier).max();
        let unlimited = unlimited.unwrap_or(0).max(given);
        if let Some(ceiling) = counting(Verb::Ceiling).filter(|one| one.tier < unlimited) {
            return Some(ceiling);
        }
        let mut raised = raised.into_iter().flatten();
        raised.find(|one| one.tier == unlimited && unlimited > given)
    }

    /// Those of one ladder, as of the only ladder that there is.
    pub(crate) fn alone(&self, ladder: usize) -> Self {
        let on = self.taken.iter();
        let on = on.filter(|one| one.ladder == ScaleIx(ladder));
        let on = on.cloned().map(|one| Override {
            ladder: ScaleIx(0),
            ..one
        });
        Self {
            taken: on.collect(),
        }
    }

    /// What a change of a ladder tells of; `before` is how things were until this judging.
    pub(crate) fn told(
        &self,
        before: &Self,
        ladder: usize,
        (gave, gives): (u8, u8),
        (last, at): (Timestamp, Timestamp),
    ) -> Option<Box<Overridden>> {
        let tell = |by: &Override, holds| {
            Some(Box::new(Overridden {
                by: by.clone(),
                holds,
            }))
        };
        if let Some(by) = self.shown_by(ladder, gives, at) {
            return tell(by, true);
        }
        let counts = |one: &Override| self.counting(ladder, one.verb, at) == Some(one);
        let over = before.shown_by(ladder, gave, last);
        if let Some(over) = over.filter(|one| !counts(one)) {
            return tell(over, false);
        }
        let extend = before.counting(ladder, Verb::Extend, last)?;
        match gives < gave && gave <= extend.tier && !counts(extend) {
            true => tell(extend, false),
            false => None,
        }
    }

    /// The instants at which one ends.
    pub(crate) fn ends(&self, after: Timestamp) -> Vec<Timestamp> {
        let remembered = self.remembered(after);
        let ends = remembered.into_iter().map(|(_, one)| one.until);
        ends.filter(|end| *end < Timestamp::MAX).collect()
    }
}

/// The ladder of that name.
pub(super) fn ladder(policy: &Policy, name: &str) -> Option<usize> {
    let mut ladders = policy.ladders.iter();
    ladders.position(|ladder| ladder.name == name)
}

/// The tier of that name.
pub(super) fn tier(policy: &Policy, ladder: usize, name: &str) -> Option<u8> {
    let mut tiers = policy.ladders[ladder].tiers.iter();
    tiers.position(|tier| tier.name == name).map(|k| k as u8)
}
