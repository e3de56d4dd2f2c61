//! Another policy takes the place of the one in force: may it, and what a lane keeps meanwhile.

use std::fmt;
use std::sync::Arc;

use crate::features::carry::{Carry, Gap};
use crate::model::money::Currency;
use crate::model::standing::Place;
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;
use crate::policy::succession::{Column, Succession};

use super::customers::Slot;
use super::era::Era;
use super::law::Law;
use super::step::Engine;

/// Why a policy is not adopted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdopted {
    /// The policy adopted before has not got round to everybody yet.
    #[error("{left} customers are still to be passed over to the policy in force")]
    Underway {
        /// How many.
        left: usize,
    },
    /// What is kept is in another currency.
    #[error("amounts are kept in {}, but the policy is in {}", kept.code(), wanted.code())]
    Currency {
        /// Of the policy in force.
        kept: Currency,
        /// Of the policy refused.
        wanted: Currency,
    },
    /// Some features cannot be told from what is kept.
    #[error("{0}")]
    Unanswerable(Gaps),
}

/// The features that cannot be told, each with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gaps(pub Vec<(String, Gap)>);

impl fmt::Display for Gaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (ix, (feature, gap)) in self.0.iter().enumerate() {
            let before = if ix == 0 { "" } else { "; " };
            write!(f, "{before}feature \"{feature}\": {gap}")?;
        }
        Ok(())
    }
}

/// Whether a policy may take the place of the last of those that were in force one after another.
///
/// # Errors
/// What has been kept cannot answer it.
pub fn may_follow<'p>(
    before: impl IntoIterator<Item = &'p Policy>,
    policy: &Policy,
) -> Result<(), NotAdopted> {
    let mut before = before.into_iter();
    let Some(mut last) = before.next() else {
        return Ok(());
    };
    let mut law = Law::new(last);
    for next in before {
        law = Law::after(next, last);
        last = next;
    }
    succeed((&law, last), policy).map(drop)
}

/// The law of a policy that takes the place of another, and how to make what is kept its own.
pub(super) fn succeed(
    (old, before): (&Law, &Policy),
    policy: &Policy,
) -> Result<(Law, Carry), NotAdopted> {
    if policy.currency != before.currency {
        return Err(NotAdopted::Currency {
            kept: before.currency,
            wanted: policy.currency,
        });
    }
    let law = Law::after(policy, before);
    let carry = law.carry(policy, (old, before));
    let carry = carry.map_err(|gaps| NotAdopted::Unanswerable(Gaps(gaps)))?;
    Ok((law, carry))
}

/// While customers are still to be passed over.
#[derive(Clone, Debug)]
pub(super) struct Passing {
    /// The one that is left.
    pub(super) era: Era,
    /// The clock when it was left.
    pub(super) at: Timestamp,
    /// Customers passed over after a tick.
    pub(super) pace: u32,
    pub(super) carry: Carry,
    pub(super) succession: Succession,
    /// Of the ladders and maps of the policy left, then of those that were gone before.
    pub(super) columns: Vec<Column>,
    /// Whether each customer has been passed over, of those who were there then.
    passed: Vec<bool>,
    left: usize,
    /// No customer before this one is still to be passed over.
    next: usize,
}

impl Passing {
    /// Of so many customers, in so many slots.
    pub(super) fn new(
        era: Era,
        (at, pace): (Timestamp, u32),
        carry: Carry,
        (columns, succession): (Vec<Column>, Succession),
        (slots, customers): (usize, usize),
    ) -> Self {
        Self {
            era,
            at,
            pace,
            carry,
            succession,
            columns,
            passed: vec![false; slots],
            left: customers,
            next: 0,
        }
    }

    /// Whether a customer is still to be passed over.
    pub(super) fn awaits(&self, slot: Slot) -> bool {
        self.passed.get(slot.0 as usize) == Some(&false)
    }

    /// How many are still to be passed over.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// There is nobody to be passed over, or only together with others.
    pub(super) fn skip(&mut self, slot: Slot) {
        if let Some(passed) = self.passed.get_mut(slot.0 as usize) {
            *passed = true;
        }
    }

    /// A customer is passed over.
    pub(super) fn done(&mut self, slot: Slot) {
        self.passed[slot.0 as usize] = true;
        self.left -= 1;
    }

    /// The first who is still to be passed over.
    pub(super) fn first(&mut self) -> Option<Slot> {
        let ahead = self.passed.iter().skip(self.next);
        self.next += ahead.take_while(|passed| **passed).count();
        (self.next < self.passed.len()).then_some(Slot(self.next as u32))
    }
}

/// A ladder or map that the policy has not, but one before it had.
#[derive(Clone, Debug)]
pub(super) struct Gone {
    pub(super) column: Column,
    /// The number of its name among all there ever were.
    pub(super) name: usize,
    /// Where customers stood on it; nothing of those who came later.
    places: Vec<Option<Place>>,
}

impl Gone {
    /// Nobody's places yet.
    pub(super) fn new(column: Column, name: usize) -> Self {
        Self {
            column,
            name,
            places: Vec::new(),
        }
    }

    pub(super) fn place(&self, slot: Slot) -> Option<Place> {
        self.places.get(slot.0 as usize).copied().flatten()
    }

    /// Nobody is there any more.
    pub(super) fn clear(&mut self, slot: Slot) {
        if let Some(place) = self.places.get_mut(slot.0 as usize) {
            *place = None;
        }
    }

    pub(super) fn put(&mut self, slot: Slot, place: Place) {
        let ix = slot.0 as usize;
        if self.places.len() <= ix {
            self.places.resize(ix + 1, None);
        }
        self.places[ix] = Some(place);
    }
}

impl Engine {
    /// Remembers where a customer stood on ladders and maps that are no more, and no longer on
    /// those that are back.
    pub(super) fn remember_gone(&mut self, passing: &Passing, slot: Slot) {
        let count = passing.era.policy.scales();
        let back = passing.succession.heirs.iter().filter_map(|heir| heir.from);
        for from in back.filter_map(|from| from.checked_sub(count)) {
            self.gone[from].clear(slot);
        }
        let places = passing.era.footings.places(slot);
        let first = self.gone.len() - passing.succession.gone.len();
        let gone = self.gone[first..].iter_mut();
        for (gone, from) in gone.zip(&passing.succession.gone) {
            gone.put(slot, places[*from]);
        }
    }
}

/// The policy that was decided by in an era.
pub(super) fn of_era<'e>(
    era: u32,
    now: &'e Era,
    before: Option<&'e Arc<Policy>>,
) -> Option<&'e Arc<Policy>> {
    match now.number.checked_sub(era)? {
        0 => Some(&now.policy),
        1 => before,
        _ => None,
    }
}
