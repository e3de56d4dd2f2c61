//! An in-process broker for demonstrations.

use std::ffi::CString;

use rdkafka::config::ClientConfig;
use rdkafka::producer::{DefaultProducerContext, Producer, ThreadedProducer};

use crate::port::Trouble;

use super::ffi::{MockCluster, Native};
use super::trouble::restart;

/// A broker that lives as long as this does. Promises nothing about transactions: see
/// [`MockCluster`].
pub struct MockBroker {
    // Goes before the client that it hangs on.
    cluster: MockCluster,
    _client: ThreadedProducer<DefaultProducerContext>,
}

impl MockBroker {
    /// Starts it with these topics.
    ///
    /// # Errors
    /// librdkafka cannot.
    pub fn start(topics: &[&str], partitions: i32) -> Result<Self, Trouble> {
        let client: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
            .create()
            .map_err(restart("make a client"))?;
        let cluster = MockCluster::start(Native::new(client.client().native_ptr()))
            .ok_or_else(|| Trouble::Fatal("cannot start the test broker".to_owned()))?;
        for topic in topics {
            let name = CString::new(*topic)
                .map_err(|_| Trouble::Fatal(format!("topic {topic} holds a zero byte")))?;
            if !cluster.create_topic(&name, partitions) {
                return Err(Trouble::Fatal(format!(
                    "the test broker refuses topic {topic}"
                )));
            }
        }
        Ok(Self {
            cluster,
            _client: client,
        })
    }

    /// `host:port`.
    #[must_use]
    pub fn brokers(&self) -> String {
        self.cluster.brokers()
    }
}

#[cfg(test)]
mod tests {
    use super::MockBroker;
    use crate::kafka::ffi::errors::code_of;

    /// What it can be asked, with the keys of Kafka's protocol.
    const KEYS: [(&str, i16); 13] = [
        ("Produce", 0),
        ("Fetch", 1),
        ("ListOffsets", 2),
        ("OffsetFetch", 9),
        ("FindCoordinator", 10),
        ("JoinGroup", 11),
        ("Heartbeat", 12),
        ("SyncGroup", 14),
        ("InitProducerId", 22),
        ("AddPartitionsToTxn", 24),
        ("AddOffsetsToTxn", 25),
        ("EndTxn", 26),
        ("TxnOffsetCommit", 28),
    ];

    impl MockBroker {
        /// Whether there is such a request, and such an error.
        pub fn knows(asked: &str, error: &str) -> bool {
            KEYS.iter().any(|(name, _)| *name == asked) && code_of(error).is_some()
        }

        /// Answers so many of the next requests of a kind with an error, and notes how many come.
        pub fn fail(&self, asked: &str, error: &str, times: usize) {
            let error = code_of(error).unwrap_or_else(|| panic!("there is no error {error}"));
            self.cluster.track();
            self.cluster.answer(key(asked), &vec![error; times]);
        }

        /// How many requests of a kind have come since then.
        pub fn asked(&self, asked: &str) -> usize {
            self.cluster.asked(key(asked))
        }
    }

    fn key(asked: &str) -> i16 {
        let of_name = |(name, _): &&(&str, i16)| *name == asked;
        let key = KEYS.iter().find(of_name);
        key.unwrap_or_else(|| panic!("there is no request {asked}"))
            .1
    }
}
