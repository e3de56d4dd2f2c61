//! How far back a customer's buckets still matter, and which of them are as they will stay.

use crate::model::time::Timestamp;
use crate::model::zone::Zone;

use super::buckets::Bucket;
use super::feature::Resolution;
use super::moment::Moment;
use super::shape::Shape;

/// How far back a customer's buckets still matter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Nothing is asked about instants before this one.
    pub(super) frontier: Moment,
    /// Orders up to this instant change no more.
    pub(super) orders: Moment,
    /// No event dated before this instant arrives any more.
    pub(super) arrivals: Moment,
}

impl Shape {
    /// Whether part of the count of a bucket is such that nothing can take it back.
    pub(super) fn is_firm(&self, bucket: Bucket<'_>) -> bool {
        bucket.count() > 0 && (!self.firm || bucket.get(bucket.form.firm) > 0)
    }
}

impl Limits {
    /// Whether the count of a bucket is positive and will stay so: part of it is firm, or it lies
    /// where no order can be taken back any more.
    pub(super) fn is_for_good(&self, shape: &Shape, bucket: Bucket<'_>) -> bool {
        let known_after = self.orders.key(shape.resolution);
        let settled = match shape.resolution {
            Resolution::Exact => bucket.key() <= known_after,
            Resolution::Hour | Resolution::Day => bucket.key() < known_after,
        };
        shape.is_firm(bucket) || (bucket.count() > 0 && settled)
    }

    /// At a frontier, `orders` and `arrivals` being how far orders and events reach back from
    /// there.
    pub(super) fn new(
        zone: &Zone,
        frontier: Timestamp,
        orders: Timestamp,
        arrivals: Timestamp,
    ) -> Self {
        Self {
            frontier: Moment::new(zone, frontier),
            orders: Moment::new(zone, orders),
            arrivals: Moment::new(zone, arrivals),
        }
    }
}
