//! The receipt for a customer who was erased or merged: its body, its id, its CloudEvents headers.
//! The contract is docs/changes.md.

use serde::Serialize;

use crate::engine::effect::{End, Ended};
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;

use super::change::{Header, envelope, id_of};
use super::value::{Instant, Stamp, write_json};

/// The `ce_type` of a receipt for an erasure.
pub const CE_TYPE: &str = "io.tidemark.customer.erased.v1";
/// The `ce_type` of a receipt for a merge.
pub const CE_TYPE_MERGED: &str = "io.tidemark.customer.merged.v1";

/// Appends the body: compact JSON with its keys in the order of docs/changes.md.
pub fn encode_body(
    policy: &Policy,
    customer: &str,
    at: Timestamp,
    ended: &Ended,
    out: &mut Vec<u8>,
) {
    let asked = Asked {
        by: &ended.command.by,
        why: &ended.command.why,
        event_id: &ended.event_id,
    };
    let policy = Stamp::of(policy);
    match &ended.end {
        End::Erased(removed) => {
            let removed = removed.map(|removed| Removed {
                changes: removed.changes,
                orders: removed.orders,
            });
            let body = Erased {
                customer_id: customer,
                erased_at: Instant(at),
                asked,
                removed,
                remains_in: REMAINS_IN,
                policy,
            };
            write_json(&body, out);
        }
        End::Merged(into) => {
            let body = Merged {
                customer_id: customer,
                merged_at: Instant(at),
                into,
                asked,
                policy,
            };
            write_json(&body, out);
        }
    }
}

/// The headers; `source` is the `ce_source`.
#[must_use]
pub fn headers<'a>(
    policy: &Policy,
    customer: &'a str,
    (at, ended): (Timestamp, &Ended),
    source: &'a str,
) -> [Header<'a>; 9] {
    let instant = at.0.to_string();
    let (ce_type, id) = match &ended.end {
        End::Erased(_) => (CE_TYPE, id_of(&[customer, "", "erased", &instant])),
        // Who is parted and merged again at once is merged twice at one instant.
        End::Merged(_) => (
            CE_TYPE_MERGED,
            id_of(&[customer, "", "merged", &instant, &ended.event_id]),
        ),
    };
    envelope(policy, customer, (ce_type, id, at), source)
}

/// Where records of the customer lie that only Kafka's own retention removes. How topics are
/// named is a matter of settings, so these are their keys there.
const REMAINS_IN: [&str; 3] = ["input.topics", "output.changes", "output.dead_letters"];

#[derive(Serialize)]
struct Erased<'a> {
    customer_id: &'a str,
    erased_at: Instant,
    #[serde(flatten)]
    asked: Asked<'a>,
    removed: Option<Removed>,
    remains_in: [&'static str; 3],
    policy: Stamp<'a>,
}

#[derive(Serialize)]
struct Merged<'a> {
    customer_id: &'a str,
    merged_at: Instant,
    into: &'a str,
    #[serde(flatten)]
    asked: Asked<'a>,
    policy: Stamp<'a>,
}

/// Who asked for it and why.
#[derive(Serialize)]
struct Asked<'a> {
    by: &'a str,
    why: &'a str,
    event_id: &'a str,
}

#[derive(Serialize)]
struct Removed {
    changes: u64,
    orders: u64,
}
