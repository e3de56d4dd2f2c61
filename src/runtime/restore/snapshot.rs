//! The snapshot that a lane is made of: the newest that is whole and of this lane's history.

use std::io::ErrorKind;

use crate::lane::lane::Lane;
use crate::lane::saving::{Ground, Loading, NotLoaded};
use crate::model::ids::{LaneId, Offset, UnitId};
use crate::port::{Clock, LedgerLook, NotKept, Shelf, Source, Trouble};
use crate::runtime::plan::Plan;
use crate::teeth::{Tooth, bites};
use crate::wire::ledger;
use crate::wire::snapshot::{Frame, Stamp};

use super::pages::{Pages, Unread};
use super::{LOOK_AGAIN, bad_entry};

/// A lane of which the customers are still on a shelf.
pub(in crate::runtime) struct Snapshot {
    stamp: Stamp,
    shelf: &'static str,
    pages: Pages,
    loading: Loading,
}

/// Why a snapshot is not taken.
#[derive(Debug, thiserror::Error)]
pub(in crate::runtime) enum Unfit {
    /// Its shelf does not give it.
    #[error(transparent)]
    NotKept(#[from] NotKept),
    /// It is damaged.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// It does not begin as snapshots do.
    #[error("its first frames are not those of a snapshot")]
    Frames,
    /// It is another service's.
    #[error("it is of the service \"{found}\"")]
    App {
        /// Whose.
        found: Box<str>,
    },
    /// It is another lane or unit than its name says.
    #[error("it is of lane {lane}, unit {unit}")]
    Name {
        /// The lane it says.
        lane: LaneId,
        /// The unit it says.
        unit: UnitId,
    },
    /// The ledger tells another story, or nothing of that unit.
    #[error("the lane's ledger says of unit {unit}: {ledger}")]
    History {
        /// The last unit in it.
        unit: UnitId,
        /// What there is.
        ledger: &'static str,
    },
    /// No lane can be made of it.
    #[error(transparent)]
    NotLoaded(#[from] NotLoaded),
}

impl Unfit {
    /// Whether its bytes are not those that were written: nobody will ever make anything of it.
    pub(in crate::runtime) fn is_damage(&self) -> bool {
        match self {
            Self::Unread(Unread::Damaged(bad)) => !bad.is_of_later_version(),
            Self::Unread(Unread::System(why)) => why.kind() == ErrorKind::UnexpectedEof,
            Self::Unread(Unread::GoesOn) | Self::Frames | Self::Name { .. } => true,
            _ => false,
        }
    }

    /// Whether another try may well read it: its shelf could not be reached.
    pub(in crate::runtime) fn may_pass(&self) -> bool {
        match self {
            Self::NotKept(_) => true,
            Self::Unread(Unread::System(why)) => why.kind() != ErrorKind::UnexpectedEof,
            _ => false,
        }
    }
}

/// How far the customers have come.
pub(in crate::runtime) enum Progress {
    /// Others follow.
    More(Box<Snapshot>),
    /// All are there.
    Done(Box<Lane>),
}

impl Snapshot {
    /// The newest of a lane on any of the shelves that is fit; those that are not are told to
    /// `unfit`.
    ///
    /// # Errors
    /// The ledger or the input cannot be asked.
    pub(in crate::runtime) fn find<S: Source>(
        lane: LaneId,
        shelves: &mut [Box<dyn Shelf>],
        plan: &Plan,
        source: &mut S,
        clock: &impl Clock,
        mut unfit: impl FnMut(&'static str, UnitId, &Unfit),
    ) -> Result<Option<Self>, Trouble> {
        let mut found: Vec<(UnitId, usize)> = Vec::new();
        for (ix, shelf) in shelves.iter_mut().enumerate() {
            match shelf.kept(lane) {
                Ok(units) => found.extend(units.into_iter().map(|unit| (unit, ix))),
                Err(why) => unfit(shelf.name(), UnitId(0), &why.into()),
            }
        }
        // Of one unit, the shelf that comes first is the nearer one.
        found.sort_by_key(|(unit, ix)| (std::cmp::Reverse(*unit), *ix));
        for (unit, ix) in found {
            let shelf = &mut shelves[ix];
            let name = shelf.name();
            let why = match Self::open(shelf, (lane, unit), plan, source, clock)? {
                Ok(snapshot) => return Ok(Some(snapshot)),
                Err(why) => why,
            };
            if why.is_damage() {
                shelf.spoil(lane, unit);
            }
            unfit(name, unit, &why);
        }
        Ok(None)
    }

    /// Reads all of it once, so that nothing is begun that cannot be ended.
    fn open<S: Source>(
        shelf: &mut Box<dyn Shelf>,
        (lane, unit): (LaneId, UnitId),
        plan: &Plan,
        source: &mut S,
        clock: &impl Clock,
    ) -> Result<Result<Self, Unfit>, Trouble> {
        let (stamp, tape, pages) = match Self::begin(shelf, (lane, unit), plan) {
            Ok(begun) => begun,
            Err(why) => return Ok(Err(why)),
        };
        if let Err(why) = vouch(&stamp, plan, source, clock)? {
            return Ok(Err(why));
        }
        let ends = source.ends(lane)?.into_iter();
        let first: Vec<Offset> = ends.map(|(first, _)| first).collect();
        let ground = Ground {
            id: lane,
            lanes: plan.lanes,
            topics: (&plan.topics, &first),
        };
        let name = format!("snapshot of lane {lane}, unit {unit}");
        let read = |text: &str| {
            let edition = plan.policies.keep(&name, text);
            edition.map_err(|report| report.to_string())
        };
        let (form, tape) = &tape;
        let loading = Loading::begin(&ground, (*form, tape), read);
        Ok(loading.map_err(Unfit::from).map(|loading| Self {
            stamp,
            shelf: shelf.name(),
            pages,
            loading,
        }))
    }

    fn begin(
        shelf: &mut Box<dyn Shelf>,
        (lane, unit): (LaneId, UnitId),
        plan: &Plan,
    ) -> Result<(Stamp, (u64, crate::model::tape::Tape), Pages), Unfit> {
        Pages::new(shelf.open(lane, unit)?).check()?;
        let mut pages = Pages::new(shelf.open(lane, unit)?);
        let (Frame::Stamp(stamp), Frame::Lane(form, tape)) = (pages.next()?, pages.next()?) else {
            return Err(Unfit::Frames);
        };
        if Some(&*stamp.app) != plan.snapshots.as_ref().map(|snapshots| &*snapshots.app) {
            return Err(Unfit::App {
                found: stamp.app.clone(),
            });
        }
        if (stamp.lane(), stamp.unit()) != (lane, unit) {
            let (lane, unit) = (stamp.lane(), stamp.unit());
            return Err(Unfit::Name { lane, unit });
        }
        Ok((*stamp, (form, tape), pages))
    }

    /// The shelf it comes from.
    pub(in crate::runtime) fn shelf(&self) -> &'static str {
        self.shelf
    }

    /// What it says of itself.
    pub(in crate::runtime) fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Where the lane is to be read on.
    pub(in crate::runtime) fn next(&self) -> &[Offset] {
        self.loading.next()
    }

    /// How many rows have come, of so many or a few more.
    pub(in crate::runtime) fn rows(&self) -> (u64, u64) {
        self.loading.rows()
    }

    /// Takes in some more customers.
    pub(in crate::runtime) fn go_on(mut self) -> Result<Progress, Unfit> {
        match self.pages.next()? {
            Frame::Page(tape) => {
                self.loading.page(&tape).map_err(NotLoaded::from)?;
                Ok(Progress::More(Box::new(self)))
            }
            Frame::End(end) => {
                let lane = self.loading.end(end.rows).map_err(NotLoaded::from)?;
                Ok(Progress::Done(Box::new(lane)))
            }
            Frame::Stamp(_) | Frame::Lane(..) => Err(Unfit::Frames),
        }
    }
}

/// Whether the lane's ledger tells of the same last unit.
fn vouch<S: Source>(
    stamp: &Stamp,
    plan: &Plan,
    source: &mut S,
    clock: &impl Clock,
) -> Result<Result<(), Unfit>, Trouble> {
    let (lane, unit) = (stamp.lane(), stamp.unit());
    let other = |ledger| Ok(Err(Unfit::History { unit, ledger }));
    if bites(Tooth::Unvouched) {
        return Ok(Ok(()));
    }
    source.open_ledger_at(lane, stamp.ledger)?;
    let given_up = clock.now() + plan.agreement_wait;
    loop {
        match source.look_into_ledger()? {
            LedgerLook::Entry(_, bytes) => {
                let entry = ledger::decode(&bytes).map_err(|error| bad_entry(lane, &error))?;
                if entry.unit < unit {
                    continue;
                }
                return match entry == stamp.entry {
                    true => Ok(Ok(())),
                    false if entry.unit == unit => other("something else"),
                    false => other("nothing, but there are later ones"),
                };
            }
            LedgerLook::End => return other("nothing"),
            LedgerLook::NotYet if clock.now() > given_up => {
                return Err(Trouble::Restart(format!(
                    "lane {lane}: the ledger cannot be read"
                )));
            }
            LedgerLook::NotYet => source.wait(LOOK_AGAIN),
        }
    }
}
