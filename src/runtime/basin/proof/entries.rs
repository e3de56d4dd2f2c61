//! What the ledgers must say: of the inputs, of the outputs, of the committed offsets.

use std::rc::Rc;

use crate::lane::ledger::Entry;
use crate::model::ids::LaneId;
use crate::port::Output;
use crate::wire::checksum::Checksum;
use crate::wire::ledger;

use super::super::World;
use super::super::broker::{Broker, Mark};
use super::super::log::{Payload, index};
use super::{TOLD, Written, first, unit, visible};

/// The entries of all ledgers, by lane.
pub(super) fn read(broker: &Broker) -> Result<Vec<Vec<Written>>, String> {
    let mut ledgers = Vec::new();
    for lane in broker.shape.all_lanes() {
        let mut all = Vec::new();
        for (_, payload, serial) in visible(broker, broker.shape.output(Output::Ledger, lane)) {
            let entry = ledger::decode(payload.value.as_deref().unwrap_or_default());
            let entry = entry.map_err(|error| format!("I1: lane {lane}: {error}"))?;
            let serial = serial.ok_or("I2: a ledger's entry outside of any transaction")?;
            all.push(Written { entry, serial });
        }
        ledgers.push(all);
    }
    Ok(ledgers)
}

/// I1: the units of a lane are 1, 2, 3 ..., and what they read tiles the inputs.
pub(super) fn tile(world: &World, ledgers: &[Vec<Written>]) -> Result<(), String> {
    let broker = world.broker.borrow();
    for (lane, ledger) in broker.shape.all_lanes().zip(ledgers) {
        let mut next = first(world);
        for (number, Written { entry, .. }) in (1..).zip(ledger) {
            let name = unit(lane, entry);
            if entry.unit.0 != number || entry.lane != lane {
                return Err(format!("I1: {name} is the {number}th"));
            }
            if entry.reads.len() != next.len() {
                return Err(format!("I1: {name} reads other topics"));
            }
            for (topic, (read, next)) in entry.reads.iter().zip(&mut next).enumerate() {
                if index(read.from) != *next {
                    return Err(format!("I1: {name} reads from {} after {next}", read.from));
                }
                *next = index(read.next);
                let place = broker.shape.input(topic, lane);
                let within = index(read.from)..*next;
                let there = visible(&broker, place).filter(|(at, ..)| within.contains(at));
                let (there, said) = (there.count() as u64, read.records);
                if there != said {
                    return Err(format!("I1: {name} read {said} of {there} records"));
                }
            }
        }
    }
    Ok(())
}

/// I2: what an entry counts and sums up is what its transaction made visible, and nothing else is.
pub(super) fn equal_what_is_visible(world: &World, ledgers: &[Vec<Written>]) -> Result<(), String> {
    let broker = world.broker.borrow();
    for (lane, ledger) in broker.shape.all_lanes().zip(ledgers) {
        let mut told = Vec::new();
        for output in TOLD {
            let place = broker.shape.output(output, lane);
            for (at, payload, serial) in visible(&broker, place) {
                let known = ledger.iter().any(|written| Some(written.serial) == serial);
                if !known {
                    return Err(format!(
                        "I2: record {at} of {output:?} {lane} is in no unit"
                    ));
                }
                told.push((serial, output, payload));
            }
        }
        for written in ledger {
            let own = told
                .iter()
                .filter(|(serial, ..)| *serial == Some(written.serial));
            let own: Vec<_> = own
                .map(|(_, output, payload)| (*output, *payload))
                .collect();
            is_what_it_says(lane, written, own, world.rig.shape.transfers)?;
        }
    }
    Ok(())
}

fn is_what_it_says(
    lane: LaneId,
    written: &Written,
    mut told: Vec<(Output, &Rc<Payload>)>,
    transfers: bool,
) -> Result<(), String> {
    let Written { entry, .. } = written;
    let name = unit(lane, entry);
    let many = |output| told.iter().filter(|(it, _)| *it == output).count() as u64;
    let there = TOLD.map(many);
    let counts = &entry.counts;
    let said = [
        counts.changes + counts.warnings + counts.receipts,
        counts.standings,
        counts.dead_letters,
    ];
    if there != said {
        return Err(format!(
            "I2: {name} says {said:?}, and {there:?} are visible"
        ));
    }
    if transfers {
        // What lanes send each other does not say from where.
        return Ok(());
    }
    told.sort_by_key(|(_, payload)| payload.order);
    let mut sum = Checksum::default();
    for (_, payload) in &told {
        sum.add(payload.value.as_deref().unwrap_or_default());
    }
    match sum.finish() == entry.checksum {
        true => Ok(()),
        false => Err(format!(
            "I2: {name} has another checksum than what is visible"
        )),
    }
}

/// What the offsets must say of a unit.
fn mark(entry: &Entry) -> Mark {
    Mark {
        lane: entry.lane,
        unit: entry.unit,
        next: entry.reads.iter().map(|read| index(read.next)).collect(),
    }
}

/// I3: what counted as read with each transaction is what its entry says, and so it is in the end.
pub(super) fn agree_with_offsets(world: &World, ledgers: &[Vec<Written>]) -> Result<(), String> {
    let broker = world.broker.borrow();
    for (lane, ledger) in broker.shape.all_lanes().zip(ledgers) {
        for Written { entry, serial } in ledger {
            let said = mark(entry);
            let mut offsets = broker.deeds[*serial].offsets.iter();
            let counted = offsets.find(|mark| mark.lane == lane);
            if counted != Some(&said) {
                let name = unit(lane, entry);
                return Err(format!(
                    "I3: {name} ends at {said:?}, committed {counted:?}"
                ));
            }
        }
        let last = ledger.last().map(|written| mark(&written.entry));
        if broker.committed(lane) != last.as_ref() {
            return Err(format!(
                "I3: lane {lane} ends at {last:?}, the group has committed {:?}",
                broker.committed(lane)
            ));
        }
    }
    let owned = |serial: usize| ledgers.iter().flatten().any(|it| it.serial == serial);
    for (serial, deed) in broker.deeds.iter().enumerate() {
        if !deed.offsets.is_empty() && !owned(serial) {
            return Err(format!("I3: offsets without a unit: {:?}", deed.offsets));
        }
    }
    Ok(())
}
