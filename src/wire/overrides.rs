//! Overrides as they are written in every JSON body that tells of them.

use serde::Serialize;

use crate::model::overrides::Override;
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;

use super::value::Instant;

/// One override under the policy whose ladder it is on.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    verb: &'static str,
    tier: &'a str,
    dated: Instant,
    until: Option<Instant>,
    by: &'a str,
    why: &'a str,
    event_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    holds: Option<bool>,
}

impl<'a> Row<'a> {
    /// Of one by which the tier is shown.
    pub(super) fn of(policy: &'a Policy, one: &'a Override) -> Self {
        Self {
            verb: one.verb.name(),
            tier: policy.rank_name(one.ladder, one.tier),
            dated: Instant(one.at),
            until: (one.until < Timestamp::MAX).then_some(Instant(one.until)),
            by: &one.by,
            why: &one.why,
            event_id: &one.event_id,
            holds: None,
        }
    }

    /// Of one of which it must be said whether the tier is shown by it.
    pub(super) fn told(policy: &'a Policy, one: &'a Override, holds: bool) -> Self {
        Self {
            holds: Some(holds),
            ..Self::of(policy, one)
        }
    }
}
