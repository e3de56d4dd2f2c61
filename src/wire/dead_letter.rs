//! Why a record was refused and where it came from, as headers of its dead letter. The contract is
//! docs/changes.md.

use crate::model::ids::Offset;
use crate::model::refusal::{Refusal, Refused};

use super::change::Header;

/// Where a refused record lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// Its topic.
    pub topic: &'a str,
    /// Its partition.
    pub partition: i32,
    /// Its place there.
    pub offset: Offset,
}

/// The names of the headers that a dead letter gets behind its own, in their order.
pub const NAMES: [&str; 8] = [
    "__streams.errors.exception",
    "__streams.errors.message",
    "__streams.errors.topic",
    "__streams.errors.partition",
    "__streams.errors.offset",
    "tidemark.errors.code",
    "tidemark.errors.field",
    "tidemark.errors.policy",
];

/// The header behind all others of a dead letter that is not whole, since its topic would not take
/// it: which of `key`, `value` and `headers` it is without, with `,` between them.
pub const LEFT_OUT: &str = "tidemark.errors.left_out";

/// The headers that a dead letter gets behind its own: those of KIP-1034, which Kafka Streams
/// writes since 4.2 (`org.apache.kafka.streams.errors.internals.ExceptionHandlerUtils`;
/// `__streams.errors.stacktrace` is left out since there is none), then ours. `policy` is the hash
/// of the policy in force. None of it holds payload.
#[must_use]
pub fn headers<'a>(refused: Refused, origin: Origin<'a>, policy: &'a str) -> [Header<'a>; 8] {
    let code = refused.refusal.code();
    let values = [
        format!("tidemark.refused.{code}").into(),
        message(refused.refusal).into(),
        origin.topic.into(),
        origin.partition.to_string().into(),
        origin.offset.to_string().into(),
        code.into(),
        refused.field.into(),
        policy.into(),
    ];
    let mut names = NAMES.iter();
    values.map(|value| (*names.next().expect("as many names as values"), value))
}

/// What a refusal means, in words.
#[must_use]
pub fn message(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoValue => "the record has no value",
        Refusal::TooLarge => "the record is larger than the limit",
        Refusal::NotJson => {
            "the value is not one JSON object in UTF-8 with each field at most once"
        }
        Refusal::MissingField => "a required field is absent, null or empty",
        Refusal::WrongType => "a field has another type than the contract says",
        Refusal::UnknownKind => "the kind is none of the contract",
        Refusal::BadTime => {
            "the instant is neither RFC 3339 with an offset nor epoch milliseconds, or out of range"
        }
        Refusal::BadAmount => {
            "a number is negative, has more than 4 decimals, is out of range or is no number"
        }
        Refusal::UnknownCurrency => {
            "the currency is no ISO 4217 code or not the currency of the policy"
        }
        Refusal::NoKey => "the record has no key",
        Refusal::KeyMismatch => "the key of the record is not its customer_id",
        Refusal::Future => "the event is dated too far ahead of the wall clock",
        Refusal::TooLate => "the event is dated too far behind the clock of its lane",
        Refusal::UnknownOrder => "the order that is refunded or cancelled is not known",
        Refusal::OrderExists => "an order of that id exists already",
        Refusal::Outlier => "a number is beyond the bounds of the policy and was not reviewed",
        Refusal::UnknownLadder => "the policy has no ladder of that name",
        Refusal::UnknownTier => "the ladder has no tier of that name",
        Refusal::OtherLane => "the two customers lie in different lanes, and neither can move",
        Refusal::BadMerge => {
            "the policy does not merge customers, or these are not to be merged or parted"
        }
    }
}
