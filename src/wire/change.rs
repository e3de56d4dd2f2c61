//! The published change: its body, its id and its CloudEvents headers. The contract is
//! docs/changes.md.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::model::change::Change;
use crate::model::time::Timestamp;
use crate::model::zone::show_utc;
use crate::policy::declared::{Label, Policy};

use super::overrides::Row;
use super::reason::Reasons;
use super::value::{Instant, Stamp, write_json};

/// The `ce_type` of a change.
pub const CE_TYPE: &str = "io.tidemark.tier.changed.v1";

/// A header of a record: name and text.
pub type Header<'a> = (&'static str, Cow<'a, str>);

/// Appends the body of a change: compact JSON with its keys in the order of docs/changes.md, the
/// same bytes for the same change.
pub fn encode_body(policy: &Policy, customer: &str, change: &Change, out: &mut Vec<u8>) {
    let body = Body {
        customer_id: customer,
        ladder: policy.scale_name(change.scale),
        from: policy.name_left(change),
        to: policy.rank_name(change.scale, change.to),
        direction: policy.direction(change).name(),
        effective_at: Instant(change.effective_at),
        version: change.version,
        cause: change.cause.name(),
        waited: change.waited.map(|waited| WaitedFor {
            wait: waited.wait.name(),
            since: Instant(waited.since),
        }),
        overridden: change
            .overridden
            .as_ref()
            .map(|told| Row::told(policy, &told.by, told.holds)),
        reason: Reasons {
            policy,
            reasons: &change.reasons,
        },
        labels: Labels(policy.labels(change.scale, change.to)),
        policy: Stamp::of(policy),
    };
    write_json(&body, out);
}

/// The id of a change: the first 16 bytes, as 32 lower-case hexadecimal digits, of the SHA-256 over
/// customer, ladder and version in decimal, each as UTF-8 after its length in bytes as a 64-bit
/// big-endian number.
#[must_use]
pub fn ce_id(customer: &str, ladder: &str, version: u32) -> String {
    id_of(&[customer, ladder, &version.to_string()])
}

/// The id that stands for some texts.
pub(super) fn id_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let bytes = hash.finalize();
    let halves = bytes[..16].iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = halves.map(|half| char::from_digit(half.into(), 16).expect("below 16"));
    digits.collect()
}

/// The headers of a change, CloudEvents 1.0 in Kafka's binary mode; `source` is the `ce_source`.
#[must_use]
pub fn headers<'a>(
    policy: &Policy,
    customer: &'a str,
    change: &Change,
    source: &'a str,
) -> [Header<'a>; 9] {
    let id = ce_id(customer, policy.scale_name(change.scale), change.version);
    envelope(policy, customer, (CE_TYPE, id, change.effective_at), source)
}

/// The headers of an event about a customer: its type, its id and the instant it is about.
pub(super) fn envelope<'a>(
    policy: &Policy,
    customer: &'a str,
    (ce_type, id, at): (&'static str, String, Timestamp),
    source: &'a str,
) -> [Header<'a>; 9] {
    [
        ("ce_specversion", "1.0".into()),
        ("ce_id", id.into()),
        ("ce_type", ce_type.into()),
        ("ce_source", source.into()),
        ("ce_time", show_utc(at).into()),
        ("ce_subject", customer.into()),
        ("ce_partitionkey", customer.into()),
        ("content-type", "application/json".into()),
        ("tidemark-policy-version", policy.version.to_string().into()),
    ]
}

#[derive(Serialize)]
struct Body<'a> {
    customer_id: &'a str,
    ladder: &'a str,
    from: &'a str,
    to: &'a str,
    direction: &'static str,
    effective_at: Instant,
    version: u32,
    cause: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited: Option<WaitedFor>,
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    overridden: Option<Row<'a>>,
    reason: Reasons<'a>,
    #[serde(skip_serializing_if = "Labels::is_empty")]
    labels: Labels<'a>,
    policy: Stamp<'a>,
}

#[derive(Serialize)]
struct WaitedFor {
    #[serde(rename = "for")]
    wait: &'static str,
    since: Instant,
}

/// Labels by their keys.
pub(super) struct Labels<'a>(pub(super) &'a [Label]);

impl Labels<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Labels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|label| (&label.key, &label.text)))
    }
}
