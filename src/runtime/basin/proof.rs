//! What must hold once a history is at rest: the invariants, each by its number, over what the
//! broker holds.

mod entries;
mod repeated;

use std::rc::Rc;

use crate::lane::ledger::Entry;
use crate::model::ids::LaneId;
use crate::port::Output;
use crate::wire::checksum::Checksum;

use super::World;
use super::broker::Broker;
use super::log::{Log, Payload, Serial, Slot};

/// What is published of one lane, besides what lanes send each other.
const TOLD: [Output; 3] = [Output::Changes, Output::Current, Output::DeadLetters];

/// A visible record: its offset, what it holds, and its transaction.
type Seen<'a> = (usize, &'a Rc<Payload>, Option<Serial>);

/// An entry of a ledger, and its transaction.
struct Written {
    entry: Entry,
    serial: Serial,
}

/// Holds a history against the invariants; says how many units it has, and a sum over its outputs.
pub(super) fn prove(world: &Rc<World>) -> (u64, u64) {
    if world.wrong.borrow().is_some() {
        return (0, 0);
    }
    let ledgers = {
        let broker = world.broker.borrow();
        match entries::read(&broker) {
            Ok(ledgers) => ledgers,
            Err(wrong) => {
                world.note_wrong(wrong);
                return (0, 0);
            }
        }
    };
    if let Err(wrong) = hold(world, &ledgers) {
        world.note_wrong(wrong);
    }
    let units = ledgers.iter().map(|ledger| ledger.len() as u64).sum();
    (units, digest(&world.broker.borrow()))
}

fn hold(world: &Rc<World>, ledgers: &[Vec<Written>]) -> Result<(), String> {
    entries::tile(world, ledgers)?;
    entries::equal_what_is_visible(world, ledgers)?;
    entries::agree_with_offsets(world, ledgers)?;
    versions_follow(world)?;
    no_epoch_is_stale(&world.broker.borrow())?;
    all_is_accounted_for(world, ledgers)?;
    all_is_told(&world.broker.borrow())?;
    repeated::is_the_same(world)
}

/// The visible records of a partition.
fn visible(broker: &Broker, place: usize) -> impl Iterator<Item = Seen<'_>> {
    let log: &Log = &broker.logs[place];
    let slots = log.slots[..log.stable_end()].iter().enumerate();
    slots.filter_map(move |(at, slot)| match slot {
        Slot::Record(payload, serial) => {
            let counts = serial.is_none_or(|it| broker.deeds[it].committed == Some(true));
            counts.then_some((at, payload, *serial))
        }
        Slot::Marker => None,
    })
}

fn text(payload: &Payload) -> &str {
    str::from_utf8(payload.value.as_deref().unwrap_or_default()).expect("JSON")
}

/// The text between a mark and the next quotation mark or comma.
fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    let at = text.find(mark).map_or(text.len(), |at| at + mark.len());
    let rest = &text[at..];
    &rest[..rest.find(['"', ',']).unwrap_or(rest.len())]
}

/// I4: per customer and ladder, versions go up by one, and a change begins where the last ended.
fn versions_follow(world: &World) -> Result<(), String> {
    let broker = world.broker.borrow();
    if world.feed.borrow().merges > 0 {
        // Those who are merged come to other lanes, which the repetition covers.
        return Ok(());
    }
    for lane in broker.shape.all_lanes() {
        let place = broker.shape.output(Output::Changes, lane);
        let mut last: Vec<(&str, &str, &str, u64)> = Vec::new();
        for (at, payload, _) in visible(&broker, place) {
            let text = text(payload);
            let customer = after(text, r#""customer_id":""#);
            let ladder = after(text, r#""ladder":""#);
            let (from, to) = (after(text, r#""from":""#), after(text, r#""to":""#));
            let version: u64 = after(text, r#""version":"#).parse().unwrap_or(0);
            let known = last
                .iter_mut()
                .find(|it| (it.0, it.1) == (customer, ladder));
            let (follows, before) = match &known {
                Some((_, _, end, number)) => (version == number + 1 && from == *end, *number),
                None => (version == 1, 0),
            };
            if !follows {
                return Err(format!(
                    "I4: change {at} of lane {lane}: version {version} from {from} follows {before}"
                ));
            }
            match known {
                Some(known) => (known.2, known.3) = (to, version),
                None => last.push((customer, ladder, to, version)),
            }
        }
    }
    Ok(())
}

/// I8: along each partition, no producer is followed by one of its own of an earlier epoch.
fn no_epoch_is_stale(broker: &Broker) -> Result<(), String> {
    for place in 0..broker.logs.len() {
        let mut newest: Vec<(usize, u32)> = Vec::new();
        for (at, _, serial) in visible(broker, place) {
            let Some(deed) = serial.map(|serial| &broker.deeds[serial]) else {
                continue;
            };
            match newest.iter_mut().find(|(who, _)| *who == deed.who) {
                Some((_, epoch)) if *epoch > deed.epoch => {
                    return Err(format!("I8: record {at} of {place} has a stale epoch"));
                }
                Some((_, epoch)) => *epoch = deed.epoch,
                None => newest.push((deed.who, deed.epoch)),
            }
        }
    }
    Ok(())
}

/// I9: each event of the feed counts once, each copy and each garbled record is known as that, and
/// every customer stands where so many orders lead.
fn all_is_accounted_for(world: &World, ledgers: &[Vec<Written>]) -> Result<(), String> {
    let feed = world.feed.borrow();
    if feed.merges > 0 {
        return Ok(());
    }
    let mut sums = [0; 3];
    for written in ledgers.iter().flatten() {
        let counts = &written.entry.counts;
        let add = [counts.applied, counts.duplicates, counts.dead_letters];
        sums.iter_mut().zip(add).for_each(|(sum, add)| *sum += add);
    }
    let expected = [feed.orders.values().sum(), feed.copies, feed.garbled];
    if sums != expected {
        return Err(format!(
            "I9: {sums:?} were applied, doubled and refused of {expected:?}"
        ));
    }
    let broker = world.broker.borrow();
    for lane in broker.shape.all_lanes() {
        let place = broker.shape.output(Output::Current, lane);
        for (number, name) in feed.of_lane(lane) {
            let own = |(_, payload, _): &Seen<'_>| payload.key.as_deref() == Some(name.as_bytes());
            let standing = visible(&broker, place).filter(own).last();
            let tier = standing.map_or("v0", |(_, payload, _)| {
                after(text(payload), r#""value":{"tier":""#)
            });
            let expected = format!("v{}", feed.value(number));
            if tier != expected {
                return Err(format!("I9: {name} stands at {tier} instead of {expected}"));
            }
        }
    }
    Ok(())
}

/// I10: no partition holds back anything.
fn all_is_told(broker: &Broker) -> Result<(), String> {
    match broker
        .logs
        .iter()
        .position(|log| log.stable_end() != log.end())
    {
        Some(place) => Err(format!("I10: the end of {place} is not stable")),
        None => Ok(()),
    }
}

fn digest(broker: &Broker) -> u64 {
    let mut sum = Checksum::default();
    for log in &broker.logs {
        for slot in &log.slots {
            match slot {
                Slot::Record(payload, serial) => {
                    sum.add(payload.key.as_deref().unwrap_or_default());
                    sum.add(payload.value.as_deref().unwrap_or_default());
                    sum.add(&serial.unwrap_or(usize::MAX).to_le_bytes());
                }
                Slot::Marker => sum.add(b"marker"),
            }
        }
        sum.add(&log.end().to_le_bytes());
    }
    sum.finish()
}

/// Where a lane must begin to read.
fn first(world: &World) -> Vec<usize> {
    vec![world.rig.first; world.rig.shape.topics]
}

/// A lane's name in a message.
fn unit(lane: LaneId, entry: &Entry) -> String {
    format!("lane {lane}, unit {}", entry.unit)
}
