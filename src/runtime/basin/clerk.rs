//! Who writes the snapshots of one process in step with it: what a thread does whenever it can, in
//! moments that the dice choose.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::model::ids::{LaneId, Offset};
use crate::port::{LedgerEnds, Output, Shelf, Trouble};
use crate::runtime::saver::{News, Order, Saver, Scribe};

use super::World;
use super::hull::Hull;
use super::log::offset;
use super::rack::Board;
use super::skiff::restart;
use super::weather::Step;

/// Orders that wait before one is given back.
const WAITING: usize = 3;

/// In the place of the thread.
pub(super) struct Clerk {
    world: Rc<World>,
    hull: Rc<Hull>,
    waiting: VecDeque<Order>,
    news: Vec<News>,
    scribe: Scribe,
}

impl Clerk {
    pub(super) fn new(world: &Rc<World>, hull: &Rc<Hull>) -> Self {
        let (world, hull) = (world.clone(), hull.clone());
        let shelves: Vec<Box<dyn Shelf>> = vec![Box::new(Board::new(&world, &hull))];
        let ends = Ends {
            world: world.clone(),
            hull: hull.clone(),
        };
        Self {
            world,
            hull,
            waiting: VecDeque::new(),
            news: Vec::new(),
            scribe: Scribe::new(shelves, Box::new(ends)),
        }
    }

    /// Carries out the next order, if there is one and it lives.
    fn go_on(&mut self) -> bool {
        let alive = self.hull.alive.get();
        let Some(order) = self.waiting.pop_front().filter(|_| alive) else {
            return false;
        };
        let news = &mut self.news;
        self.scribe.write(order, &mut |one| news.push(one));
        true
    }
}

impl Saver for Clerk {
    fn give(&mut self, order: Order) -> Result<(), Order> {
        match self.waiting.len() < WAITING {
            true => {
                self.waiting.push_back(order);
                Ok(())
            }
            false => Err(order),
        }
    }

    fn give_after(&mut self, order: Order) {
        while self.waiting.len() >= WAITING {
            self.go_on();
        }
        self.waiting.push_back(order);
    }

    fn news(&mut self) -> Vec<News> {
        for _ in 0..self.world.dice.below(4) {
            self.go_on();
        }
        std::mem::take(&mut self.news)
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        // A thread hears out what it was told, if its process does.
        while self.go_on() {}
        self.scribe.abandon();
    }
}

/// Where ledgers end.
struct Ends {
    world: Rc<World>,
    hull: Rc<Hull>,
}

impl LedgerEnds for Ends {
    fn end_of(&mut self, lane: LaneId) -> Result<Offset, Trouble> {
        if self.world.befall(&self.hull, Step::AskEnd).is_some() {
            return Err(restart("no answer"));
        }
        let broker = self.world.broker.borrow();
        let place = broker.shape.output(Output::Ledger, lane);
        Ok(offset(broker.logs[place].end()))
    }
}
