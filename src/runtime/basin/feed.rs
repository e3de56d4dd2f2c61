//! What arrives in the input topics, and what must come of it in the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

use crate::model::ids::LaneId;
use crate::model::partitioner::lane_of;
use crate::model::time::Timestamp;
use crate::model::zone::show_utc;

use super::broker::Request;
use super::dice::Dice;
use super::log::{Payload, lane_ix};
use super::{EPOCH, Rig, World};

/// The most that the value of a customer's ladder can be.
pub(super) const HIGHEST: u64 = 2;

/// One event that was made.
#[derive(Clone)]
struct Made {
    customer: usize,
    topic: usize,
    text: Rc<str>,
}

/// The producers of the feed.
pub(super) struct Feed {
    /// Ids of customers, each with its lane.
    customers: Vec<(String, LaneId)>,
    /// Events yet to come.
    left: usize,
    made: Vec<Made>,
    /// By partition, the next sequence number of the producer that knows transactions.
    sequences: Vec<u32>,
    epoch: u32,
    /// By customer, the orders that count.
    pub(super) orders: BTreeMap<usize, u64>,
    pub(super) copies: u64,
    pub(super) garbled: u64,
    pub(super) merges: u64,
}

impl Feed {
    /// Of a history.
    pub(super) fn new(rig: &Rig, dice: &Dice) -> Self {
        let names = ["ann", "bob", "cid", "dan", "eve"];
        let many = 2 + dice.below(3);
        let customers = names[..many].iter().map(|name| {
            let lane = lane_of(name.as_bytes(), rig.shape.lanes);
            ((*name).to_owned(), lane)
        });
        Self {
            customers: customers.collect(),
            left: 6 + dice.below(20),
            made: Vec::new(),
            sequences: vec![0; rig.shape.input(rig.shape.topics, LaneId(0))],
            epoch: 0,
            orders: BTreeMap::new(),
            copies: 0,
            garbled: 0,
            merges: 0,
        }
    }

    /// Whether nothing more is to come.
    pub(super) fn is_over(&self) -> bool {
        self.left == 0
    }

    /// How many records have come.
    pub(super) fn made(&self) -> u64 {
        self.orders.values().sum::<u64>() + self.copies + self.garbled + self.merges
    }

    /// A few records arrive, in a transaction or not.
    pub(super) fn bring(&mut self, world: &World) {
        let who = world.rig.instances;
        let dice = &world.dice;
        let transactional = dice.one_in(5);
        if transactional && self.epoch == 0 {
            world.take(&Request::Init { who });
            self.epoch = 1;
        }
        if transactional && dice.one_in(2) {
            // One that comes to nothing.
            let place = dice.below(world.rig.shape.lanes as usize);
            self.produce(world, place, None, "nothing", true);
            self.end(world, false);
            return;
        }
        for _ in 0..=dice.below(3) {
            if self.left > 0 {
                self.left -= 1;
                self.one(world, transactional);
            }
        }
        if transactional {
            self.end(world, true);
        }
    }

    fn end(&mut self, world: &World, commits: bool) {
        world.take(&Request::End {
            who: world.rig.instances,
            epoch: self.epoch,
            commits,
        });
    }

    fn one(&mut self, world: &World, transactional: bool) {
        let dice = &world.dice;
        let shape = world.rig.shape;
        let topics = shape.topics - usize::from(shape.transfers);
        let made = match dice.below(12) {
            0 | 1 if !self.made.is_empty() => {
                let again = self.made[dice.below(self.made.len())].clone();
                self.copies += 1;
                again
            }
            2 => {
                self.garbled += 1;
                Made {
                    customer: dice.below(self.customers.len()),
                    topic: dice.below(topics),
                    text: "no event".into(),
                }
            }
            3..6 if shape.transfers => self.merge(world),
            _ => {
                let customer = dice.below(self.customers.len());
                *self.orders.entry(customer).or_default() += 1;
                let made = Made {
                    customer,
                    topic: dice.below(topics),
                    text: self.purchase(world, customer),
                };
                self.made.push(made.clone());
                made
            }
        };
        let (name, lane) = self.customers[made.customer].clone();
        let place = shape.input(made.topic, lane);
        self.produce(world, place, Some(&name), &made.text, transactional);
    }

    fn at(world: &World) -> String {
        let late = if world.dice.one_in(3) {
            world.dice.span(0, 2_000)
        } else {
            0
        };
        show_utc(Timestamp(EPOCH + world.now() + world.leap.get() - late))
    }

    fn purchase(&self, world: &World, customer: usize) -> Rc<str> {
        let number = self.made.len();
        let mut text = String::with_capacity(180);
        let _ = write!(
            text,
            r#"{{"event_id":"e-{number}","customer_id":"{}","kind":"purchase","occurred_at":"{}","order_id":"o-{number}","amount":"5.00","currency":"GBP"}}"#,
            self.customers[customer].0,
            Self::at(world),
        );
        text.into()
    }

    /// Somebody turns out to be somebody else.
    fn merge(&mut self, world: &World) -> Made {
        self.merges += 1;
        let customer = world.dice.below(self.customers.len());
        let into = (customer + 1) % self.customers.len();
        let kind = if world.dice.one_in(3) {
            "unmerge"
        } else {
            "merge"
        };
        let mut text = String::with_capacity(180);
        let _ = write!(
            text,
            r#"{{"event_id":"m-{}","customer_id":"{}","kind":"{kind}","occurred_at":"{}","by":"b","why":"w""#,
            self.merges,
            self.customers[customer].0,
            Self::at(world),
        );
        if kind == "merge" {
            let _ = write!(text, r#","into":"{}""#, self.customers[into].0);
        }
        text.push('}');
        Made {
            customer,
            topic: 0,
            text: text.into(),
        }
    }

    fn produce(
        &mut self,
        world: &World,
        place: usize,
        key: Option<&str>,
        text: &str,
        transactional: bool,
    ) {
        let payload = Rc::new(Payload {
            key: key.map(|key| key.as_bytes().into()),
            value: Some(text.as_bytes().into()),
            headers: Vec::new(),
            order: 0,
        });
        if !transactional {
            world.broker.borrow_mut().logs[place].append(payload, None);
            return;
        }
        let sequence = self.sequences[place];
        self.sequences[place] += 1;
        world.take(&Request::Produce {
            who: world.rig.instances,
            epoch: self.epoch,
            place,
            sequence,
            payload,
        });
    }

    /// Where a customer's ladder must stand in the end, unless somebody was merged.
    pub(super) fn value(&self, customer: usize) -> u64 {
        let orders = self.orders.get(&customer);
        orders.map_or(0, |orders| HIGHEST.min(*orders))
    }

    /// Who lies in a lane.
    pub(super) fn of_lane(&self, lane: LaneId) -> impl Iterator<Item = (usize, &str)> {
        let all = self.customers.iter().enumerate();
        all.filter(move |(_, (_, it))| lane_ix(*it) == lane_ix(lane))
            .map(|(at, (name, _))| (at, &**name))
    }
}
