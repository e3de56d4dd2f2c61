//! How one lane of a worker stands still for good while the others go on.

use crate::model::ids::LaneId;
use crate::port::{Bus, Clock, Memory, Trouble};

use super::Worker;

impl<B: Bus, C: Clock, M: Memory> Worker<B, C, M> {
    /// Stops a lane, after what it has done is committed. It stays with this worker, so that no
    /// other tries the same in vain, and takes no part any more; the next to be given it looks
    /// again.
    pub(super) fn stop_lane(&mut self, id: LaneId, why: &str) -> Result<(), Trouble> {
        self.finish()?;
        self.lanes.remove(&id);
        self.restore.take_if(|restore| restore.lane() == id);
        self.restores.retain(|(waiting, _)| *waiting != id);
        self.desk.stopped(id, why);
        Ok(())
    }
}
