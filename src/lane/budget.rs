//! How many deadlines a lane may fire, where that is paced by wall time.

use crate::model::time::{Span, Timestamp};

/// So many parts of what may fire in a second are saved up, at most.
const SAVED: u64 = 10;
/// Deadlines of a lane in one unit while the feed is live. Live events wait for the unit that is
/// under way, and with it for as many as this: some 20 ms.
const AT_ONCE: u64 = 1_000;
/// What one deadline takes of what is saved: a thousandth comes with each millisecond and deadline
/// a second.
const ONE: u64 = 1_000;

/// What is left for deadlines of customers who are silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Deadlines a second; nothing for no limit.
    per_second: Option<u64>,
    /// Thousandths of a deadline.
    saved: u64,
    /// When that was.
    at: Timestamp,
}

impl Budget {
    /// So many deadlines a second, or no limit.
    #[must_use]
    pub fn new(per_second: Option<u64>) -> Self {
        Self {
            per_second,
            saved: 0,
            at: Timestamp::MIN,
        }
    }

    /// How many may fire in a unit that begins now, while the feed is live or not; nothing for no
    /// limit.
    #[must_use]
    pub fn for_unit(&mut self, now: Timestamp, live: bool) -> Option<u64> {
        let granted = self.granted(now);
        match live {
            true => Some(granted.map_or(AT_ONCE, |granted| granted.min(AT_ONCE))),
            false => granted,
        }
    }

    /// How many may fire now; nothing for no limit.
    #[must_use]
    pub fn granted(&mut self, now: Timestamp) -> Option<u64> {
        let per_second = self.per_second?;
        let passed = u64::try_from((now - self.at).0).unwrap_or(0);
        let most = (per_second / SAVED).max(1).saturating_mul(ONE);
        let more = per_second.saturating_mul(passed);
        self.saved = self.saved.saturating_add(more).min(most);
        self.at = self.at.max(now);
        Some(self.saved / ONE)
    }

    /// So many have fired of those that were granted.
    pub fn spend(&mut self, fired: u64) {
        self.saved = self.saved.saturating_sub(fired.saturating_mul(ONE));
    }

    /// The first instant at which one may fire, if nothing is spent until then.
    #[must_use]
    pub fn next(&self) -> Timestamp {
        let Some(per_second) = self.per_second.filter(|_| self.saved < ONE) else {
            return Timestamp::MIN;
        };
        let missing = (ONE - self.saved).div_ceil(per_second.max(1));
        self.at + Span(i64::try_from(missing).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let mut budget = Budget::new(None);
        assert_eq!(budget.granted(Timestamp(5)), None);
        budget.spend(1_000_000);
        assert_eq!(budget.granted(Timestamp(5)), None);
        assert_eq!(budget.next(), Timestamp::MIN);
    }

    #[test]
    fn live_events_wait_for_few_deadlines() {
        let (mut unpaced, mut paced) = (Budget::new(None), Budget::new(Some(50_000)));
        for (now, live, grants) in [
            (0, true, [Some(AT_ONCE), Some(AT_ONCE)]),
            (0, false, [None, Some(5_000)]),
        ] {
            let now = Timestamp(now);
            let granted = [unpaced.for_unit(now, live), paced.for_unit(now, live)];
            assert_eq!(granted, grants, "{now:?} {live}");
        }
        paced.spend(5_000);
        assert_eq!(paced.for_unit(Timestamp(10), true), Some(500));
    }

    #[test]
    fn a_storm_is_spread_over_as_long_as_it_takes() {
        let mut budget = Budget::new(Some(250));
        let (mut fired, mut most) = (0, 0);
        for now in (0..=10_000).step_by(7) {
            let granted = budget.granted(Timestamp(now)).expect("a limit");
            budget.spend(granted);
            fired += granted;
            most = most.max(granted);
        }
        // What was saved before the storm, and ten seconds of it.
        assert_eq!(fired, 25 + 2_499);
        assert_eq!(most, 25, "a tenth of a second's at once, at most");
    }

    #[test]
    fn slow_paces_wait_for_a_whole_deadline() {
        let mut budget = Budget::new(Some(3));
        assert_eq!(budget.granted(Timestamp(1_000)), Some(1));
        budget.spend(1);
        assert_eq!(budget.next(), Timestamp(1_334));
        assert_eq!(budget.granted(Timestamp(1_333)), Some(0));
        assert_eq!(budget.granted(Timestamp(1_334)), Some(1));
        assert_eq!(budget.next(), Timestamp::MIN);
        assert_eq!(
            budget.granted(Timestamp(1_000)),
            Some(1),
            "wall time went back"
        );
    }
}
