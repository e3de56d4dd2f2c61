//! How the lanes of a worker go over to other policies.

use crate::engine::effect::Judged;
use crate::engine::input::Tick;
use crate::model::ids::LaneId;
use crate::port::{Bus, Clock, Memory, Record, Trouble};
use crate::runtime::desk::Desk;
use crate::runtime::intake::Intake;
use crate::runtime::plan::Plan;

use super::Worker;

impl<B: Bus, C: Clock, M: Memory> Worker<B, C, M> {
    /// Lets all lanes look up what they are to adopt next, if anything has been given since.
    pub(super) fn look_up(&mut self) {
        let revision = self.plan.policies.revision();
        if revision == self.revision {
            return;
        }
        self.revision = revision;
        for intake in self.lanes.values_mut() {
            intake.look_up(&self.plan.policies, true);
        }
    }

    /// A restored lane joins those that run, and follows the policies from where it is.
    pub(super) fn join(&mut self, id: LaneId) {
        let intake = self.lanes.get_mut(&id).expect("it was restored here");
        intake.passes = intake.lane.engine().awaiting() > 0;
        intake.lane.cross(self.plan.transfers.is_some());
        self.plan.policies.recall(intake.lane.editions());
        if !intake.look_up(&self.plan.policies, false) {
            let hash = &intake.lane.engine().policy().hash;
            let given = self.plan.policies.newest();
            self.desk.left_behind(id, hash, given.hash());
        }
    }
}

/// Opens a lane's part of a unit, adopting the policy that comes next if there is one.
pub(super) fn open<R: Record>(
    plan: &Plan,
    desk: &Desk,
    intake: &mut Intake<R>,
    tick: Tick,
    effects: &mut Vec<Judged>,
) -> Result<(), Trouble> {
    let id = intake.lane.id();
    let Some(edition) = intake.adopts() else {
        let opened = intake.open(None, tick, effects);
        return opened.map_err(|refused| Trouble::Bug(format!("lane {id}: {refused}")));
    };
    let customers = intake.lane.engine().customers();
    match intake.open(Some((&edition, plan.policies.pace)), tick, effects) {
        Ok(()) => {
            desk.adopted(id, edition.hash(), customers);
            intake.passes = true;
            intake.look_up(&plan.policies, false);
            Ok(())
        }
        // What the instance took, this lane cannot: it was not always here.
        Err(refused) => {
            desk.refused(id, &refused, &intake.lane.engine().policy().hash);
            open(plan, desk, intake, tick, effects)
        }
    }
}
