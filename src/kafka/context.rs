//! What librdkafka says by itself: rebalances, lost deliveries, disturbed connections.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryResult, ProducerContext};
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;

use crate::port::Trouble;
use crate::telemetry::Happening;
use crate::telemetry::client::{ClientFailed, ClientSaid, Severity};

use super::client::Target;

/// What the group said, kept until the worker asks. The worker answers with assign or unassign;
/// until then librdkafka waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rebalance {
    /// These partitions, by topic.
    Assign(Vec<(String, i32)>),
    /// All partitions are to be given up.
    Revoke,
}

/// Context of the group's consumer.
#[derive(Default)]
pub(super) struct Member {
    said: Mutex<Vec<Rebalance>>,
    closing: AtomicBool,
}

impl Member {
    /// What the group said since the last time, in order.
    pub(super) fn take(&self) -> Vec<Rebalance> {
        std::mem::take(&mut *self.said.lock().expect("no holder of this lock panics"))
    }

    /// From now on nobody asks any more: lanes are given up as soon as they are revoked.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }
}

impl ClientContext for Member {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        ClientSaid {
            severity: severity(level),
            facility,
            text,
        }
        .log();
    }

    fn error(&self, error: KafkaError, reason: &str) {
        ClientFailed {
            error: &error.to_string(),
            reason,
        }
        .log();
    }
}

/// Context of consumers outside the group.
pub(super) struct Outsider;

impl Outsider {
    /// A consumer outside the group.
    ///
    /// # Errors
    /// The client cannot be made.
    pub(super) fn consumer(target: &Target) -> Result<BaseConsumer<Self>, Trouble> {
        target
            .reader()
            .create_with_context(Self)
            .map_err(|error| Trouble::Fatal(format!("cannot make a consumer: {error}")))
    }
}

impl ClientContext for Outsider {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        ClientSaid {
            severity: severity(level),
            facility,
            text,
        }
        .log();
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // To have read everything is no failure.
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::PartitionEOF) {
            let error = &error.to_string();
            ClientFailed { error, reason }.log();
        }
    }
}

impl ConsumerContext for Outsider {}

impl ConsumerContext for Member {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        error: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        let assigned = error == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        if self.closing.load(Ordering::SeqCst) {
            // A failure leaves nothing to do: the consumer is being destroyed.
            let _ = consumer.unassign();
            return;
        }
        let said = if assigned {
            let all = partitions.elements();
            Rebalance::Assign(
                all.iter()
                    .map(|one| (one.topic().to_owned(), one.partition()))
                    .collect(),
            )
        } else {
            Rebalance::Revoke
        };
        self.said
            .lock()
            .expect("no holder of this lock panics")
            .push(said);
    }
}

/// Context of the transactional producer.
#[derive(Default)]
pub(super) struct Publisher {
    disturbances: AtomicU64,
    lost: Mutex<Option<String>>,
}

impl Publisher {
    /// How often a connection failed or a request timed out so far.
    ///
    /// librdkafka retries a commit by itself and then reports success, although a copy of the first
    /// request may still reach the broker, and with its old protocol commit a later transaction. So
    /// a commit that was disturbed is in doubt, whatever it returned.
    pub(super) fn disturbances(&self) -> u64 {
        self.disturbances.load(Ordering::SeqCst)
    }

    /// The first record that could not be delivered since the last time.
    pub(super) fn take_lost(&self) -> Option<String> {
        self.lost
            .lock()
            .expect("no holder of this lock panics")
            .take()
    }

    /// Whether all records of a unit were delivered.
    pub(super) fn delivered(&self) -> Result<(), Trouble> {
        match self.take_lost() {
            Some(lost) => Err(Trouble::Restart(format!(
                "a record was not delivered: {lost}"
            ))),
            None => Ok(()),
        }
    }
}

impl ClientContext for Publisher {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        if matches!(facility, "FAIL" | "REQTMOUT") && text.contains("TxnCoordinator") {
            self.disturbances.fetch_add(1, Ordering::SeqCst);
        }
        ClientSaid {
            severity: severity(level),
            facility,
            text,
        }
        .log();
    }

    fn error(&self, error: KafkaError, reason: &str) {
        ClientFailed {
            error: &error.to_string(),
            reason,
        }
        .log();
    }
}

impl ProducerContext for Publisher {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.lost
                .lock()
                .expect("no holder of this lock panics")
                .get_or_insert_with(|| error.to_string());
        }
    }
}

fn severity(level: RDKafkaLogLevel) -> Severity {
    match level {
        RDKafkaLogLevel::Emerg
        | RDKafkaLogLevel::Alert
        | RDKafkaLogLevel::Critical
        | RDKafkaLogLevel::Error => Severity::Error,
        RDKafkaLogLevel::Warning | RDKafkaLogLevel::Notice => Severity::Warning,
        RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => Severity::Detail,
    }
}
