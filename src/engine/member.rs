//! All that is kept of one customer, taken out of a lane's shelves: laid out on a tape, and put
//! back into a lane that decides by the same.

use crate::features::fingerprint::hash;
use crate::features::history::History;
use crate::model::overrides::{Override, VERBS};
use crate::model::standing::{Place, ScaleIx};
use crate::model::tape::{Garbled, Reel, Tape, expect};
use crate::model::time::Timestamp;
use crate::policy::overrides::Overrides;

use super::adoption::Gone;
use super::customers::Slot;
use super::departed::Departed;
use super::era::Era;
use super::overruled::Overruled;
use super::step::Engine;

/// All that is kept of a customer.
pub(super) struct Member {
    /// Empty where it is the past that the one who goes on for others had alone.
    pub(super) id: Box<str>,
    pub(super) history: History,
    pub(super) places: Vec<Place>,
    marks: Vec<Timestamp>,
    overruled: Option<Overruled>,
    pub(super) due: Timestamp,
    /// By names of ladders, how many warnings there were; those from which there were some.
    warned: Vec<(Box<str>, u32)>,
    /// By names of ladders and maps that are no more, where the customer stood.
    gone: Vec<(Box<str>, Place)>,
    /// Whom the customer goes on for, their own past first; nobody for most.
    members: Vec<Member>,
}

/// What a lane that reads a customer decides by.
pub(super) struct Ground<'e> {
    era: &'e Era,
    departed: &'e Departed,
    gone: &'e [Gone],
}

/// Why a customer is not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The tape does not read.
    #[error(transparent)]
    Garbled(#[from] Garbled),
    /// It was laid out by a lane that decides by something else.
    #[error("the customer was kept in form {kept:016x}, this lane keeps form {wanted:016x}")]
    Form {
        /// Of the tape.
        kept: u64,
        /// Of the lane.
        wanted: u64,
    },
    /// There is a customer of that id.
    #[error("customer \"{0}\" is here already")]
    Known(Box<str>),
}

impl Engine {
    /// Stands for what a lane decides by: only under the same form can be read what was kept.
    #[must_use]
    pub fn form(&self) -> u64 {
        let before = self.before.as_ref().map_or("", |before| &before.hash);
        let Era { policy, law, .. } = &self.era;
        let shape = (law.layout.form(), law.judge.marks(), policy.scales());
        hash(&format!("{} {before} {shape:?}", policy.hash))
    }

    /// Puts all that is kept of a customer, and of all who were merged into them, on a tape; what
    /// has counted, so that copies are told, is not among it. Whether there was anything to put:
    /// the customer stands for themselves, and is not still to be passed over to the policy in
    /// force.
    pub fn keep(&self, id: &str, tape: &mut Tape) -> bool {
        let slot = self.customers.find(hash(id), id);
        let Some(slot) = slot.filter(|slot| self.may_be_kept(*slot)) else {
            return false;
        };
        self.member(slot).put(&self.era, tape);
        true
    }

    /// Takes in the customer that comes next on a tape of that form.
    ///
    /// # Errors
    /// See [`NotTaken`]; nothing has happened.
    pub fn take_in(&mut self, form: u64, reel: &mut Reel<'_>) -> Result<(), NotTaken> {
        let wanted = self.form();
        if form != wanted {
            return Err(NotTaken::Form { kept: form, wanted });
        }
        let member = Member::take(&self.ground(), reel)?;
        let others = member.members.iter().skip(1);
        let ids = [&member].into_iter().chain(others).map(|one| &*one.id);
        for id in ids {
            if self.customers.find(hash(id), id).is_some() {
                return Err(NotTaken::Known(id.into()));
            }
        }
        let (places, due) = (member.places.clone(), member.due);
        let slot = self.settle(member);
        self.era.population.came(&places);
        self.expect(slot, due);
        Ok(())
    }

    pub(super) fn ground(&self) -> Ground<'_> {
        Ground {
            era: &self.era,
            departed: &self.departed,
            gone: &self.gone,
        }
    }

    fn may_be_kept(&self, slot: Slot) -> bool {
        let passing = self.passing.as_ref();
        let awaits = passing.is_some_and(|passing| passing.awaits(slot));
        self.customers.stands(slot) && !awaits
    }

    /// A customer as they are here.
    pub(super) fn member(&self, slot: Slot) -> Member {
        let members = self.customers.unions.members(slot).iter();
        Member {
            members: members.map(|member| self.member(*member)).collect(),
            ..self.member_alone(slot)
        }
    }

    /// The same without those who were merged into them.
    pub(super) fn member_alone(&self, slot: Slot) -> Member {
        let customer = self.customers.get(slot);
        let footings = &self.era.footings;
        let name = |name| self.departed.name(name).into();
        let warned = self.warned.given(slot);
        let gone = self.gone.iter();
        Member {
            id: customer.id.text().into(),
            history: customer.history.clone(),
            places: footings.places(slot).to_vec(),
            marks: footings.stood(slot).marks.to_vec(),
            overruled: footings.overruled(slot).cloned(),
            due: customer.due,
            warned: warned.map(|(at, number)| (name(at), number)).collect(),
            gone: gone
                .filter_map(|gone| Some((name(gone.name), gone.place(slot)?)))
                .collect(),
            members: Vec::new(),
        }
    }

    /// Puts a customer, and all who were merged into them, into slots.
    fn settle(&mut self, mut member: Member) -> Slot {
        let history = std::mem::replace(&mut member.history, History::NONE);
        let slot = match &*member.id {
            "" => self.customers.add_apart(history),
            id => self.seat(hash(id), id, history),
        };
        let members = std::mem::take(&mut member.members).into_iter();
        let members = members.map(|member| self.settle(member)).collect();
        self.furnish(slot, member);
        self.customers.unions.set(slot, members);
        slot
    }

    /// Puts what is kept of a customer besides their past where it belongs.
    pub(super) fn furnish(&mut self, slot: Slot, member: Member) {
        let footings = &mut self.era.footings;
        footings.put(slot, &member.places, &member.marks);
        if let Some(overruled) = member.overruled {
            footings.overrule(slot, overruled);
        }
        let names = member.warned.iter().map(|(name, _)| &**name);
        let names = self.departed.numbers(names).into_iter();
        for (name, (_, number)) in names.zip(&member.warned) {
            let mut numbers = vec![0; name + 1];
            numbers[name] = *number;
            self.warned.put(slot, &numbers);
        }
        for (name, place) in member.gone {
            let mut gone = self.gone.iter_mut();
            let gone = gone.find(|gone| *gone.column.name == *name);
            gone.expect("it was looked for").put(slot, place);
        }
    }
}

impl Member {
    /// Drops what can matter no more of all that happened.
    pub(super) fn settle(&mut self, era: &Era, clock: Timestamp) {
        let (layout, zone) = (&era.law.layout, &era.policy.zone);
        self.history.settle(layout, zone, clock);
        let members = self.members.iter_mut();
        members.for_each(|member| member.settle(era, clock));
    }

    pub(super) fn put(&self, era: &Era, tape: &mut Tape) {
        self.put_alone(era, tape);
        tape.put_count(self.members.len());
        self.members.iter().for_each(|member| member.put(era, tape));
    }

    /// The same without those who were merged into them.
    pub(super) fn put_alone(&self, era: &Era, tape: &mut Tape) {
        tape.put_text(&self.id);
        self.history.put(&era.law.layout, tape);
        tape.put(self.due.0);
        self.places.iter().for_each(|place| put_place(place, tape));
        self.marks.iter().for_each(|mark| tape.put(mark.0));
        tape.put(i64::from(self.overruled.is_some()));
        if let Some(Overruled { ranks, overrides }) = &self.overruled {
            ranks.iter().for_each(|rank| tape.put((*rank).into()));
            tape.put_count(overrides.all().len());
            overrides
                .all()
                .iter()
                .for_each(|one| put_override(one, tape));
        }
        tape.put_count(self.warned.len());
        for (name, number) in &self.warned {
            tape.put_text(name);
            tape.put((*number).into());
        }
        tape.put_count(self.gone.len());
        for (name, place) in &self.gone {
            tape.put_text(name);
            put_place(place, tape);
        }
    }

    /// A customer who stands for themselves.
    fn take(ground: &Ground<'_>, reel: &mut Reel<'_>) -> Result<Self, Garbled> {
        let mut one = Self::take_one(ground, reel)?;
        expect(!one.id.is_empty(), "a customer's id", "empty", "one")?;
        let count = reel.take_count("a number of members")?;
        let several = count == 0 || count > 1;
        expect(several, "a number of members", count, "none or several")?;
        for ix in 0..count {
            let member = Self::take_one(ground, reel)?;
            let (is_own, said) = (ix == 0, &*member.id);
            let expected = if is_own { "empty" } else { "a member's" };
            expect(is_own == said.is_empty(), "a member's id", said, expected)?;
            let due = member.due;
            let never = Timestamp::MAX;
            expect(due == never, "a member's deadline", due.0, never.0)?;
            let none = reel.take_within("a number of a member's members", 0, 0)?;
            debug_assert_eq!(none, 0, "unions are flat");
            one.members.push(member);
        }
        let others = one.members.iter().skip(1).map(|member| &*member.id);
        let mut ids: Vec<&str> = others.chain([&*one.id]).collect();
        ids.sort_unstable();
        let twice = ids.windows(2).find(|pair| pair[0] == pair[1]);
        let found = twice.map_or("", |pair| pair[0]);
        expect(twice.is_none(), "a member's id", found, "another one")?;
        Ok(one)
    }

    pub(super) fn take_one(ground: &Ground<'_>, reel: &mut Reel<'_>) -> Result<Self, Garbled> {
        let era = ground.era;
        let id = reel.take_text("a customer's id")?.into();
        let history = History::take(&era.law.layout, reel)?;
        let (due, frontier) = (reel.take("a deadline")?, history.frontier());
        expect(
            due > frontier.0,
            "a deadline",
            due,
            format!("after {}", frontier.0),
        )?;
        let ranks = era.population.counts().iter().map(Vec::len);
        let places = ranks.clone().map(|ranks| take_place(ranks, reel));
        let places = places.collect::<Result<_, _>>()?;
        let marks = (0..era.law.judge.marks()).map(|_| Ok(Timestamp(reel.take("a mark")?)));
        let marks = marks.collect::<Result<_, _>>()?;
        let overruled = match reel.take_within("whether there are overrides", 0, 1)? {
            0 => None,
            _ => Some(Overruled {
                ranks: ranks
                    .map(|ranks| take_rank(ranks, reel))
                    .collect::<Result<_, _>>()?,
                overrides: take_overrides(era, reel)?,
            }),
        };
        Ok(Self {
            id,
            history,
            places,
            marks,
            overruled,
            due: Timestamp(due),
            warned: ground.take_warned(reel)?,
            gone: ground.take_gone(reel)?,
            members: Vec::new(),
        })
    }
}

impl Ground<'_> {
    fn take_warned(&self, reel: &mut Reel<'_>) -> Result<Vec<(Box<str>, u32)>, Garbled> {
        let count = reel.take_count("a number of ladders that have warned")?;
        let warned = (0..count).map(|_| {
            let name = reel.take_text("a ladder that has warned")?;
            let known = self.departed.knows(name);
            expect(
                known,
                "a ladder that has warned",
                name,
                "one that there was",
            )?;
            let number = reel.take_within("a number of warnings", 1, u32::MAX.into())?;
            Ok((name.into(), number as u32))
        });
        warned.collect()
    }

    fn take_gone(&self, reel: &mut Reel<'_>) -> Result<Vec<(Box<str>, Place)>, Garbled> {
        let count = reel.take_count("a number of ladders and maps that are no more")?;
        let gone = (0..count).map(|_| {
            let name = reel.take_text("a ladder or map that is no more")?;
            let known = self.gone.iter().find(|gone| gone.column.name == name);
            let what = "a ladder or map that is no more";
            expect(known.is_some(), what, name, "one that there was")?;
            let ranks = known.map_or(0, |gone| gone.column.ranks.len());
            Ok((name.into(), take_place(ranks, reel)?))
        });
        gone.collect()
    }
}

fn put_place(place: &Place, tape: &mut Tape) {
    tape.put(place.rank.into());
    tape.put(place.version.into());
    tape.put(place.since.0);
}

/// On a ladder or map that has so many ranks.
fn take_place(ranks: usize, reel: &mut Reel<'_>) -> Result<Place, Garbled> {
    Ok(Place {
        rank: take_rank(ranks, reel)?,
        version: reel.take_within("a version", 0, u32::MAX.into())? as u32,
        since: Timestamp(reel.take("since when a place is held")?),
    })
}

fn take_rank(ranks: usize, reel: &mut Reel<'_>) -> Result<u8, Garbled> {
    Ok(reel.take_within("a rank", 0, ranks as i64 - 1)? as u8)
}

/// Values that an override takes up.
const OVERRIDE: usize = 8;

fn put_override(one: &Override, tape: &mut Tape) {
    tape.put_count(one.ladder.0);
    tape.put(one.verb as i64);
    tape.put(one.tier.into());
    tape.put(one.at.0);
    tape.put(one.until.0);
    for text in [&one.event_id, &one.by, &one.why] {
        tape.put_text(text);
    }
}

fn take_overrides(era: &Era, reel: &mut Reel<'_>) -> Result<Overrides, Garbled> {
    let count = reel.take_count_of("a number of overrides", OVERRIDE)?;
    let mut all: Vec<Override> = Vec::with_capacity(count);
    for _ in 0..count {
        let last = era.policy.ladders.len() as i64 - 1;
        let ladder = reel.take_within("an override's ladder", 0, last)? as usize;
        let verb = reel.take_within("an override's verb", 0, VERBS.len() as i64 - 1)?;
        let ranks = era.population.counts()[ladder].len();
        let one = Override {
            ladder: ScaleIx(ladder),
            verb: VERBS[verb as usize].0,
            tier: take_rank(ranks, reel)?,
            at: Timestamp(reel.take("an override's instant")?),
            until: Timestamp(reel.take("an override's end")?),
            event_id: reel.take_text("an override's event")?.into(),
            by: reel.take_text("who asked for an override")?.into(),
            why: reel.take_text("why an override was asked for")?.into(),
        };
        let in_turn = all.last().is_none_or(|last| last.at <= one.at);
        expect(in_turn, "an override's instant", one.at.0, "a later one")?;
        all.push(one);
    }
    Ok(Overrides::of_all(all))
}
