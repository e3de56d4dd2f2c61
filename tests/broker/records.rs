//! Records as tests write and read them, with everything a client can see of them.

use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Header, Headers, OwnedHeaders};
use rdkafka::producer::BaseRecord;

/// A header's name and value.
pub(crate) type HeaderPair = (String, Option<Vec<u8>>);

/// A record to be produced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NewRecord {
    /// Customer id, in tidemark's topics.
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<HeaderPair>,
    /// `None`: where the key's murmur2 hash says.
    pub(crate) partition: Option<i32>,
    /// Epoch milliseconds; `None`: now.
    pub(crate) timestamp: Option<i64>,
}

impl NewRecord {
    pub(crate) fn new(key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        Self {
            key: Some(key.into()),
            value: Some(value.into()),
            ..Self::default()
        }
    }

    /// As the client library takes it.
    pub(crate) fn to_topic<'a>(&'a self, topic: &'a str) -> BaseRecord<'a, [u8], [u8]> {
        let mut record = BaseRecord::to(topic);
        record.key = self.key.as_deref();
        record.payload = self.value.as_deref();
        record.partition = self.partition;
        record.timestamp = self.timestamp;
        if !self.headers.is_empty() {
            let headers = OwnedHeaders::new_with_capacity(self.headers.len());
            record.headers = Some(self.headers.iter().fold(headers, |all, (name, value)| {
                all.insert(Header {
                    key: name,
                    value: value.as_deref(),
                })
            }));
        }
        record
    }
}

/// A record as it lies in its partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<HeaderPair>,
    /// Epoch milliseconds.
    pub(crate) timestamp: Option<i64>,
}

impl Record {
    pub(crate) fn read(message: &BorrowedMessage<'_>) -> Self {
        let headers = message.headers().map(|all| {
            let owned = |it: Header<'_, &[u8]>| (it.key.to_owned(), it.value.map(<[u8]>::to_vec));
            all.iter().map(owned).collect()
        });
        Self {
            topic: message.topic().to_owned(),
            partition: message.partition(),
            offset: message.offset(),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers: headers.unwrap_or_default(),
            timestamp: message.timestamp().to_millis(),
        }
    }

    /// The key as text; panics when there is none.
    pub(crate) fn key_text(&self) -> &str {
        text(self.key.as_deref())
    }

    /// The value as text; panics when there is none.
    pub(crate) fn value_text(&self) -> &str {
        text(self.value.as_deref())
    }

    /// The first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let (_, value) = self.headers.iter().find(|(its_name, _)| its_name == name)?;
        value.as_deref()
    }
}

fn text(bytes: Option<&[u8]>) -> &str {
    std::str::from_utf8(bytes.expect("the record has it")).expect("the record holds UTF-8")
}
