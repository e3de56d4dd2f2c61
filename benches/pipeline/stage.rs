//! A set of topics of one measurement, and what clients of tidemark use there.

use std::time::Duration;

use tidemark::kafka::client::{Membership, Target};
use tidemark::settings::TopicSettings;

use crate::broker::Client;

/// Partitions of each input topic.
pub(crate) const LANES: i32 = 4;

/// Topics that begin with one name, and the clients' settings for them.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) target: Target,
}

impl Stage {
    /// Makes the input topics `<name>.purchase` and `<name>.browse`.
    pub(crate) fn inputs(broker: &Client, name: &str) -> [String; 2] {
        ["purchase", "browse"].map(|kind| {
            let topic = format!("{name}.{kind}");
            broker.create_topic(&topic, LANES, &[]);
            topic
        })
    }

    /// Makes the output topics of the deployment `app`, which reads these inputs.
    pub(crate) fn new(broker: &Client, app: &str, inputs: &[String; 2]) -> Self {
        let outputs = ["change", "current", "dead-letter", "ledger.v1"].map(|kind| {
            let topic = format!("{app}.{kind}");
            let is_table = kind == "current";
            let compacted = is_table.then_some(("cleanup.policy", "compact"));
            broker.create_topic(&topic, LANES, compacted.as_slice());
            topic
        });
        let [changes, current, dead_letters, ledger] = outputs;
        Self {
            target: Target {
                brokers: broker.bootstrap().to_owned(),
                properties: [].into(),
                app: app.to_owned(),
                owner: format!("{app}.bench.0"),
                membership: Membership::Dynamic,
                inputs: inputs.to_vec(),
                transfers: None,
                changes,
                current,
                dead_letters,
                ledger,
                policies: None,
                snapshots: None,
                topic_settings: TopicSettings::Ignore,
                session_timeout: Duration::from_secs(10),
                transaction_timeout: Duration::from_secs(10),
                patience: Duration::from_secs(10),
            },
        }
    }
}
