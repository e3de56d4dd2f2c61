//! Which events are copies of others that have counted.

use crate::model::time::{Span, Timestamp};

use super::counted::Counted;

/// How far apart copies may be dated, and how long what has counted is remembered for that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dedup {
    /// How far apart two copies may be dated.
    apart: Span,
    /// How far apart they may be under a policy that may come; at least as far.
    kept: Span,
    /// Events before this instant are forgotten.
    forgotten: Timestamp,
}

impl Dedup {
    /// By a policy.
    pub(super) fn new(apart: Span) -> Self {
        Self {
            apart,
            kept: apart,
            forgotten: Timestamp::MIN,
        }
    }

    /// From now on copies may be dated so far `apart`, and events are `kept` for policies under
    /// which they may be further; those before `forgotten` are forgotten for good.
    pub(super) fn reach(&mut self, apart: Span, kept: Span, forgotten: Timestamp) {
        self.apart = apart;
        self.kept = kept;
        self.forgotten = self.forgotten.max(forgotten);
    }

    /// Events before this instant are forgotten.
    pub(super) fn forgotten(&self) -> Timestamp {
        self.forgotten
    }

    /// From now on, those before this one are.
    pub(super) fn forget(&mut self, before: Timestamp) {
        self.forgotten = before;
    }

    /// Whether an event of that id, dated near enough and later than `forgotten`, has counted.
    pub(super) fn is_copy(
        &self,
        counted: &Counted,
        (id, at): (u64, Timestamp),
        forgotten: Timestamp,
    ) -> bool {
        let seen = counted.find(id);
        let seen = seen.filter(|seen| *seen > forgotten && *seen >= self.forgotten);
        seen.is_some_and(|seen| at.0.abs_diff(seen.0) <= self.apart.0.unsigned_abs())
    }

    /// What is dated before this instant need not be remembered, when no event dated before
    /// `arrivals` can come any more.
    pub(super) fn limit(&self, arrivals: Timestamp) -> Timestamp {
        self.forgotten.max(arrivals - self.kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_dated_near_the_latest_that_counted() {
        let dedup = Dedup::new(Span(100));
        let mut counted = Counted::default();
        counted.remember(1, Timestamp(1_000), Timestamp::MIN);
        for (at, copy) in [(899, false), (900, true), (1_100, true), (1_101, false)] {
            let is_copy = dedup.is_copy(&counted, (1, Timestamp(at)), Timestamp::MIN);
            assert_eq!(is_copy, copy, "{at}");
        }
        let is_copy =
            |id, at, forgotten| dedup.is_copy(&counted, (id, Timestamp(at)), Timestamp(forgotten));
        assert!(!is_copy(2, 1_000, i64::MIN));
        assert!(is_copy(1, 1_000, 999));
        assert!(!is_copy(1, 1_000, 1_000));
        counted.remember(1, Timestamp(1_200), Timestamp::MIN);
        assert!(!dedup.is_copy(&counted, (1, Timestamp(1_000)), Timestamp::MIN));
        assert!(dedup.is_copy(&counted, (1, Timestamp(1_300)), Timestamp(1_199)));
    }
}
