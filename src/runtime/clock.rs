//! Wall time; the only place that asks for it.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::time::Timestamp;
use crate::port::Clock;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wall;

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
