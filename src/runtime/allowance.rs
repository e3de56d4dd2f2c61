//! The memory that the program may have in use, and how near it is to that.

use std::sync::{Arc, Mutex, PoisonError};

use crate::model::time::{Span, Timestamp};
use crate::port::Memory;
use crate::telemetry::happening::{IntakeGoesOn, IntakePaused, MemoryNearLimit};
use crate::telemetry::{Happening, Telemetry};

/// Time between two looks of a worker: what it can take in meanwhile is small against the steps.
const LOOK_EVERY: Span = Span(100);
/// Percent of the limit at which a warning is due, and below which another may be.
const NEAR: (u64, u64) = (90, 85);
/// Percent of the limit at which the intake pauses, and below which it goes on.
const FULL: (u64, u64) = (100, 95);

/// How near to the limit; what was said of it last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Free,
    Near,
    Full,
}

impl Level {
    /// The level with so many bytes in use of so many.
    fn with(self, in_use: u64, limit: u64) -> Self {
        let reached = |(up, down): (u64, u64), was: bool| {
            let percent = if was { down } else { up };
            u128::from(in_use) * 100 >= u128::from(limit) * u128::from(percent)
        };
        if reached(FULL, self == Self::Full) {
            Self::Full
        } else if reached(NEAR, self >= Self::Near) {
            Self::Near
        } else {
            Self::Free
        }
    }
}

/// One worker's view of it. All that come from one know the same level, and say it once.
#[derive(Clone)]
pub(super) struct Allowance<M> {
    memory: M,
    /// Bytes; nothing for no limit.
    limit: Option<u64>,
    telemetry: Telemetry,
    level: Arc<Mutex<Level>>,
    looked: Option<Timestamp>,
    near: bool,
    full: bool,
}

impl<M: Memory> Allowance<M> {
    /// Nothing has been looked at.
    pub(super) fn new(memory: M, limit: Option<u64>, telemetry: &Telemetry) -> Self {
        telemetry.memory().set_limit(limit);
        Self {
            memory,
            limit,
            telemetry: telemetry.clone(),
            level: Arc::new(Mutex::new(Level::Free)),
            looked: None,
            near: false,
            full: false,
        }
    }

    /// Whether nothing more may be taken in, as of the last look.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Whether nearly as much is in use as may be, as of the last look.
    pub(super) fn is_near(&self) -> bool {
        self.near
    }

    /// Looks, now and then.
    pub(super) fn look(&mut self, now: Timestamp) {
        // A wall clock that was set back must not end the looking.
        if self
            .looked
            .is_some_and(|last| (now - last).0.unsigned_abs() < LOOK_EVERY.0.unsigned_abs())
        {
            return;
        }
        self.looked = Some(now);
        let in_use = self.memory.in_use();
        self.telemetry.memory().set_in_use(in_use);
        let Some(limit) = self.limit else { return };
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let (was, is) = (*level, level.with(in_use, limit));
        *level = is;
        (self.near, self.full) = (is >= Level::Near, is == Level::Full);
        match (was, is) {
            (Level::Full, Level::Full) => {}
            (_, Level::Full) => IntakePaused { in_use, limit }.log(),
            (Level::Full, _) => IntakeGoesOn { in_use, limit }.log(),
            (Level::Free, Level::Near) => MemoryNearLimit { in_use, limit }.log(),
            _ => {}
        }
        self.telemetry.memory().set_paused(self.full);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::shore::Shore;
    use crate::wire::policy::parse;

    #[test]
    fn a_level_is_left_later_than_it_is_reached() {
        let mut level = Level::Free;
        for (in_use, expected) in [
            (899, Level::Free),
            (900, Level::Near),
            (899, Level::Near),
            (849, Level::Free),
            (1000, Level::Full),
            (950, Level::Full),
            (949, Level::Near),
            (999, Level::Near),
            (u64::MAX, Level::Full),
            (0, Level::Free),
        ] {
            level = level.with(in_use, 1000);
            assert_eq!(level, expected, "{in_use}");
        }
    }

    /// Each by itself would call it near.
    #[test]
    fn all_workers_have_one_level() {
        let text = include_str!("../../config/policy.toml");
        let policy = Arc::new(parse("policy.toml", text).expect("the shipped policy"));
        let (telemetry, shore) = (Telemetry::new(&policy, &["a"], 2), Shore::default());
        let mut one = Allowance::new(shore.clone(), Some(1_000), &telemetry);
        let mut two = one.clone();
        shore.take(1_000);
        one.look(Timestamp(0));
        shore.take(960);
        two.look(Timestamp(0));
        assert!(two.is_full() && telemetry.memory().is_paused());
        shore.take(940);
        two.look(Timestamp(100));
        one.look(Timestamp(100));
        assert!(!one.is_full() && !two.is_full() && !telemetry.memory().is_paused());
    }

    #[test]
    fn without_a_limit_memory_is_shown_and_never_full() {
        let text = include_str!("../../config/policy.toml");
        let policy = Arc::new(parse("policy.toml", text).expect("the shipped policy"));
        let (telemetry, shore) = (Telemetry::new(&policy, &["a"], 1), Shore::default());
        let mut allowance = Allowance::new(shore.clone(), None, &telemetry);
        shore.take(u64::MAX);
        allowance.look(Timestamp(0));
        assert!(!allowance.is_full());
        let memory = telemetry.memory();
        assert_eq!((memory.in_use(), memory.limit()), (u64::MAX, 0));
    }
}
