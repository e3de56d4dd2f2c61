//! How one lane of a worker stands still for good while the others go on.

use crate::lane::phase::Phase;
use crate::model::ids::LaneId;
use crate::port::{Bus, Clock, Loss, Memory, Trouble};

use super::Worker;

impl<B: Bus, C: Clock, M: Memory> Worker<B, C, M> {
    /// Stops a lane, after what it has done is committed. It stays with this worker, so that no
    /// other tries the same in vain, and takes no part any more; the next to be given it looks
    /// again. If it stood at its ledger's end it is written down, since that is what it can go on
    /// from past what is gone, and nothing else may be left of it.
    pub(super) fn stop_lane(&mut self, id: LaneId, loss: &Loss) -> Result<(), Trouble> {
        self.finish()?;
        if let Some(intake) = self.lanes.remove(&id)
            && intake.phase == Phase::Running
        {
            self.save_last(intake.into_lane())?;
        }
        self.restore.take_if(|restore| restore.lane() == id);
        self.restores.retain(|(waiting, _)| *waiting != id);
        self.desk.stopped(id, loss);
        Ok(())
    }
}
