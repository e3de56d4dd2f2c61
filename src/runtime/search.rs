//! How another producer is looked for: for how long, and when it is tried next.

use crate::model::time::{Span, Timestamp};

/// How long a worker goes without a producer before it drops its lanes and its consumer, too: a
/// broker that is started anew is back in less, and the consumer may be what ails.
const MOST: Span = Span(120_000);
/// First wait before another one is tried once more; doubled each time, up to the longest.
const WAIT_FIRST: Span = Span(200);
/// Longest wait.
const WAIT_LONGEST: Span = Span(5_000);

/// So far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    since: Timestamp,
    again: Timestamp,
    wait: Span,
}

impl Search {
    /// The one there was, which has found nothing, or the first.
    pub(super) fn go_on(before: Option<Self>, now: Timestamp) -> Self {
        match before {
            None => Self {
                since: now,
                again: now,
                wait: WAIT_FIRST,
            },
            Some(Self { since, wait, .. }) => Self {
                since,
                again: now + wait,
                wait: Span((wait.0 * 2).min(WAIT_LONGEST.0)),
            },
        }
    }

    /// When the next one is tried.
    pub(super) fn again(&self) -> Timestamp {
        self.again
    }

    /// Whether it has lasted too long.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        now - self.since >= MOST
    }
}
