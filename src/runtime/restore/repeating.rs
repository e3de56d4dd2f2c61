//! One unit done again, and held against what the ledger says of it.

use crate::engine::effect::Judged;
use crate::engine::input::Tick;
use crate::lane::edition::Edition;
use crate::lane::ledger::Entry;
use crate::model::time::{DAY_MS, Span};
use crate::port::{Record, Sink, Trouble};
use crate::runtime::intake::Intake;
use crate::runtime::outbox::Outbox;
use crate::runtime::plan::Plan;
use crate::teeth::{Tooth, bites};
use crate::wire::scratch::Scratch;

use super::Stop;

/// The policy that a lane begins with or adopts in a unit.
fn adopted(plan: &Plan, entry: &Entry) -> Result<Option<(Edition, u32)>, Trouble> {
    let Some(adopts) = &entry.adopts else {
        return Ok(None);
    };
    let name = format!("lane {}, unit {}", entry.lane, entry.unit);
    let edition = plan.policies.keep(&name, &adopts.text);
    edition
        .map(|edition| Some((edition, adopts.pace)))
        .map_err(|report| {
            Trouble::Fatal(format!(
                "{name}: the ledger holds a policy that this version of the program does not take: \
                 {report}"
            ))
        })
}

/// Opens a unit again: its policy, its tick.
fn open<R: Record>(
    plan: &Plan,
    intake: &mut Intake<R>,
    entry: &Entry,
    effects: &mut Vec<Judged>,
) -> Result<(), Trouble> {
    let mut adopted = adopted(plan, entry)?;
    if let Some((edition, _)) = adopted.take_if(|_| entry.unit.0 == 1) {
        intake.begin(edition);
    }
    let tick = Tick {
        ceiling: entry.ceiling,
        coast: match bites(Tooth::ClockOfToday) {
            true => Some(entry.ceiling + Span(DAY_MS)),
            false => entry.coast,
        },
        firings: entry.firings,
    };
    let adopts = adopted.as_ref().map(|(edition, pace)| (edition, *pace));
    intake.open(adopts, tick, effects).map_err(|refused| {
        Trouble::Fatal(format!(
            "lane {}, unit {}: the ledger says that policy {} was adopted, but it is refused: \
             {refused}",
            entry.lane, entry.unit, entry.policy
        ))
    })
}

/// Does a unit again and holds the result against its entry.
pub(super) fn repeat<R: Record, S: Sink>(
    plan: &Plan,
    intake: &mut Intake<R>,
    entry: &Entry,
    outbox: &mut Outbox,
    mut to: Option<&mut S>,
) -> Result<(), Stop> {
    let scratch = Scratch::default();
    let mut effects: Vec<Judged> = Vec::new();
    let mut trouble = Ok(());
    open(plan, intake, entry, &mut effects)?;
    for judged in effects.drain(..) {
        let sink = to.as_deref_mut().map(|sink| (sink, entry.ceiling));
        outbox.judged(plan, &intake.lane, &judged, &mut intake.checksum, sink)?;
    }
    let followed = intake.follow(
        entry,
        &scratch,
        &mut effects,
        |step, lane, effects, checksum| {
            let done = outbox.record(plan, lane, &step, checksum, to.as_deref_mut());
            trouble = std::mem::replace(&mut trouble, Ok(())).and(done);
            for judged in effects.drain(..) {
                let sink = to.as_deref_mut().map(|sink| (sink, entry.ceiling));
                let done = outbox.judged(plan, lane, &judged, checksum, sink);
                trouble = std::mem::replace(&mut trouble, Ok(())).and(done);
            }
        },
    );
    followed?;
    trouble?;
    let checksum = std::mem::take(&mut intake.checksum).finish();
    let made = intake.lane.seal(&entry.owner, checksum);
    if bites(Tooth::OrderForgotten) {
        return Ok(());
    }
    made.agrees_with(entry).map_err(Stop::Mismatch)
}
