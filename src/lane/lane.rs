//! One lane: its engine, its place in each input topic, and the unit it is filling.

use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::adoption::NotAdopted;
use crate::engine::effect::Judged;
use crate::engine::input::{Outcome, Tick};
use crate::engine::key::Key;
use crate::model::event::Event;
use crate::model::ids::{LaneId, Offset, TopicIx, UnitId};
use crate::model::refusal::Refused;
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;
use crate::teeth::{Tooth, bites};

use super::crossing::From;
use super::edition::Edition;
use super::fate::Fate;
use super::homes::Homes;
use super::ledger::{Adopts, Counts, Entry, Read};

/// A lane and everything known about its customers.
pub struct Lane {
    pub(super) id: LaneId,
    pub(super) topics: Arc<[String]>,
    pub(super) engine: Engine,
    /// Where customers live, if there are several lanes.
    pub(super) homes: Option<Homes>,
    /// Whether customers may be merged across lanes.
    crosses: bool,
    /// What it has decided by, one after another; never empty.
    pub(super) editions: Vec<Edition>,
    /// The form in which customers are kept, by edition.
    forms: Vec<u64>,
    /// The next offset to take, by topic.
    pub(super) next: Vec<Offset>,
    pub(super) last_unit: UnitId,
    pub(super) newest: Timestamp,
    open: Option<Unit>,
}

/// The unit that a lane is filling.
struct Unit {
    tick: Tick,
    adopts: Option<Adopts>,
    from: Vec<Offset>,
    records: Vec<u64>,
    runs: Vec<(usize, u32)>,
    counts: Counts,
}

impl Lane {
    /// A lane that has seen nothing, begins with that policy, and is to be read from these offsets
    /// on, by topic.
    #[must_use]
    pub fn new(id: LaneId, topics: Arc<[String]>, edition: Edition, next: Vec<Offset>) -> Self {
        let engine = edition.engine();
        Self {
            id,
            topics,
            forms: vec![engine.form()],
            engine,
            homes: None,
            crosses: false,
            editions: vec![edition],
            next,
            last_unit: UnitId(0),
            newest: Timestamp::MIN,
            open: None,
        }
    }

    /// The same, as one of so many lanes.
    #[must_use]
    pub fn among(mut self, lanes: i32) -> Self {
        self.homes = Some(Homes::new(self.id, lanes));
        self
    }

    /// From now on customers may be merged across lanes, or not.
    pub fn cross(&mut self, crosses: bool) {
        self.crosses = crosses;
    }

    /// Whether customers may be merged across lanes.
    #[must_use]
    pub fn crosses(&self) -> bool {
        self.crosses
    }

    /// Where customers live, if there are several lanes.
    #[must_use]
    pub fn homes(&self) -> Option<&Homes> {
        self.homes.as_ref()
    }

    pub(super) fn homes_mut(&mut self) -> &mut Homes {
        let homes = self.homes.as_mut();
        homes.expect("nobody moves where there is one lane")
    }

    /// Begins with that policy.
    ///
    /// # Panics
    /// The lane has begun already.
    pub fn begin(&mut self, edition: Edition) {
        let untouched = self.last_unit.0 == 0 && self.open.is_none();
        assert!(untouched, "a lane begins once");
        if self.editions[0].hash() == edition.hash() {
            return;
        }
        self.engine = edition.engine();
        self.forms = vec![self.engine.form()];
        self.editions = vec![edition];
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> LaneId {
        self.id
    }

    /// Its customers.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The policies that it has decided by, one after another; the last is the one in force.
    #[must_use]
    pub fn editions(&self) -> &[Edition] {
        &self.editions
    }

    /// The forms in which it has kept customers, one for each of its policies.
    pub(super) fn forms(&self) -> &[u64] {
        &self.forms
    }

    /// The form in which it keeps customers now.
    pub(super) fn form(&self) -> u64 {
        *self.forms.last().expect("a lane has a policy")
    }

    /// The policy by which something was just decided.
    ///
    /// # Panics
    /// The lane has never had it.
    #[must_use]
    pub fn policy_of(&self, judged: &Judged) -> &Arc<Policy> {
        let known = self.engine.policy_of(judged.era);
        // Customers from another lane may have been passed over to several policies at once.
        known.unwrap_or_else(|| &self.editions[judged.era as usize].policy)
    }

    /// The next offset to take, by topic; what the open unit has taken is behind it.
    #[must_use]
    pub fn next(&self) -> &[Offset] {
        &self.next
    }

    /// The last unit sealed; 0 before the first.
    #[must_use]
    pub fn last_unit(&self) -> UnitId {
        self.last_unit
    }

    /// The newest instant of an event of the feed that counts.
    #[must_use]
    pub fn newest(&self) -> Timestamp {
        self.newest
    }

    /// The latest instant that an event may have now; later ones are refused.
    #[must_use]
    pub fn latest(&self) -> Timestamp {
        self.engine.ceiling() + self.engine.policy().time.ahead
    }

    /// Whether a unit is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether a deadline is past, were the clock to coast there.
    #[must_use]
    pub fn has_due(&self, coast: Option<Timestamp>) -> bool {
        let clock = self.engine.clock().max(coast.unwrap_or(Timestamp::MIN));
        self.engine.next_due().is_some_and(|due| due < clock)
    }

    /// Opens a unit: a policy is adopted at that pace, if there is one to adopt; then time has
    /// passed as `tick` says.
    ///
    /// # Errors
    /// The policy is refused; no unit is open.
    ///
    /// # Panics
    /// A unit is open.
    pub fn open(
        &mut self,
        adopted: Option<(&Edition, u32)>,
        tick: Tick,
        effects: &mut Vec<Judged>,
    ) -> Result<(), NotAdopted> {
        assert!(
            self.open.is_none(),
            "a unit is sealed before the next is opened"
        );
        let mut unit = Unit {
            tick,
            adopts: self.adopt(adopted)?,
            from: self.next.clone(),
            records: vec![0; self.next.len()],
            runs: Vec::new(),
            counts: Counts {
                standings: u64::from(bites(Tooth::CountsKept)) * self.last_unit.0,
                ..Counts::default()
            },
        };
        let before = effects.len();
        self.engine.tick(tick, effects);
        unit.counts.publish(&effects[before..]);
        self.open = Some(unit);
        Ok(())
    }

    /// Adopts a policy, and says what the ledger is to hold of it; in the first unit, that is the
    /// policy that the lane begins with.
    pub(super) fn adopt(
        &mut self,
        adopted: Option<(&Edition, u32)>,
    ) -> Result<Option<Adopts>, NotAdopted> {
        if let Some((edition, pace)) = adopted {
            self.engine.adopt(edition.policy.clone(), pace)?;
            self.editions.push(edition.clone());
            self.forms.push(self.engine.form());
            let text = edition.text.clone();
            return Ok(Some(Adopts { text, pace }));
        }
        let first = (self.last_unit.0 == 0).then(|| self.editions[0].text.clone());
        Ok(first.map(|text| Adopts { text, pace: 0 }))
    }

    /// Takes one record: an event, or the reason why it is none.
    ///
    /// # Panics
    /// No unit is open.
    pub fn take(
        &mut self,
        (topic, offset): (TopicIx, Offset),
        event: Result<(&Event<'_>, Key), Refused>,
        from: From,
        effects: &mut Vec<Judged>,
    ) -> Fate {
        let before = effects.len();
        let fate = match event {
            Ok((event, key)) => match self.elsewhere(event, from, effects) {
                Some(fate) => fate,
                None => match self.engine.apply_known((event, key), effects) {
                    Outcome::Duplicate if bites(Tooth::CopiesCount) => {
                        Fate::Became(Outcome::Applied)
                    }
                    outcome => Fate::Became(outcome),
                },
            },
            Err(refused) => Fate::Became(Outcome::Refused(refused)),
        };
        let event = event.ok().map(|(event, _)| event);
        self.note((topic, offset), event, &fate, &effects[before..]);
        fate
    }

    /// Notes in the open unit what became of a record.
    pub(super) fn note(
        &mut self,
        (topic, offset): (TopicIx, Offset),
        event: Option<&Event<'_>>,
        fate: &Fate,
        effects: &[Judged],
    ) {
        let unit = self
            .open
            .as_mut()
            .expect("a unit is open while records are taken");
        match fate {
            Fate::Became(Outcome::Applied) => {
                unit.counts.applied += 1;
                if let Some(event) = event.filter(|event| event.is_of_feed()) {
                    self.newest = self.newest.max(event.at);
                }
            }
            Fate::Became(Outcome::Duplicate) => unit.counts.duplicates += 1,
            Fate::Became(Outcome::Suppressed) => unit.counts.suppressed += 1,
            Fate::Became(Outcome::Refused(_)) => unit.counts.dead_letters += 1,
            Fate::Transfer(_) => unit.counts.transfers += 1,
        }
        unit.counts.publish(effects);
        unit.records[topic.0] += 1;
        match unit.runs.last_mut() {
            Some((last, length)) if *last == topic.0 => *length += 1,
            _ => unit.runs.push((topic.0, 1)),
        }
        self.next[topic.0] = offset.next();
    }

    /// Ends the unit with the checksum of its output and says what the ledger is to hold.
    ///
    /// # Panics
    /// No unit is open.
    pub fn seal(&mut self, owner: &str, checksum: u64) -> Entry {
        let unit = self.open.take().expect("a unit is open when it is sealed");
        let silent = bites(Tooth::NumberSkipped) && unit.counts.changes == 0;
        self.last_unit = UnitId(self.last_unit.0 + 1 + u64::from(silent));
        let reads = unit
            .from
            .iter()
            .zip(&self.next)
            .zip(unit.records)
            .zip(self.topics.iter())
            .map(|(((from, next), records), topic)| Read {
                topic: topic.clone(),
                from: *from,
                next: *next,
                records,
            })
            .collect();
        Entry {
            lane: self.id,
            unit: self.last_unit,
            policy: self.engine.policy().hash.clone(),
            adopts: unit.adopts,
            owner: owner.to_owned(),
            ceiling: unit.tick.ceiling,
            coast: unit.tick.coast,
            firings: unit.tick.firings,
            gap: None,
            clock: self.engine.clock(),
            reads,
            runs: unit.runs,
            counts: unit.counts,
            checksum,
        }
    }
}

impl Counts {
    /// Counts what these judgings publish.
    fn publish(&mut self, effects: &[Judged]) {
        for judged in effects {
            self.changes += judged.changes.len() as u64;
            self.warnings += judged.warnings.len() as u64;
            let is_told = !judged.places.is_empty() || judged.ended.is_some();
            self.standings += u64::from(is_told);
            self.receipts += u64::from(judged.ended.is_some());
        }
    }
}
