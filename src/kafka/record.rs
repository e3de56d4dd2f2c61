//! A record of an input topic as librdkafka holds it.

use crate::model::ids::Offset;
use crate::model::time::Timestamp;
use crate::port::{Header, Record};

use super::ffi::Message;

/// A record in librdkafka's memory; nothing is copied.
pub struct Fetched(pub(super) Message);

impl Record for Fetched {
    fn offset(&self) -> Offset {
        Offset(self.0.offset())
    }

    fn key(&self) -> Option<&[u8]> {
        self.0.key()
    }

    fn value(&self) -> Option<&[u8]> {
        self.0.value()
    }

    fn stamped_at(&self) -> Option<Timestamp> {
        self.0.stamped_at().map(Timestamp)
    }

    fn headers(&self) -> Vec<Header> {
        self.0.headers()
    }
}
