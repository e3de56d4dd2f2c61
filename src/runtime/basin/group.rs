//! The consumer group: members, generations, who holds which lanes, who has been thrown out.

use std::collections::BTreeMap;

use crate::model::ids::LaneId;

/// The number of a member; one that comes back gets another.
pub(super) type MemberId = usize;

/// How long a member may be silent.
pub(super) const SESSION: i64 = 45;
/// How long a rebalance waits for those who are to give up their lanes.
const REBALANCE: i64 = 400;

/// What a member is told next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Assigned(Vec<LaneId>, u32),
    Revoked,
    /// It is a member no more.
    Lost,
}

struct Member {
    heard: i64,
    /// Has given up its lanes and waits for others.
    ready: bool,
    lanes: Vec<LaneId>,
    /// What it has not asked for yet.
    word: Option<Word>,
    /// The name of a static member.
    name: Option<usize>,
}

/// All members, and those who were.
pub(super) struct Group {
    lanes: i32,
    members: BTreeMap<MemberId, Member>,
    /// Those who do not know yet that they are out.
    expelled: Vec<MemberId>,
    next: MemberId,
    generation: u32,
    /// Since when it is being made anew.
    moving: Option<i64>,
}

impl Group {
    /// Without members.
    pub(super) fn new(lanes: i32) -> Self {
        Self {
            lanes,
            members: BTreeMap::new(),
            expelled: Vec::new(),
            next: 1,
            generation: 0,
            moving: None,
        }
    }

    /// Somebody joins. A static member that was here takes its own place again, with its lanes.
    pub(super) fn join(&mut self, name: Option<usize>, now: i64) -> MemberId {
        let id = self.next;
        self.next += 1;
        let mut member = Member {
            heard: now,
            ready: true,
            lanes: Vec::new(),
            word: None,
            name,
        };
        let same = |(_, old): &(&MemberId, &Member)| name.is_some() && old.name == name;
        if let Some(old) = self.members.iter().find(same).map(|(id, _)| *id) {
            let was = self.members.remove(&old).expect("it was just found");
            self.expelled.push(old);
            if self.moving.is_none() {
                member.word = Some(Word::Assigned(was.lanes.clone(), self.generation));
                member.lanes = was.lanes;
            }
            self.members.insert(id, member);
            return id;
        }
        self.members.insert(id, member);
        self.move_on(now);
        id
    }

    /// Lanes are to be given out anew.
    pub(super) fn move_on(&mut self, now: i64) {
        if self.moving.is_some() {
            return;
        }
        self.moving = Some(now);
        for member in self.members.values_mut() {
            let holds = matches!(&member.word, Some(Word::Assigned(..)));
            member.ready = member.lanes.is_empty() || holds;
            member.word = (!member.ready).then_some(Word::Revoked);
            if member.ready {
                member.lanes.clear();
            }
        }
    }

    /// A member has given up its lanes.
    pub(super) fn release(&mut self, id: MemberId) {
        if self.moving.is_some()
            && let Some(member) = self.members.get_mut(&id)
        {
            member.ready = true;
            member.lanes.clear();
        }
    }

    /// A member leaves by itself.
    pub(super) fn leave(&mut self, id: MemberId, now: i64) {
        self.expelled.retain(|it| *it != id);
        if let Some(member) = self.members.remove(&id) {
            match member.name {
                // It may be back soon.
                Some(_) => {
                    self.members.insert(id, member);
                }
                None => self.move_on(now),
            }
        }
    }

    /// A member is thrown out; whether it was one.
    pub(super) fn expel(&mut self, id: MemberId, now: i64) -> bool {
        let was = self.members.remove(&id).is_some();
        if was {
            self.expelled.push(id);
            self.move_on(now);
        }
        was
    }

    /// A member lives.
    pub(super) fn hear(&mut self, id: MemberId, now: i64) {
        if let Some(member) = self.members.get_mut(&id) {
            member.heard = now;
        }
    }

    /// What a member is told when it asks.
    pub(super) fn poll(&mut self, id: MemberId) -> Option<Word> {
        if self.expelled.contains(&id) {
            return Some(Word::Lost);
        }
        self.members.get_mut(&id)?.word.take()
    }

    /// Time has passed: silent members are out, and lanes are given out once all are ready.
    pub(super) fn tick(&mut self, now: i64) {
        let silent = |(_, member): &(&MemberId, &Member)| now - member.heard > SESSION;
        let silent: Vec<MemberId> = self
            .members
            .iter()
            .filter(silent)
            .map(|(id, _)| *id)
            .collect();
        for id in silent {
            self.expel(id, now);
        }
        let Some(since) = self.moving else { return };
        if now - since > REBALANCE {
            let late: Vec<MemberId> = self
                .members
                .iter()
                .filter(|(_, member)| !member.ready)
                .map(|(id, _)| *id)
                .collect();
            for id in late {
                self.expel(id, now);
            }
        }
        if self.members.values().all(|member| member.ready) {
            self.give_out();
        }
    }

    /// Gives out ranges of lanes.
    fn give_out(&mut self) {
        self.moving = None;
        self.generation += 1;
        let members = i32::try_from(self.members.len()).expect("few members");
        let mut first = 0;
        for (at, member) in (0..).zip(self.members.values_mut()) {
            let many = self.lanes / members + i32::from(at < self.lanes % members);
            member.lanes = (first..first + many).map(LaneId).collect();
            first += many;
            member.word = Some(Word::Assigned(member.lanes.clone(), self.generation));
            member.ready = false;
        }
    }

    /// Whether a member may commit offsets as one of that generation.
    pub(super) fn takes(&self, id: MemberId, generation: u32) -> bool {
        self.members.contains_key(&id) && self.generation == generation
    }

    /// Whether all lanes are held, and nobody is told to give any up.
    pub(super) fn is_settled(&self) -> bool {
        self.moving.is_none() && !self.members.is_empty()
    }
}
