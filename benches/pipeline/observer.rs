//! What a downstream service sees of changes, and when.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hdrhistogram::Histogram;

use crate::broker::Seen;

/// Microseconds since the epoch.
pub(crate) fn micros(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).expect("after 1970");
    u64::try_from(since.as_micros()).expect("before year 500,000")
}

/// A key that tells when its event was due to be sent.
pub(crate) fn key_of(due: u64) -> String {
    format!("f-{due}")
}

/// When the event of such a key was due to be sent.
pub(crate) fn due_of(key: &[u8]) -> Option<u64> {
    std::str::from_utf8(key.strip_prefix(b"f-")?)
        .ok()?
        .parse()
        .ok()
}

/// Latencies in microseconds, of all that was due at `from` or later.
pub(crate) fn latencies(seen: &[Seen], from: u64, due: impl Fn(&Seen) -> u64) -> Histogram<u64> {
    let mut all = Histogram::new(3).expect("three digits");
    for one in seen {
        let was_due = due(one);
        if was_due >= from {
            let late = micros(one.at).saturating_sub(was_due);
            all.record(late).expect("the histogram grows");
        }
    }
    all
}

/// p50, p99 and the longest, in milliseconds.
pub(crate) fn summary(all: &Histogram<u64>) -> [f64; 3] {
    [
        all.value_at_quantile(0.5),
        all.value_at_quantile(0.99),
        all.max(),
    ]
    .map(|micros| Duration::from_micros(micros).as_secs_f64() * 1e3)
}
