//! Records that a lane needs and that its topics do not hold any more.

use crate::lane::gap::Road;
use crate::lane::lane::Lane;
use crate::lane::ledger::Entry;
use crate::model::ids::{LaneId, Offset, UnitId};
use crate::model::time::{Span, Timestamp};
use crate::port::{Clock, LedgerLook, Loss, Source, Trouble};
use crate::runtime::plan::Plan;
use crate::wire::ledger;

use super::{LOOK_AGAIN, bad_entry};

/// How long records are waited for before it is asked whether they are there at all.
const ASKED_AFTER: Span = Span(2_000);

/// The way that a lane has to go after its last unit, if nothing is lost of what it needs: by where
/// it is, how far its group has come, and the gaps ahead of it. If something is gone, the ledger
/// that is open is read for them; whether it was.
///
/// # Errors
/// Something is.
pub(super) fn none<S: Source>(
    plan: &Plan,
    lane: &Lane,
    last: UnitId,
    committed: &[Option<Offset>],
    source: &mut S,
    clock: &impl Clock,
) -> Result<(Road, bool), Trouble> {
    let ends = source.ends(lane.id())?;
    let road = Road::new(lane.id(), &plan.topics, lane.next(), &ends);
    let lost = road.lost().map(|(topic, why)| (topic.to_owned(), why));
    let lost = lost.or_else(|| ahead(&plan.topics, lane.id(), committed, &ends));
    let Some((topic, why)) = lost else {
        return Ok((road, false));
    };
    let mut past = road.clone();
    let has_gap = follow(&mut past, (lane.id(), last), plan, source, clock)?;
    let why = match (has_gap, past.blocked(), past.lost()) {
        (true, None, None) => return Ok((road, true)),
        (true, None, Some((topic, why))) => return Err(lost_of(topic, why)),
        (true, Some(unit), _) => blocked(&why, unit),
        (false, ..) => why,
    };
    Err(lost_of(&topic, why))
}

/// Only a snapshot helps.
pub(super) fn blocked(why: &str, unit: UnitId) -> String {
    format!("{why}; only a snapshot of unit {unit} or a later one leads past it")
}

pub(super) fn lost_of(topic: &str, why: String) -> Trouble {
    let topic = topic.to_owned();
    Trouble::Lost(Loss { topic, why })
}

/// A topic of which the group has committed more than there is.
fn ahead(
    topics: &[String],
    lane: LaneId,
    committed: &[Option<Offset>],
    ends: &[(Offset, Offset)],
) -> Option<(String, String)> {
    let mut places = topics.iter().zip(committed).zip(ends);
    places.find_map(|((topic, committed), (_, end))| {
        let committed = committed.filter(|committed| committed > end)?;
        let why = format!(
            "{topic} {lane}: the group has committed {committed}, but the log ends at {end}: it \
             was cut off, or the topic was made again"
        );
        Some((topic.clone(), why))
    })
}

/// Goes along the ledger to its end; whether there is a gap ahead.
fn follow<S: Source>(
    road: &mut Road,
    (id, last): (LaneId, UnitId),
    plan: &Plan,
    source: &mut S,
    clock: &impl Clock,
) -> Result<bool, Trouble> {
    let given_up = clock.now() + plan.agreement_wait;
    let mut has_gap = false;
    loop {
        match source.look_into_ledger()? {
            LedgerLook::Entry(_, bytes) => {
                let entry = ledger::decode(&bytes).map_err(|error| bad_entry(id, &error))?;
                if entry.unit > last {
                    road.take(&entry);
                    has_gap |= entry.gap.is_some();
                }
            }
            LedgerLook::End => return Ok(has_gap),
            LedgerLook::NotYet if clock.now() > given_up => {
                return Err(Trouble::Restart(format!(
                    "lane {id}: the ledger cannot be read"
                )));
            }
            LedgerLook::NotYet => source.wait(LOOK_AGAIN),
        }
    }
}

/// The wait for records of a unit; a new one for each.
#[derive(Default)]
pub(super) struct Wait(Option<Timestamp>);

impl Wait {
    /// They have not all arrived; asks now and then whether they are there at all.
    ///
    /// # Errors
    /// They are not.
    pub(super) fn goes_on<S: Source>(
        &mut self,
        now: Timestamp,
        entry: &Entry,
        source: &mut S,
    ) -> Result<(), Trouble> {
        let since = *self.0.get_or_insert(now);
        if now - since < ASKED_AFTER {
            return Ok(());
        }
        self.0 = None;
        reaches(entry, source)
    }
}

/// That the topics of a lane reach as far as a unit of it, whose records have not all arrived. The
/// group forgets what it has committed of a topic that is deleted, so the ledger alone may tell.
///
/// # Errors
/// One does not.
fn reaches<S: Source>(entry: &Entry, source: &mut S) -> Result<(), Trouble> {
    let ends = source.ends(entry.lane)?;
    let short = entry.reads.iter().zip(ends);
    let mut short = short.filter(|(read, (_, end))| read.next > *end);
    let Some((read, (_, end))) = short.next() else {
        return Ok(());
    };
    let (topic, lane, unit, next) = (&read.topic, entry.lane, entry.unit, read.next);
    let why = format!(
        "{topic} {lane}: unit {unit} has read up to offset {next}, but the log ends at {end}: it \
         was cut off, or the topic was made again"
    );
    Err(lost_of(topic, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_nowhere_beyond_the_end_of_its_topics() {
        let topics = ["a".to_owned(), "b".to_owned()];
        let ahead = |committed: Option<i64>| {
            let committed = [None, committed.map(Offset)];
            let ends = [(Offset(0), Offset(9)), (Offset(5), Offset(9))];
            super::ahead(&topics, LaneId(3), &committed, &ends)
        };
        assert_eq!(ahead(Some(9)), None);
        assert_eq!(ahead(None), None);
        let (topic, why) = ahead(Some(10)).expect("the log is shorter");
        assert_eq!(topic, "b");
        assert!(
            why.starts_with("b 3: the group has committed 10, but the log ends at 9"),
            "{why}"
        );
    }
}
