//! Whether the feed is provably live, so that the clock may go on without an event.

use crate::model::time::{Span, Timestamp};
use crate::policy::declared::TimeRules;

/// What an instance knows of its feed as a whole, over all its lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Every lane runs and has read everything up to the ends last seen.
    pub caught_up: bool,
    /// The newest instant of an accepted event, `Timestamp::MIN` before any.
    pub newest: Timestamp,
}

impl Feed {
    /// Where the clock may coast at wall time `now`: `now - lateness` while the feed is live, else
    /// nowhere.
    ///
    /// Live means caught up, and not silent for longer than `stall_after`. Silence is measured in
    /// event time: while a history is loaded, its newest event is old, and nobody is demoted for
    /// the gap up to now.
    #[must_use]
    pub fn coast(&self, now: Timestamp, time: &TimeRules) -> Option<Timestamp> {
        let silent: Span = now - self.newest;
        (self.caught_up && silent <= time.stall_after).then_some(now - time.lateness)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_live_feed_lets_the_clock_go_on() {
        let time = TimeRules {
            lateness: Span(1),
            late: Span(100),
            ahead: Span(10),
            dedup: Span(100),
            stall_after: Span(50),
        };
        for (caught_up, newest, expected) in [
            (true, 1000, Some(999)),
            (true, 950, Some(999)),
            (true, 949, None),
            (false, 1000, None),
            (true, i64::MIN, None),
        ] {
            let feed = Feed {
                caught_up,
                newest: Timestamp(newest),
            };
            assert_eq!(
                feed.coast(Timestamp(1000), &time),
                expected.map(Timestamp),
                "{feed:?}"
            );
        }
    }
}
