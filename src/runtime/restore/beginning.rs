//! Where the history of a lane begins.

use crate::model::ids::{LaneId, Offset};
use crate::port::{Clock, LedgerLook, Source, Trouble};
use crate::wire::ledger;

use super::super::plan::Plan;
use super::{LOOK_AGAIN, bad_entry};

/// Where a lane's history begins: as its first unit says, or at the first record there is, of a
/// topic that it does not name.
pub(in crate::runtime) fn first_offsets<S: Source>(
    lane: LaneId,
    plan: &Plan,
    source: &mut S,
    clock: &impl Clock,
) -> Result<Vec<Offset>, Trouble> {
    source.open_ledger(lane)?;
    let given_up = clock.now() + plan.agreement_wait;
    loop {
        match source.look_into_ledger()? {
            LedgerLook::End => return first(lane, source),
            LedgerLook::Entry(_, bytes) => {
                let entry = ledger::decode(&bytes).map_err(|error| bad_entry(lane, &error))?;
                let begun = |topic: &String| entry.read_of(topic).map(|read| read.from);
                let begun: Vec<Option<Offset>> = plan.topics.iter().map(begun).collect();
                if let Some(all) = begun.iter().copied().collect() {
                    return Ok(all);
                }
                let begun = begun.iter().zip(first(lane, source)?);
                return Ok(begun.map(|(begun, low)| begun.unwrap_or(low)).collect());
            }
            LedgerLook::NotYet if clock.now() > given_up => {
                return Err(Trouble::Restart(format!(
                    "lane {lane}: the ledger cannot be read"
                )));
            }
            LedgerLook::NotYet => source.wait(LOOK_AGAIN),
        }
    }
}

/// The first offsets that its topics still hold.
fn first<S: Source>(lane: LaneId, source: &mut S) -> Result<Vec<Offset>, Trouble> {
    let ends = source.ends(lane)?.into_iter();
    Ok(ends.map(|(first, _)| first).collect())
}
