//! The closed list of reasons for which a record is not applied.

/// Why a record became a dead letter. The codes are a contract: they stand in headers and metric
/// labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The value is absent (a tombstone).
    NoValue,
    /// The record is larger than the decoder accepts.
    TooLarge,
    /// Not JSON, or not one JSON object.
    NotJson,
    /// A required field is absent or null.
    MissingField,
    /// A field has another type, or text that does not read as what it should be.
    WrongType,
    /// A kind outside the contract.
    UnknownKind,
    /// An instant that cannot be read.
    BadTime,
    /// An amount that is negative, too fine, out of range, or no number.
    BadAmount,
    /// No ISO 4217 code, or not the policy's currency.
    UnknownCurrency,
    /// The record has no key.
    NoKey,
    /// The record's key is not its customer id.
    KeyMismatch,
    /// Dated beyond the lane's ceiling.
    Future,
    /// Dated further behind the lane's clock than the policy reaches.
    TooLate,
    /// About an order that is not known, where the policy refuses those.
    UnknownOrder,
    /// A second purchase with the id of a known order.
    OrderExists,
    /// A number beyond the bounds that the policy declares, not looked at yet.
    Outlier,
    /// About a ladder that the policy does not have.
    UnknownLadder,
    /// About a tier that the ladder does not have.
    UnknownTier,
    /// To merge or to part customers of whom that cannot be done.
    BadMerge,
    /// To merge customers who lie in different lanes.
    OtherLane,
}

/// All refusals with their codes.
pub const REFUSALS: [(Refusal, &str); 20] = [
    (Refusal::NoValue, "no_value"),
    (Refusal::TooLarge, "too_large"),
    (Refusal::NotJson, "not_json"),
    (Refusal::MissingField, "missing_field"),
    (Refusal::WrongType, "wrong_type"),
    (Refusal::UnknownKind, "unknown_kind"),
    (Refusal::BadTime, "bad_time"),
    (Refusal::BadAmount, "bad_amount"),
    (Refusal::UnknownCurrency, "unknown_currency"),
    (Refusal::NoKey, "no_key"),
    (Refusal::KeyMismatch, "key_mismatch"),
    (Refusal::Future, "future"),
    (Refusal::TooLate, "too_late"),
    (Refusal::UnknownOrder, "unknown_order"),
    (Refusal::OrderExists, "order_exists"),
    (Refusal::Outlier, "outlier"),
    (Refusal::UnknownLadder, "unknown_ladder"),
    (Refusal::UnknownTier, "unknown_tier"),
    (Refusal::BadMerge, "bad_merge"),
    (Refusal::OtherLane, "other_lane"),
];

impl Refusal {
    /// The code in headers and metric labels.
    #[must_use]
    pub fn code(self) -> &'static str {
        REFUSALS[self as usize].1
    }
}

/// A refusal with the field it is about, for the dead letter's headers. Holds no payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub refusal: Refusal,
    /// The field of the event that is at fault; empty where it is the whole record.
    pub field: &'static str,
}

impl Refusal {
    /// This refusal, about a field.
    #[must_use]
    pub fn of(self, field: &'static str) -> Refused {
        Refused {
            refusal: self,
            field,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_stands_at_its_own_place() {
        for (i, (refusal, code)) in REFUSALS.iter().enumerate() {
            assert_eq!(*refusal as usize, i);
            assert_eq!(refusal.code(), *code);
        }
    }
}
