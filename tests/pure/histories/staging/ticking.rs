//! What the ticks of a plan say of the time.

use tidemark::model::time::Timestamp;

use super::Stage;
use crate::histories::steps::{Ceiling, Coast};

impl Stage {
    /// The wall time that a tick tells.
    pub(super) fn wall(&self, ceiling: Ceiling) -> Timestamp {
        match ceiling {
            Ceiling::FromNewest(off) => self.beside(self.newest, off),
            Ceiling::FromCeiling(off) => self.beside(self.model.ceiling, off),
        }
    }

    /// How far the clock may go by a tick.
    pub(super) fn coast(&self, coast: Coast) -> Timestamp {
        match coast {
            Coast::FromNewest(off) => self.beside(self.newest, off),
            Coast::Due { off } => self.beside(self.model.next_due().unwrap_or(self.newest), off),
            Coast::FromClock(off) => self.beside(self.model.clock, off),
            Coast::FromCeiling(off) => self.beside(self.model.ceiling, off),
            Coast::End { off } => self.beside(self.model.next_end().unwrap_or(self.newest), off),
        }
    }
}
