//! `tidemark skip`: a lane whose records are gone goes on past them, with a gap in its ledger.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use crate::kafka::client::{Membership, Target};
use crate::kafka::connection::{Connection, Reading};
use crate::kafka::members::members;
use crate::kafka::pass::Pass;
use crate::kafka::survey::survey;
use crate::lane::books::Books;
use crate::lane::gap::Road;
use crate::lane::ledger::{Entry, Read};
use crate::model::ids::{LaneId, Offset};
use crate::model::zone::show_utc;
use crate::port::{
    Bus, Clock, LedgerLook, Notice, Offsets, Outgoing, Output, Shelf, Sink, Source, Trouble,
};
use crate::runtime::clock::Wall;
use crate::settings::{Settings, TopicSettings};
use crate::store::folder::Folder;
use crate::wire::ledger;

use super::args::{SkipArgs, SkipTo};
use super::deployment::{PATIENCE, read_settings, target};
use super::exit::{CONFIG, Failure, UNAVAILABLE};
use super::report::{count, differences};

/// Wait before looking for what had not arrived.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Runs it.
///
/// # Errors
/// See the exit codes.
pub(crate) fn skip(args: &SkipArgs) -> Result<(), Failure> {
    let settings = read_settings(&args.settings)?;
    let target = Target {
        owner: format!("{}.skip", settings.app.group()),
        membership: Membership::Dynamic,
        topic_settings: TopicSettings::Ignore,
        ..target(&settings, 0)
    };
    let lanes = lanes(args, &target)?;
    let there = members(&target)?;
    let standing = Standing::look(args, &target)?;
    let (gap, read) = standing.leap(args, &target.owner)?;
    tell(&standing, &read, &target)?;
    standing.tell_of_snapshots(&gap, &settings);
    if !there.is_empty() {
        let who = there.join(", ");
        let what = format!(
            "the group has {} ({who}): stop all instances first; a static member is one until \
             kafka.session_timeout is over",
            count(there.len(), "member")
        );
        match args.yes {
            true => return Err(Failure::new(UNAVAILABLE, format!("error: {what}"))),
            false => println!("{what}"),
        }
    }
    if !args.yes {
        println!("nothing was written; --yes writes it");
        return Ok(());
    }
    write(&gap, &standing.last, lanes, &target)?;
    println!(
        "lane {} goes on at offset {} of {} with unit {}; start the instances",
        gap.lane,
        read.next,
        args.topic,
        gap.unit.0 + 1
    );
    Ok(())
}

/// How many lanes there are, if this one and this topic are among them.
fn lanes(args: &SkipArgs, target: &Target) -> Result<i32, Failure> {
    let found = survey(target)?;
    if !found.differences.is_empty() {
        return Err(Failure::new(CONFIG, differences(&found.differences)));
    }
    let refused = |why: String| Err(Failure::new(CONFIG, format!("error: {why}")));
    let topic = &args.topic;
    if !target.inputs.contains(topic) {
        let inputs = target.inputs.join(", ");
        return refused(format!("{topic} is none of the input topics ({inputs})"));
    }
    if target.transfers.as_ref() == Some(topic) {
        return refused(format!(
            "{topic} holds customers on their way from lane to lane: past a gap they would be in \
             none of them"
        ));
    }
    if !(0..found.lanes).contains(&args.lane) {
        let (lane, lanes) = (args.lane, found.lanes);
        return refused(format!("there is no lane {lane}, only 0 to {}", lanes - 1));
    }
    Ok(found.lanes)
}

/// Where a lane stands.
struct Standing {
    last: Entry,
    /// All its units on their way through what its topics hold.
    road: Road,
    /// Of the topic that is meant: the first offset, and the next to come.
    ends: (Offset, Offset),
}

impl Standing {
    fn look(args: &SkipArgs, target: &Target) -> Result<Self, Failure> {
        let mut reading = Reading::outside(target)?;
        let lane = LaneId(args.lane);
        let committed = reading.committed(lane)?;
        let all_ends = reading.ends(lane)?;
        // Where units read, they say from where.
        let nowhere = vec![Offset(0); target.inputs.len()];
        let mut road = Road::new(lane, &target.inputs, &nowhere, &all_ends);
        let Some(last) = follow(&mut road, lane, &mut reading)? else {
            let why = format!("error: lane {lane} has done nothing yet: there is nothing to skip");
            return Err(Failure::new(UNAVAILABLE, why));
        };
        let places = target.inputs.iter().zip(all_ends).zip(&committed.next);
        let mut ends = None;
        for ((topic, (first, end)), committed) in places {
            let next = last.read_of(topic).map(|read| read.next);
            // The group forgets what it has committed of a topic that is deleted.
            let forgotten = committed.is_none() && next > Some(end);
            if *committed != next && !forgotten {
                let show =
                    |it: Option<Offset>| it.map_or("nothing".to_owned(), |it| it.to_string());
                return Err(Failure::new(
                    UNAVAILABLE,
                    format!(
                        "error: {topic} {lane}: the ledger ends at {}, but the group has \
                         committed {}: this is another trouble than records that are gone",
                        show(next),
                        show(*committed)
                    ),
                ));
            }
            ends = ends.or((*topic == args.topic).then_some((first, end)));
        }
        Ok(Self {
            last,
            road,
            ends: ends.expect("the topic is one of the inputs"),
        })
    }

    /// The gap that is asked for, and what it does to its topic.
    fn leap(&self, args: &SkipArgs, owner: &str) -> Result<(Entry, Read), Failure> {
        let (first, end) = self.ends;
        let (lane, topic) = (args.lane, &args.topic);
        let refused = |why: String| Failure::new(CONFIG, format!("error: {topic} {lane}: {why}"));
        let to = match args.to {
            SkipTo::Earliest => first,
            SkipTo::Latest => end,
            SkipTo::Offset(offset) => Offset(offset),
        };
        if !(first..=end).contains(&to) {
            return Err(refused(format!(
                "there is no offset {to}, the log holds {first} to {end}"
            )));
        }
        let gap = self.last.leap(topic, to, owner, Wall.now());
        let gap = gap.ok_or_else(|| refused("the lane has not read it yet".to_owned()))?;
        let read = gap.read_of(topic).expect("it is read").clone();
        let is_there = (first..=end).contains(&read.from);
        if read.next == read.from || (args.to == SkipTo::Earliest && is_there) {
            return Err(refused(format!(
                "nothing is gone: the lane goes on at {}, the log holds {first} to {end}; \
                 --to says how far to go in spite of it",
                read.from
            )));
        }
        Ok((gap, read))
    }

    /// Whether a lane can be rebuilt up to the gap.
    fn tell_of_snapshots(&self, gap: &Entry, settings: &Settings) {
        let mut road = self.road.clone();
        road.take(gap);
        let Some(needed) = road.blocked() else {
            println!("what the lane has read before is there: it can be rebuilt from its ledger");
            return;
        };
        println!(
            "what unit {needed} has read is gone, too: the lane can be rebuilt from a snapshot of \
             that unit or a later one only"
        );
        let kept = settings.snapshots.folder.as_ref().map(|folder| {
            let kept = Folder::new(folder, &settings.app.name).kept(gap.lane);
            (folder.display(), kept.unwrap_or_default())
        });
        match kept {
            Some((folder, kept)) if kept.iter().any(|unit| *unit >= needed) => {
                println!("{folder} has one");
            }
            Some((folder, _)) => println!(
                "{folder} has none: unless the instance that is given the lane has one, it stands \
                 still after this, too"
            ),
            None => println!("snapshots.folder is not set, so there is none"),
        }
    }
}

/// Goes along a lane's ledger; its last entry.
fn follow(road: &mut Road, lane: LaneId, reading: &mut Reading) -> Result<Option<Entry>, Failure> {
    let mut books = Books::open(lane, BTreeMap::new());
    let (mut last, mut heard) = (None, Instant::now());
    let disorder = |fault: String| {
        let why = format!("error: lane {lane}: the ledger is not in order: {fault}");
        Failure::new(UNAVAILABLE, why)
    };
    reading.open_ledger(lane)?;
    loop {
        match reading.look_into_ledger()? {
            LedgerLook::End => return Ok(last),
            LedgerLook::NotYet if heard.elapsed() > PATIENCE => {
                let why = format!("lane {lane}: the ledger cannot be read");
                return Err(Trouble::Restart(why).into());
            }
            LedgerLook::NotYet => thread::park_timeout(LOOK_AGAIN),
            LedgerLook::Entry(_, bytes) => {
                heard = Instant::now();
                let entry = ledger::decode(&bytes).map_err(|error| disorder(error.to_string()))?;
                if let Some(fault) = books.take(&entry).pop() {
                    return Err(disorder(fault));
                }
                road.take(&entry);
                last = Some(entry);
            }
        }
    }
}

/// Says what is lost, in offsets and in time.
fn tell(standing: &Standing, read: &Read, target: &Target) -> Result<(), Failure> {
    let (lane, topic) = (standing.last.lane, &read.topic);
    let (first, end) = standing.ends;
    println!(
        "lane {lane} has read {topic} up to offset {} by unit {}, at {}; the log holds {first} to \
         {end}",
        read.from,
        standing.last.unit,
        show_utc(standing.last.ceiling)
    );
    let ends = [(lane.0, (read.next, end))].into();
    let next = Pass::over(target, topic, ends)?.record()?;
    let stamped = next.and_then(|record| record.stamped_at);
    let stamped = stamped.map_or("no record yet".to_owned(), |at| {
        format!("a record of {}", show_utc(at))
    });
    let lost = match u64::try_from(read.next.0 - read.from.0) {
        Ok(lost) => format!("{lost} offsets are passed over, so at most as many records are lost"),
        Err(_) => "the log was cut off, or made again: what it held before is lost".to_owned(),
    };
    println!("it would go on at offset {}, {stamped}: {lost}", read.next);
    Ok(())
}

/// Writes the gap, in one transaction with the offsets of the group, as its only member.
fn write(gap: &Entry, last: &Entry, lanes: i32, target: &Target) -> Result<(), Failure> {
    let mut connection = Connection::open(target)?;
    take_all(&mut connection, lanes, target)?;
    let ends = connection.ledger_ends(&[gap.lane])?;
    let end = ends.into_iter().flatten().next();
    let end = end.and_then(|bytes| ledger::decode(&bytes).ok());
    if end.as_ref() != Some(last) {
        let lane = gap.lane;
        let why = format!("error: lane {lane} has gone on meanwhile: look again");
        return Err(Failure::new(UNAVAILABLE, why));
    }
    let mut value = Vec::new();
    ledger::encode(gap, &mut value);
    connection.begin()?;
    connection.send(&Outgoing {
        output: Output::Ledger,
        lane: gap.lane,
        key: None,
        value: Some(&value),
        headers: &[],
    })?;
    connection.commit(&[Offsets {
        lane: gap.lane,
        unit: gap.unit,
        next: gap.reads.iter().map(|read| read.next).collect(),
    }])?;
    connection.hear_out().map_err(|trouble| {
        let why = format!("error: {trouble}; run it again, which tells whether it was written");
        Failure::new(UNAVAILABLE, why)
    })
}

/// Waits until the group has given all lanes to this member. Whoever joins after that ends its
/// generation, and with it what is to be committed.
fn take_all(connection: &mut Connection, lanes: i32, target: &Target) -> Result<(), Failure> {
    let given_up = Instant::now() + target.session_timeout + PATIENCE;
    let others = || {
        let why = "error: somebody else is in the group: stop all instances first";
        Failure::new(UNAVAILABLE, why)
    };
    while Instant::now() < given_up {
        match connection.reading().poll()? {
            Some(Notice::Assigned(given)) => {
                connection.reading().start(&[])?;
                let all = given.len() == usize::try_from(lanes).unwrap_or(usize::MAX);
                return if all { Ok(()) } else { Err(others()) };
            }
            Some(Notice::Revoked | Notice::Lost) => return Err(others()),
            None => thread::park_timeout(LOOK_AGAIN),
        }
    }
    Err(Failure::new(
        UNAVAILABLE,
        "error: the group does not give its lanes to anybody",
    ))
}
