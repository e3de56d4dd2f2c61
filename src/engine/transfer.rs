//! How an engine adopts a policy, and customers are passed over to it one by one.

use std::mem;
use std::sync::Arc;

use crate::features::fingerprint::hash;
use crate::model::standing::{Place, ScaleIx};
use crate::model::time::Timestamp;
use crate::policy::climb::Now;
use crate::policy::declared::Policy;
use crate::policy::heritage::Heritage;
use crate::policy::judge::Stood;
use crate::policy::overrides::Overrides;
use crate::policy::succession::{Column, Heir, Mapped, Succession, columns};
use crate::policy::transition::Transition;
use crate::policy::watch::Inherited;

use super::adoption::{Gone, NotAdopted, Passing, of_era, succeed};
use super::customers::Slot;
use super::effect::Judged;
use super::era::Era;
use super::occasion::Occasion;
use super::overruled::Overruled;
use super::step::Engine;

/// Where a customer stands who is being passed over, before the judging.
pub(super) struct Arrived {
    /// What is shown ...
    places: Vec<Place>,
    /// ... and what the ladders give.
    given: Vec<u8>,
    /// Whether that is what they gave before.
    same: Vec<bool>,
    marks: Vec<Timestamp>,
    overrides: Overrides,
    /// The ladders and maps on which they were on a tier or segment that is no more, with its name.
    left: Vec<(ScaleIx, Box<str>)>,
}

impl Engine {
    /// From here on the policy is another one; `pace` customers are passed over to it after each
    /// tick, besides those of whom something is heard. Nothing happens if it is the one in force.
    ///
    /// # Errors
    /// It is refused; nothing has happened.
    pub fn adopt(&mut self, policy: Arc<Policy>, pace: u32) -> Result<(), NotAdopted> {
        if policy.hash == self.era.policy.hash {
            return Ok(());
        }
        if let Some(passing) = &self.passing {
            let left = passing.left();
            return Err(NotAdopted::Underway { left });
        }
        let (law, carry) = succeed((&self.era.law, &self.era.policy), &policy)?;
        self.end_saving();
        let kept = self.era.law.kept;
        self.floor = self.floor.max(self.clock - kept.late);
        let forgotten = self.clock - kept.late - kept.dedup;
        self.dedup
            .reach(policy.time.dedup, law.kept.dedup, forgotten);

        let old = columns(&self.era.policy);
        let (count, new) = (old.len(), columns(&policy));
        let gone = self.gone.iter().map(|gone| gone.column.clone());
        let all: Vec<Column> = old.into_iter().chain(gone).collect();
        let succession = Succession::new(&all, count, &new);
        for ix in &succession.gone {
            let name = self.era.names[*ix];
            self.gone.push(Gone::new(all[*ix].clone(), name));
        }
        let numbers = new.iter().map(|column| column.name.as_str());
        let numbers = self.departed.numbers(numbers);
        let number = self.era.number + 1;
        let era = Era::new(number, policy, law, numbers, &mut self.judging);
        let left = mem::replace(&mut self.era, era);
        self.before = Some(left.policy.clone());
        let customers = (self.customers.len(), self.customers.count());
        let names = (all, succession);
        let passing = Passing::new(left, (self.clock, pace), carry, names, customers);
        self.passing = Some(Box::new(passing));
        self.settle_passing();
        Ok(())
    }

    /// How many customers are still to be passed over to the policy in force.
    #[must_use]
    pub fn awaiting(&self) -> usize {
        self.passing.as_ref().map_or(0, |passing| passing.left())
    }

    /// The policy by which something was just decided; those of the one before the last are no
    /// longer known.
    #[must_use]
    pub fn policy_of(&self, era: u32) -> Option<&Arc<Policy>> {
        of_era(era, &self.era, self.before.as_ref())
    }

    /// The era that a customer was last judged in.
    pub(super) fn era_of(&self, slot: Slot) -> &Era {
        match &self.passing {
            Some(passing) if passing.awaits(slot) => &passing.era,
            _ => &self.era,
        }
    }

    /// Passes over the next customers whose turn it is.
    pub(super) fn pass_next(&mut self, effects: &mut Vec<Judged>) {
        let pace = self.passing.as_ref().map_or(0, |passing| passing.pace);
        for _ in 0..pace {
            let Some(slot) = self.next_to_pass() else {
                return;
            };
            self.pass_over(slot, effects);
        }
    }

    /// The first customer who is still to be passed over.
    fn next_to_pass(&mut self) -> Option<Slot> {
        let passing = self.passing.as_mut()?;
        loop {
            let slot = passing.first()?;
            if self.customers.stands(slot) {
                return Some(slot);
            }
            passing.skip(slot);
        }
    }

    /// Passes a customer over if that is still to be done; whether it was.
    pub(super) fn pass_over(&mut self, slot: Slot, effects: &mut Vec<Judged>) -> bool {
        let Some(mut passing) = self.passing.take_if(|passing| passing.awaits(slot)) else {
            return false;
        };
        let at = self.customers.get(slot).history.judging_instant(passing.at);
        mem::swap(&mut self.era, &mut passing.era);
        self.catch_up(slot, at, effects);
        let losses = match passing.era.policy.transition {
            Transition::UpgradesOnly => self.losses(slot, at),
            Transition::Immediate | Transition::KeepUntilTerm => Vec::new(),
        };
        mem::swap(&mut self.era, &mut passing.era);

        let arrived = self.move_over(&passing, (slot, at), Some(&losses));
        passing
            .era
            .population
            .left(passing.era.footings.places(slot));
        self.era.population.came(&arrived.places);
        self.pass_members(&mut passing, slot, at);
        passing.done(slot);
        let on = Occasion::Adoption {
            left: &arrived.left,
            tells: passing.succession.renamed,
        };
        self.judge(slot, at, on, effects);
        self.passing = Some(passing);
        self.settle_passing();
        true
    }

    /// Puts what is kept of a customer where the policy in force has it. Those who stand for
    /// themselves may be granted something: they would lose their tiers at these instants.
    pub(super) fn move_over(
        &mut self,
        passing: &Passing,
        (slot, at): (Slot, Timestamp),
        losses: Option<&[Timestamp]>,
    ) -> Arrived {
        let mut arrived = self.arrive(passing, slot, at);
        if let Some(losses) = losses {
            self.grant(passing, (slot, at), losses, &mut arrived);
        }
        let (old, new) = (&passing.era.law, &self.era.law);
        let history = &mut self.customers.get_mut(slot).history;
        let forgotten = at - old.kept.orders;
        history.carry(&passing.carry, &old.layout, &new.layout, forgotten);
        let footings = &mut self.era.footings;
        footings.put(slot, &arrived.places, &arrived.marks);
        if passing.era.footings.overruled(slot).is_some() {
            let (ranks, overrides) = (arrived.given.clone().into(), arrived.overrides.clone());
            footings.overrule(slot, Overruled { ranks, overrides });
        }
        self.remember_gone(passing, slot);
        arrived
    }

    /// Once everybody is passed over, nothing is left of the era before but its policy.
    fn settle_passing(&mut self) {
        if let Some(passing) = self.passing.take_if(|passing| passing.left() == 0) {
            let heirs = passing.succession.heirs.iter();
            let back: Vec<usize> = heirs.filter_map(|heir| heir.from).collect();
            let count = passing.era.policy.scales();
            let mut ix = count;
            self.gone.retain(|_| {
                ix += 1;
                !back.contains(&(ix - 1))
            });
        }
    }

    /// Where a customer stands as the policy in force reads it.
    fn arrive(&self, passing: &Passing, slot: Slot, at: Timestamp) -> Arrived {
        let footings = &passing.era.footings;
        let stood = footings.stood(slot);
        let id = self.customers.get(slot).id.text();
        let places: Vec<Place> = self.first_places(hash(id), id).into();
        let mut arrived = Arrived {
            given: places.iter().map(|place| place.rank).collect(),
            same: vec![true; places.len()],
            places,
            marks: Vec::with_capacity(self.era.nobody.marks.len()),
            overrides: stood.overrides.carried(|ladder, tier| {
                let (scale, heir) = self.heir_of(passing, ladder)?;
                Some((scale, heir.rank(tier, 0)))
            }),
            left: Vec::new(),
        };
        let count = passing.era.policy.scales();
        for (ix, heir) in passing.succession.heirs.iter().enumerate() {
            if let Some((from, place, given)) = self.came_from(passing, slot, heir) {
                arrived.come((ix, heir), (place, given), &passing.columns[from]);
            }
            let before = heir.from.filter(|from| *from < count);
            let heritage = Heritage {
                rank: arrived.given[ix],
                since: arrived.places[ix].since,
                at,
                same: arrived.same[ix],
                before: before.map(|from| (&passing.era.law.judge, ScaleIx(from), stood.marks)),
                tiers: &heir.tiers,
            };
            let judge = &self.era.law.judge;
            judge.inherit(ScaleIx(ix), &heritage, &mut arrived.marks);
        }
        let mut marks = mem::take(&mut arrived.marks);
        let before = (&passing.era.law.judge, stood.marks);
        let shown = |ladder| self.inherited(passing, slot, (ladder, &arrived));
        let judge = &self.era.law.judge;
        judge.inherit_warnings(before, shown, &mut marks);
        arrived.marks = marks;
        arrived
    }

    /// Where a customer is shown on a ladder, if it is one of the policy before, too.
    fn inherited<'p>(
        &self,
        passing: &'p Passing,
        slot: Slot,
        (ladder, arrived): (ScaleIx, &Arrived),
    ) -> Option<Inherited<'p>> {
        let heir = &passing.succession.heirs[ladder.0];
        let before = ladder_before(heir, &passing.era.policy)?;
        let was = passing.era.footings.ranks(slot)[before.0];
        let stays = !arrived.left.iter().any(|(left, _)| *left == ladder);
        Some(Inherited {
            rank: arrived.places[ladder.0].rank,
            was: stays.then_some(was),
            before,
            tiers: &heir.tiers,
        })
    }

    /// Where a customer was on the ladder or map of that name, if there was one: its column, the
    /// place shown, and the rank that it gave, where that can differ from now on, too.
    fn came_from(&self, passing: &Passing, slot: Slot, heir: &Heir) -> Option<(usize, Place, u8)> {
        let from = heir.from?;
        if let Some(gone) = from.checked_sub(passing.era.policy.scales()) {
            let place = self.gone[gone].place(slot)?;
            return Some((from, place, place.rank));
        }
        let footings = &passing.era.footings;
        let place = footings.places(slot)[from];
        let given = match self.heir_of(passing, ScaleIx(from)) {
            Some(_) => footings.stood(slot).ranks[from],
            None => place.rank,
        };
        Some((from, place, given))
    }

    /// The ladder of the policy in force that a ladder of the policy before is now, if it is one.
    fn heir_of<'p>(&self, passing: &'p Passing, ladder: ScaleIx) -> Option<(ScaleIx, &'p Heir)> {
        let heirs = (0..).map(ScaleIx).zip(&passing.succession.heirs);
        let mut heirs = heirs.take(self.era.policy.ladders.len());
        let before = &passing.era.policy;
        heirs.find(|(_, heir)| ladder_before(heir, before) == Some(ladder))
    }

    /// Lets a customer keep what the transition of the policy grants.
    fn grant(
        &self,
        passing: &Passing,
        (slot, at): (Slot, Timestamp),
        losses: &[Timestamp],
        arrived: &mut Arrived,
    ) {
        let transition = self.era.policy.transition;
        if !transition.grants() {
            return;
        }
        let old = passing.era.footings.stood(slot);
        for (ix, heir) in passing.succession.heirs.iter().enumerate() {
            let scale = ScaleIx(ix);
            let from = ladder_before(heir, &passing.era.policy);
            let Some(from) = from.filter(|_| arrived.same[ix]) else {
                continue;
            };
            let term = |era: &Era, scale, stood| {
                let zone = &era.policy.zone;
                era.law.judge.term(Now { zone, at }, scale, stood)
            };
            let until = match transition {
                Transition::UpgradesOnly => Some(losses[from.0]),
                _ => term(&passing.era, from, old).or_else(|| {
                    let stood = Stood {
                        ranks: &arrived.given,
                        marks: &arrived.marks,
                        overrides: &arrived.overrides,
                        spared: None,
                    };
                    term(&self.era, scale, stood)
                }),
            };
            if let Some(until) = until {
                let judge = &self.era.law.judge;
                judge.grant(scale, until, &mut arrived.marks);
            }
        }
    }
}

impl Arrived {
    /// Puts a customer where they are here who was at a place of a column that is this heir's, and
    /// whom its ladder gave that rank.
    fn come(&mut self, (ix, heir): (usize, &Heir), (was, given): (Place, u8), column: &Column) {
        let first = self.given[ix];
        self.places[ix] = Place {
            rank: heir.rank(was.rank, first),
            ..was
        };
        let shown = usize::from(was.rank);
        if let Mapped::Gone(_) = heir.ranks[shown] {
            let name = column.ranks[shown].as_str().into();
            self.left.push((ScaleIx(ix), name));
        }
        self.given[ix] = heir.rank(given, first);
        self.same[ix] = matches!(heir.ranks[usize::from(given)], Mapped::Is(_));
    }
}

/// The ladder of the policy before that one is now, if it was one.
fn ladder_before(heir: &Heir, before: &Policy) -> Option<ScaleIx> {
    let from = heir.from.map(ScaleIx)?;
    before.is_ladder(from).then_some(from)
}
