//! The published warning: its body, its id and its CloudEvents headers. The contract is
//! docs/changes.md.

use serde::Serialize;

use crate::model::warning::{Notice, Warning};
use crate::policy::declared::Policy;

use super::change::{Header, Labels, envelope, id_of};
use super::reason::Reasons;
use super::value::{Instant, Stamp, write_json};

/// The `ce_type` of each warning, in the order of `NOTICES`.
pub const CE_TYPES: [&str; 3] = [
    "io.tidemark.tier.at-risk.v1",
    "io.tidemark.tier.safe.v1",
    "io.tidemark.tier.near.v1",
];

/// Appends the body of a warning: compact JSON with its keys in the order of docs/changes.md, the
/// same bytes for the same warning.
pub fn encode_body(policy: &Policy, customer: &str, warning: &Warning, out: &mut Vec<u8>) {
    let (ladder, tier) = (warning.ladder, warning.tier);
    let (to, loss, labelled) = match warning.notice {
        Notice::AtRisk { loss, step } => (Some(loss.to), Some((loss, step)), tier),
        Notice::Safe => (None, None, tier),
        Notice::Near(rank) => (Some(rank), None, rank),
    };
    let body = Body {
        customer_id: customer,
        ladder: policy.scale_name(ladder),
        warning: warning.notice.name(),
        tier: policy.rank_name(ladder, tier),
        to: to.map(|to| policy.rank_name(ladder, to)),
        at: loss.map(|(loss, _)| Instant(loss.at)),
        ahead: loss.map(|(_, step)| step.to_string()),
        effective_at: Instant(warning.effective_at),
        number: warning.number,
        cause: warning.cause.name(),
        gap: to.map(|_| Reasons {
            policy,
            reasons: &warning.gap,
        }),
        measured_at: to.map(|_| Instant(warning.measured_at)),
        labels: Labels(policy.labels(ladder, labelled)),
        policy: Stamp::of(policy),
    };
    write_json(&body, out);
}

/// The id of a warning: as that of a change, over customer, ladder, the word "warning" and number.
#[must_use]
pub fn ce_id(customer: &str, ladder: &str, number: u32) -> String {
    id_of(&[customer, ladder, "warning", &number.to_string()])
}

/// The headers of a warning, CloudEvents 1.0 in Kafka's binary mode; `source` is the `ce_source`.
#[must_use]
pub fn headers<'a>(
    policy: &Policy,
    customer: &'a str,
    warning: &Warning,
    source: &'a str,
) -> [Header<'a>; 9] {
    let id = ce_id(customer, policy.scale_name(warning.ladder), warning.number);
    let ce_type = CE_TYPES[warning.notice.index()];
    envelope(
        policy,
        customer,
        (ce_type, id, warning.effective_at),
        source,
    )
}

#[derive(Serialize)]
struct Body<'a> {
    customer_id: &'a str,
    ladder: &'a str,
    warning: &'static str,
    tier: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead: Option<String>,
    effective_at: Instant,
    number: u32,
    cause: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<Reasons<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measured_at: Option<Instant>,
    #[serde(skip_serializing_if = "Labels::is_empty")]
    labels: Labels<'a>,
    policy: Stamp<'a>,
}
