//! How one lane at work goes over to another policy.

use crate::engine::adoption::NotAdopted;
use crate::engine::effect::Judged;
use crate::engine::input::Tick;
use crate::lane::edition::{Edition, Next};
use crate::port::Record;
use crate::runtime::policies::Policies;
use crate::wire::checksum::Checksum;

use super::{Intake, decoder};

impl<R: Record> Intake<R> {
    /// Looks up which of the policies it is to adopt next, `told` if something was just given;
    /// false if it has gone on from all of them to others.
    pub(in crate::runtime) fn look_up(&mut self, policies: &Policies, told: bool) -> bool {
        let (next, edition) = policies.next(self.lane.editions(), told);
        self.ahead = edition;
        next != Next::Behind
    }

    /// Whether it may adopt the next policy now, or is still to pass customers over to the last.
    pub(in crate::runtime) fn presses(&self) -> bool {
        self.ahead.is_some() || self.lane.engine().awaiting() > 0
    }

    /// The hash of the policy that all its customers are passed over to with the unit that is
    /// sealed now, if that is so.
    pub(in crate::runtime) fn passed(&mut self) -> Option<String> {
        let passed = self.passes && self.lane.engine().awaiting() == 0;
        self.passes &= !passed;
        passed.then(|| self.lane.engine().policy().hash.clone())
    }

    /// Begins with another policy.
    pub(in crate::runtime) fn begin(&mut self, edition: Edition) {
        self.lane.begin(edition);
        self.decoder = decoder(&self.lane, self.reading);
    }

    /// Opens a unit, with a policy to adopt or without.
    pub(in crate::runtime) fn open(
        &mut self,
        adopted: Option<(&Edition, u32)>,
        tick: Tick,
        effects: &mut Vec<Judged>,
    ) -> Result<(), NotAdopted> {
        self.checksum = Checksum::default();
        self.lane.open(adopted, tick, effects)?;
        if adopted.is_some() {
            self.decoder = decoder(&self.lane, self.reading);
        }
        Ok(())
    }

    /// The policy that it is to adopt with the unit that is opened now: none before everybody is
    /// passed over to the last.
    pub(in crate::runtime) fn adopts(&mut self) -> Option<Edition> {
        let ready = self.lane.engine().awaiting() == 0;
        self.ahead.take_if(|_| ready)
    }
}
