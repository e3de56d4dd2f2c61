//! The receipt for a customer who was erased: its body, its id and its CloudEvents headers. The
//! contract is docs/changes.md.

use serde::Serialize;

use crate::engine::effect::Ended;
use crate::model::time::Timestamp;
use crate::policy::declared::Policy;

use super::change::{Header, envelope, id_of};
use super::value::{Instant, Stamp, write_json};

/// The `ce_type` of a receipt for an erasure.
pub const CE_TYPE: &str = "io.tidemark.customer.erased.v1";

/// Appends the body: compact JSON with its keys in the order of docs/changes.md.
pub fn encode_body(
    policy: &Policy,
    customer: &str,
    at: Timestamp,
    ended: &Ended,
    out: &mut Vec<u8>,
) {
    let body = Body {
        customer_id: customer,
        erased_at: Instant(at),
        by: &ended.command.by,
        why: &ended.command.why,
        event_id: &ended.event_id,
        removed: ended.removed.as_ref().map(|removed| Removed {
            changes: removed.changes,
            orders: removed.orders,
        }),
        remains_in: REMAINS_IN,
        policy: Stamp::of(policy),
    };
    write_json(&body, out);
}

/// The headers; `source` is the `ce_source`.
#[must_use]
pub fn headers<'a>(
    policy: &Policy,
    customer: &'a str,
    at: Timestamp,
    source: &'a str,
) -> [Header<'a>; 9] {
    let id = id_of(&[customer, "", "erased", &at.0.to_string()]);
    envelope(policy, customer, (CE_TYPE, id, at), source)
}

/// Where records of the customer lie that only Kafka's own retention removes. How topics are
/// named is a matter of settings, so these are their keys there.
const REMAINS_IN: [&str; 3] = ["input.topics", "output.changes", "output.dead_letters"];

#[derive(Serialize)]
struct Body<'a> {
    customer_id: &'a str,
    erased_at: Instant,
    by: &'a str,
    why: &'a str,
    event_id: &'a str,
    removed: Option<Removed>,
    remains_in: [&'static str; 3],
    policy: Stamp<'a>,
}

#[derive(Serialize)]
struct Removed {
    changes: u64,
    orders: u64,
}
