//! How long something took, recorded finely, published in fixed buckets; the door for
//! `hdrhistogram`.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Upper bounds of the published buckets in milliseconds.
const BOUNDS_MS: [u64; 17] = [
    1, 2, 5, 10, 15, 25, 50, 75, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000,
];
/// Longer ones are recorded as this long: one hour.
const LONGEST_MS: u64 = 3_600_000;
/// Significant decimal digits of what is recorded.
const DIGITS: u8 = 3;

/// Lengths of time. Recorded in whole milliseconds, rounded up, at three significant digits; counts
/// at the bounds of the published buckets are exact.
#[derive(Clone, Debug)]
pub(super) struct Latencies {
    /// What lasted more than `k` and at most `k + 1` milliseconds stands at `k`. So a bucket of the
    /// histogram never reaches over a published bound: all bounds are multiples of the
    /// histogram's step there.
    ceilings: Histogram<u64>,
    sum: Duration,
}

/// Some numbers of a distribution of lengths of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LatencySummary {
    /// How many.
    pub count: u64,
    /// Half of them took at most this long.
    pub p50: Duration,
    /// 99 of 100 took at most this long.
    pub p99: Duration,
    /// None took longer.
    pub max: Duration,
}

impl Latencies {
    /// None yet.
    pub(super) fn new() -> Self {
        let ceilings = Histogram::new_with_max(LONGEST_MS, DIGITS).expect("constant bounds");
        Self {
            ceilings,
            sum: Duration::ZERO,
        }
    }

    /// One more.
    pub(super) fn record(&mut self, length: Duration) {
        let ceiling = length.as_micros().div_ceil(1000).max(1) - 1;
        self.ceilings
            .saturating_record(u64::try_from(ceiling).unwrap_or(u64::MAX));
        self.sum = self.sum.saturating_add(length);
    }

    /// All of another's.
    pub(super) fn add(&mut self, other: &Self) {
        self.ceilings
            .add(&other.ceilings)
            .expect("all have the same bounds");
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// The published buckets: upper bound in seconds, and how many were at most that long.
    pub(super) fn buckets(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        BOUNDS_MS.iter().map(|bound| {
            (
                *bound as f64 / 1000.0,
                self.ceilings.count_between(0, bound - 1),
            )
        })
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.ceilings.len()
    }

    /// How long all of them took together.
    pub(super) fn sum(&self) -> Duration {
        self.sum
    }

    /// Some numbers of them.
    pub(super) fn summary(&self) -> LatencySummary {
        if self.ceilings.is_empty() {
            return LatencySummary::default();
        }
        let at = |quantile| Duration::from_millis(self.ceilings.value_at_quantile(quantile) + 1);
        LatencySummary {
            count: self.count(),
            p50: at(0.5),
            p99: at(0.99),
            max: Duration::from_millis(self.ceilings.max() + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_at_each_bound() {
        for bound in BOUNDS_MS {
            let mut latencies = Latencies::new();
            latencies.record(Duration::from_micros(bound * 1000 - 1));
            latencies.record(Duration::from_millis(bound));
            latencies.record(Duration::from_micros(bound * 1000 + 1));
            for (seconds, count) in latencies.buckets() {
                let inside = match seconds * 1000.0 {
                    below if below < bound as f64 => 0,
                    same if same == bound as f64 => 2,
                    _ => 3,
                };
                assert_eq!(count, inside, "{bound} ms in the bucket up to {seconds} s");
            }
        }
    }

    #[test]
    fn buckets_equal_a_plain_count() {
        let mut latencies = Latencies::new();
        let lengths: Vec<u64> = (0..20_000_u64).map(|i| i * i * 211 % 90_000_000).collect();
        for micros in &lengths {
            latencies.record(Duration::from_micros(*micros));
        }
        for (seconds, count) in latencies.buckets() {
            let bound = (seconds * 1e6).round() as u64;
            let plain = lengths.iter().filter(|micros| **micros <= bound).count() as u64;
            assert_eq!(count, plain, "{seconds}");
        }
        assert_eq!(latencies.sum(), Duration::from_micros(lengths.iter().sum()));
    }

    #[test]
    fn what_lasts_for_months_is_counted_too() {
        let mut latencies = Latencies::new();
        latencies.record(Duration::from_secs(90 * 86_400));
        latencies.record(Duration::ZERO);
        assert_eq!(latencies.count(), 2);
        assert_eq!(latencies.buckets().last(), Some((60.0, 1)));
        assert!(latencies.summary().max >= Duration::from_secs(3600));
    }

    #[test]
    fn a_summary_is_of_all_that_were_added() {
        let (mut one, mut other) = (Latencies::new(), Latencies::new());
        for ms in 1..=50 {
            one.record(Duration::from_millis(ms));
            other.record(Duration::from_millis(ms + 50));
        }
        one.add(&other);
        let millis = Duration::from_millis;
        let summary = LatencySummary {
            count: 100,
            p50: millis(50),
            p99: millis(99),
            max: millis(100),
        };
        assert_eq!(one.summary(), summary);
    }
}
