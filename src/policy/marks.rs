//! Marks: the instants that a ladder remembers of a customer.

use crate::model::time::Timestamp;

/// The mark of what is not so now.
pub(super) const NO: Timestamp = Timestamp::MAX;
