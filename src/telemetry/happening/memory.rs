//! What happens as memory runs short.

use tracing::{error, info, warn};

use super::Happening;

/// Nearly as much memory is in use as may be.
#[derive(Clone, Copy, Debug)]
pub struct MemoryNearLimit {
    /// Bytes in use.
    pub in_use: u64,
    /// Bytes that may be.
    pub limit: u64,
}

impl Happening for MemoryNearLimit {
    fn log(&self) {
        let (in_use, limit) = (self.in_use, self.limit);
        warn!(
            in_use,
            limit, "memory is near state.max_bytes; at the limit the intake pauses"
        );
    }
}

/// As much memory is in use as may be: nothing is taken in.
#[derive(Clone, Copy, Debug)]
pub struct IntakePaused {
    /// Bytes in use.
    pub in_use: u64,
    /// Bytes that may be.
    pub limit: u64,
}

impl Happening for IntakePaused {
    fn log(&self) {
        let (in_use, limit) = (self.in_use, self.limit);
        error!(
            in_use,
            limit,
            "intake paused: memory has reached state.max_bytes; raise it if the machine has more, \
             or start another instance"
        );
    }
}

/// There is room again.
#[derive(Clone, Copy, Debug)]
pub struct IntakeGoesOn {
    /// Bytes in use.
    pub in_use: u64,
    /// Bytes that may be.
    pub limit: u64,
}

impl Happening for IntakeGoesOn {
    fn log(&self) {
        let (in_use, limit) = (self.in_use, self.limit);
        info!(
            in_use,
            limit, "intake goes on: memory is below state.max_bytes"
        );
    }
}
