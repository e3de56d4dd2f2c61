//! Records that a lane needs and that its topics do not hold any more.

use crate::lane::lane::Lane;
use crate::lane::ledger::Entry;
use crate::model::ids::{LaneId, Offset};
use crate::model::time::{Span, Timestamp};
use crate::port::{Source, Trouble};

/// How long records are waited for before it is asked whether they are there at all.
const ASKED_AFTER: Span = Span(2_000);

/// Where a lane is, or is to begin, in its topics, and what they have.
struct Places<'a> {
    lane: LaneId,
    topics: &'a [String],
    /// The next offset that it takes, by topic.
    next: &'a [Offset],
    /// How far its group has come.
    committed: &'a [Option<Offset>],
    /// The first offset that is there, and the next to come.
    ends: &'a [(Offset, Offset)],
}

impl Places<'_> {
    /// That nothing is lost between where the lane is and where its topics end.
    ///
    /// # Errors
    /// Something is.
    fn hold_all(&self) -> Result<(), Trouble> {
        let topics = self.topics.iter().zip(self.next);
        let places = topics.zip(self.committed).zip(self.ends);
        for (((topic, next), committed), (first, end)) in places {
            let lane = self.lane;
            if next < first {
                return Err(Trouble::Lost(format!(
                    "{topic} {lane}: offset {next} is not in the log any more, which begins at \
                     {first}"
                )));
            }
            // What a snapshot holds need not be read again, so nothing else would tell.
            if next > end {
                return Err(Trouble::Lost(format!(
                    "{topic} {lane}: the lane has read up to offset {next}, but the log ends at \
                     {end}: it was cut off, or the topic was made again"
                )));
            }
            if let Some(committed) = committed.filter(|committed| committed > end) {
                return Err(Trouble::Lost(format!(
                    "{topic} {lane}: the group has committed {committed}, but the log ends at \
                     {end}: it was cut off, or the topic was made again"
                )));
            }
        }
        Ok(())
    }
}

/// That nothing is lost of what a lane needs, by where it is and how far its group has come.
///
/// # Errors
/// Something is.
pub(super) fn none<S: Source>(
    topics: &[String],
    lane: &Lane,
    committed: &[Option<Offset>],
    source: &mut S,
) -> Result<(), Trouble> {
    let (next, ends) = (lane.next(), &source.ends(lane.id())?);
    let lane = lane.id();
    Places {
        lane,
        topics,
        next,
        committed,
        ends,
    }
    .hold_all()
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
    Err(Trouble::Lost(format!(
        "{topic} {lane}: unit {unit} has read up to offset {next}, but the log ends at {end}: it \
         was cut off, or the topic was made again"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(next: i64, committed: Option<i64>, (first, end): (i64, i64)) -> Option<String> {
        let places = Places {
            lane: LaneId(3),
            topics: &["a".to_owned(), "b".to_owned()],
            next: &[Offset(0), Offset(next)],
            committed: &[None, committed.map(Offset)],
            ends: &[(Offset(0), Offset(9)), (Offset(first), Offset(end))],
        };
        places.hold_all().err().map(|trouble| trouble.to_string())
    }

    #[test]
    fn a_lane_needs_what_lies_behind_it() {
        assert_eq!(lost(5, Some(9), (5, 9)), None);
        assert_eq!(lost(5, None, (5, 5)), None);
        let gone = "b 3: offset 5 is not in the log any more, which begins at 6";
        assert_eq!(lost(5, Some(9), (6, 9)).as_deref(), Some(gone));
        let cut = lost(5, Some(10), (5, 9)).expect("the log is shorter");
        assert!(cut.starts_with("b 3: the group has committed 10, but the log ends at 9"));
    }
}
