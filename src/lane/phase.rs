//! The life of a lane in one instance, from its assignment to its release.

/// Where a lane is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Follows the ledger, output suppressed.
    Restoring,
    /// Applies records and publishes.
    Running,
    /// Given up; nothing may be read or published any more.
    Released,
}

/// What can happen to a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The end of the ledger has been reached and agrees with the committed offsets.
    Restored,
    /// The broker takes the lane away, the last unit being committed.
    Revoked,
    /// The broker has taken the lane away already, or a transaction is in doubt.
    Lost,
}

/// A signal that makes no sense in a phase: a mistake in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a lane that is {phase:?} cannot be {signal:?}")]
pub struct Impossible {
    /// Where the lane was.
    pub phase: Phase,
    /// What was said to have happened.
    pub signal: Signal,
}

impl Phase {
    /// The phase after a signal.
    ///
    /// # Errors
    /// Only a restoring lane can be restored, and nothing happens to a released one.
    pub fn after(self, signal: Signal) -> Result<Self, Impossible> {
        match (self, signal) {
            (Self::Restoring, Signal::Restored) => Ok(Self::Running),
            (Self::Restoring | Self::Running, Signal::Revoked | Signal::Lost) => Ok(Self::Released),
            _ => Err(Impossible {
                phase: self,
                signal,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_released_lane_stays_released() {
        assert_eq!(Phase::Restoring.after(Signal::Restored), Ok(Phase::Running));
        assert_eq!(Phase::Running.after(Signal::Revoked), Ok(Phase::Released));
        assert_eq!(Phase::Restoring.after(Signal::Lost), Ok(Phase::Released));
        for signal in [Signal::Restored, Signal::Revoked, Signal::Lost] {
            assert!(Phase::Released.after(signal).is_err());
        }
        assert!(Phase::Running.after(Signal::Restored).is_err());
    }
}
