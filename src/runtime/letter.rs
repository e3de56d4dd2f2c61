//! Records as one lane sends them on to another.

use crate::model::ids::Offset;
use crate::model::time::Timestamp;
use crate::port::{Header, Record, Trouble};
use crate::wire::dead_letter::Origin;
use crate::wire::transfer::Letter;

impl Record for Letter {
    fn offset(&self) -> Offset {
        self.offset
    }

    fn key(&self) -> Option<&[u8]> {
        Some(self.key.as_bytes())
    }

    fn value(&self) -> Option<&[u8]> {
        Some(self.value.as_bytes())
    }

    /// It came late to the lane that applies it.
    fn stamped_at(&self) -> Option<Timestamp> {
        None
    }

    fn headers(&self) -> Vec<Header> {
        self.headers.clone()
    }
}

/// A record that holds an event, to be sent on.
pub(super) fn letter(record: &dyn Record, origin: Origin<'_>) -> Result<Letter, Trouble> {
    let text = |bytes: Option<&[u8]>| {
        let text = std::str::from_utf8(bytes.unwrap_or_default());
        let no_event = |_| Trouble::Bug("a record is sent on that is no event".to_owned());
        text.map(Box::from).map_err(no_event)
    };
    Ok(Letter {
        topic: origin.topic.into(),
        partition: origin.partition,
        offset: origin.offset,
        key: text(record.key())?,
        value: text(record.value())?,
        headers: record.headers(),
    })
}
