//! The topic of the policies, followed from its start: the one order that all instances take them
//! in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::kafka::client::Target;
use crate::kafka::roll::{Roll, RollLook, enter};
use crate::lane::edition::Edition;
use crate::model::ids::Offset;
use crate::port::Trouble;
use crate::runtime::policies::Policies;
use crate::telemetry::Happening;
use crate::telemetry::happening::RollLost;
use crate::wire::policy::edition;

use super::exit::{CONFIG, Failure, SOFTWARE};
use super::giving::Giving;

/// For one look: how late a policy is noticed at worst, and how late a stop.
const LOOK: Duration = Duration::from_millis(200);
/// Before the topic is opened anew.
const WAIT: Duration = Duration::from_secs(2);
/// Looks until the topic must have been read to its end.
const LOOKS_MAX: usize = 150;

/// A topic that was read to its end.
pub(crate) struct Followed {
    target: Target,
    topic: String,
    roll: Roll,
    texts: Vec<(Offset, Vec<u8>)>,
}

impl Followed {
    /// Reads all texts that the topic holds by now.
    ///
    /// # Errors
    /// It cannot be read to its end.
    pub(crate) fn open(target: Target, topic: String) -> Result<Self, Trouble> {
        let roll = Roll::open(&target, &topic)?;
        let mut texts = Vec::new();
        for _ in 0..LOOKS_MAX {
            match roll.look(LOOK)? {
                RollLook::Text(offset, text) => texts.push((offset, text)),
                RollLook::NotYet => {}
                RollLook::End => {
                    return Ok(Self {
                        target,
                        topic,
                        roll,
                        texts,
                    });
                }
            }
        }
        Err(Trouble::Restart(format!(
            "{topic} cannot be read to its end"
        )))
    }

    /// The same, but where the topic holds no policy, the one of the file is put there.
    ///
    /// # Errors
    /// The topic cannot be read or written, or the file holds no policy.
    pub(crate) fn begin(
        target: &Target,
        topic: &str,
        file: impl Fn() -> Result<Edition, Failure>,
    ) -> Result<Self, Failure> {
        loop {
            let followed = Self::open(target.clone(), topic.to_owned())?;
            if followed.first().is_some() {
                return Ok(followed);
            }
            enter(target, topic, &file()?.text)?;
        }
    }

    /// The first policy that it holds.
    pub(crate) fn first(&self) -> Option<Edition> {
        self.editions().next()
    }

    fn editions(&self) -> impl Iterator<Item = Edition> {
        let texts = self.texts.iter();
        let texts = texts.filter_map(|(_, text)| std::str::from_utf8(text).ok());
        texts.filter_map(|text| edition(&self.topic, text).ok())
    }

    /// What it has given so far, as all instances take it. What was refused was told when it came.
    ///
    /// # Errors
    /// It holds no policy.
    pub(crate) fn policies(&self, pace: u32) -> Result<Policies, Failure> {
        let mut editions = self.editions();
        let first = editions.next().ok_or_else(|| {
            Failure::new(CONFIG, format!("error: {} holds no policy", self.topic))
        })?;
        let policies = Policies::of_topic(first, pace);
        for edition in editions {
            let _ = policies.offer(&edition);
        }
        Ok(policies)
    }
}

/// Follows the topic until told to stop.
///
/// # Errors
/// The thread cannot be started.
pub(crate) fn follow(
    giving: Giving,
    followed: Followed,
    stop: Arc<AtomicBool>,
) -> Result<(), Failure> {
    let Followed {
        target,
        topic,
        roll,
        texts,
    } = followed;
    let (name, mut taken) = (topic.clone(), texts.last().map(|(offset, _)| *offset));
    let mut take = move |offset: Offset, text: &[u8]| {
        // After the topic was opened anew, what was read before comes again.
        if taken < Some(offset) {
            taken = Some(offset);
            giving.follow(&format!("{name}, record {offset}"), text);
        }
    };
    let work = move || {
        let mut roll = Ok(roll);
        while !stop.load(Ordering::Relaxed) {
            match roll
                .as_ref()
                .map_err(Trouble::clone)
                .and_then(|roll: &Roll| roll.look(LOOK))
            {
                Ok(RollLook::Text(offset, text)) => take(offset, &text),
                Ok(RollLook::NotYet | RollLook::End) => {}
                Err(why) => {
                    let why = why.to_string();
                    let topic = &topic;
                    RollLost { topic, why: &why }.log();
                    thread::park_timeout(WAIT);
                    roll = Roll::open(&target, topic);
                }
            }
        }
    };
    let thread = thread::Builder::new()
        .name("policies".to_owned())
        .spawn(work);
    thread
        .map(drop)
        .map_err(|error| Failure::new(SOFTWARE, format!("error: cannot start a thread: {error}")))
}
