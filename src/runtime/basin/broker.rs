//! A broker in memory: partitions, transactions by Kafka's older protocol, offsets that are pending
//! while their transaction is open, and requests that arrive late.

mod transactions;

use std::rc::Rc;

use crate::model::ids::{LaneId, UnitId};
use crate::port::Output;
use crate::teeth::{Tooth, bites};

use super::dice::Dice;
use super::group::{Group, MemberId};
use super::log::{Log, Payload, Serial, Slot, lane_ix};

/// How long a transaction may be open.
pub(super) const TRANSACTION: i64 = 150;

/// How many topics and lanes there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Input topics, that of the transfers last, if there is one.
    pub(super) topics: usize,
    pub(super) lanes: i32,
    pub(super) transfers: bool,
}

impl Shape {
    fn lanes(self) -> usize {
        lane_ix(LaneId(self.lanes))
    }

    /// The partition of an input topic that a lane reads.
    pub(super) fn input(self, topic: usize, lane: LaneId) -> usize {
        topic * self.lanes() + lane_ix(lane)
    }

    /// The partition that a lane's output goes to.
    pub(super) fn output(self, output: Output, lane: LaneId) -> usize {
        let topic = match output {
            Output::Transfers => self.topics - 1,
            Output::Changes => self.topics,
            Output::Current => self.topics + 1,
            Output::DeadLetters => self.topics + 2,
            Output::Ledger => self.topics + 3,
        };
        self.input(topic, lane)
    }

    pub(super) fn all_lanes(self) -> impl Iterator<Item = LaneId> {
        (0..self.lanes).map(LaneId)
    }
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// By somebody with an epoch that is over.
    Fenced,
    /// By somebody who is no member of this generation.
    Generation,
    /// Out of its place.
    State,
}

/// What a producer asks for. It may arrive late, or twice.
#[derive(Clone, Debug)]
pub(super) enum Request {
    Init {
        who: usize,
    },
    Add {
        who: usize,
        epoch: u32,
    },
    Produce {
        who: usize,
        epoch: u32,
        place: usize,
        sequence: u32,
        payload: Rc<Payload>,
    },
    Offsets {
        who: usize,
        epoch: u32,
        member: MemberId,
        generation: u32,
        marks: Rc<[Mark]>,
    },
    End {
        who: usize,
        epoch: u32,
        commits: bool,
    },
}

/// Where a producer's transaction is.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// Over, and how; nothing if there was none since the epoch began.
    Over(Option<bool>),
    Open {
        serial: Serial,
        since: i64,
    },
    /// Decided, and these partitions do not know it yet.
    Ending {
        serial: Serial,
        commits: bool,
        left: Vec<usize>,
    },
}

/// What the coordinator knows of a transactional id.
struct Producer {
    epoch: u32,
    state: State,
    /// Partitions of the open transaction.
    places: Vec<usize>,
    /// Whether offsets are of it.
    offsets: bool,
    /// By partition, the next sequence number of this epoch.
    sequences: Vec<u32>,
}

/// What the offsets of the group say of a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) lane: LaneId,
    pub(super) unit: UnitId,
    /// By topic.
    pub(super) next: Vec<usize>,
}

/// One transaction.
#[derive(Debug)]
pub(super) struct Deed {
    pub(super) who: usize,
    pub(super) epoch: u32,
    /// Nothing while it is undecided.
    pub(super) committed: Option<bool>,
    /// The offsets that counted with it.
    pub(super) offsets: Vec<Mark>,
}

struct Pending {
    serial: Serial,
    mark: Mark,
}

/// All of it.
pub(super) struct Broker {
    pub(super) shape: Shape,
    pub(super) now: i64,
    pub(super) logs: Vec<Log>,
    pub(super) deeds: Vec<Deed>,
    pub(super) group: Group,
    producers: Vec<Producer>,
    committed: Vec<Option<Mark>>,
    pending: Vec<Pending>,
    /// Whether it takes its time to tell partitions how a transaction has ended.
    pub(super) is_slow: bool,
    /// Requests on their way by a connection that their client has given up.
    pub(super) floating: Vec<Request>,
}

impl Broker {
    /// Empty, for so many producers.
    pub(super) fn new(shape: Shape, producers: usize) -> Self {
        let places = (shape.topics + 4) * shape.lanes();
        let producers = (0..producers).map(|_| Producer {
            epoch: 0,
            state: State::Over(None),
            places: Vec::new(),
            offsets: false,
            sequences: vec![0; places],
        });
        Self {
            shape,
            now: 0,
            logs: (0..places).map(|_| Log::default()).collect(),
            deeds: Vec::new(),
            group: Group::new(shape.lanes),
            producers: producers.collect(),
            committed: vec![None; shape.lanes()],
            pending: Vec::new(),
            is_slow: false,
            floating: Vec::new(),
        }
    }

    /// The first record at or after an offset that those who read committed records get now.
    pub(super) fn next_visible(&self, place: usize, from: usize) -> Option<(usize, &Rc<Payload>)> {
        let log = &self.logs[place];
        let all = bites(Tooth::ReadsUncommitted);
        let end = if all { log.end() } else { log.stable_end() };
        (from..end).find_map(|at| match &log.slots[at] {
            Slot::Record(payload, serial) if all || self.counts(*serial) => Some((at, payload)),
            _ => None,
        })
    }

    /// All records that those who read committed records get now.
    pub(super) fn visible(&self, place: usize) -> impl Iterator<Item = (usize, &Rc<Payload>)> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let found = self.next_visible(place, from)?;
            from = found.0 + 1;
            Some(found)
        })
    }

    fn counts(&self, serial: Option<Serial>) -> bool {
        serial.is_none_or(|serial| self.deeds[serial].committed == Some(true))
    }

    /// The offsets committed for a lane.
    pub(super) fn committed(&self, lane: LaneId) -> Option<&Mark> {
        self.committed[lane_ix(lane)].as_ref()
    }

    /// Whether offsets of a lane wait for the end of a transaction.
    pub(super) fn is_pending(&self, lane: LaneId) -> bool {
        self.pending.iter().any(|pending| pending.mark.lane == lane)
    }

    /// Whether somebody's transaction is open.
    pub(super) fn is_open(&self, who: usize) -> bool {
        matches!(self.producers[who].state, State::Open { .. })
    }

    /// Whether no transaction is open or unknown anywhere.
    pub(super) fn is_quiet(&self) -> bool {
        let over = |producer: &Producer| matches!(producer.state, State::Over(_));
        self.producers.iter().all(over)
    }

    /// Does what is asked. What was delayed does not wait for anything.
    pub(super) fn take(&mut self, request: &Request, in_time: bool) -> Result<u32, Refusal> {
        match request {
            Request::Init { who } => return Ok(self.init(*who)),
            Request::Add { who, epoch } => self.add(*who, *epoch, in_time)?,
            Request::Produce {
                who,
                epoch,
                place,
                sequence,
                payload,
            } => self.produce((*who, *epoch), *place, *sequence, payload.clone(), in_time)?,
            Request::Offsets {
                who,
                epoch,
                member,
                generation,
                marks,
            } => {
                let takes = self.group.takes(*member, *generation);
                if !takes && !bites(Tooth::GenerationUnasked) {
                    return Err(Refusal::Generation);
                }
                self.offsets((*who, *epoch), marks, in_time)?;
            }
            Request::End {
                who,
                epoch,
                commits,
            } => self.end(*who, *epoch, *commits)?,
        }
        Ok(0)
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, dice: &Dice) {
        for who in 0..self.producers.len() {
            let producer = &self.producers[who];
            match &producer.state {
                State::Open { since, .. } if self.now - since > TRANSACTION => {
                    self.time_out(who);
                }
                State::Ending { .. } => {
                    let now = match self.is_slow {
                        true => dice.one_in(8),
                        false => !dice.one_in(3),
                    };
                    if now {
                        self.tell_one(who, dice.below(16));
                    }
                }
                _ => {}
            }
        }
        if !self.floating.is_empty() && dice.one_in(12) {
            let request = self.floating.swap_remove(dice.below(self.floating.len()));
            // Nobody waits for the answer.
            let _ = self.take(&request, false);
        }
        self.group.tick(self.now);
    }
}
