//! Properties of librdkafka that are passed through: which are refused and why, and which may be
//! shown.

use std::collections::BTreeMap;
use std::fmt;

/// Properties of librdkafka by name. Values are secret unless the property is known to be harmless:
/// whatever prints this shows the names and the harmless values alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Properties(BTreeMap<String, String>);

impl Properties {
    /// Properties that are not checked any further.
    pub(super) fn new(properties: BTreeMap<String, String>) -> Self {
        Self(properties)
    }

    /// Names and values, secrets included, in the order of the names. For the client alone.
    pub fn reveal(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(
                self.0
                    .iter()
                    .map(|(name, value)| (name, shown(name, value))),
            )
            .finish()
    }
}

/// What may be shown of a property's value.
fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    if SHOWN.contains(&name) { value } else { "***" }
}

/// Properties whose values cannot be secret; everything else is.
const SHOWN: [&str; 20] = [
    "broker.address.family",
    "broker.address.ttl",
    "client.dns.lookup",
    "client.rack",
    "compression.codec",
    "compression.type",
    "debug",
    "enable.ssl.certificate.verification",
    "fetch.max.bytes",
    "fetch.min.bytes",
    "linger.ms",
    "sasl.mechanism",
    "sasl.mechanisms",
    "security.protocol",
    "socket.keepalive.enable",
    "socket.timeout.ms",
    "ssl.ca.location",
    "ssl.certificate.location",
    "ssl.endpoint.identification.algorithm",
    "ssl.key.location",
];

/// Why a property cannot be set here; nothing where it can.
pub(super) fn refusal(name: &str) -> Option<&'static str> {
    REFUSED
        .iter()
        .find(|(_, names)| names.contains(&name))
        .map(|(why, _)| *why)
}

/// Names of librdkafka's properties that are not for settings, by the reason.
const REFUSED: [(&str, &[&str]); 11] = [
    (
        "it has a key of its own, `kafka.brokers`",
        &["bootstrap.servers", "metadata.broker.list"],
    ),
    (
        "it has a key of its own, `kafka.session_timeout`",
        &["session.timeout.ms"],
    ),
    (
        "it has a key of its own, `kafka.transaction_timeout`",
        &["transaction.timeout.ms"],
    ),
    (
        "it follows from `app.name` and `app.instance`",
        &[
            "client.id",
            "group.id",
            "group.instance.id",
            "transactional.id",
        ],
    ),
    (
        "offsets are committed with the unit that they belong to, and nowhere else",
        &[
            "auto.commit.enable",
            "auto.commit.interval.ms",
            "auto.offset.reset",
            "enable.auto.commit",
            "enable.auto.offset.store",
            "enable.partition.eof",
            "offset.store.method",
            "topic.auto.offset.reset",
        ],
    ),
    (
        "a record must be read once and whole, committed ones only",
        &["check.crcs", "isolation.level"],
    ),
    (
        "all input partitions of one lane must be with one member",
        &[
            "group.protocol",
            "group.remote.assignor",
            "partition.assignment.strategy",
        ],
    ),
    (
        "a customer's records must lie in that customer's lane, in order, and once",
        &[
            "acks",
            "enable.gapless.guarantee",
            "enable.idempotence",
            "max.in.flight",
            "max.in.flight.requests.per.connection",
            "message.send.max.retries",
            "partitioner",
            "queuing.strategy",
            "request.required.acks",
            "retries",
        ],
    ),
    (
        "topics are made by whoever runs the cluster, with the partitions that they need",
        &["allow.auto.create.topics", "topic.blacklist"],
    ),
    (
        "a disturbed commit is told by what the client reports",
        &[
            "log.connection.close",
            "log.queue",
            "log_level",
            "statistics.interval.ms",
        ],
    ),
    (
        "a unit's records must end with its transaction, one way or the other",
        &[
            "delivery.report.only.error",
            "delivery.timeout.ms",
            "max.poll.interval.ms",
            "message.timeout.ms",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let properties = Properties::new(BTreeMap::from([
            ("sasl.password".to_owned(), "hunter2".to_owned()),
            ("security.protocol".to_owned(), "SASL_SSL".to_owned()),
            ("some.new.one".to_owned(), "who knows".to_owned()),
        ]));
        assert_eq!(
            format!("{properties:?}"),
            r#"{"sasl.password": "***", "security.protocol": "SASL_SSL", "some.new.one": "***"}"#
        );
        assert!(
            properties
                .reveal()
                .any(|pair| pair == ("sasl.password", "hunter2"))
        );
    }

    #[test]
    fn what_exactly_once_rests_on_is_refused() {
        assert!(refusal("enable.auto.commit").is_some());
        assert!(refusal("partitioner").is_some());
        assert_eq!(refusal("ssl.ca.location"), None);
    }
}
