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
