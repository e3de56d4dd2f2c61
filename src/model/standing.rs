//! Where a customer stands on every ladder and map.

use super::time::Timestamp;

/// The index of a ladder or map in a policy: ladders first, then maps, in declared order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScaleIx(pub usize);

/// A customer's place on one ladder or map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the tier (lowest first) or segment (as declared).
    pub rank: u8,
    /// Changes so far on this ladder or map.
    pub version: u32,
    /// When the customer came here; [`Timestamp::MIN`] for a first place.
    pub since: Timestamp,
}
