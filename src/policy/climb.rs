//! Where a ladder that waits takes a customer: a function of what holds now, of where the customer
//! stood and of a few instants that are remembered.

use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::declared::{Ladder, Tier};
use super::lifetime::Floor;
use super::marks::NO;
use super::overrides::Extension;
use super::patience::{Demote, Depth, OnRefund, Patience};
use super::rule::Rule;
use super::truths::{Check, Truths};

/// The mark at which the customer came to the tier.
pub(super) const SINCE: usize = 0;
/// The mark from which on nothing keeps the customer there.
pub(super) const LAPSED: usize = 1;
/// Marks that every such ladder has.
const ALWAYS: usize = 2;

/// An instant, and whose calendar is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// The zone of the policy.
    pub zone: &'a Zone,
    /// The instant.
    pub at: Timestamp,
}

/// Whether a rule looks at what begins with the starts of the ladder; nothing where nothing does.
pub(super) type Counted<'a> = Option<&'a dyn Fn(&Rule) -> bool>;

/// A ladder of which at least one tier waits.
#[derive(Clone, Debug)]
pub struct Climb {
    /// From the lowest to the highest, without the bottom.
    pub(super) rungs: Vec<Rung>,
    marks: usize,
    /// The mark until which the tier is kept, where a policy's transition may grant that.
    pub(super) granted: Option<usize>,
    /// The mark at which the ladder last started anew, where features begin with that.
    pub(super) begun: Option<usize>,
}

/// A tier as checks.
#[derive(Clone, Debug)]
pub(super) struct Rung {
    enter: Check,
    /// None where entering is keeping.
    keep: Option<Check>,
    pub(super) patience: Patience,
    /// The mark from which on its entry rule has held, where entering takes time.
    pub(super) held: Option<usize>,
    /// The lower tier without which it cannot be entered.
    requires: Option<u8>,
    /// Whether that tier must have been there before, since its start makes what is counted less.
    stepwise: bool,
    /// Where it can become one for life.
    pub(super) floor: Option<Floor>,
}

/// What a ladder waits for with one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The tiers whose entry rule holds, from when on, and when it will have held for long enough;
    /// the lowest first.
    pub settling: Vec<(u8, Timestamp, Timestamp)>,
    /// Until when the minimum stay lasts, where the tier has one.
    pub protected: Option<Timestamp>,
    /// The highest tier that the customer has for life, and from when on.
    pub floor: Option<(u8, Timestamp)>,
    /// When the term ends that the customer is in, where the tier has terms. Where requalifying
    /// restarts them, only while nothing keeps the customer.
    pub term: Option<Timestamp>,
    /// From when on nothing has kept the customer on the tier ...
    pub lapsed: Option<Timestamp>,
    /// ... and when it is lost, unless something keeps the customer again.
    pub lost: Option<Timestamp>,
}

impl Climb {
    /// Of a ladder, to which tiers may be granted for a time; nothing if it never waits.
    pub(super) fn of(ladder: &Ladder, grants: bool, counted: Counted<'_>) -> Option<Self> {
        let tiers = &ladder.tiers[1..];
        let plain = |tier: &Tier| {
            !tier.patience.waits() && tier.requires.is_none() && tier.lifetime.is_none()
        };
        if !grants && counted.is_none() && tiers.iter().all(plain) {
            return None;
        }
        let grants = grants || tiers.iter().any(|tier| tier.patience.spares());
        let granted = grants.then_some(ALWAYS);
        let mut marks = ALWAYS + usize::from(grants);
        let begun = counted.map(|_| marks);
        marks += usize::from(begun.is_some());
        let rungs = tiers.iter().map(|tier| {
            let enter = tier.enter.as_ref();
            let held = tier.patience.settles().then_some(marks);
            marks += usize::from(held.is_some());
            Rung {
                enter: Check::new(enter.expect("every tier but the lowest has an entry rule")),
                keep: tier.keep.as_ref().map(Check::new),
                patience: tier.patience,
                held,
                requires: tier.requires,
                stepwise: counted.is_some_and(|counts| enter.is_some_and(counts)),
                floor: tier
                    .lifetime
                    .as_ref()
                    .map(|life| Floor::of(life, &mut marks)),
            }
        });
        let rungs = rungs.collect();
        Some(Self {
            rungs,
            marks,
            granted,
            begun,
        })
    }

    /// How many instants are remembered of a customer.
    pub(super) fn marks(&self) -> usize {
        self.marks
    }

    /// What is remembered of a customer without events.
    pub(super) fn first(&self) -> Vec<Timestamp> {
        let mut marks = vec![NO; self.marks];
        marks[SINCE] = Timestamp::MIN;
        self.grant(Timestamp::MIN, &mut marks);
        self.begin(Timestamp::MIN, &mut marks);
        for (_, floor) in self.floors() {
            floor.begin(&mut marks);
        }
        marks
    }

    /// Where a customer of that rank stands now, whose tier may be extended; the marks are brought
    /// up to date. If something has just been taken back, `spared` is when the tier would be lost
    /// without that.
    pub(super) fn step(
        &self,
        now: Now<'_>,
        truths: &Truths,
        mut rank: u8,
        (extended, spared): (Option<Extension>, Option<Timestamp>),
        marks: &mut [Timestamp],
    ) -> u8 {
        self.stand(now, truths, rank, marks);
        let (mut came, stood) = (false, rank);
        while let Some(up) = self.settled(now.at, truths, (rank, stood), marks) {
            self.come(up, now.at, marks);
            (rank, came) = (up, true);
        }
        if !came {
            rank = self.descend(now, truths, rank, (extended, spared), marks);
        }
        self.stand(now, truths, rank, marks);
        rank
    }

    /// Where a customer goes whom nothing keeps; for who is kept, that is where they are.
    fn descend(
        &self,
        now: Now<'_>,
        truths: &Truths,
        mut rank: u8,
        (extended, mut spared): (Option<Extension>, Option<Timestamp>),
        marks: &mut [Timestamp],
    ) -> u8 {
        let entered = self.entered(truths, rank);
        let (stood, lapsed) = (rank, marks[LAPSED]);
        while let Some(rung) = self.rung(rank)
            && !rung.is_kept(rank, entered, truths, marks)
        {
            let spared = spared.take().filter(|_| marks[LAPSED] == NO);
            marks[LAPSED] = marks[LAPSED].min(now.at);
            let own = match (rung.patience.on_refund, spared) {
                (OnRefund::Demote, Some(_)) => self.granted(marks),
                (OnRefund::Keep, Some(until)) => {
                    self.grant(until, marks);
                    self.ends(now.zone, rung, marks)
                }
                _ => self.ends(now.zone, rung, marks),
            };
            if own.max(extension_ends(extended, rank)) > now.at {
                return rank;
            }
            let below = rank - 1;
            rank = match rung.patience.depth {
                Depth::OneStep => below,
                Depth::ToFit => {
                    let fit = self.fit(below, entered, truths, marks);
                    extended.map_or(fit, |extended| fit.max(extended.tier.min(below)))
                }
            };
            self.come(rank, now.at, marks);
        }
        marks[LAPSED] = NO;
        if rank == stood {
            self.renew(now, rank, lapsed, marks);
        }
        rank
    }

    /// Notes how long a customer of that rank has been so high, and which tiers that, or a rule,
    /// makes theirs for life.
    fn stand(&self, now: Now<'_>, truths: &Truths, rank: u8, marks: &mut [Timestamp]) {
        for (tier, floor) in self.floors() {
            if tier <= rank {
                floor.stand(now.zone, now.at, truths, marks);
            } else {
                floor.fall(now.at, marks);
            }
        }
    }

    /// The first instant at which time alone moves a customer, or changes a mark, while nothing
    /// else changes.
    pub(super) fn wake(
        &self,
        zone: &Zone,
        rank: u8,
        extended: Option<Extension>,
        marks: &[Timestamp],
    ) -> Timestamp {
        let lost = self.lost(zone, rank, extended, marks);
        let settling = self.settling(rank, marks).map(|(_, _, end)| end);
        let floors = self.floors();
        let floors = floors.filter_map(|(_, floor)| floor.wake(zone, marks));
        let renewal = self.renewal(zone, rank, marks);
        let all = settling.chain(lost).chain(floors).chain(renewal);
        all.min().unwrap_or(NO)
    }

    /// From when on nothing has kept a customer; [`Timestamp::MAX`] where something does.
    pub(super) fn lapsed(&self, marks: &[Timestamp]) -> Timestamp {
        marks[LAPSED]
    }

    /// Notes which tiers above could be entered, and finds the highest that could be for long
    /// enough.
    fn settled(
        &self,
        at: Timestamp,
        truths: &Truths,
        (rank, stood): (u8, u8),
        marks: &mut [Timestamp],
    ) -> Option<u8> {
        let mut up = None;
        for (above, rung) in self.above(rank) {
            let opens = self.opens(above, truths, (rank, stood));
            let since = rung.held.map_or(at, |held| {
                marks[held] = if opens { marks[held].min(at) } else { NO };
                marks[held]
            });
            if opens && since + rung.patience.settle <= at {
                up = Some(above);
            }
        }
        up
    }

    /// Whether a tier can be entered by a customer of that rank who stood on another one before:
    /// its rule holds, and the customer has the tier that it requires, or could enter that too.
    fn opens(&self, tier: u8, truths: &Truths, (rank, stood): (u8, u8)) -> bool {
        self.rung(tier).is_some_and(|rung| {
            let has = |required| match rung.stepwise {
                true => required <= stood,
                false => required <= rank || self.opens(required, truths, (rank, stood)),
            };
            rung.enter.holds(truths) && rung.requires.is_none_or(has)
        })
    }

    /// A customer comes to a tier.
    fn come(&self, rank: u8, at: Timestamp, marks: &mut [Timestamp]) {
        marks[SINCE] = at;
        marks[LAPSED] = NO;
        self.grant(Timestamp::MIN, marks);
        self.begin(at, marks);
        for rung in &self.rungs[..usize::from(rank)] {
            if let Some(held) = rung.held {
                marks[held] = NO;
            }
        }
    }

    /// The highest tier that a customer of that rank could enter.
    fn entered(&self, truths: &Truths, rank: u8) -> u8 {
        let mut tiers = (1..=self.rungs.len() as u8).rev();
        let found = tiers.find(|tier| self.opens(*tier, truths, (rank, rank)));
        found.unwrap_or(0)
    }

    /// The highest tier from `rank` downwards that can be entered or kept.
    fn fit(&self, mut rank: u8, entered: u8, truths: &Truths, marks: &[Timestamp]) -> u8 {
        while let Some(rung) = self.rung(rank)
            && !rung.is_kept(rank, entered, truths, marks)
        {
            rank -= 1;
        }
        rank
    }

    /// The tiers above that are being settled into, from when on and until when.
    pub(super) fn settling(
        &self,
        rank: u8,
        marks: &[Timestamp],
    ) -> impl Iterator<Item = (u8, Timestamp, Timestamp)> {
        self.above(rank).filter_map(|(above, rung)| {
            let since = marks[rung.held?];
            (since != NO).then_some((above, since, since + rung.patience.settle))
        })
    }

    pub(super) fn lost(
        &self,
        zone: &Zone,
        rank: u8,
        extended: Option<Extension>,
        marks: &[Timestamp],
    ) -> Option<Timestamp> {
        let rung = self.rung(rank).filter(|_| marks[LAPSED] != NO)?;
        let own = self.ends(zone, rung, marks);
        let end = own.max(extension_ends(extended, rank));
        (end != NO).then_some(end)
    }

    /// When a tier is lost that nothing keeps and nobody has extended.
    pub(super) fn ends(&self, zone: &Zone, rung: &Rung, marks: &[Timestamp]) -> Timestamp {
        let ends = rung.patience.ends(zone, self.came(marks), marks[LAPSED]);
        ends.max(self.granted(marks))
    }

    fn above(&self, rank: u8) -> impl Iterator<Item = (u8, &Rung)> {
        (1_u8..).zip(&self.rungs).skip(rank.into())
    }

    /// The tiers that can become ones for life.
    pub(super) fn floors(&self) -> impl Iterator<Item = (u8, &Floor)> {
        let rungs = (1_u8..).zip(&self.rungs);
        rungs.filter_map(|(rank, rung)| Some((rank, rung.floor.as_ref()?)))
    }

    /// None at the bottom.
    pub(super) fn rung(&self, rank: u8) -> Option<&Rung> {
        self.rungs.get(usize::from(rank).checked_sub(1)?)
    }
}

/// The instant before which a tier is not lost because it is extended.
fn extension_ends(extended: Option<Extension>, rank: u8) -> Timestamp {
    let extended = extended.filter(|extended| rank <= extended.tier);
    extended.map_or(Timestamp::MIN, |extended| extended.until)
}

impl Rung {
    /// Whether something keeps a customer on this tier of that rank: it, or a higher one, could be
    /// entered, or its keep rule holds, or it is never lost, or for life.
    fn is_kept(&self, rank: u8, entered: u8, truths: &Truths, marks: &[Timestamp]) -> bool {
        let keep = self.keep.as_ref();
        let floor = self.floor.as_ref();
        entered >= rank
            || self.patience.demote == Demote::Never
            || keep.is_some_and(|keep| keep.holds(truths))
            || floor.is_some_and(|floor| floor.since(marks).is_some())
    }
}
