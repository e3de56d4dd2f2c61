//! `tidemark redrive`: dead letters back to the topics that they came from.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use crate::kafka::client::Target;
use crate::kafka::pass::{Pass, Passed};
use crate::kafka::returns::{Return, Returns};
use crate::model::time::Timestamp;
use crate::wire::redrive::{Letter, Place, marked};

use super::args::RedriveArgs;
use super::deployment::{read_settings, target};
use super::exit::Failure;
use super::replay::instant;
use super::report::count;

/// Records sent back in one transaction, at most.
const BATCH: usize = 200;

/// What becomes of a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Goes,
    Gone,
    Cut,
    Often,
    Foreign,
}

/// Which dead letters are meant.
struct Wanted<'a> {
    args: &'a RedriveArgs,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl<'a> Wanted<'a> {
    fn read(args: &'a RedriveArgs) -> Result<Self, Failure> {
        let read = |text: &Option<String>| text.as_deref().map(instant).transpose();
        Ok(Self {
            args,
            since: read(&args.since)?,
            until: read(&args.until)?,
        })
    }

    fn holds(&self, record: &Passed, letter: &Letter<'_>) -> bool {
        let args = self.args;
        let at = record.stamped_at;
        (args.code.is_empty() || args.code.iter().any(|code| code == letter.code))
            && self.since.is_none_or(|since| at >= Some(since))
            && self.until.is_none_or(|until| at <= Some(until))
            && args
                .topic
                .as_ref()
                .is_none_or(|topic| topic == letter.origin.topic)
            && args.lane.is_none_or(|lane| lane == letter.origin.partition)
    }
}

/// Runs it.
///
/// # Errors
/// See the exit codes.
pub(crate) fn redrive(args: &RedriveArgs) -> Result<(), Failure> {
    let settings = read_settings(&args.settings)?;
    let target = target(&settings, 0);
    let wanted = Wanted::read(args)?;
    // Before anything is read: two at a time would each take the other's marks for missing.
    let mut sends = match args.yes {
        true => Some(Sends::begin(&target, args.rate)?),
        false => None,
    };
    let mut pass = Pass::open(&target, &target.dead_letters)?;
    let mut gone: BTreeSet<Place> = BTreeSet::new();
    while let Some(record) = pass.record()? {
        gone.extend(marked(&record.headers));
    }
    let mut pass = Pass::over(&target, &target.dead_letters, pass.ends().clone())?;
    let mut told: BTreeMap<(Fate, String, String), u64> = BTreeMap::new();
    let mut going = 0;
    while let Some(record) = pass.record()? {
        let Some(letter) = Letter::read(&record.headers).filter(|it| wanted.holds(&record, it))
        else {
            continue;
        };
        let place = letter.place();
        let fate = match () {
            () if !target.inputs.contains(&place.0) => Fate::Foreign,
            () if !letter.whole => Fate::Cut,
            () if letter.times >= args.most => Fate::Often,
            () if !args.again && gone.contains(&place) => Fate::Gone,
            () => Fate::Goes,
        };
        if fate == Fate::Goes {
            if args.limit.is_some_and(|limit| going >= limit) {
                break;
            }
            going += 1;
            if let Some(sends) = &mut sends {
                sends.take(back(&record, &letter))?;
            }
        }
        let key = (fate, letter.code.to_owned(), place.0);
        *told.entry(key).or_default() += 1;
    }
    if let Some(sends) = &mut sends {
        sends.flush()?;
    }
    tell(&told, args);
    Ok(())
}

fn back(record: &Passed, letter: &Letter<'_>) -> Return {
    Return {
        topic: letter.origin.topic.to_owned(),
        partition: letter.origin.partition,
        key: record.key.clone(),
        value: record.value.clone(),
        headers: letter.back(),
        mark: letter.mark(),
        lies_in: record.partition,
    }
}

/// What goes back, a few at a time.
struct Sends {
    returns: Returns,
    batch: Vec<Return>,
    size: usize,
    /// The least time between two batches.
    pause: Duration,
    next: Instant,
}

impl Sends {
    fn begin(target: &Target, rate: u32) -> Result<Self, Failure> {
        let size = match rate {
            0 => BATCH,
            rate => BATCH.min(rate as usize),
        };
        let pause = match rate {
            0 => Duration::ZERO,
            rate => Duration::from_secs(size as u64) / rate,
        };
        Ok(Self {
            returns: Returns::open(target)?,
            batch: Vec::new(),
            size,
            pause,
            next: Instant::now(),
        })
    }

    fn take(&mut self, one: Return) -> Result<(), Failure> {
        self.batch.push(one);
        match self.batch.len() < self.size {
            true => Ok(()),
            false => self.flush(),
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if self.batch.is_empty() {
            return Ok(());
        }
        while let Some(left) = self.next.checked_duration_since(Instant::now()) {
            thread::park_timeout(left);
        }
        self.next = Instant::now() + self.pause;
        self.returns.send(&self.batch)?;
        self.batch.clear();
        Ok(())
    }
}

fn tell(told: &BTreeMap<(Fate, String, String), u64>, args: &RedriveArgs) {
    let goes = if args.yes {
        "sent back"
    } else {
        "would go back"
    };
    for ((fate, code, topic), number) in told {
        let what = match fate {
            Fate::Goes => goes.to_owned(),
            Fate::Gone => "left: sent back before (--again sends them once more)".to_owned(),
            Fate::Cut => {
                "left: too large to be put aside whole, lies where it came from".to_owned()
            }
            Fate::Often => format!("left: sent back {} times already (--most)", args.most),
            Fate::Foreign => "left: the topic is none of the input topics".to_owned(),
        };
        println!("{number:>8}  {code:<16} {topic}  {what}");
    }
    let going = told.iter().filter(|((fate, ..), _)| *fate == Fate::Goes);
    let going: u64 = going.map(|(_, number)| number).sum();
    let all: u64 = told.values().sum();
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    println!(
        "{} looked at, {} {goes}",
        count(number(all), "dead letter"),
        count(number(going), "record"),
    );
    if !args.yes && going > 0 {
        println!("nothing was sent; --yes sends them");
    }
}
