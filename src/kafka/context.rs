//! What librdkafka says by itself: rebalances, lost deliveries, disturbed connections.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message as _;
use rdkafka::producer::{DeliveryResult, ProducerContext};
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;

use crate::port::Trouble;
use crate::telemetry::Happening;
use crate::telemetry::client::{ClientFailed, ClientSaid, Severity};

use super::client::Target;
use super::trouble::is_too_large;

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
    disturbed: AtomicBool,
    too_large: AtomicBool,
    lost: Mutex<Option<String>>,
}

impl Publisher {
    /// Whether a connection that was of use has ever broken, or a request timed out.
    ///
    /// librdkafka then sends again what was on its way, and reports success, although a copy of the
    /// first request may still reach the broker: of a commit, and with the old protocol it commits
    /// a later transaction, or of its offsets, and takes the group back. So a commit after that is
    /// in doubt, whatever it returned. It tells of a connection that breaks in the same way again
    /// only now and then, so it is no use to ask whether that has happened during one commit.
    pub(super) fn was_disturbed(&self) -> bool {
        self.disturbed.load(Ordering::SeqCst)
    }

    /// Trouble of this producer, or what it comes from: a record that its topic does not take. The
    /// client may say of any call after that only that the transaction is of no use any more.
    pub(super) fn sorted(&self, trouble: Trouble) -> Trouble {
        match trouble {
            Trouble::Restart(why) | Trouble::InDoubt(why)
                if self.too_large.load(Ordering::SeqCst) =>
            {
                Trouble::TooLarge(why)
            }
            other => other,
        }
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
        if is_disturbance(facility, text) {
            self.disturbed.store(true, Ordering::SeqCst);
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
            if error.rdkafka_error_code().is_some_and(is_too_large) {
                self.too_large.store(true, Ordering::SeqCst);
            }
            self.lost
                .lock()
                .expect("no holder of this lock panics")
                .get_or_insert_with(|| error.to_string());
        }
    }
}

/// Context of the producer of snapshots: whoever writes one waits for what has become of it.
#[derive(Default)]
pub(super) struct Clerk {
    arrived: Mutex<Arrived>,
    news: Condvar,
}

/// What has become of the records of a [`Clerk`].
#[derive(Default)]
struct Arrived {
    records: u64,
    /// Where the last one lies.
    last: Option<i64>,
    lost: Option<String>,
}

impl Clerk {
    /// Waits until so many records have arrived, at most so long; where the last one lies.
    ///
    /// # Errors
    /// One was lost, or they have not arrived in time.
    pub(super) fn hear(&self, records: u64, most: Duration) -> Result<Option<i64>, String> {
        let arrived = self.arrived.lock().expect("no holder of this lock panics");
        let waits = |arrived: &mut Arrived| arrived.lost.is_none() && arrived.records < records;
        let (arrived, _) = self
            .news
            .wait_timeout_while(arrived, most, waits)
            .expect("no holder of this lock panics");
        match &arrived.lost {
            Some(lost) => Err(lost.clone()),
            None if arrived.records < records => Err("it has not arrived in time".to_owned()),
            None => Ok(arrived.last),
        }
    }
}

impl ClientContext for Clerk {
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

impl ProducerContext for Clerk {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let mut arrived = self.arrived.lock().expect("no holder of this lock panics");
        match result {
            Ok(record) => {
                arrived.records += 1;
                arrived.last = Some(record.offset());
            }
            Err((error, _)) => {
                arrived.lost.get_or_insert_with(|| error.to_string());
            }
        }
        self.news.notify_all();
    }
}

/// Whether the client says that a request may be on its way twice from now on: one has timed out,
/// or a connection has broken that was past its beginnings.
fn is_disturbance(facility: &str, text: &str) -> bool {
    const BEGINNINGS: [&str; 9] = [
        "INIT",
        "DOWN",
        "TRY_CONNECT",
        "CONNECT",
        "SSL_HANDSHAKE",
        "AUTH_LEGACY",
        "AUTH_HANDSHAKE",
        "AUTH_REQ",
        "APIVERSION_QUERY",
    ];
    let state = text.rsplit_once(" in state ").map(|(_, state)| state);
    let state = state.and_then(|state| state.split([')', ',']).next());
    match facility {
        "REQTMOUT" => true,
        "FAIL" => state.is_none_or(|state| !BEGINNINGS.contains(&state)),
        _ => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As librdkafka 2.12.1 words it.
    #[test]
    fn a_request_may_be_on_its_way_twice() {
        let cases = [
            (
                "FAIL",
                "[thrd:TxnCoordinator]: TxnCoordinator: Disconnected (after 9ms in state UP)",
                true,
            ),
            (
                "FAIL",
                "[thrd:a:1/1]: a:1/1: Disconnected (after 9ms in state UP, 3 identical error(s) \
                 suppressed)",
                true,
            ),
            ("FAIL", "[thrd:a:1/1]: a:1/1: cut off before its end", true),
            (
                "FAIL",
                "[thrd:a:1/1]: a:1/1: Connect to a:1 failed: Connection refused (after 0ms in \
                 state CONNECT, 5 identical error(s) suppressed)",
                false,
            ),
            (
                "FAIL",
                "[thrd:a:1/1]: a:1/1: Disconnected: requesting ApiVersion (after 1ms in state \
                 APIVERSION_QUERY)",
                false,
            ),
            (
                "REQTMOUT",
                "[thrd:a:1/1]: a:1/1: Timed out 1 in-flight, 0 retry-queued, 0 out-queue",
                true,
            ),
            ("COORD", "[thrd:main]: a coordinator in state UP", false),
        ];
        for (facility, text, expected) in cases {
            assert_eq!(is_disturbance(facility, text), expected, "{text}");
        }
    }
}
