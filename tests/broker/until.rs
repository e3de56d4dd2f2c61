//! Waiting for a condition, with a deadline.

use std::thread;
use std::time::{Duration, Instant};

use super::client::ANSWER;

/// Between two looks; doubled up to [`LONGEST`].
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(50);

/// Looks again and again until `look` finds something, and returns that.
///
/// Panics with `what` when it found nothing `within` that time.
#[track_caller]
pub(crate) fn until<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    let mut pause = SHORTEST;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        thread::park_timeout(pause);
        pause = LONGEST.min(pause * 2);
    }
}

/// Waits until a moment has come.
pub(crate) fn wait_for(moment: Instant) {
    let left = moment.saturating_duration_since(Instant::now());
    until("a moment comes", left + ANSWER, || {
        (Instant::now() >= moment).then_some(())
    });
}
