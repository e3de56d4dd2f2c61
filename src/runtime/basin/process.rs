//! One process: a worker and, in some histories, whoever keeps up the lanes of others for it.

use std::rc::Rc;
use std::sync::atomic::AtomicBool;

use crate::port::Trouble;
use crate::runtime::allowance::Allowance;
use crate::runtime::desk::Desk;
use crate::runtime::pulse::Pulse;
use crate::runtime::standby::{Follower, Standby};
use crate::runtime::worker::Worker;

use super::clerk::Clerk;
use super::hull::Hull;
use super::rack::Board;
use super::skiff::Skiff;
use super::{Glass, World};

/// A worker, and whoever keeps up the lanes of others for it.
pub(super) struct Process {
    world: Rc<World>,
    hull: Rc<Hull>,
    glass: Glass,
    worker: Worker<Skiff, Glass, Glass>,
    /// Nothing where nobody does, or until there is a connection for it.
    follower: Option<Follower<Skiff, Glass, Glass>>,
    /// What they share.
    standby: Standby,
}

impl Process {
    /// Starts a process, whose clock is ahead by so much, fences its predecessor and joins the
    /// group.
    pub(super) fn launch(world: &Rc<World>, hull: &Rc<Hull>, skew: i64) -> Result<Self, Trouble> {
        let skiff = Skiff::open(world, hull)?;
        let glass = Glass {
            world: world.clone(),
            skew,
        };
        let port = &world.port;
        let desk = Desk::new(&port.telemetry, &port.directory, 0);
        let allowance = Allowance::new(glass.clone(), None, &port.telemetry);
        let standby = Standby::in_step();
        standby.keep_up(world.rig.stands_by);
        let (plan, clock, shared) = (world.plan.clone(), glass.clone(), standby.clone());
        let pulse = Pulse::default();
        let mut worker = Worker::new(plan, skiff, clock, desk, pulse, allowance, shared);
        let (clerk, board) = (Clerk::new(world, hull), Board::new(world, hull));
        worker.save_by(Box::new(clerk), vec![Box::new(board)]);
        Ok(Self {
            world: world.clone(),
            hull: hull.clone(),
            glass,
            worker,
            follower: None,
            standby,
        })
    }

    /// A turn of the worker, or of whoever keeps up lanes.
    pub(super) fn turn(&mut self) -> Result<(), Trouble> {
        self.hull.wake.set(None);
        if !self.world.rig.stands_by || self.world.dice.one_in(2) {
            return self.worker.turn();
        }
        let mut follower = match self.follower.take() {
            Some(follower) => follower,
            None => self.follow(),
        };
        match follower.turn() {
            // Another connection is made for it.
            Err(Trouble::Restart(_)) => drop(follower),
            turned => {
                turned?;
                self.follower = Some(follower);
            }
        }
        // Whatever it waits for, the worker does not.
        self.hull.wake.set(None);
        Ok(())
    }

    fn follow(&self) -> Follower<Skiff, Glass, Glass> {
        let (world, telemetry) = (&self.world, &self.world.port.telemetry);
        let allowance = Allowance::new(self.glass.clone(), None, telemetry);
        let skiff = Skiff::outside(world, &self.hull);
        let (plan, clock, standby) = (world.plan.clone(), self.glass.clone(), self.standby.clone());
        let board = Board::new(world, &self.hull);
        Follower::new(plan, skiff, clock, standby, allowance, telemetry).by(vec![Box::new(board)])
    }

    /// It ends like this.
    pub(super) fn end(&mut self, how: &Result<(), Trouble>) {
        self.worker.end(how);
    }

    /// Stops in order.
    pub(super) fn stop(&mut self) -> Result<(), Trouble> {
        self.worker.run(&AtomicBool::new(true))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let kept_up = &self.world.tolls.kept_up;
        kept_up.set(kept_up.get() + self.standby.taken());
    }
}
